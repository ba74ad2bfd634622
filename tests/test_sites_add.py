"""`tinhuy sites add`: a site that nobody knows is set up with no code written."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import textwrap
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from archive import Catalog, Collection
from crawler.survey import MOST_FEEDS, MOST_PAGES
from tests.cli import answer, tinhuy
from tests.practice import PracticeWeb, Quirks, pictures
from tests.practice.newcomers import NEWCOMERS
from tests.practice.site import PracticeSite
from tests.score.strangers import HandMade, Joomla, Modern, NukeViet, SharePoint

PLATFORMS = {
    "thixa": "liferay",
    "baokhanhmoi": "cms_paper",
    "dangbohuyen": "tagdiv",
    "tinhuymoi": "aspnet_portal",
    "baovung": "aspx_paper",
}
PLACES = {
    "thixa": ("Vĩnh Long", "thị ủy"),
    "baokhanhmoi": ("Khánh Hòa", "báo tỉnh"),
    "dangbohuyen": ("Lào Cai", "đảng ủy"),
    "tinhuymoi": ("Sóc Trăng", "tỉnh ủy"),
    "baovung": ("Kiên Giang", "báo tỉnh"),
}
LEARNED = (NukeViet, SharePoint, Joomla, HandMade)
"""All strangers do; these have the addresses that are least alike."""

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def web() -> Iterator[PracticeWeb]:
    with PracticeWeb(seed=13, articles=30, kinds=(*NEWCOMERS, *LEARNED, Modern)) as serving:
        yield serving


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of a user's sites."""
    directory = tmp_path / "sites"
    monkeypatch.setenv("TINHUY_SITES", str(directory))
    return directory


def add(site: PracticeSite, *more: str, code: int = 0) -> Any:
    return answer("sites", "add", site.start, f"--name={site.name}", "--delay=0", *more, code=code)


def found_of(site: PracticeSite, collection: Path) -> Counter[int | str]:
    """How often each article of a site is in a collection after a crawl, by its id."""
    (run,) = answer("crawl", site.name, "--delay=0", f"--collection={collection}")
    assert run["outcome"] == "ok"
    ids = {url.partition("?")[0]: truth.id for truth in site.articles for url in truth.urls}
    ids |= {url: truth.id for truth in site.articles for url in truth.urls}
    with Catalog(Collection.open(collection).catalog_path) as catalog:
        urls = [entry.url for entry in catalog.articles()]
    return Counter(ids.get(url, url) for url in urls)


@pytest.mark.parametrize("name", PLATFORMS)
def test_an_unknown_site_of_each_platform(
    web: PracticeWeb, own: Path, tmp_path: Path, name: str
) -> None:
    """The platform is recognised, the file is written as others are, and a crawl by the name that
    it was given finds every article exactly once.
    """
    site = web.sites[name]
    proposed = add(site)["site"]
    assert proposed["platform"] == PLATFORMS[name]
    assert (proposed["province"], proposed["level"]) == PLACES[name]
    assert proposed["domains"] == [host.removeprefix("http://") for host in site.hosts]
    assert site.title in proposed["title"]
    assert "urls=" not in (own / f"{name}.py").read_text()
    assert found_of(site, tmp_path / "c") == Counter(truth.id for truth in site.articles)


@pytest.mark.parametrize("name", [kind.name for kind in LEARNED])
def test_a_site_of_no_platform(web: PracticeWeb, own: Path, tmp_path: Path, name: str) -> None:
    """What the addresses of articles and lists look like is learned; a crawl by these rules finds
    every article exactly once, and asks for nothing that is neither.
    """
    site = web.sites[name]
    proposed = add(site)
    assert proposed["site"]["platform"] == ""
    before = len(web.hits(name))
    assert found_of(site, tmp_path / "c") == Counter(truth.id for truth in site.articles)
    rules = re.findall(r'r?"(\^.*)"', proposed["source"])
    asked = {hit.target for hit in web.hits(name)[before:]}
    pages = {one for one in asked if not re.search(r"\.(?:png|gif|ico|css|js|pdf|mp3|txt)$", one)}
    allowed = [re.compile(rule.replace("\\\\", "\\")) for rule in rules]
    assert [one for one in pages if not any(p.search(one) for p in allowed)] == []


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_first_look_is_polite(web: PracticeWeb, own: Path, name: str) -> None:
    """One request at a time, nothing that robots.txt forbids, no more pages than promised."""
    site, before = web.sites[name], len(web.hits(name))
    add(site, "--dry-run")
    hits = web.hits(name)[before:]
    assert {hit.concurrent for hit in hits} == {1}
    assert [hit.target for hit in hits if hit.target.startswith(web.forbidden(name))] == []
    redirected = sum(hit.status in (301, 302) for hit in hits)
    robots = sum(hit.target == "/robots.txt" for hit in hits)
    assert len(hits) - redirected - robots <= MOST_PAGES + MOST_FEEDS
    assert not own.exists()


