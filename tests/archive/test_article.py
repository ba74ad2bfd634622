"""How two readings compare in text, spelling, description; and articles as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.article import (
    Article,
    Change,
    Link,
    Removal,
    compare,
    digests,
    fold_digest,
    from_json,
    metadata_digest,
    text_digest,
    to_json,
)
from archive.cdxj import Capture
from archive.digest import Digest

SEEDS = Path(__file__).parents[2].parent / "shared" / "seeds" / "ideal.json"

ARTICLE = Article(
    url="https://bao.example/hoi-nghi-1.html",
    site="bao",
    title="Hội nghị “Dân vận khéo” năm 2021",
    lead="Sáng 29/12, Ban Dân vận họp tổng kết – triển khai nhiệm vụ…",
    text="Đồng chí Bí thư nói: “Phải gần dân”.\n\nCó 6 tập thể được khen vì hòa giải ở cơ sở.",
    published="2021-12-29T08:00+07:00",
    updated="2021-12-30",
    author="Thanh Tùng",
    byline="THANH TÙNG",
    dateline="ĐTO - ",
    section="Chính trị",
    captions=("Quang cảnh hội nghị.",),
    attachments=(Link(title="Kế hoạch 12", url="https://bao.example/kh12.pdf"),),
    previous=Link(title="Bài trước", url="https://bao.example/0.html"),
    next=None,
    extractor="generic 1",
    findings=("published: guessed",),
    removed=(Removal("counter", "Lượt xem: 12"),),
    capture=Capture(
        urlkey="example,bao)/hoi-nghi-1.html",
        timestamp="20211229011500",
        url="https://bao.example/hoi-nghi-1.html",
        mime="text/html",
        status=200,
        digest=Digest("sha1", bytes(20)),
        length=512,
        offset=1024,
        filename="bao-20211229.warc.gz",
        record_id="urn:uuid:2c1a1322-65da-4672-8000-000000000001",
        date="2021-12-29T01:15:00.000001Z",
    ),
)


def texts(article: Article, form: Callable[[str], str]) -> Article:
    """The article with every printed text in another form."""
    return replace(
        article,
        title=form(article.title),
        lead=form(article.lead) if article.lead else None,
        text=form(article.text),
        author=form(article.author) if article.author else None,
        captions=tuple(map(form, article.captions)),
    )


def swapped(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


SAME = {
    "NFD": lambda text: normalize("NFD", text),
    "CRLF": swapped("\n", "\r\n"),
    "NBSP": swapped(" ", "\u00a0"),
    "indent": lambda text: "\u00a0" * 11 + text,
    "zero width": swapped("â", "â\u200b"),
    "soft hyphen": swapped("hội", "h\u00adội"),
    "straight quotes": lambda text: text.replace("“", '"').replace("”", '"'),
    "angle quotes": lambda text: text.replace("“", "«").replace("”", "»"),
    "dash": swapped("–", "—"),
    "hyphen": swapped("–", "-"),
    "ellipsis": swapped("…", "..."),
    "Icelandic Đ": swapped("Đ", "Ð"),
    "African Đ": swapped("Đ", "Ɖ"),
}


@pytest.mark.parametrize("name", SAME)
def test_same_text(name: str) -> None:
    """An article whose bytes differ and whose text does not is UNCHANGED."""
    assert compare(ARTICLE, texts(ARTICLE, SAME[name])) is Change.UNCHANGED


EDITS: dict[str, dict[str, Any]] = {
    "a digit": {"text": ARTICLE.text.replace("6", "7")},
    "a word": {"text": ARTICLE.text.replace("gần dân", "sát dân")},
    "a tone": {"text": ARTICLE.text.replace("hòa", "hóa")},
    "a date": {"lead": "Sáng 28/12, Ban Dân vận họp tổng kết – triển khai nhiệm vụ…"},
    "the title": {"title": "Hội nghị “Dân vận khéo” năm 2022"},
    "a paragraph less": {"text": ARTICLE.text.partition("\n\n")[0]},
    "no lead": {"lead": None},
    "lead moved to the body": {"lead": None, "text": f"{ARTICLE.lead}\n\n{ARTICLE.text}"},
}


@pytest.mark.parametrize("name", EDITS)
def test_changed(name: str) -> None:
    """One digit, one word, one tone, one paragraph more or less is CHANGED."""
    assert compare(ARTICLE, replace(ARTICLE, **EDITS[name])) is Change.CHANGED


@pytest.mark.parametrize(
    "form", [swapped("hòa giải", "hoà giải"), swapped("Đồng chí", "ĐỒNG CHÍ"), str.upper]
)
def test_orthography(form: Callable[[str], str]) -> None:
    """Another style of tone marks or another case is ORTHOGRAPHY."""
    other = replace(ARTICLE, title=form(ARTICLE.title), text=form(ARTICLE.text))
    assert compare(ARTICLE, other) is Change.ORTHOGRAPHY


AUDIO = Link(title="Nghe bài", url="https://bao.example/1.mp3")


@pytest.mark.parametrize(
    "fields",
    [
        {"updated": "2021-12-30T09:00+07:00"},
        {"published": None},
        {"author": "Quốc Nhật"},
        {"byline": "Thanh Tùng (Ban Dân vận)"},
        {"dateline": None},
        {"section": "Xã hội"},
        {"captions": ()},
        {"captions": ("Quang cảnh hội nghị", ".")},
        {"attachments": (*ARTICLE.attachments, AUDIO)},
        {"attachments": (replace(ARTICLE.attachments[0], url="https://bao.example/kh13.pdf"),)},
    ],
)
def test_metadata(fields: dict[str, Any]) -> None:
    """The same text with another description is METADATA."""
    assert compare(ARTICLE, replace(ARTICLE, **fields)) is Change.METADATA


@pytest.mark.parametrize(
    "fields",
    [
        {"previous": None, "next": Link(title="Bài sau", url="https://bao.example/2.html")},
        {"extractor": "generic 2", "findings": (), "removed": ()},
        {"capture": None},
        {"author": "Thanh\u00a0Tùng "},
    ],
)
def test_what_is_no_change(fields: dict[str, Any]) -> None:
    """Neighbouring articles, the reader's remarks and the capture change nothing."""
    assert compare(ARTICLE, replace(ARTICLE, **fields)) is Change.UNCHANGED


