"""The collection: finding and reading what it holds."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import textwrap
from datetime import timedelta
from pathlib import Path

import pytest

from archive import CaptureNotFound, Collection, CorruptRecord, NotACollection
from archive.scan import captures
from tests.archive.support import NOON, PAGE, exchange, recorded, request, response, shared


def test_create_and_open(tmp_path: Path) -> None:
    """A collection is made in an empty place, opened where it is, and refused elsewhere."""
    path = tmp_path / "c"
    with pytest.raises(NotACollection, match="it has no"):
        Collection.open(path)
    Collection.create(path)
    assert Collection.create(path).path == Collection.open(path).path == path
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("mine")
    with pytest.raises(NotACollection, match="something else"):
        Collection.create(other)
    with pytest.raises(NotACollection, match="something else"):
        Collection.create(other / "letter.txt")
    (path / "collection.json").write_text(json.dumps({"format": "future", "version": 9}))
    with pytest.raises(NotACollection, match="future"):
        Collection.open(path)
    (path / "collection.json").write_bytes(b"\xff")
    with pytest.raises(NotACollection, match="cannot be read"):
        Collection.open(path)


def test_of_one_second_the_last_is_found(collection: Collection) -> None:
    """What was asked for again within a second is found as it came the second time, whatever the
    order of its lines in the index."""
    answers = [response(b"broken", status="500 Oops"), response(b"whole", status="200 OK")]
    recorded(collection, *(exchange("http://a.vn/", answer) for answer in answers))
    assert collection.read(collection.find("http://a.vn/")).body == b"whole"


def test_find_by_time(collection: Collection) -> None:
    """The newest capture at or before a time is found; before the first there is none."""
    days = [NOON + timedelta(days=n) for n in range(4)]
    recorded(
        collection,
        *(exchange("http://a.vn/", response(b"%d" % n), at=day) for n, day in enumerate(days)),
    )

    def body(**at: object) -> bytes:
        return collection.read(collection.find("http://a.vn/", **at)).body  # type: ignore[arg-type]

    assert body() == b"3"
    assert body(at=days[1]) == b"1"
    assert body(at=days[1] + timedelta(hours=5)) == b"1"
    assert body(at=days[3] + timedelta(days=999)) == b"3"
    with pytest.raises(CaptureNotFound, match=r"http://a\.vn/ at or before 2026"):
        body(at=days[0] - timedelta(seconds=1))
    with pytest.raises(CaptureNotFound):
        collection.find("http://a.vn/never")


def test_find_prefers_the_exact_url(collection: Collection) -> None:
    """URLs that share a key are told apart where they can be."""
    recorded(
        collection,
        exchange("http://a.vn/Tin?a=1&b=2", response(b"old")),
        exchange("http://www.a.vn/tin?b=2&a=1", response(b"new"), at=NOON + timedelta(days=1)),
    )
    found = collection.find("http://a.vn/Tin?a=1&b=2#part")
    assert collection.read(found).body == b"old"
    assert collection.read(collection.find("http://a.vn/TIN?a=1&b=2")).body == b"new"


def test_posts_are_apart(collection: Collection) -> None:
    """Pages got by POST are found by their body, and never instead of the page got by GET."""
    url = "http://a.vn/list.aspx"
    recorded(
        collection,
        exchange(url, response(b"first")),
        *(
            exchange(url, response(page), sent=request("/", "POST", b"page=" + page))
            for page in (b"two", b"three")
        ),
    )
    assert collection.read(collection.find(url)).body == b"first"
    for page in (b"two", b"three"):
        found = collection.find(url, method="POST", body=b"page=" + page)
        assert collection.read(found).body == page
    with pytest.raises(CaptureNotFound):
        collection.find(url, method="POST", body=b"page=four")


def test_captures_are_sorted_and_bounded(collection: Collection) -> None:
    """Captures come by key and time, over all files; all, or those of one URL."""
    for n, site in enumerate(["b", "a", "c"]):
        recorded(
            collection,
            *(exchange(f"http://{host}.vn/x/{n}") for host in ("m", "k")),
            exchange("http://k.vn/x", at=NOON + timedelta(days=-n)),
            exchange("http://k.vn/y"),
            site=site,
        )
    everything = list(collection.captures())
    assert len(everything) == 12
    assert everything == sorted(everything, key=lambda c: (c.urlkey, c.timestamp))
    assert len(list(collection.captures("http://k.vn/x"))) == 3
    assert list(collection.captures("http://k.vn/none")) == []


def test_names_from_indexes_are_no_paths(collection: Collection) -> None:
    """An index line that names a path is refused, not followed."""
    (capture,) = recorded(collection, exchange())
    index = collection.index_path(capture.filename)
    for name in ("../../etc/passwd", "/etc/passwd", "a/b", ""):
        index.write_text(index.read_text().replace(capture.filename, name))
        with pytest.raises(CorruptRecord, match="file name"):
            collection.read(collection.find(capture.url))
        index.write_text(index.read_text().replace(f'"{name}"', f'"{capture.filename}"'))
    assert collection.read(collection.find(capture.url)).body == PAGE


@pytest.mark.parametrize("site", ["../up", "a-text-b", "báo", "", ".hidden", "x" * 300, "a/b"])
def test_site_names_are_no_paths(collection: Collection, site: str) -> None:
    """Whatever a site is called, its files are files of captures in the archive's directory."""
    (capture,) = recorded(collection, exchange(), site=site)
    (path,) = collection.warcs()
    assert path.parent == collection.archive_dir
    assert path.name == capture.filename
    assert not path.name.startswith(".")


