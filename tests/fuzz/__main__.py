"""`python -m tests.fuzz SECONDS [TARGET...]`: fuzz each target so long, one after another.

What was reached is kept in `.fuzz/TARGET` and gone on from; what went wrong lies beside it as
`.fuzz/TARGET-crash-*`, `-timeout-*` or `-oom-*`. Exit code 1 if anything did.
"""

from __future__ import annotations

import hashlib
import re
import resource
import subprocess
import sys
from pathlib import Path

from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).resolve().parents[2]
LIMITS = ("-max_len=65536", "-timeout=10", "-rss_limit_mb=1024")


def fuzz(target: str, seconds: int) -> bool:
    """Whether nothing was found in so many seconds."""
    corpus = ROOT / ".fuzz" / target
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds(target):
        (corpus / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
    artifacts = f"-artifact_prefix={corpus}-"
    flags = (*LIMITS, f"-max_total_time={seconds}", "-print_final_stats=1", artifacts)
    command = ["nice", "-n", "10", sys.executable, "-m", "tests.fuzz.one", target, *flags]
    before = _cpu()
    done = subprocess.run(
        [*command, str(corpus)], cwd=ROOT, capture_output=True, text=True, errors="replace"
    )
    (ROOT / ".fuzz" / f"{target}.log").write_text(done.stdout + done.stderr)
    cpu = _cpu() - before
    print(f"{target:10} {cpu:.0f} s of CPU, {_summary(done.stderr)}", flush=True)
    if done.returncode:
        print(done.stderr[-4000:], flush=True)
    return done.returncode == 0


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _summary(log: str) -> str:
    executions = re.findall(r"stat::number_of_executed_units: (\d+)", log)
    peak = re.findall(r"stat::peak_rss_mb: +(\d+)", log)
    reached = re.findall(r"cov: (\d+) ft: (\d+)", log)
    [runs], [rss] = executions[-1:] or ["?"], peak[-1:] or ["?"]
    [(edges, features)] = reached[-1:] or [("?", "?")]
    return f"{runs} executions, coverage {edges} edges {features} features, peak {rss} MB"


def main() -> None:
    seconds, *names = sys.argv[1:]
    results = [fuzz(name, int(seconds)) for name in names or TARGETS]
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