def test_what_is_written_is_as_the_house_has_it(web: PracticeWeb, own: Path) -> None:
    """The files of sites pass ruff as they are, and hold data and nothing else."""
    for site in (web.sites["baovung"], web.sites["sharepoint"], web.sites["thixa"]):
        add(site)
    ruff = [sys.executable, "-m", "ruff"]
    config = f"--config={ROOT / 'pyproject.toml'}"
    for command in (["format", "--check"], ["check"]):
        done = subprocess.run(
            [*ruff, *command, config, own], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout
    for path in own.glob("*.py"):
        kinds = [type(node) for node in ast.parse(path.read_text()).body]
        assert kinds == [ast.Expr, ast.ImportFrom, ast.ImportFrom, ast.ClassDef]
        assert path.read_text().startswith('"""127.0.0.1:')


def test_saved_pages_are_tested_field_by_field(web: PracticeWeb, own: Path) -> None:
    """The two pages that are written are whole WARC files, and the tests of saved pages hold each
    field of them against what was written; a field that is read otherwise fails alone.
    """
    site = web.sites["baovung"]
    add(site)
    pages = sorted((own / "pages" / site.name).iterdir())
    assert [page.name for page in pages] == [
        "odd.json", "odd.warc", "ordinary.json", "ordinary.warc",
    ]  # fmt: skip
    assert (
        tinhuy("verify", *(str(page) for page in pages if page.suffix == ".warc")).returncode == 0
    )
    expected = json.loads(pages[2].read_text())
    truth = next(one for one in site.articles if one.url == expected["url"])
    assert (expected["title"], expected["text"]) == (truth.title, list(truth.body))
    passed, failed = saved_pages_tested()
    assert (passed, failed) == (2 * len(expected), 0)
    pages[2].write_text(json.dumps(expected | {"author": "Nguyễn Văn Sai"}))
    assert saved_pages_tested() == (passed - 1, 1)


def saved_pages_tested() -> tuple[int, int]:
    """How many fields of saved pages passed and failed."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/spiders"]
    done = subprocess.run(
        [*command, "-k", "test_field"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    counts = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed)", done.stdout)}
    return counts.get("passed", 0), counts.get("failed", 0)


def test_a_dry_run_writes_nothing_and_shows_all(web: PracticeWeb, own: Path) -> None:
    """The source, the addresses found and an article read are shown; no file is made."""
    done = tinhuy("sites", "add", web.sites["baovung"].start, "--dry-run", "--delay=0")
    assert done.returncode == 0
    assert "class Site127" in done.stdout
    for line in ("articles\t30 addresses", "platform\taspx_paper", "article text\t"):
        assert line in done.stdout
    assert not own.exists()


def refused(code: int, *arguments: str) -> str:
    """The one line that a refusal says."""
    done = tinhuy("sites", "add", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("tinhuy: ")
    return line


def test_a_known_site_is_not_added(own: Path) -> None:
    """A host in the list, a name that is taken and a name that is none are told, with the remedy,
    before anything is asked for.
    """
    assert "tinhuy sites check baohatinh" in refused(2, "https://www.baohatinh.vn/chinh-tri/")
    assert "--name" in refused(2, "http://127.0.0.1:9/", "--name=baohatinh")
    for name in ("Báo", "../x", "class", "a-b", "pages", "platforms", "x" * 80, "_a", "a.b"):
        assert "small letters" in refused(2, "http://127.0.0.1:9/", f"--name={name}")
    for url in ("ftp://example.vn/", "http://127.0.0.1:99999/", "http://[::1/", "baomoi.vn"):
        assert "is not an http" in refused(2, url)
    assert not own.exists()


def test_a_file_is_not_written_over(web: PracticeWeb, own: Path) -> None:
    """What stands under the name already stays as it is."""
    own.mkdir()
    (own / "modern.py").write_text("# mine\n")
    (own / "pages" / "cu").mkdir(parents=True)
    start = web.sites["modern"].start
    assert "modern.py is there already" in refused(2, start, "--name=modern", "--delay=0")
    assert "cu is there already" in refused(2, start, "--name=cu", "--delay=0")
    assert (own / "modern.py").read_text() == "# mine\n"


LOGIN = """<html><head><title>Đăng nhập</title></head><body><form method="post">
<h2>Đăng nhập hệ thống</h2>
<input name="user"><input type="password" name="password"><button>Đăng nhập</button>
</form></body></html>"""


@contextmanager
def serving(kind: str, body: bytes) -> Iterator[str]:
    """A server that has one answer for everything, and names a sitemap by what is no address."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            robots = (b"Sitemap: http://[nowhere/", "text/plain")
            content, its_kind = robots if self.path == "/robots.txt" else (body, kind)
            self.send_response(200)
            self.send_header("Content-Type", its_kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def test_an_address_of_an_article_leads_to_the_site(web: PracticeWeb, own: Path) -> None:
    """Who gives the address of an article, or of a picture, gets the site with its front page."""
    site = web.sites["modern"]
    for url in (site.articles[0].url, f"{site.url}{site.files_at}/img/logo.png"):
        found = answer("sites", "add", url, "--dry-run", "--delay=0")
        assert found["site"]["seeds"] == [f"{site.url}/"]


def test_what_is_no_site_is_told(web: PracticeWeb, own: Path) -> None:
    """No answer, a refusal, a captcha, robots.txt, a picture: each has its line and its code."""
    site = web.sites["modern"]
    assert "gives no answer" in refused(12, "http://127.0.0.1:9/", "--delay=0")
    with serving("image/png", pictures.png("logo")) as url:
        assert "no page of text" in refused(10, url, "--delay=0")
    with serving("text/html", LOGIN.encode()) as url:
        assert "who we are" in refused(13, url, "--delay=0")
    for refusal, code, said in (("403", 13, "403"), ("page", 13, "refuse"), ("captcha", 13, "")):
        web.quirks["modern"] = Quirks(refusal=refusal)  # type: ignore[arg-type]
        assert said in refused(code, site.start, "--delay=0")
    web.quirks.clear()
    forbidden = web.sites["thixa"]
    where = forbidden.url + "/web/binhminh/van-ban-noi-bo"
    assert "robots.txt" in refused(13, where, "--delay=0")
    assert not own.exists()


def test_an_installed_program_asks_where_sites_are_kept(tmp_path: Path) -> None:
    """Nothing is written among installed packages: without TINHUY_SITES that is asked for."""
    installed = tmp_path / "site-packages"
    for package in ("archive", "crawler", "spiders"):
        shutil.copytree(ROOT / package, installed / package)
    code = (
        f"import sys; sys.path.insert(0, {str(installed)!r}); from crawler.cli import main; main()"
    )
    command = [sys.executable, "-c", code, "sites", "add", "http://127.0.0.1:9/"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "TINHUY_SITES" in done.stderr


def test_the_example_of_the_manual_is_what_is_written(own: Path) -> None:
    """The file that spiders/README.md shows, and what it says was found, are what comes out."""
    manual = (ROOT / "spiders" / "README.md").read_text(encoding="utf-8")
    with PracticeWeb(seed=1, articles=40, kinds=NEWCOMERS, only=("tinhuymoi",)) as served:
        start = served.sites["tinhuymoi"].start
        done = tinhuy("sites", "add", start, "--name=tinhuysoctrang", "--delay=0")
    port = start.split(":")[2].strip("/")
    source = (own / "tinhuysoctrang.py").read_text(encoding="utf-8").replace(port, "8103")
    shown = "class" + source.partition("class")[2]
    assert textwrap.indent(shown, "    ") in manual
    told = {line.split("\t")[1] for line in done.stdout.splitlines() if "\t" in line}
    said = re.findall(r"^    (?:yes|-  )    (.+?)(?:  |$)", manual, re.MULTILINE)
    assert said
    assert set(said) <= told