def test_text_goes_before_description() -> None:
    """An article of which text and description differ is CHANGED."""
    other = replace(ARTICLE, text="Khác.", author=None)
    assert compare(ARTICLE, other) is Change.CHANGED


def test_digests_stand_for_the_article() -> None:
    """Digests kept from an old reading compare as the reading itself does, labelled sha256."""
    old = digests(ARTICLE)
    other = replace(ARTICLE, text=ARTICLE.text.replace("hòa", "hoà"))
    assert compare(old, other) is compare(ARTICLE, other) is Change.ORTHOGRAPHY
    assert (old.text, old.fold, old.metadata) == (
        text_digest(ARTICLE),
        fold_digest(ARTICLE),
        metadata_digest(ARTICLE),
    )
    assert str(old.text).startswith("sha256:")


def test_the_text_digest_is_what_anyone_would_compute() -> None:
    """The text digest is SHA-256 over canonical title, lead and body, a line feed between."""
    article = Article(url="u", site="s", title="Đầu  đề", text="Một “hai”.\n\nBa…")
    # printf '%s' 'Đầu đề\n\nMột "hai". Ba...' | sha256sum
    expected = "b08a43c775ca13866d6fc4f087a9fb6f327b5baa2a0120713d6be1c73303af82"
    assert str(text_digest(article)) == f"sha256:{expected}"


