"""Rules are learned from the shapes of addresses."""

from __future__ import annotations

import re
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.patterns import Told, learn, literal

WORDS = "hoi-nghi-tong-ket-cong-tac"


def kind(rules: object, address: str) -> str:
    """What learned rules take an address for: articles are asked about first."""
    for name in ("article", "listing"):
        if any(re.search(pattern, address) for pattern in getattr(rules, name)):
            return name
    return "none"


def told(articles: list[str], lists: list[str]) -> dict[str, Told]:
    return {**dict.fromkeys(articles, "article"), **dict.fromkeys(lists, "listing")}


@pytest.mark.parametrize(
    ("articles", "lists", "another"),
    [
        (["/tin/1-a-b", "/tin/2-c"], ["/tin"], "/tin/391-x-y-z"),
        (["/tin/a-b-post12.html", "/dang/c-post9.html"], ["/tin/"], "/bien/d-e-post77.html"),
        (["/x.php?cat=tin&id=1", "/x.php?cat=dan-van&id=2"], ["/y.php?cat=tin"],
         "/x.php?cat=bien&id=9"),
        ([f"/{WORDS}-{n}-a" for n in ("mot", "hai")], ["/dan-van"], f"/{WORDS}-nam-sau"),
        (["/2024/05/bai-a", "/2024/06/bai-b"], ["/tin-tuc"], "/2019/01/bai-c"),
    ],
)  # fmt: skip
def test_what_was_not_read_is_known_by_its_shape(
    articles: list[str], lists: list[str], another: str
) -> None:
    """An article that the survey never met is one by the rules; a list is none, and nothing else
    is either.
    """
    rules = learn(told(articles, lists), [another])
    assert [kind(rules, one) for one in (*articles, another)] == ["article"] * (len(articles) + 1)
    assert [kind(rules, one) for one in lists] == ["listing"] * len(lists)
    assert [kind(rules, one) for one in ("/gioi-thieu", "/a/b/c/d", "/dang-nhap?x=1")] == [
        "none"
    ] * 3


def test_lists_that_look_like_articles_are_kept_apart() -> None:
    """A section with a name as long as a title is a list and no article."""
    section = "/nghien-cuu-trao-doi"
    rules = learn(told([f"/{WORDS}-{n}-a" for n in ("mot", "hai")], [section]), [])
    assert kind(rules, section) == "listing"
    assert kind(rules, section + "-va-binh-luan") == "article"


def test_one_article_teaches_nothing() -> None:
    """A page "Giới thiệu" that reads like an article makes no rule."""
    assert learn(told(["/gioi-thieu-chung-ve-tinh", "/lien-he"], ["/"]), []).article == ()


def test_words_of_a_query_tell_pages_apart_where_pages_say_so() -> None:
    """`view=list` and `view=show` are two kinds of page if they were read as such."""
    rules = learn(
        told(["/?view=show&id=1", "/?view=show&id=2"], ["/?view=list&id=1", "/?view=list&id=2"]), []
    )
    assert kind(rules, "/?view=show&id=9") == "article"
    assert kind(rules, "/?view=list&id=9") == "listing"
    assert kind(rules, "/?view=print&id=9") == "none"


@given(st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=8))
def test_every_address_makes_a_sound_pattern(texts: list[str]) -> None:
    """Whatever a stranger's address holds, rules of it compile, and its own matches it alone."""
    addresses = ["/" + text.replace("?", "") for text in texts]
    rules = learn(dict.fromkeys(addresses, "article"), addresses)
    assert all(re.compile(pattern) for pattern in (*rules.article, *rules.listing))
    own = addresses[0].replace("\\", "")[:300]
    assert re.search(literal(own), own)
    assert not re.search(literal(own), own + "x")


def test_patterns_take_linear_time() -> None:
    """An address made to be hard costs no more than its length."""
    rules = learn(
        told(["/a/1-b-c-d-e-2.html", "/a/2-b-c-d-e-3.html", f"/{WORDS}-a", f"/{WORDS}-b"], []), []
    )
    hard = "/" + "1-a" * 10_000 + "/" + "-1" * 10_000
    began = process_time()
    assert kind(rules, hard) == "none"
    assert process_time() - began < 0.5
