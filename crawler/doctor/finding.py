"""What the doctor finds: of one thing that a night needs, how it is and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """NO is what a night fails by, WARNING what somebody should know of."""

    OK = "ok"
    WARNING = "warning"
    NO = "no"
    NOT_NEEDED = "not needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was looked at, and how it is. `remedy` is a command, for what is a WARNING or a NO."""

    what: str
    verdict: Verdict
    detail: str
    remedy: str = ""


def setting(name: str, value: str, *, in_list: bool = False) -> str:
    """The command that sets it for this shell, with the line by which the service has it too."""
    line = f'["{value}"]' if in_list else f'"{value}"'
    return f"export TINHUY_{name}={value}  # for good: {name.lower()} = {line} in tinhuy.toml"


def graded(amount: int, least: int, enough: int) -> Verdict:
    if amount < least:
        return Verdict.NO
    return Verdict.WARNING if amount < enough else Verdict.OK


def finding(what: str, verdict: Verdict, detail: str, remedy: str = "") -> Finding:
    wanted = remedy if verdict in (Verdict.WARNING, Verdict.NO) else ""
    return Finding(what=what, verdict=verdict, detail=" ".join(detail.split()), remedy=wanted)


def ok(what: str, detail: str) -> Finding:
    return finding(what, Verdict.OK, detail)


def warning(what: str, detail: str, remedy: str) -> Finding:
    return finding(what, Verdict.WARNING, detail, remedy)


def no(what: str, detail: str, remedy: str) -> Finding:
    return finding(what, Verdict.NO, detail, remedy)