def seed_articles() -> list[Article]:
    if not SEEDS.exists():
        pytest.skip(f"shared/seeds not found: {SEEDS}")
    return [
        Article(
            url=f"https://seed.example/{number}",
            site="seed",
            title=seed["title"],
            lead=seed["lead"],
            text="\n\n".join(seed["body"]),
            author=seed["author"],
            captions=tuple(caption for caption in seed["captions"] if isinstance(caption, str)),
        )
        for number, seed in enumerate(json.loads(SEEDS.read_text())["records"])
    ]


@pytest.mark.parametrize("name", SAME)
def test_seeds_are_the_same_in_every_form(name: str) -> None:
    """The five real articles are UNCHANGED in any normal form and typography."""
    for article in seed_articles():
        assert compare(article, texts(article, SAME[name])) is Change.UNCHANGED


def test_every_edit_of_a_seed_is_seen() -> None:
    """A word dropped anywhere in a real article is CHANGED."""
    for article in seed_articles():
        words = article.text.split(" ")
        for number in range(0, len(words), max(1, len(words) // 25)):
            edited = " ".join(words[:number] + words[number + 1 :])
            assert compare(article, replace(article, text=edited)) is Change.CHANGED


LINKS = st.builds(Link, title=st.text(), url=st.text())
MAYBE = st.none() | st.text()
DIGESTS = st.builds(Digest, st.just("sha256"), st.binary(min_size=32, max_size=32)) | st.builds(
    Digest, st.just("sha1"), st.binary(min_size=20, max_size=20)
)
CAPTURES = st.builds(Capture, digest=st.none() | DIGESTS, record_id=st.text(), date=st.text())
ARTICLES = st.builds(
    Article,
    **dict.fromkeys(("lead", "published", "updated", "author", "byline", "section"), MAYBE),
    dateline=MAYBE,
    captions=st.lists(st.text()).map(tuple),
    attachments=st.lists(LINKS).map(tuple),
    previous=st.none() | LINKS,
    next=st.none() | LINKS,
    language=st.text(),
    extractor=st.text(),
    findings=st.lists(st.text()).map(tuple),
    removed=st.lists(st.builds(Removal, st.text(), st.text())).map(tuple),
    capture=st.none() | CAPTURES,
)


@given(ARTICLES)
def test_json_loses_nothing(article: Article) -> None:
    """An article written as JSON text and read back is the same article."""
    assert from_json(json.loads(json.dumps(to_json(article)))) == article


def test_json_of_a_capture() -> None:
    """The capture of an article's JSON has the names under which an export hands it on."""
    capture = to_json(ARTICLE)["capture"]
    assert capture["filename"] == "bao-20211229.warc.gz"
    assert (capture["offset"], capture["length"]) == (1024, 512)
    assert capture["payload_digest"] == "sha1:" + "A" * 32
    assert capture["captured_at"] == "2021-12-29T01:15:00.000001Z"


def test_json_of_older_and_newer_programs() -> None:
    """Missing keys have their defaults and unknown keys are passed over."""
    record = {"url": "u", "site": "s", "title": "t", "text": "x", "mood": "good"}
    assert from_json(record) == Article(url="u", site="s", title="t", text="x")


@pytest.mark.parametrize(
    "fields",
    [
        {"title": None},
        {"text": 5},
        {"captions": "một"},
        {"captions": [None]},
        {"attachments": ["https://bao.example/"]},
        {"previous": {"title": "t"}},
        {"capture": {"filename": "a"}},
        {"capture": to_json(ARTICLE)["capture"] | {"offset": "5"}},
        {"capture": to_json(ARTICLE)["capture"] | {"payload_digest": "sha1:AA"}},
        {"lead": "\ud800"},
    ],
)
def test_json_of_another_shape(fields: dict[str, Any]) -> None:
    """A record that is not an article's is refused with ValueError, whatever is wrong with it."""
    with pytest.raises(ValueError, match=r"article record|digest|surrogates"):
        from_json(to_json(ARTICLE) | fields)
