"""WACZ files: a sound one has no finding, and whatever is wrong with one is found by its rule."""

from __future__ import annotations

import gzip
import io
import json
import random
import subprocess
import sys
import textwrap
import time
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from archive import Collection, verify
from archive.checks.finding import RULES, Finding
from archive.errors import NotAnArchive
from tests.archive.support import exchange, recorded

HEADER = '{"format": "json-pages-1.0", "id": "pages", "title": "Trang"}\n'
PAGE_LINE = '{"url": "http://tinhuy.example/", "ts": "2026-03-07T12:00:00Z", "title": "Tỉnh ủy"}\n'
Entries = dict[str, bytes]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Entries:
    """The entries of a package with a response and a revisit of it."""
    collection = Collection.create(tmp_path_factory.mktemp("wacz") / "c")
    recorded(collection, exchange(), exchange("http://tinhuy.example/2"))
    (warc,) = collection.warcs()
    index = collection.index_path(warc.name).read_bytes()
    return {
        f"archive/{warc.name}": warc.read_bytes(),
        "indexes/index.cdxj": index,
        "pages/pages.jsonl": (HEADER + PAGE_LINE).encode(),
    }


def _described(entries: Entries) -> Entries:
    """With datapackage.json and its digest."""
    resources = [
        {
            "name": name.rpartition("/")[2],
            "path": name,
            "hash": f"sha256:{sha256(data).hexdigest()}",
            "bytes": len(data),
        }
        for name, data in entries.items()
    ]
    package = {"profile": "data-package", "wacz_version": "1.1.1", "resources": resources}
    return _digested({**entries, "datapackage.json": json.dumps(package).encode()})


def _digested(entries: Entries) -> Entries:
    digest = f"sha256:{sha256(entries['datapackage.json']).hexdigest()}"
    about = {"path": "datapackage.json", "hash": digest}
    return {**entries, "datapackage-digest.json": json.dumps(about).encode()}


def _written(path: Path, entries: Entries, deflated: str = "json") -> Path:
    with zipfile.ZipFile(path, "w") as package:
        for name, data in entries.items():
            method = zipfile.ZIP_DEFLATED if deflated in name else zipfile.ZIP_STORED
            package.writestr(zipfile.ZipInfo(name), data, method)
    return path


def _findings(path: Path) -> list[Finding]:
    return list(verify.verify([path]))


def _rules(path: Path) -> set[str]:
    return {found.rule for found in _findings(path)}


def test_a_sound_package(sound: Entries, tmp_path: Path) -> None:
    """A package as it should be has no finding; nor with an index that is packed."""
    assert _findings(_written(tmp_path / "a.wacz", _described(sound))) == []
    index = sound["indexes/index.cdxj"]
    halves = index.splitlines(keepends=True)
    packed = b"".join(gzip.compress(half) for half in halves)
    entries = {name: data for name, data in sound.items() if name != "indexes/index.cdxj"}
    entries |= {"indexes/index.cdx.gz": packed, "indexes/index.idx": b"!meta 0 {}\n"}
    assert _findings(_written(tmp_path / "b.wacz", _described(entries))) == []


def _archive(entries: Entries) -> str:
    return next(name for name in entries if name.startswith("archive/"))


def _without(prefix: str) -> Callable[[Entries], Entries]:
    return lambda entries: {n: data for n, data in entries.items() if not n.startswith(prefix)}


def _with(name: str, change: Callable[[bytes], bytes]) -> Callable[[Entries], Entries]:
    return lambda entries: {n: change(d) if n.startswith(name) else d for n, d in entries.items()}


