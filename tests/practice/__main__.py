"""`python -m tests.practice --seed 1 --base-port 8100`: serves until Ctrl-C."""

from __future__ import annotations

import argparse
import threading
from pathlib import Path

from tests.practice.newcomers import NEWCOMERS
from tests.practice.web import SITES, PracticeWeb


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.practice", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--articles", type=int, default=40, help="for each site")
    parser.add_argument("--base-port", type=int, default=8100, help="0: any free ports")
    parser.add_argument("--seeds-dir", type=Path, default=None)
    parser.add_argument("--newcomers", action="store_true", help="sites that no list has")
    options = parser.parse_args()
    web = PracticeWeb(
        seed=options.seed,
        articles=options.articles,
        base_port=options.base_port,
        seeds_dir=options.seeds_dir,
        keep_bytes=False,
        kinds=NEWCOMERS if options.newcomers else SITES,
    )
    with web:
        for name, site in web.sites.items():
            print(f"{name:16} {site.start}", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("closed")


if __name__ == "__main__":
    main()
