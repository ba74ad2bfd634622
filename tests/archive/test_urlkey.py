"""URL keys, beside those of the package that pywb and cdxj-indexer use."""

from __future__ import annotations

import io
import time
import warnings

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.urlkey import FORM, request_key, target_uri, urlkey

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # invalid escapes in its patterns
    surt = pytest.importorskip("surt")
    postquery = pytest.importorskip("cdxj_indexer.postquery")

_PARTS = st.sampled_from([*'aB%/.?&=#:@ế()[];\\+"10 \t', "25", "41", "..", "&&", "%E1%BA%BF"]) | (
    st.sampled_from(["www.", "www2.", "http://", "https://", "sid=", "PHPSESSID=", "x.aspx"])
    | st.sampled_from(["0" * 32, "(S(abcdefghijklmnopqrstuvwx))/", ";jsessionid=1.node"])
)
_URLS = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(
            ["", "http://", "https://tinhuy.vn/", "http://báo.vn:80/", "HTTP://A.vn:8/"]
        ),
        st.lists(_PARTS, max_size=12).map("".join),
    ),
)


def _theirs(url: str) -> str | None:
    try:
        key: str = surt.surt(url)
    except Exception:
        return None
    return key


@given(_URLS)
@example("http://a.vn/(S(abcdefghijklmnopqrstuvwx))/Tin.aspx?B=1&a=2&PHPSESSID=" + "0" * 32)
@example("http://0127.0.0.1/")
@example("https://www.báo.vn:443/Tin tức/?q=ế#x")
@example("dns:tinhuy.vn")
@example("http://..")
@example("")
def test_keys_are_those_of_other_tools(url: str) -> None:
    """Where the other package gives a key, ours is the same."""
    theirs = _theirs(url)
    if theirs is not None:
        assert urlkey(url) == theirs


@given(st.text(max_size=60))
def test_any_text_has_a_key_fit_for_an_index(url: str) -> None:
    """A key is ASCII without white space, whatever the URL; so is a target URI, which is stable."""
    for text in (urlkey(url), target_uri(url)):
        assert text.isascii()
        assert text.isprintable()
        assert " " not in text
    assert target_uri(target_uri(url)) == target_uri(url)


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://a.vn/b#c", "http://a.vn/b"),
        ("http://ban:bí@a.vn/@b?c@d", "http://a.vn/@b?c@d"),
        ("http://a.vn?x@y", "http://a.vn?x@y"),
        ("http://a.vn/Hội nghị\r\nX: y", "http://a.vn/H%E1%BB%99i%20ngh%E1%BB%8B%0D%0AX:%20y"),
        ("http://a.vn/100%25", "http://a.vn/100%25"),
    ],
)
def test_target_uri(url: str, sent: str) -> None:
    """A target URI has neither fragment nor password nor anything that ends a line."""
    assert target_uri(url) == sent


_BODIES = [
    (FORM, b"a=1&b=T%C3%ADn+t%E1%BB%A9c&__VIEWSTATE=%2FwEP%23"),
    (FORM, b"\xff\xfe"),
    (f"{FORM}; charset=utf-8", b"x=" + b"y" * 9000),
    ("application/json", b'{"a": {"b": [1, 2], "c": "\xc3\xad"}, "b": 3}'),
    ("application/json", b"{not json"),
    ("text/plain", b"{not json"),
    ("text/plain", b'{"a": 1}\n{"a": 2}'),
    ("application/octet-stream", bytes(range(256))),
    ("", b"abc"),
    (
        "multipart/form-data; boundary=XX",
        b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\nT\xc3\xadn\r\n'
        b'--XX\r\nContent-Disposition: form-data; name="f"; filename="x.bin"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n\xff\x00\r\n--XX--\r\n",
    ),
]


@pytest.mark.parametrize("url", ["http://a.vn/list", "http://a.vn/list?page=2"])
@pytest.mark.parametrize(("content_type", "body"), _BODIES)
def test_posts_are_keyed_as_by_other_tools(url: str, content_type: str, body: bytes) -> None:
    """A POST is filed under the key that cdxj-indexer makes of URL and body."""
    query, appended = postquery.append_method_query(
        "POST", content_type, str(len(body)), io.BytesIO(body), url
    )
    assert request_key(url, "POST", body, content_type) == (surt.surt(url + appended), query)


@pytest.mark.parametrize(
    "url",
    [
        "http://a.vn/" + "%25" * 100_000 + "41",
        "http://a.vn/?" + "cfid=a" * 100_000,
        "http://a.vn/" + "/(" * 100_000,
        "http://a.vn/?" + "&" * 300_000,
    ],
)
def test_hostile_urls_take_no_time(url: str) -> None:
    """A URL of hundreds of kilobytes made to be slow is keyed within a second."""
    start = time.process_time()
    urlkey(url)
    assert time.process_time() - start < 1