def _adopt(collection: Collection, *names: str) -> None:
    """Put files of others into the collection, with indexes."""
    for name in names:
        path = shared(f"warc/{name}")
        shutil.copyfile(path, collection.archive_dir / path.name)
        collection.index(collection.archive_dir / path.name)


@pytest.fixture
def foreign(tmp_path: Path) -> Collection:
    return Collection.create(tmp_path / "foreign")


def test_revisits_of_others_are_followed(foreign: Collection) -> None:
    """Every revisit in pywb's samples reads back with the payload that its digest names."""
    _adopt(
        foreign,
        "pywb/warcs/dupes.warc.gz",
        "pywb/warcs/iana.warc.gz",
        "pywb/warcs/example-url-agnostic-orig.warc.gz",
        "pywb/warcs/example-url-agnostic-revisit.warc.gz",
        "iipc/20141129-heritrix-original.warc.gz",
        "iipc/20141129-heritrix-revisit-with-http-headers-and-new-warc-headers.warc.gz",
    )
    followed = 0
    for capture in foreign.captures():
        if capture.is_revisit:
            read = foreign.read(capture)
            assert read.revisit_of is not None
            assert read.revisit_of.digest == capture.digest
            assert read.body == foreign.read(read.revisit_of).body
            followed += 1
    assert followed > 120


def test_a_dangling_revisit_is_said(foreign: Collection) -> None:
    """A revisit whose original is not here is CaptureNotFound, not an empty page."""
    _adopt(foreign, "pywb/warcs/example-url-agnostic-revisit.warc.gz")
    revisit = next(capture for capture in foreign.captures() if capture.is_revisit)
    with pytest.raises(CaptureNotFound):
        foreign.read(revisit)


def test_reindexing_equals_recording(collection: Collection) -> None:
    """What a file's index is made of while recording is what is found in the file."""
    told = recorded(
        collection,
        exchange("http://a.vn/1"),
        exchange("http://a.vn/1", at=NOON + timedelta(days=1)),
        exchange("http://a.vn/2", sent=request("/", "POST", b"a=b")),
        exchange("http://a.vn/3", b"odd\r\n\r\nno status"),
    )
    (path,) = collection.warcs()
    assert list(captures(path)) == told


MANY_INDEXES = """
    import re, resource, sys
    from pathlib import Path
    from archive import Collection, cdxj
    from archive.cdxj import Capture

    def peak():  # of this program alone: ru_maxrss begins with what its parent needed
        return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

    resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
    collection = Collection.create(sys.argv[1])
    for night in range(3000):
        name = f"tinhuy-{night:014}-00000-0.warc.gz"
        cdxj.write_index(collection.index_path(name), [
            Capture(
                urlkey=f"vn,a)/{page}", url=f"http://a.vn/{page}", timestamp=f"{night:014}",
                mime="text/html", status=200, digest=None, length=1, offset=page, filename=name,
            )
            for page in (night % 7, *range(7, 27))
        ])
    before = peak()
    of_one_page = [capture.timestamp for capture in collection.captures("http://a.vn/3")]
    assert of_one_page == [f"{night:014}" for night in range(3, 3000, 7)]
    assert collection.find("http://a.vn/3").timestamp == of_one_page[-1]
    last, number = ("", ""), 0
    for capture in collection.captures():
        assert last <= (last := (capture.urlkey, capture.timestamp))
        number += 1
    print(number, peak() - before)
"""


def test_any_number_of_indexes(tmp_path: Path) -> None:
    """3,000 indexes are searched and walked with 40 open files and some MB of memory."""
    program = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(MANY_INDEXES), str(tmp_path / "collection")],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert program.returncode == 0, program.stderr
    number, grown = map(int, program.stdout.split())
    assert number == 3000 * 21
    assert grown < 40_000  # KiB
