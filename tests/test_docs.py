"""The documents name everything there is, and what they show can be typed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from crawler import settings
from crawler.cli import app, exits

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
PROGRAM: Any = typer.main.get_command(app)


def commands(group: Any = PROGRAM, name: str = "tinhuy") -> Iterator[tuple[str, Any]]:
    """Every command of the program with its whole name."""
    if getattr(group, "invoke_without_command", True):  # else it only holds others
        yield name, group
    for part, command in getattr(group, "commands", {}).items():
        yield from commands(command, f"{name} {part}")


def table_rows() -> dict[str, str]:
    """The rows of README's table of commands, by the command's name without its arguments."""
    rows = re.findall(r"^\| `(tinhuy[a-z ]*)[A-Z.]*`(.*)$", README, re.MULTILINE)
    return {name.strip(): row for name, row in rows}


def examples() -> list[str]:
    """Every line of README's shell examples."""
    blocks = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_every_command_and_option_is_documented(name: str, command: Any) -> None:
    """Each command has a row in README's table, and the row names all of its options."""
    row = table_rows()[name]
    options = [option for param in command.params for option in param.opts if option[0] == "-"]
    assert [option for option in options if f"`{option}`" not in row] == []


def test_no_command_is_documented_that_is_not_there() -> None:
    """README's table has no row for a command that was removed or renamed."""
    assert set(table_rows()) == {name for name, _ in commands()}


def test_exit_codes_are_documented() -> None:
    """README has exactly the exit codes and meanings that the program has."""
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", README, re.MULTILINE)
    assert {int(code): meaning for code, meaning in rows} == exits.MEANINGS


def test_help_ends_with_the_exit_codes() -> None:
    """`tinhuy --help` tells each exit code."""
    assert all(f"{code}  {meaning}" in PROGRAM.epilog for code, meaning in exits.MEANINGS.items())


def test_every_setting_is_documented() -> None:
    """docs/settings.md has one row for each setting, and none for what is no setting."""
    named = {name for name in vars(settings) if name.isupper()}
    rows = re.findall(r"^\| `([A-Z_0-9]+)` \|", SETTINGS, re.MULTILINE)
    assert sorted(rows) == sorted(named)


@pytest.mark.parametrize("line", [line for line in examples() if line.startswith("tinhuy ")])
def test_examples_can_be_typed(line: str) -> None:
    """Every example of README is understood by the program as it stands."""
    assert understood(shlex.split(line, comments=True)[1:])


def understood(words: list[str]) -> bool:
    """Whether the program has such a command. Raises what it would tell of a mistake."""
    command, context = PROGRAM, PROGRAM.make_context("tinhuy", list(words))
    while words and words[0] in getattr(command, "commands", {}):
        name, command, words = command.resolve_command(context, words)
        context = command.make_context(name, list(words), parent=context)
    return command is not PROGRAM


def test_targets_of_make_that_are_documented_exist() -> None:
    """Every `make TARGET` of README is in the Makefile."""
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE)
    assert named
    assert set(named) <= set(targets)


def test_ci_runs_what_the_readme_says() -> None:
    """CI calls README's test command, after the checks that stand before it in `make check`."""
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in lines if line.startswith("make ")] == ["make lint", "make test"]
    assert "make test" in README


def test_links_lead_somewhere() -> None:
    """Every relative link and path in README names a file or a heading that is there."""
    for target in re.findall(r"\]\(([^)#]+)", README):
        assert (ROOT / target).exists(), target
    headings = {re.sub(r"\W+", "-", h.lower()) for h in re.findall(r"^#+ (.+)$", README, re.M)}
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= headings
