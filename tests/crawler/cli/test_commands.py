"""What each command answers about a collection that was crawled from the practice web."""

from __future__ import annotations

import csv
import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from archive.export import KEYS
from tests.cli import answer, tinhuy
from tests.practice import PracticeWeb

SITE = "baohatinh"


def test_version() -> None:
    """`tinhuy --version` says which one it is."""
    assert tinhuy("--version").stdout.startswith("tinhuy 0.")


def test_no_command_gives_help() -> None:
    """`tinhuy` alone tells what it can do, and that this was not a command."""
    done = tinhuy()
    assert done.returncode == 2
    assert "Exit codes" in done.stdout


def test_sites() -> None:
    """All five sites are listed, with province, level and platform."""
    sites = {site["name"]: site for site in answer("sites")}
    assert set(sites) == {"baodongthap", "baohatinh", "chodon", "dongthap_portal", "travinh"}
    assert all(site["province"] and site["level"] and site["platform"] for site in sites.values())


def test_sites_of_a_province() -> None:
    """A province of old or of today, without marks, leads to its sites and to no others; each tells
    what its province is part of now, and what is likely to have come in the place of its host.
    """
    for name in ("tra vinh", "Vĩnh Long"):
        (site,) = answer("sites", "--province", name)
        assert (site["name"], site["province"], site["today"]) == (
            "travinh",
            "Trà Vinh",
            "Vĩnh Long",
        )
        assert site["replaced_by"]["new"] == "vinhlong.gov.vn"
        assert site["replaced_by"]["known"] == "likely"
    assert answer("sites", "--province", "Huế") == []
    done = tinhuy("sites", "--province", "Chợ Đồn")
    assert (done.returncode, done.stdout) == (3, "")
    assert "is no province" in done.stderr


def test_sites_in_a_pipe() -> None:
    """Without a terminal the sites are lines with tabs under a line of names."""
    lines = [line.split("\t") for line in tinhuy("sites").stdout.splitlines()]
    names = "name title province today level platform host replaced_by"
    assert lines[0] == names.split()
    assert {len(line) for line in lines} == {8}


def test_scrapy_knows_the_same_sites(root: Path) -> None:
    """`scrapy list` in the repository names the sites that `tinhuy sites` does."""
    command = [sys.executable, "-m", "scrapy", "list"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    assert listed.split() == [site["name"] for site in answer("sites")]


def test_a_site_is_checked(web: PracticeWeb) -> None:
    """`tinhuy sites check` finds listing, platform, article and title on a site as described."""
    checks = answer("sites", "check", SITE, f"--at={web.sites[SITE].url}", "--delay=0")
    found = {check["what"]: check["found"] for check in checks}
    assert found["listing"]
    assert found["article"]
    assert found["title"]


def test_list_has_every_article(web: PracticeWeb, collection: Path) -> None:
    """The list holds each article of the site once, by its URL."""
    listed = answer("list", f"--collection={collection}")
    assert sorted(entry["url"] for entry in listed) == sorted(
        truth.url for truth in web.sites[SITE].articles
    )
    assert answer("list", "--change=gone", f"--collection={collection}") == []
    assert len(answer("list", "--limit=2", f"--collection={collection}")) == 2


def test_show_tells_where_the_bytes_are(collection: Path) -> None:
    """The command that `show` prints gives the record of that very page."""
    entry = answer("list", "--limit=1", f"--collection={collection}")[0]
    said = tinhuy("show", entry["id"], f"--collection={collection}").stdout
    assert entry["title"] in said
    command = next(line for line in said.splitlines() if line.startswith("the bytes"))
    record = subprocess.run(
        command.removeprefix("the bytes"), shell=True, capture_output=True, check=True
    ).stdout
    assert record.startswith(b"WARC/1.1\r\n")
    assert entry["capture"]["record_id"].encode() in record
    assert entry["url"].encode() in record


def test_show_for_machines(collection: Path) -> None:
    """`show --json` has the article, its versions and its capture, by URL as well as by id."""
    entry = answer("list", "--limit=1", f"--collection={collection}")[0]
    shown = answer("show", entry["url"], f"--collection={collection}")
    assert shown["id"] == entry["id"]
    assert [version["change"] for version in shown["versions"]] == ["new"]
    assert shown["capture"]["offset"] >= 0


def test_search_needs_no_diacritics(collection: Path) -> None:
    """Words typed without marks find the article whose title has them."""
    from archive.text import search_fold

    entry = answer("list", "--limit=1", f"--collection={collection}")[0]
    words = search_fold(entry["title"])
    hits = answer("search", *words.split(), f"--collection={collection}")
    assert entry["url"] in [hit["url"] for hit in hits]


def test_nothing_found(collection: Path) -> None:
    """A search without a hit is an empty answer, not an error."""
    assert answer("search", "xyzzy", f"--collection={collection}") == []


def test_export_jsonl(web: PracticeWeb, collection: Path, tmp_path: Path) -> None:
    """The export holds every article, with the promised keys."""
    path = tmp_path / "all.jsonl"
    done = tinhuy("export", "--format=jsonl", "-o", str(path), f"--collection={collection}")
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in path.read_text().splitlines()]
    assert {record["url"] for record in records} == {t.url for t in web.sites[SITE].articles}
    assert all(tuple(record) == KEYS for record in records)


