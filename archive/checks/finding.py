"""What a check finds, by which rule, and where the standard says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

ERROR = "error"
"""Something is lost, damaged, ambiguous or cannot be found: whoever relies on it goes astray."""
WARNING = "warning"
"""A departure from the letter that loses nothing; met in sound files of other writers."""


class Rule(NamedTuple):
    """`standard` is the clause; `severity` holds for files of others: in ours all are errors."""

    standard: str
    severity: str = ERROR


RULES = {
    "record": Rule("WARC 1.1 §4, Annex D; RFC 1952"),
    "arc": Rule("ARC 1.0"),
    "syntax": Rule("WARC 1.1 §4", WARNING),
    "encoding": Rule("WARC 1.1 §4", WARNING),
    "version": Rule("WARC 1.1 §4"),
    "type": Rule("WARC 1.1 §5.5, §6.1", WARNING),
    "required-field": Rule("WARC 1.1 §5"),
    "repeated-field": Rule("WARC 1.1 §5.1"),
    "forbidden-field": Rule("WARC 1.1 §5", WARNING),
    "unknown-field": Rule("tinhuy", WARNING),
    "id": Rule("WARC 1.1 §5.2"),
    "date": Rule("WARC 1.1 §5.4"),
    "content-type": Rule("WARC 1.1 §5.6", WARNING),
    "concurrent-to": Rule("WARC 1.1 §5.7"),
    "digest": Rule("WARC 1.1 §5.8, §5.9"),
    "digest-form": Rule("WARC 1.1 §5.8, annotation 48", WARNING),
    "block-digest": Rule("WARC 1.1 §5.8"),
    "payload-digest": Rule("WARC 1.1 §5.9, §6.3.2"),
    "payload-digest-convention": Rule("WARC 1.1 §5.9, §6.3.2", WARNING),
    "ip-address": Rule("WARC 1.1 §5.10", WARNING),
    "refers-to": Rule("WARC 1.1 §5.11"),
    "target-uri": Rule("WARC 1.1 §5.14"),
    "target-uri-brackets": Rule("WARC 1.1 §5.14", WARNING),
    "truncated": Rule("WARC 1.1 §5.15", WARNING),
    "warcinfo": Rule("WARC 1.1 §5.16, §5.17, §6.2"),
    "warc-fields": Rule("WARC 1.1 §4, §6.2, §6.6", WARNING),
    "http": Rule("WARC 1.1 §6.3.2, §6.5.2"),
    "http-version": Rule("WARC 1.1 §6.3.2, annotation 42", WARNING),
    "protocol": Rule("WARC-Protocol (IIPC, proposed)"),
    "framing": Rule("WARC 1.1 §6.3.2, RFC 9112", WARNING),
    "profile": Rule("WARC 1.1 §6.7", WARNING),
    "revisit": Rule("WARC 1.1 §5.13, §6.7"),
    "revisit-elsewhere": Rule("WARC 1.1 §6.7", WARNING),
    "gzip": Rule("WARC 1.1 Annex D, RFC 1952"),
    "name": Rule("WARC 1.1 Annex C"),
    "group": Rule("WARC 1.1 §5.7, Annex C"),
    "journal": Rule("tinhuy"),
    "unfinished": Rule("tinhuy"),
    "manifest": Rule("tinhuy"),
    "index": Rule("CDXJ"),
    "catalog": Rule("tinhuy"),
    "dedup": Rule("tinhuy"),
    "zip": Rule("WACZ 1.1.1 §Zip Format"),
    "zip-name": Rule("WACZ 1.1.1 §Zip Format, APPNOTE.TXT 4.4.17"),
    "zip-stored": Rule("WACZ 1.1.1 §Zip Compression"),
    "wacz-layout": Rule("WACZ 1.1.1 §Other files and directories"),
    "wacz-archive": Rule("WACZ 1.1.1 §archive"),
    "wacz-index": Rule("WACZ 1.1.1 §indexes, CDXJ"),
    "wacz-pages": Rule("WACZ 1.1.1 §pages.jsonl"),
    "datapackage": Rule("WACZ 1.1.1 §datapackage.json"),
    "wacz-version": Rule("WACZ 1.1.1 §datapackage.json", WARNING),
    "resource": Rule("WACZ 1.1.1 §datapackage.json"),
    "datapackage-digest": Rule("WACZ 1.1.1 §datapackage-digest.json"),
    "datapackage-unsigned": Rule("WACZ 1.1.1 §datapackage-digest.json", WARNING),
}
"""Every rule there is. The names do not change."""

FIELDS = {
    "WARC-Record-ID": "§5.2",
    "Content-Length": "§5.3",
    "WARC-Date": "§5.4",
    "WARC-Type": "§5.5",
    "Content-Type": "§5.6",
    "WARC-Concurrent-To": "§5.7",
    "WARC-Block-Digest": "§5.8",
    "WARC-Payload-Digest": "§5.9",
    "WARC-IP-Address": "§5.10",
    "WARC-Refers-To": "§5.11",
    "WARC-Refers-To-Target-URI": "§5.12",
    "WARC-Refers-To-Date": "§5.13",
    "WARC-Target-URI": "§5.14",
    "WARC-Truncated": "§5.15",
    "WARC-Warcinfo-ID": "§5.16",
    "WARC-Filename": "§5.17",
    "WARC-Profile": "§5.18",
    "WARC-Identified-Payload-Type": "§5.19",
    "WARC-Segment-Number": "§5.20",
    "WARC-Segment-Origin-ID": "§5.21",
    "WARC-Segment-Total-Length": "§5.22",
}
"""The named fields of WARC 1.1, and their clauses."""


class Fault(NamedTuple):
    """A finding before it has a place. `field` names the clause more exactly than the rule.

    `offset` is set where the fault is not in the record in hand.
    """

    rule: str
    message: str
    field: str = ""
    offset: int | None = None

    def at(self, file: str, offset: int, *, ours: bool = True) -> Finding:
        rule = RULES[self.rule]
        offset = offset if self.offset is None else self.offset
        standard = f"WARC 1.1 {FIELDS[self.field]}" if self.field in FIELDS else rule.standard
        severity = ERROR if ours else rule.severity
        return Finding(file, offset, self.rule, self.message, standard, severity)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it must be. `rule` is a short name that does not change.

    `standard` is the clause that says how it must be, "tinhuy" for rules of this project.
    `severity` is ERROR or WARNING: see there.
    """

    file: str
    offset: int
    rule: str
    message: str
    standard: str = ""
    severity: str = ERROR

    def __post_init__(self) -> None:
        if not self.standard:
            object.__setattr__(self, "standard", RULES[self.rule].standard)


MOST = 100
"""Findings of one rule and severity that are told of one file."""


def bounded(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings as they come, MOST of a kind; at the end, how many more there are of each.

    A file of others may depart from the letter in each of a million records.
    """
    counts, examples = Counter[tuple[str, str, str]](), dict[tuple[str, str, str], Finding]()
    for finding in findings:
        kind = finding.file, finding.rule, finding.severity
        counts[kind] += 1
        if counts[kind] <= MOST:
            yield finding
        else:
            examples.setdefault(kind, finding)
    for kind, first in examples.items():
        yield replace(first, message=f"{counts[kind] - MOST} more like this: {first.message}")
