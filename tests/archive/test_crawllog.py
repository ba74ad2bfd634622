"""The crawl log on a disk that refuses."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

_FULL = """
    import resource, signal, sys
    from pathlib import Path
    from archive.crawllog import CrawlLog
    from archive.errors import StorageFailed

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    log = CrawlLog(directory=Path(sys.argv[1]), prefix="thu", run_id="run")
    log.keep("2026-03-07T12:00:00Z", url="http://a.vn/first")
    log.write_out()
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, resource.RLIM_INFINITY))
    for n in range(60):
        log.keep("2026-03-07T12:00:00Z", url=f"http://a.vn/{n}")
    try:
        log.write_out()
    except StorageFailed:
        print("refused")
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    log.write_out()
"""


def test_a_full_disk_leaves_no_half_line(tmp_path: Path) -> None:
    """What could not be written whole is taken back, and written once there is room again."""
    command = [sys.executable, "-c", textwrap.dedent(_FULL), str(tmp_path)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n"
    (path,) = tmp_path.iterdir()
    urls = [json.loads(line)["url"] for line in path.read_text().splitlines()]
    assert urls == ["http://a.vn/first", *(f"http://a.vn/{n}" for n in range(60))]
