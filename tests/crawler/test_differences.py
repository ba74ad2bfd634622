"""What another reading changes: how far its text is from the old one, and which fields differ."""

from __future__ import annotations

from archive import Article, Link
from archive.article import Removal
from crawler.differences import MAX_EXAMPLES, Example, FieldCounts, Report, differing, distance

OLD = Article(
    url="u",
    site="s",
    title="Hội nghị tổng kết",
    text="Một hai ba bốn năm sáu bảy tám.",
    author="Thanh Tùng",
    captions=("Ảnh 1",),
)


def read(**fields: object) -> Article:
    values = {name: getattr(OLD, name) for name in ("title", "text", "author", "captions")}
    return Article(url="u", site="s", **(values | fields))


def test_distance() -> None:
    """The distance of a text is 0 from itself and from what only looks otherwise, 1 from another,
    and in between the share of 4-word shingles that is not in both.
    """
    assert distance(OLD, read(text="Một  hai ba BỐN năm sáu bảy tám!")) == 0
    assert distance(OLD, read(title="Khác hẳn", text="Không có chữ nào chung cả.")) == 1
    one_more = read(text=OLD.text + " Chín.")
    assert distance(OLD, one_more) == distance(one_more, OLD)
    assert round(distance(OLD, one_more), 9) == 1 / 10
    assert distance(read(title="", text=""), read(title="", text="")) == 0


def test_fields_that_differ() -> None:
    """Each field that was gained, lost or changed is told, and nothing of who read it."""
    new = read(
        author=None,
        captions=("Ảnh 1", "Ảnh 2"),
        section="Xã hội",
        next=Link(title="Sau", url="v"),
        extractor="another",
        findings=("x",),
        removed=(Removal("rule", "line"),),
    )
    assert list(differing(OLD, new)) == [
        ("author", "Thanh Tùng", ""),
        ("section", "", "Xã hội"),
        ("captions", "Ảnh 1", "Ảnh 1 | Ảnh 2"),
        ("next", "", "Sau <v>"),
    ]
    assert list(differing(OLD, read())) == []


def test_long_texts_are_told_from_where_they_differ() -> None:
    """Of a long text some words around the first difference are shown, however far it stands."""
    long = "chữ " * 10_000
    [(_, before, after)] = differing(read(text=long + "cũ."), read(text=long + "mới."))
    assert before.endswith("cũ.")
    assert after.endswith("mới.")
    assert max(len(before), len(after)) <= 200


def test_a_report_counts_and_keeps_some_examples() -> None:
    """Every reading is counted by field; of examples of a field there are a few."""
    report = Report(site="s")
    for number in range(20):
        report.differ(OLD, read(author=None if number % 2 else "Lan", section="Xã hội"))
    assert report.fields == {
        "author": FieldCounts(lost=10, changed=10),
        "section": FieldCounts(gained=20),
    }
    assert len(report.examples) == 2 * MAX_EXAMPLES
    assert report.examples[0] == Example(url="u", what="author", before="Thanh Tùng", after="Lan")


def test_the_average_distance() -> None:
    """The distance of a report is the mean of those that were added."""
    report = Report(site="s")
    for one in (0.5, 0.1, 0.3):
        report.add_distance(one)
    assert (report.text, round(report.distance, 9)) == (3, 0.3)
