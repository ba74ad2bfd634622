"""Index lines derived from the files of others; from our own, see test_collection.py."""

from __future__ import annotations

import json

from archive.scan import captures
from tests.archive.support import shared


def test_cdxj_of_pywb_points_into_its_file() -> None:
    """Captures found in a file of pywb are those of pywb's own index."""
    path = shared("warc/pywb/warcs/dupes.warc.gz")
    lines = shared("warc/pywb/cdxj/dupes.cdxj").read_text().splitlines()
    theirs = {(line.split(" ")[0], json.loads(line.split(" ", 2)[2])["offset"]) for line in lines}
    assert {(c.urlkey, str(c.offset)) for c in captures(path)} == theirs


def test_head_of_a_resource() -> None:
    """A resource has no HTTP head: its type stands in the record."""
    path = shared("warc/iipc/hello-world.warc")
    kinds = [c.mime for c in captures(path)]
    assert kinds.count("text/html") + kinds.count("text/plain") >= 1
