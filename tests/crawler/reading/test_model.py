"""The site model: what it calls furniture, where it looks for the text, what it never does."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from random import Random
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.article import Article
from crawler.reading import NotAnArticle, Page, Reading, SiteModel, Traits, keys, read, study
from crawler.reading.model import FEW, FEWEST, PAGES, TEMPLATES, TITLES
from tests.crawler.reading import pages
from tests.practice import stock
from tests.practice.stories import Author

SLOGAN = "Chung tay xây dựng quê hương ngày càng giàu đẹp, văn minh và nghĩa tình"
NOTHING_LEARNED = SiteModel()
WRITER = Author("travinh", 11)
STORIES = [
    WRITER.write(n, moment, ("tin", "Tin tức")) for n, moment in enumerate(WRITER.moments(30))
]


def page_of(number: int, inside: str) -> str:
    """A page of a site that no rule knows: the text, and round it what the site prints."""
    story = STORIES[number]
    text = "".join(f"<p>{part.text}</p>" for part in story.parts if part.kind == "paragraph")
    return (
        f'<html lang="vi"><head><title>{story.title}</title></head><body class="trang-{number}">'
        f'<div id="khung"><h1>{story.title}</h1><div class="bai"><p>{story.lead}</p>{text}{inside}'
        f'<div class="loi"><span>{SLOGAN}</span> {40 + number} người</div></div></div>'
        "</body></html>"
    )


def reading_of(number: int, model: SiteModel = NOTHING_LEARNED, inside: str = "") -> Reading:
    page = pages.page(page_of(number, inside), url=f"https://bao.example.vn/tin/bai-{number}.html")
    return study(page, site="thu", model=model)


def learned(numbers: Iterable[int], inside: str = "") -> SiteModel:
    return SiteModel().learn(traits_of(number, inside) for number in numbers)


def traits_of(number: int, inside: str = "") -> Traits:
    found = reading_of(number, inside=inside).traits
    assert found is not None
    return found


def article_of(reading: Reading) -> Article:
    assert isinstance(reading.found, Article), reading.found
    return reading.found


def body_of(number: int) -> list[str]:
    return [" ".join(p.text.split()) for p in STORIES[number].parts if p.kind == "paragraph"]


def test_masks() -> None:
    """Counters, clocks and days of the week are the same on every page; words are not."""
    assert keys.mask("Đang online: 40") == keys.mask("đang online: 1.071")
    clocks = ("Thứ Bảy, 29/02/2020, 08:28", "Chủ nhật, 1/3/2020, 19:05")
    assert keys.mask(clocks[0]) == keys.mask(clocks[1])
    assert keys.mask("Khách: 3") != keys.mask("Thành viên: 3")


def test_a_slogan_nobody_listed_is_learned() -> None:
    """A line inside the text's own element that stands on every article is left out, with the
    frequency as its reason, and the text stays whole."""
    before, after = reading_of(20), reading_of(20, learned(range(20)))
    assert SLOGAN in article_of(before).text
    assert article_of(after).text.split("\n\n")[-len(body_of(20)) :] == body_of(20)
    (removed,) = article_of(after).removed
    assert removed.line == f"{SLOGAN} 60 người"
    assert removed.rule == "model: on 20 of 20 articles"


@pytest.mark.parametrize("count", [0, 1, FEWEST - 1])
def test_too_few_articles_teach_nothing(count: int) -> None:
    """Below FEWEST articles nothing is called furniture."""
    model = learned(range(count))
    assert list(model.learned()) == []
    assert reading_of(20, model).found == replace(
        article_of(reading_of(20)), extractor=article_of(reading_of(20, model)).extractor
    )


def test_few_articles_teach_nothing_of_the_text() -> None:
    """Below FEW articles nothing is left out of the element that holds the text."""
    assert SLOGAN in article_of(reading_of(20, learned(range(FEW - 1)))).text
    assert SLOGAN not in article_of(reading_of(20, learned(range(FEW)))).text


def test_refetches_count_once() -> None:
    """An article that was fetched a hundred times does not become its own template."""
    page = traits_of(5)
    seen = [replace(page, seen_at=f"2026-01-01T00:00:{n:02}+00:00") for n in range(60)]
    model = SiteModel().learn(seen)
    assert len(model.pages) == 1
    assert model.pages[0] == seen[-1]


def test_related_titles_are_left_out() -> None:
    """A link that says the title of another article is no text, wherever it stands; a link to
    something else is."""
    model = learned(range(20))
    other, own = STORIES[3].title, "Xem toàn văn kế hoạch của Huyện ủy tại đây"
    inside = "".join(f'<p><a href="/x">{line}</a></p>' for line in (other, own))
    document = reading_of(20, model, inside=inside).document
    assert document is not None
    left = {document.blocks[index].text: why for index, why in document.furniture.items()}
    assert left[other].why == "model: title of another article"
    assert own not in left


def test_titles_of_a_series_stay() -> None:
    """Titles that differ in their numbers only are no furniture, on however many articles."""
    asked = [issue(number) for number in range(20)]
    found = [study(page, site="thu").traits for page in asked]
    model = SiteModel().learn(traits for traits in found if traits is not None)
    assert len(model.pages) == len(asked)
    for number, page in enumerate(asked):
        reading = study(page, site="thu", model=model)
        assert article_of(reading).title == ISSUE.format(number)
        assert reading.document is not None
        printed = [block.text for block in reading.document.blocks].index(ISSUE.format(number))
        assert printed not in reading.document.furniture


ISSUE = "Bản tin dân vận khéo của huyện, số {} năm 2024"


def issue(number: int) -> Page:
    """An article of a series, whose title stands in no heading."""
    html = page_of(number, "").replace(STORIES[number].title, ISSUE.format(number))
    html = html.replace("<h1>", '<div class="ten">').replace("</h1>", "</div>")
    return pages.page(html, url=f"https://bao.example.vn/tin/bai-{number}.html")


def test_what_stands_in_some_texts_stays() -> None:
    """A heading that a third of the articles have in their text is theirs."""
    heading = f"<p>{stock.GALLERY_LINES[0]}</p>"
    model = SiteModel().learn(
        traits_of(number, heading if number % 3 == 0 else "") for number in range(21)
    )
    found = article_of(reading_of(22, model, inside=heading))
    assert stock.GALLERY_LINES[0] in found.text.split("\n\n")
    assert SLOGAN not in found.text


def test_a_quotation_of_some_articles_stays() -> None:
    """A sentence that two of five articles have in their text is theirs, however long it is."""
    said = "Mỗi cán bộ phải trọng dân, gần dân, hiểu dân, học dân và có trách nhiệm với dân."
    model = SiteModel().learn(
        traits_of(number, f"<p>{said}</p>" if number % 5 < 2 else "") for number in range(25)
    )
    assert said in article_of(reading_of(26, model, inside=f"<p>{said}</p>")).text.split("\n\n")


def test_no_rule_is_disarmed() -> None:
    """The heading of a list, which all articles have, still cuts off the titles under it."""
    inside = "<p>Tin liên quan</p><p>Hội nghị khác của huyện nhà trong năm qua</p>"
    model = learned(range(20), inside=inside)
    assert article_of(reading_of(21, model, inside=inside)).text.endswith(body_of(21)[-1])


@pytest.mark.parametrize("line", ["Thanh Tùng", "Cập nhật ngày: 29/02/2024 15:12:50"])
def test_names_and_dates_in_the_text_are_never_furniture(line: str) -> None:
    """A byline or date line that every article ends with is lifted, not lost."""
    model = learned(range(20), inside=f"<p>{line}</p>")
    document = reading_of(21, model, inside=f"<p>{line}</p>").document
    assert document is not None
    assert line not in {document.blocks[index].text for index in document.furniture}


def test_the_text_is_looked_for_where_it_stood() -> None:
    """After FEW articles the text is taken from the element that held it, not guessed again."""
    model = learned(range(FEW), inside="")
    model = model.learn(reading_of(n, model).traits or traits_of(n) for n in range(FEW, 25))
    model = SiteModel().learn(reading_of(n, model).traits or traits_of(n) for n in range(25))
    found = article_of(reading_of(26, model))
    assert found.extractor.split(";")[0].endswith(" model")
    assert found.text.split("\n\n")[-len(body_of(26)) :] == body_of(26)


def test_a_page_without_that_element_is_read_as_before() -> None:
    """What was learned of one template does not spoil another."""
    model = learned(range(25))
    html = pages.article_page(pages.PLAIN)
    assert (
        pages.article(html).text == article_of(study(pages.page(html), site="t", model=model)).text
    )


def test_a_list_in_the_same_template_is_no_article() -> None:
    """A section page in which links stand where articles have their text stays a listing."""
    teasers = "".join(
        f'<div><a href="/tin/bai-{n}.html">{STORIES[n].title}</a><p>{STORIES[n].lead}</p></div>'
        for n in range(20)
    )
    html = f'<html><body class="trang-1"><div id="khung"><div class="bai">{teasers}</div></div>'
    found = read(pages.page(html), site="thu", model=learned(range(25)))
    assert isinstance(found, NotAnArticle)


def test_a_model_survives_being_written_down() -> None:
    """A model from its JSON reads pages as the model did, and has its version."""
    model = learned(range(15))
    again = SiteModel.from_json(json.loads(json.dumps(model.to_json())))
    assert again.version == model.version != ""
    assert reading_of(20, again).found == reading_of(20, model).found
    assert again.learn([traits_of(16)]).version == model.learn([traits_of(16)]).version


@pytest.mark.parametrize(
    "content", [{}, {"format": 2}, {"format": 1, "blocks": [1], "pages": [], "titles": []},
                {"format": 1, "blocks": [], "pages": [["u", "t", "b", "x", "p", [], [7]]],
                 "titles": []}],
)  # fmt: skip
def test_what_is_no_model_is_refused(content: dict[str, object]) -> None:
    """JSON of another shape raises ValueError, and nothing else."""
    with pytest.raises(ValueError, match="model"):
        SiteModel.from_json(content)


TRAITS = st.builds(
    Traits,
    url=st.sampled_from([f"https://bao.example.vn/{n}" for n in range(12)]),
    seen_at=st.integers(0, 99).map(lambda n: f"2026-01-01T00:00:{n:02}+00:00"),
    template=st.sampled_from(["body", "body.single"]),
    title=st.sampled_from([story.title for story in STORIES[:4]]),
    body=st.sampled_from(["", "div.bai"]),
    whole=st.sampled_from([(), ("div.bai",), ("div.bai", "body div.bai")]),
    blocks=st.lists(st.sampled_from([("a", "A"), ("b", "B"), ("c", "C")]), unique=True).map(tuple),
)


@given(st.lists(TRAITS, unique_by=lambda page: (page.url, page.seen_at)), st.randoms())
def test_the_order_of_learning_makes_no_difference(seen: list[Traits], random: Random) -> None:
    """The same articles give the same model in any order, and, in the order in which they were
    seen, in any number of parts."""
    ordered = sorted(seen, key=lambda page: (page.seen_at, page.url))
    at_once = SiteModel().learn(seen)
    shuffled = random.sample(seen, len(seen))
    assert SiteModel().learn(shuffled) == at_once
    in_parts = SiteModel()
    for page in ordered:
        in_parts = in_parts.learn([page])
    assert in_parts == at_once


def test_a_model_is_bounded() -> None:
    """However many articles, templates and titles a site has, a model remembers the newest."""
    page = traits_of(1)
    many = [
        replace(
            page,
            url=f"https://bao.example.vn/{n}",
            seen_at=f"2026-01-{1 + n // 400:02}T00:{n % 400 // 60:02}:{n % 60:02}+00:00",
            template=f"body.{n * 10 // 4000}",
            title=f"Hội nghị lần thứ {n} của huyện",
        )
        for n in range(4000)
    ]
    model = SiteModel().learn(many)
    assert len(model.pages) == PAGES * TEMPLATES
    assert len(model.titles) == TITLES
    assert model.pages[-1].url.endswith("/3999")


def test_many_links_of_one_element_take_linear_time() -> None:
    """A page of links that all stand in one element costs no more with a model than without."""
    model = learned(range(12))
    links = "<a href=/x>một hai ba</a><hr>" * 20_000
    page = pages.page(f'<html><body class="trang-1"><div>{links}</div></body></html>')
    began = process_time()
    study(page, site="thu", model=model)
    assert process_time() - began < 10.0


def test_the_largest_model_is_no_large_entry() -> None:
    """As many templates, articles and blocks as a model holds, each block another one, are far from
    what an entry of a journal may have."""
    blocks = tuple((f"{n:012x}", "\N{GRINNING FACE}" * 80) for n in range(500))
    page = replace(traits_of(1), blocks=blocks)
    model = SiteModel().learn(
        replace(
            page,
            url=f"https://bao.example.vn/{n}",
            template=f"body.{n % TEMPLATES}",
            blocks=tuple((f"{n:06x}{key[6:]}", sample) for key, sample in blocks),
        )
        for n in range(PAGES * TEMPLATES)
    )
    assert len(json.dumps(model.to_json(), ensure_ascii=False).encode()) < 16_000_000
