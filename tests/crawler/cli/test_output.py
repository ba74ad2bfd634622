"""What is printed: nothing captured can act on the terminal, and machines get JSON or columns."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from crawler.cli.output import Size, fitting, harmless, print_json, print_table, table


@given(st.text())
def test_no_control_character_passes(text: str) -> None:
    """Whatever is captured, no control or line character is left in it; the rest is as it was."""
    shown = harmless(text)
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cs", "Zl", "Zp"}
    if text.isprintable() and text.isascii():
        assert shown == text


@pytest.mark.parametrize(
    ("captured", "shown"),
    [
        ("\x1b[31mđỏ\x1b[0m", r"\x1b[31mđỏ\x1b[0m"),
        ("a\r\nb\tc", r"a\r\nb\tc"),
        ("abc\u202etxt.exe", r"abc\u202etxt.exe"),
        ("\x9b2J", r"\x9b2J"),
        ("\ud800", r"\ud800"),
        ("Dân vận khéo – “điểm sáng”", "Dân vận khéo – “điểm sáng”"),
    ],
)
def test_what_is_hidden_is_spelled_out(captured: str, shown: str) -> None:
    """Escape sequences and direction marks are shown as what they are."""
    assert harmless(captured) == shown


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_is_safe_and_equal(text: str) -> None:
    """JSON on a terminal holds no control or direction character, and says the same text."""
    out = io.StringIO()
    stdout, sys.stdout = sys.stdout, out
    try:
        print_json({"title": text})
    finally:
        sys.stdout = stdout
    said = out.getvalue()
    assert json.loads(said) == {"title": text}
    assert harmless(said, keep="\n") == said


def test_markup_in_a_title_is_text() -> None:
    """Square brackets in captured text style nothing."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=60, markup=True)
    console.print(table(("title",), [("[red]đỏ[/red] [link=http://x]",)]))
    assert "[red]đỏ[/red] [link=http://x]" in out.getvalue()


def test_a_table_too_wide_is_turned() -> None:
    """Where a row does not fit, each row becomes a column: nothing is folded or lost."""
    columns, rows = ("site", *"abcdefgh"), [("paper", *range(100, 108)), ("portal", *range(8))]
    shown = {}
    for width in (60, 30):
        out = Console(file=io.StringIO(), width=width)
        with out.capture() as captured:
            out.print(fitting(columns, rows, out))
        shown[width] = [line.split() for line in captured.get().splitlines()]
    assert shown[60][1] == ["paper", *map(str, range(100, 108))]
    assert shown[30][:2] == [["site", "paper", "portal"], ["a", "100", "0"]]


def test_a_table_too_wide_either_way_is_parted() -> None:
    """Where neither rows nor columns fit, tables of some columns each follow one another: all begin
    with the first, and together they hold each cell in one piece.
    """
    columns = ("site", *(f"column-{number}" for number in range(9)))
    rows = [(f"site-number-{each}", *range(each, each + 9)) for each in range(10, 18)]
    out = Console(file=io.StringIO(), width=50)
    with out.capture() as captured:
        out.print(fitting(columns, rows, out))
    lines = captured.get().splitlines()
    assert max(map(len, lines)) <= 50
    parts = [part.splitlines() for part in captured.get().rstrip("\n").split("\n\n")]
    assert len(parts) == 3
    alike = zip(*parts, strict=True)
    together = [[word for line in same for word in line.split()[1:]] for same in alike]
    assert together == [[*columns[1:]], *([*map(str, row[1:])] for row in rows)]
    for part in parts:
        assert [line.split()[0] for line in part] == ["site", *(row[0] for row in rows)]


def test_a_pipe_gets_columns(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal a table is lines with tabs, one row each, and sizes are whole numbers."""
    print_table(("site", "written"), [("a\tb\n", Size(1_234_567))])
    assert capsys.readouterr().out == "site\twritten\na\\tb\\n\t1234567\n"


@pytest.mark.parametrize(
    ("size", "told"), [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (2_500_000_000, "2.5 GB")]
)
def test_sizes(size: int, told: str) -> None:
    """Sizes are told in decimal units."""
    assert Size(size).told() == told


def test_help_does_not_load_the_crawler() -> None:
    """`tinhuy --help` is quick: neither Scrapy nor what reads pages is imported for it."""
    code = "import crawler.cli, sys; print({n.partition('.')[0] for n in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "typer" in done.stdout
    for heavy in ("scrapy", "twisted", "lxml", "trafilatura"):
        assert repr(heavy) not in done.stdout