def _plus(name: str, data: bytes = b"x") -> Callable[[Entries], Entries]:
    return lambda entries: {**entries, name: data}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (_without("archive/"), "wacz-archive"),
        (_without("indexes/"), "wacz-index"),
        (_without("pages/"), "wacz-pages"),
        (_plus("archive/notes.txt"), "wacz-layout"),
        (_plus("archive/sub/x.warc"), "wacz-layout"),
        (_plus("indexes/notes.txt"), "wacz-layout"),
        (_plus("pages/notes.html"), "wacz-layout"),
        (_plus("../escape.warc"), "zip-name"),
        (_plus("/etc/absolute"), "zip-name"),
        (_plus("a/../../b"), "zip-name"),
        (_plus("C:/windows"), "zip-name"),
        (_plus("a\\b"), "zip-name"),
        (_with("pages/", lambda data: PAGE_LINE.encode()), "wacz-pages"),
        (_with("pages/", lambda data: data.replace(b'"url"', b'"uri"')), "wacz-pages"),
        (_with("pages/", lambda data: data.replace(b"Z", b"")), "wacz-pages"),
        (_with("pages/", lambda data: data + b"{\n"), "wacz-pages"),
        (_with("pages/", lambda data: b""), "wacz-pages"),
        (
            _with("indexes/", lambda data: b"".join(sorted(data.splitlines(True))[::-1])),
            "wacz-index",
        ),
        (_with("indexes/", lambda data: data.replace(b"/2", b"/3")), "wacz-index"),
        (
            _with("indexes/", lambda data: data.replace(b'"offset": "', b'"offset": "9')),
            "wacz-index",
        ),
        (
            _with("indexes/", lambda data: data.replace(b'"length": "', b'"length": "1')),
            "wacz-index",
        ),
        (_with("indexes/", lambda data: data.replace(b".warc.gz", b".warc")), "wacz-index"),
        (_with("indexes/", lambda data: data + b"~ nonsense\n"), "wacz-index"),
        (_with("indexes/", lambda data: b""), "wacz-index"),
        (_with("archive/", lambda data: data[:-9]), "record"),
        (_with("archive/", lambda data: data[:900] + b"\0" + data[901:]), "record"),
    ],
)
def test_each_rule_of_the_contents(
    sound: Entries, tmp_path: Path, change: Callable[[Entries], Entries], rule: str
) -> None:
    """A package whose lists are right and whose contents are not is found by this rule."""
    assert rule in _rules(_written(tmp_path / "a.wacz", _described(change(sound))))


def _package(old: bytes, new: bytes) -> Callable[[Entries], Entries]:
    def change(entries: Entries) -> Entries:
        data = entries["datapackage.json"]
        assert old in data
        return _digested({**entries, "datapackage.json": data.replace(old, new, 1)})

    return change


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (_without("datapackage.json"), "datapackage"),
        (_without("datapackage-digest.json"), "datapackage-unsigned"),
        (_with("datapackage-digest", lambda data: data[:-9] + b'00000"}'), "datapackage-digest"),
        (_with("datapackage-digest", lambda data: b"[]"), "datapackage-digest"),
        (_package(b"{", b"["), "datapackage"),
        (_package(b"data-package", b"a-package"), "datapackage"),
        (_package(b"1.1.1", b"one"), "wacz-version"),
        (_package(b'"resources"', b'"resource"'), "datapackage"),
        (_package(b'"path"', b'"paths"'), "datapackage"),
        (_package(b'"bytes": ', b'"bytes": 1'), "resource"),
        (_package(b"sha256:", b"sha256:0"), "resource"),
        (_package(b"pages/pages.jsonl", b"pages/other.jsonl"), "resource"),
        (_plus("extra.bin"), "resource"),
        (_with("indexes/", lambda data: data + b"\n"), "resource"),
    ],
)
def test_each_rule_of_the_lists(
    sound: Entries, tmp_path: Path, change: Callable[[Entries], Entries], rule: str
) -> None:
    """A package whose lists do not fit its contents is found by this rule."""
    assert rule in _rules(_written(tmp_path / "a.wacz", change(_described(sound))))


def test_compressed_again(sound: Entries, tmp_path: Path) -> None:
    """A WARC that is deflated in the package is found; its records are checked all the same."""
    path = _written(tmp_path / "a.wacz", _described(sound), deflated="archive/")
    assert _rules(path) == {"zip-stored"}
    broken = _with("archive/", lambda data: data[:-9])(sound)
    path = _written(tmp_path / "b.wacz", _described(broken), deflated="archive/")
    assert {"zip-stored", "record"} <= _rules(path)


def _seconds(path: Path, records: int) -> float:
    """Seconds of processor time for a package with a deflated WARC of so many records."""
    head = "WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:{0}>\r\n"
    head += "WARC-Date: 2026-03-07T12:00:00Z\r\nWARC-Target-URI: http://a.vn/{0}\r\n"
    head += "Content-Type: text/plain\r\nContent-Length: 400\r\n\r\n"
    noise, warc, lines = random.Random(1), bytearray(), []
    for number in range(records):
        data = head.format(number).encode() + noise.randbytes(400) + b"\r\n\r\n"
        packed = gzip.compress(data, 1, mtime=0)
        place = {"offset": str(len(warc)), "length": str(len(packed)), "filename": "a.warc.gz"}
        line = {"url": f"http://a.vn/{number}", **place}
        lines.append(f"vn,a)/{number} 20260307120000 {json.dumps(line)}\n".encode())
        warc += packed
    entries = {
        "archive/a.warc.gz": bytes(warc),
        "indexes/a.cdxj": b"".join(sorted(lines)),
        "pages/pages.jsonl": (HEADER + PAGE_LINE).encode(),
    }
    _written(path, _described(entries), deflated="archive/")
    began = time.process_time()
    assert _rules(path) == {"zip-stored"}
    return time.process_time() - began


