"""A site's file holds its data, whatever a stranger's pages say."""

from __future__ import annotations

import ast
import importlib.util
import keyword
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import sitefile
from crawler.site import ListingRules, Site, UrlRules

ON = date(2026, 11, 25)
HOSTILE = (
    '""" + __import__("os").abort() + """',
    "'''\n__import__('os').abort()\n'''",
    '\\" ); raise SystemExit #',
    "\\",
    "x\\",
    "a\u2028b\u202ec\x00d\x85e\x0cf",
    "{name!r}",
    "\N{GRINNING FACE} Tỉnh ủy",
    "",
)


def site(text: str) -> Site:
    return Site(
        name="thu",
        title=text,
        province="Trà Vinh",
        level=text,
        domains=("thu.example.vn", text),
        seeds=(f"http://thu.example.vn/{text}",),
        urls=UrlRules(article=(text, r"^/\d+$"), noise=(text,), rewrite=((text, text),)),
        listing=ListingRules(feeds=(text,), max_barren=7),
    )


def read_back(source: str, tmp_path: Path) -> Site:
    """The site of a file, as Python has it. The file is read first: it must be data."""
    kinds = [type(node) for node in ast.parse(source).body]
    assert kinds == [ast.Expr, ast.ImportFrom, ast.ImportFrom, ast.ClassDef]
    path = tmp_path / "thu.py"
    path.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("spiders_thu", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Site = module.ThuSpider.site
    return found


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_page_says_stays_in_its_string(text: str, tmp_path: Path) -> None:
    """No title, address or pattern ends the string that it is written in: what is read back is
    what was proposed, and nothing else is in the file.
    """
    source = sitefile.source(site(text), "thu.example.vn", ON, "no known system")
    assert read_back(source, tmp_path) == site(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_is_read_back(text: str) -> None:
    """The same of any text: each string of the file is one that was proposed, or our own."""
    tree = ast.parse(sitefile.source(site(text), "h", ON, "x"))
    strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert {text, f"http://thu.example.vn/{text}"} <= strings


def test_the_docstring_is_ours() -> None:
    """What stands in the docstring is made of letters, digits and plain marks only."""
    source = sitefile.source(site("x"), 'evil"""\\', ON, 'a"""; import os')
    assert ast.parse(source).body[0].value.value.startswith("evil: a; import os.")  # type: ignore[attr-defined]
    assert "Trà Vinh is part of Vĩnh Long since July 2025" in source


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("baohatinh.vn", "baohatinh"),
        ("www.baodongthap.com.vn", "baodongthap"),
        ("chodon.backan.gov.vn", "chodon_backan"),
        ("btg.dongthap.gov.vn", "btg_dongthap"),
        ("127.0.0.1:8103", "site_127_0_0_1_8103"),
        ("class.vn", "site_class"),
        ("pages.vn", "site_pages"),
        ("../../etc/passwd", "etc_passwd"),
        ("tỉnhủy.vn", "t_nh_y"),
        ("x" * 300 + ".vn", "x" * 60),
    ],
)
def test_names_are_made_of_hosts(host: str, name: str) -> None:
    """A name is a word of letters, digits and underscores that a file and a class can have."""
    assert sitefile.name_for(host) == name
    assert sitefile.checked_name(name) == name


@given(st.text(max_size=80))
def test_every_host_makes_a_name_that_can_be_had(host: str) -> None:
    """Whatever a host is, its name is a sound one: no path can be built of it."""
    name = sitefile.name_for(host)
    assert sitefile.checked_name(name) == name
    assert name.isidentifier()
    assert not keyword.iskeyword(name)
