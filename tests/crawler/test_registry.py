"""Systems are recognised by what only they have."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from crawler import registry
from tests.crawler.reading import pages
from tests.score import corpora
from tests.score.strangers import STRANGERS, Stranger

SHAREPOINT = """<html><head><meta name="GENERATOR" content="Microsoft SharePoint" />
<script>var _spPageContextInfo = {webServerRelativeUrl: "/portal"};</script></head><body>
<form method="post" action="/portal/pages/default.aspx" onsubmit="x()" id="aspnetForm">
<input type="hidden" name="__VIEWSTATE" id="__VIEWSTATE" value="/wEPDwUK" />
<a id="ctl00_m" href="javascript:__doPostBack('ctl00$m','')">Đăng nhập</a><div id="content">
<a href="/portal/pages/2023-01-30/Hoi-nghi-tong-ket-468686.aspx">Hội nghị tổng kết</a></div>
</form></body></html>"""
DNN = """<html><head><meta name="generator" content="DotNetNuke" /></head><body id="Body">
<form method="post" action="/tabid/59/Default.aspx" id="Form" enctype="multipart/form-data">
<input type="hidden" name="__VIEWSTATE" id="__VIEWSTATE" value="/wEPDwUK" />
<a href="javascript:__doPostBack('dnn$ctr399$x','')">Xem</a>
<div id="dnn_ctr399_ContentPane"><a href="/tabid/59/categoryid/3/currentpage/2/Default.aspx">2</a>
<a href="/tintuc/tabid/59/articleid/1262/Default.aspx">Hội nghị tổng kết</a></div>
</form></body></html>"""
NUKEVIET = """<html><head><meta name="generator" content="NukeViet v4.5" /></head><body>
<div id="content"><h1 class="title">Hội nghị tổng kết</h1>
<a href="/vi/news/tin-tuc/hoi-nghi-tong-ket-4521.html">Hội nghị tổng kết</a></div></body></html>"""
JOOMLA = """<html><head><meta name="generator" content="Joomla! - Open Source" /></head><body>
<div id="content"><a href="/index.php/tin-tuc/item/3672-hoi-nghi-tong-ket.html">Hội nghị</a>
<a href="/index.php?option=com_content&amp;view=category&amp;id=12">Tin tức</a>
</div></body></html>"""


@pytest.mark.parametrize("page", [SHAREPOINT, DNN, NUKEVIET, JOOMLA])
def test_relatives_are_not_taken_for_a_platform(page: str) -> None:
    """What every ASP.NET page has, an id "content" and a number before ".html", name no system."""
    assert registry.recognise(page) is None


@pytest.mark.parametrize("kind", STRANGERS, ids=lambda kind: kind.name)
def test_no_page_of_a_stranger_is_taken_for_a_platform(kind: type[Stranger]) -> None:
    """Neither the front page nor an article of a system that no rule was written for."""
    site = corpora.stranger(kind, 5)
    found = [pages.fetch(site, url) for url in ("/", *(one.url for one in site.articles[:5]))]
    assert [registry.recognise(page.body.decode()) for page in found] == [None] * 6


def test_a_view_state_hides_no_sign() -> None:
    """A hidden field of a megabyte in front of the page does not keep it from being recognised."""
    state = f'<input type="hidden" name="__VIEWSTATE" value="{"A" * 1_000_000}" />'
    page = f"""<form method="post" action="/x" id="form1">{state}
<a href="/1458/39701/71968/tin-tuc">Tin tức</a></form>"""
    found = registry.recognise(page)
    assert found is not None
    assert found.name == "aspnet_portal"


def test_sites_come_and_go_while_a_program_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that cannot be read leaves the list as it was."""
    monkeypatch.setenv("TINHUY_SITES", str(tmp_path))
    looks = """
import sys
from pathlib import Path
from crawler import registry

directory, source = Path(sys.argv[1]), sys.argv[2]
known = lambda: {site.name for site in registry.sites()}
before = known()
(directory / "my_site.py").write_text(source)
assert known() == before
registry.look_again()
assert known() - before == {"my_site"}, known()
(directory / "broken.py").write_text("class Broken(:")
try:
    registry.look_again()
except SyntaxError:
    assert known() - before == {"my_site"}
(directory / "broken.py").unlink()
(directory / "my_site.py").unlink()
registry.look_again()
print(known() == before)
"""
    source = """
from crawler.site import Site
from crawler.spider import SiteSpider


class Mine(SiteSpider):
    name = "my_site"
    site = Site(name="my_site", title="Mine", province="", level="", domains=("my.vn",), seeds=())
"""
    command = [sys.executable, "-c", looks, str(tmp_path), source]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True\n", "")
