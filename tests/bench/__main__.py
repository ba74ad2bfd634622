"""`make bench`: every table, or those that are named."""

from __future__ import annotations

import argparse

from tests.bench import compression, crawling, keeping, memory, reading, reprints, sites

TABLES = ("crawling", "keeping", "memory", "compression", "reading", "reprints", "sites")


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    arguments.add_argument("tables", nargs="*", metavar="|".join(TABLES), default=TABLES)
    arguments.add_argument("--pages", type=int, default=400, help="to crawl")
    arguments.add_argument("--captures", type=int, default=1500, help="to keep")
    arguments.add_argument("--records", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    arguments.add_argument("--articles", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    arguments.add_argument("--sites", type=int, nargs="+", default=[1, 10, 50])
    arguments.add_argument("--of-a-site", type=int, default=12, help="articles")
    arguments.add_argument("--delay", type=float, default=0.5, help="between requests of a site")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seed", type=int, default=1)
    asked = arguments.parse_args()
    programs = {
        "crawling": lambda: crawling.main(asked.pages, asked.rounds, asked.seed),
        "keeping": lambda: keeping.main(asked.captures, asked.rounds, asked.seed),
        "memory": lambda: memory.main(asked.records, asked.seed),
        "compression": lambda: compression.main(asked.rounds, asked.seed),
        "reading": lambda: reading.main(asked.rounds, asked.seed),
        "sites": lambda: sites.main(asked.sites, asked.of_a_site, asked.seed, asked.delay),
        "reprints": lambda: reprints.main(asked.articles, asked.seed),
    }
    for name in asked.tables:
        programs[name]()
        print(flush=True)


if __name__ == "__main__":
    main()