def test_export_csv(collection: Path, tmp_path: Path) -> None:
    """The same as a table for spreadsheets."""
    path = tmp_path / "all.csv"
    done = tinhuy("export", "--format=csv", "-o", str(path), f"--collection={collection}")
    assert done.returncode == 0, done.stderr
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert rows
    assert tuple(rows[0]) == KEYS


def test_verify_finds_nothing(collection: Path) -> None:
    """What a crawl has written is sound."""
    assert answer("verify", f"--collection={collection}") == []


def test_rebuild_counts(collection: Path) -> None:
    """A rebuild tells how many articles of which site it derived."""
    counts = answer("rebuild", f"--collection={collection}")
    assert [(one["site"], one["articles"]) for one in counts] == [(SITE, 6)]


def test_replay_reads_the_same(collection: Path) -> None:
    """A replay of what was just crawled is the same, and exits 0."""
    report = answer("replay", SITE, f"--collection={collection}")
    assert report["same"] == len(report["articles"]) == 6


def test_verify_files(collection: Path, tmp_path: Path) -> None:
    """Files are checked by name, without a collection: a sound one, and one that was cut."""
    (path, *_) = sorted((collection / "archive").glob("*.warc.gz"))
    assert answer("verify", str(path)) == []
    cut = tmp_path / "cut.warc.gz"
    cut.write_bytes(path.read_bytes()[:-1])
    done = tinhuy("verify", "--json", str(cut))
    assert done.returncode == 6
    (finding,) = json.loads(done.stdout)
    assert (finding["file"], finding["rule"], finding["severity"]) == (str(cut), "record", "error")
    assert finding["standard"].startswith("WARC 1.1 §4")
    shown = tinhuy("verify", str(cut)).stdout.splitlines()
    assert "error: record: expected a whole gzip member" in shown[0]
    assert shown[-1] == "1 errors, 0 warnings"


@pytest.mark.parametrize("name", ["missing.warc.gz", "notes.txt", "."])
def test_verify_refuses_what_is_no_archive(name: str, tmp_path: Path) -> None:
    """A missing file, one that is no archive, a directory: one line that names it, and exit 2."""
    (tmp_path / "notes.txt").write_text("notes")
    path = str(tmp_path / name)
    done = tinhuy("verify", path)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert path in line
    assert tinhuy("verify", "--repair", path).returncode == 2


def test_a_warning_is_no_damage(tmp_path: Path) -> None:
    """A departure that loses nothing is told, and the exit code is 0."""
    block = b"abc"
    head = (
        "WARC/1.0\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        "WARC-Date: 2026-03-07T12:00:00Z\r\nWARC-Target-URI: <http://a.vn/>\r\n"
        f"Content-Type: text/plain\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    path = tmp_path / "a.warc"
    path.write_bytes(head.encode() + block + b"\r\n\r\n")
    done = tinhuy("verify", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    assert "warning: target-uri-brackets" in done.stdout


def test_verify_prints_an_array(tmp_path: Path) -> None:
    """However many findings there are, `--json` prints one array of them."""
    head = "WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    path = tmp_path / "a.warc"
    path.write_text(head * 300, newline="")
    done = tinhuy("verify", "--json", str(path))
    assert done.returncode == 6
    assert len(json.loads(done.stdout)) == 101


def test_rebuild_names_what_it_passes_over(collection: Path, tmp_path: Path) -> None:
    """A journal entry that cannot be understood is named on stderr, and the exit code is 6."""
    copy = tmp_path / "copy"
    shutil.copytree(collection, copy)
    (text,) = (copy / "archive").glob("*-text-*.warc.gz")
    entry = b'{"look": 1}'
    head = (
        "WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        "WARC-Date: 2026-03-07T12:00:00Z\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(entry)}\r\n\r\n"
    )
    size = text.stat().st_size
    with text.open("ab") as file:
        file.write(gzip.compress(head.encode() + entry + b"\r\n\r\n"))
    done = tinhuy("rebuild", f"--collection={copy}")
    assert done.returncode == 6
    assert f"{text.name} at byte {size}: passed over: " in done.stderr
    assert SITE in done.stdout
