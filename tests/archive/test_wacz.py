"""WACZ files: what stands in them, and that they are whole, self-contained and made in a stream."""

from __future__ import annotations

import gzip
import json
import random
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pytest

from archive import (
    Capture,
    CaptureNotFound,
    Catalog,
    Change,
    Collection,
    StorageFailed,
    verify,
    wacz,
)
from tests.archive.support import NOON, PAGE, confirmed, exchange, look, recorded, response

LATER = NOON + timedelta(hours=1)


def written(collection: Collection, name: str = "a.wacz", **options: Any) -> Path:
    path = collection.path.parent / name
    with Catalog(collection.catalog_path) as catalog:
        wacz.to_file(collection, catalog, path, **{"created": LATER, **options})
    return path


def put(collection: Collection, capture: Capture, text: str, change: Change = Change.NEW) -> None:
    seen = look(capture, text=text)
    with Catalog(collection.catalog_path) as catalog:
        catalog.put(replace(seen, change=change))


def contents(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def pages(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in contents(path)[wacz.PAGES].splitlines()]


def test_what_stands_in_it(collection: Collection) -> None:
    """The files are those of WACZ 1.1.1, and what is said of each of them is true."""
    (first, _, _, changed) = recorded(
        collection,
        exchange("http://a.vn/1", response(headers=("ETag: y",))),
        exchange("http://a.vn/2"),
        confirmed("http://a.vn/1", at=LATER),
        exchange("http://a.vn/1", response(PAGE * 2), at=LATER + timedelta(hours=1)),
    )
    put(collection, first, "Một.\n\nHai.")
    put(collection, changed, "Ba.", Change.CHANGED)
    path = written(collection, title="Báo A")
    found = contents(path)
    (warc,) = collection.warcs()
    assert list(found) == [
        f"archive/{warc.name}",
        "indexes/index.cdx.gz",
        "indexes/index.idx",
        "pages/pages.jsonl",
        "datapackage.json",
        "datapackage-digest.json",
    ]
    assert found[f"archive/{warc.name}"] == warc.read_bytes()
    lines = collection.index_path(warc.name).read_bytes().splitlines(keepends=True)
    indexed = gzip.decompress(found["indexes/index.cdx.gz"]).splitlines(keepends=True)
    assert indexed == lines
    assert len(lines) == 3
    assert list(verify.verify([path])) == []
    about = json.loads(found["datapackage.json"])
    assert (about["profile"], about["wacz_version"]) == ("data-package", "1.1.1")
    assert (about["title"], about["created"]) == ("Báo A", "2026-03-07T13:00:00Z")
    assert about["mainPageUrl"] == "http://a.vn/1"
    assert about["mainPageDate"] == "2026-03-07T14:00:00Z"
    assert {
        (each["path"], each["name"], each["hash"], each["bytes"]) for each in about["resources"]
    } == {
        (name, Path(name).name, f"sha256:{sha256(content).hexdigest()}", len(content))
        for name, content in found.items()
        if not name.startswith("datapackage")
    }
    digest = sha256(found["datapackage.json"]).hexdigest()
    said = {"path": "datapackage.json", "hash": f"sha256:{digest}"}
    assert json.loads(found["datapackage-digest.json"]) == said
    with ZipFile(path) as archive:
        compressed = [each for each in archive.infolist() if each.filename.endswith(".gz")]
        assert {each.compress_type for each in compressed} == {ZIP_STORED}


def test_pages(collection: Collection) -> None:
    """Each version of each article is a page with its words, the newest article first."""
    (old, new) = recorded(
        collection, exchange("http://a.vn/1"), exchange("http://a.vn/2", at=LATER)
    )
    put(collection, old, "Chuồn chuồn\n\nbay thấp.")
    put(collection, new, "Bay cao.")
    header, *listed = pages(written(collection))
    assert header == {
        "format": "json-pages-1.0",
        "id": "pages",
        "title": "collection",
        "hasText": True,
    }
    assert [(page["url"], page["ts"]) for page in listed] == [
        ("http://a.vn/2", "2026-03-07T13:00:00Z"),
        ("http://a.vn/1", "2026-03-07T12:00:00Z"),
    ]
    assert [(page["title"], page["text"]) for page in listed] == [
        ("Tiêu đề", "Sapo\nBay cao."),
        ("Tiêu đề", "Sapo\nChuồn chuồn\n\nbay thấp."),
    ]
    assert len({page["id"] for page in listed}) == 2


def test_a_capture_that_was_read_again(collection: Collection) -> None:
    """A capture is one page, with the words that it was read to have last."""
    (capture,) = recorded(collection, exchange("http://a.vn/1"))
    put(collection, capture, "Một.")
    again = replace(look(capture, text="Một. Hai."), change=Change.REREAD, reread_at=capture.date)
    with Catalog(collection.catalog_path) as catalog:
        catalog.put(again)
    _, page = pages(written(collection))
    assert page["text"] == "Sapo\nMột. Hai."


def test_the_same_again(collection: Collection) -> None:
    """The same collection at the same time gives the same bytes."""
    put(collection, recorded(collection, exchange("http://a.vn/1"))[0], "Một.")
    assert written(collection, "a.wacz", title="A").read_bytes() == (
        written(collection, "b.wacz", title="A").read_bytes()
    )


def test_one_site_brings_what_it_repeats(collection: Collection) -> None:
    """Files of other sites come along when revisits refer to them, however far, and only then."""
    other, third = PAGE[::-1], PAGE * 3
    recorded(collection, exchange("http://c.vn/1", response(third)), site="far")
    recorded(
        collection,
        exchange("http://b.vn/1", response(other)),
        exchange("http://b.vn/2", response(third), at=LATER),
        site="near",
    )
    recorded(collection, exchange("http://d.vn/1"), site="alone")
    captures = recorded(
        collection,
        exchange("http://a.vn/1", response(PAGE * 5)),
        exchange("http://a.vn/1", response(PAGE * 5), at=LATER),
        exchange("http://a.vn/2", response(other), at=LATER),
        site="mine",
    )
    assert [capture.is_revisit for capture in captures] == [False, True, True]

    def sites(site: str) -> list[str]:
        names = contents(written(collection, site=site))
        return [name[8:].partition("-")[0] for name in names if name.startswith("archive/")]

    assert sites("mine") == ["far", "mine", "near"]
    assert sites("alone") == ["alone"]
    assert sites("far") == ["far"]
    with pytest.raises(CaptureNotFound):
        written(collection, site="nowhere")


def _seconds(path: Path, nights: int) -> float:
    """Processor time of an export of a site whose every night repeats another site's pages."""
    collection = Collection.create(path)
    bodies = [response(f"{number} ".encode() * 300) for number in range(10)]
    far = [exchange(f"http://a.vn/{n}", body) for n, body in enumerate(bodies)]
    recorded(collection, *far, site="far")
    for night in range(nights):
        at = NOON + timedelta(days=night % 100, seconds=1 + night)
        near = [exchange(f"http://b.vn/{n}", body, at=at) for n, body in enumerate(bodies)]
        recorded(collection, *near, site="near")
    began = time.process_time()
    found = contents(written(collection, f"{nights}.wacz", site="near"))
    spent = time.process_time() - began
    names = {name[8:].partition("-")[0] for name in found if name.startswith("archive/")}
    assert names == {"far", "near"}
    return spent


def test_many_revisits_in_many_files(tmp_path: Path) -> None:
    """What revisits refer to is found in time that grows with them, not with their square."""
    few, many = _seconds(tmp_path / "few", 8), _seconds(tmp_path / "many", 64)
    assert many < 16 * few


def test_readings_and_open_files_stay_out(collection: Collection) -> None:
    """Only closed files of captures come along: pywb's indexer takes a reading for the page."""
    (capture,) = recorded(collection, exchange("http://a.vn/1"))
    with collection.recording(site="tinhuy", run_id="r") as recording:
        recording.convert(look(capture))
        recording.record(exchange("http://a.vn/2", response(PAGE * 2)))
        recording.commit()
        found = contents(written(collection))
    assert [name for name in found if "/tinhuy" in name] == [f"archive/{capture.filename}"]
    assert b"http://a.vn/2" not in gzip.decompress(found["indexes/index.cdx.gz"])


def test_blocks_end_where_a_player_stops_looking(collection: Collection) -> None:
    """No block begins between two captures of a URL, or between its key and a player's key."""
    urls = [
        f"http://a.vn/{name}" for name in ("tin/", "tin-1", "tin-2", "tin-3", "tin/x", "u", "v")
    ]
    nights = [NOON + timedelta(days=n) for n in range(3)]
    for night in nights:
        answers = [response(f"{url} {night}".encode()) for url in urls]
        recorded(
            collection,
            *(exchange(url, body, at=night) for url, body in zip(urls, answers, strict=True)),
        )
    found = contents(written(collection, block_lines=2))
    meta, *blocks = found["indexes/index.idx"].decode().splitlines()
    assert meta == '!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}'
    assert [line.split()[0] for line in blocks] == [
        "vn,a)/tin",
        "vn,a)/tin/x",
        "vn,a)/u",
        "vn,a)/v",
    ]
    whole = found["indexes/index.cdx.gz"]
    for line in blocks:
        key, stamp, place = line.split(" ", 2)
        offset, length = (json.loads(place)[name] for name in ("offset", "length"))
        block = gzip.decompress(whole[offset : offset + length])
        assert block.startswith(f"{key} {stamp} ".encode())
    lines = gzip.decompress(whole).splitlines(keepends=True)
    assert lines == sorted(lines)
    assert len(lines) == 21


def test_a_full_disk(collection: Collection) -> None:
    """When the disk takes no more, the file that was there is still there, and no draft."""
    put(collection, recorded(collection, exchange("http://a.vn/1"))[0], "Một.")
    path = written(collection)
    before = path.read_bytes()
    program = """
        import resource, sys
        from datetime import datetime, UTC
        from archive import Catalog, Collection, StorageFailed, wacz
        collection = Collection.open(sys.argv[1])
        with Catalog(collection.catalog_path) as catalog:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
            try:
                wacz.to_file(collection, catalog, sys.argv[2], created=datetime.now(UTC))
            except StorageFailed as error:
                print(error)
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(collection.path), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "File too large" in done.stdout
    assert path.read_bytes() == before
    assert sorted(each.name for each in path.parent.iterdir()) == ["a.wacz", "collection"]
    with pytest.raises(StorageFailed):
        written(collection, "missing/a.wacz")


GROWTH = """
    import re, sys
    from datetime import datetime, UTC
    from pathlib import Path
    from archive import Catalog, Collection, wacz

    def peak():  # of this program alone: ru_maxrss begins with what its parent needed
        return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

    collection = Collection.open(sys.argv[1])
    before = peak()
    with Catalog(collection.catalog_path) as catalog:
        wacz.to_file(collection, catalog, sys.argv[1] + ".wacz", created=datetime.now(UTC))
    print(peak() - before)
"""


def test_memory_does_not_grow(tmp_path: Path) -> None:
    """100 MB of WARC files are written into a WACZ in a few MB of memory, with no file beside."""
    collection, noise = Collection.create(tmp_path / "c"), random.Random(1)
    for site in range(10):
        answers = [response(noise.randbytes(200_000)) for _ in range(50)]
        of_site = [exchange(f"http://a.vn/{site}/{n}", body) for n, body in enumerate(answers)]
        recorded(collection, *of_site, site=f"s{site}")
    command = [sys.executable, "-c", textwrap.dedent(GROWTH), str(collection.path)]
    root = Path(__file__).parents[2]
    grown = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, text=True, check=True).stdout
    assert (tmp_path / "c.wacz").stat().st_size > 95_000_000
    assert int(grown) < 16_000  # KiB
    assert sorted(each.name for each in tmp_path.iterdir()) == ["c", "c.wacz"]