def test_a_deflated_warc_is_inflated_once(tmp_path: Path) -> None:
    """The time for a WARC that is deflated in the package grows with its records, not faster."""
    few, many = _seconds(tmp_path / "a.wacz", 500), _seconds(tmp_path / "b.wacz", 4000)
    assert many < 20 * few
    assert many < 10


def test_a_full_disk_is_no_fault_of_the_package(sound: Entries, tmp_path: Path) -> None:
    """What cannot be inflated because the disk refuses is an error of ours, no finding."""
    path = _written(tmp_path / "a.wacz", _described(sound), deflated="archive/")
    program = """
        import resource, sys
        from pathlib import Path
        from archive import StorageFailed, verify
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        try:
            print(list(verify.verify([Path(sys.argv[1])])))
        except StorageFailed as error:
            print(error)
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "File too large" in done.stdout


def test_a_revisit_without_its_original(tmp_path: Path) -> None:
    """A package with a revisit whose original is elsewhere is not self-contained."""
    collection = Collection.create(tmp_path / "c")
    recorded(collection, exchange(), site="one")
    recorded(collection, exchange("http://tinhuy.example/2"), site="two")
    _, warc = collection.warcs()
    entries = {
        f"archive/{warc.name}": warc.read_bytes(),
        "indexes/index.cdxj": collection.index_path(warc.name).read_bytes(),
        "pages/pages.jsonl": (HEADER + PAGE_LINE).encode(),
    }
    assert _rules(_written(tmp_path / "a.wacz", _described(entries))) == {"revisit"}


def test_a_bomb_is_not_inflated(sound: Entries, tmp_path: Path) -> None:
    """An entry, or a packed index, that inflates without end is told and not read to its end."""
    path = tmp_path / "a.wacz"
    entries = _described({**sound, "zeros.json": bytes(50_000_000)})
    assert "zip" in _rules(_written(path, entries))
    nested = _described({**sound, "indexes/b.cdx.gz": gzip.compress(bytes(50_000_000))})
    assert "wacz-index" in _rules(_written(path, nested))


def test_what_is_no_zip(sound: Entries, tmp_path: Path) -> None:
    """A cut package, one that is no zip, a false CRC, an encrypted entry: found, not raised."""
    path = _written(tmp_path / "a.wacz", _described(sound))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert _rules(path) == {"zip"}
    path.write_bytes(b"no zip at all")
    assert _rules(path) == {"zip"}
    place = data.index(sound[_archive(sound)]) + 500
    path.write_bytes(data[:place] + b"\0\1" + data[place + 2 :])
    assert "zip" in _rules(path)
    central = data.rindex(b"PK\x01\x02") + 8
    path.write_bytes(data[:central] + b"\x01" + data[central + 1 :])
    assert "zip" in _rules(path)


@pytest.mark.parametrize("seed", range(4))
def test_no_mutant_is_missed_or_raises(sound: Entries, tmp_path: Path, seed: int) -> None:
    """A byte changed anywhere in a package is told, or leaves every entry as it was."""
    path = _written(tmp_path / "a.wacz", _described(sound))
    data, entries = path.read_bytes(), _described(sound)
    missed = []
    for place in range(seed, len(data), 97):
        mutant = data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :]
        path.write_bytes(mutant)
        if not _findings(path) and _entries(mutant) != entries:
            missed.append(place)
    assert missed == []


def _entries(data: bytes) -> Entries:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_a_file_that_is_none(tmp_path: Path) -> None:
    """A file that is neither WARC, ARC nor WACZ is refused before anything is read."""
    path = tmp_path / "notes.txt"
    path.write_text("WACZ")
    with pytest.raises(NotAnArchive, match=r"notes\.txt"):
        list(verify.verify([path]))


def test_every_rule_has_its_clause() -> None:
    """No finding can be made by a rule that does not say where it comes from."""
    assert all(rule.standard for rule in RULES.values())
    with pytest.raises(KeyError):
        Finding("a", 0, "no such rule", "")
