"""`python -m crawler.cli` is `tinhuy`."""

from crawler.cli import main

main()
