"""The archives of other programs: sound ones give no error, broken ones the one that they have.

BROKEN names what is wrong with a file. README, INDEX and names say it where their makers meant it;
the rest are slips of their makers' hands, looked up in the bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive import verify
from archive.checks.finding import ERROR, WARNING, Finding
from tests.archive.support import SHARED, shared

WARC = SHARED / "warc"
_SUFFIXES = (".warc", ".warc.gz", ".arc", ".arc.gz", ".wet.gz", ".wat.gz", ".wacz", ".bad")
_BY_HAND = {"payload-digest", "id"}
"""The mementos were typed: one record id for all, and digests that were never computed."""

BROKEN = {
    "cdxj-indexer/bad.arc": {"arc"},
    "cdxj-indexer/example.warc.gz": {"block-digest"},
    "cdxj-indexer/missing-http.warc.gz": {"payload-digest"},
    "ia-web-commons/html-lang-attribute.warc": {"required-field"},
    "ia-web-commons/link-extraction-test.warc": {"required-field"},
    "ia-web-commons/meta-itemprop.warc": {"required-field"},
    "ia-web-commons/text-extraction-test.warc": {"required-field"},
    "ipwb/warcs/1memento.warc": _BY_HAND,
    "ipwb/warcs/1memento_noContentType.warc": {"payload-digest"},
    "ipwb/warcs/2mementos.warc": _BY_HAND,
    "ipwb/warcs/2mementos_htmlXhtml.warc": _BY_HAND,
    "ipwb/warcs/2mementos_queryString.warc": _BY_HAND,
    "ipwb/warcs/3mementos.warc": _BY_HAND,
    "ipwb/warcs/4mementos.warc": _BY_HAND,
    "ipwb/warcs/5mementos.warc": _BY_HAND,
    "ipwb/warcs/5mementosAndFroggie.warc": _BY_HAND | {"block-digest"},
    "ipwb/warcs/HTTP204.warc": {"record"},
    "ipwb/warcs/HTTP404.warc": {"payload-digest"},
    "ipwb/warcs/baconIpsum_chunked.warc": {"block-digest", "payload-digest"},
    "ipwb/warcs/baconIpsum_chunkedWithMetadata.warc": {"block-digest", "payload-digest"},
    "ipwb/warcs/baconIpsum_chunked_httpTrailors.warc": {"block-digest", "payload-digest"},
    "ipwb/warcs/broken.warc": {"record", "http"},
    "ipwb/warcs/redirect.warc": {"record"},
    "ipwb/warcs/slash.warc": {"payload-digest"},
    "ipwb/warcs/variableSizedDates.warc": _BY_HAND,
    "pywb/waczs/invalid_example_1.wacz": {
        "resource",
        "wacz-archive",
        "wacz-index",
        "wacz-pages",
    },
    "pywb/warcs/bad.arc": {"arc"},
    "pywb/warcs/example-bad.warc.gz.bad": {"record"},
    "pywb/warcs/example-extra.warc": {"http", "id", "payload-digest"},
    "pywb/warcs/example-wget-1-14.warc.gz": {"id"},
    "pywb/warcs/example.warc": {"record"},
    "warcio/bad.arc": {"arc"},
    "warcio/example-bad-non-chunked.warc.gz": {"record"},
    "warcio/example-bad.warc.gz.bad": {"record"},
    "warcio/example-digest.warc": {"digest", "id"},
    "warcio/example-space-in-target-uri.warc.gz": {"target-uri"},
    "warcio/example-space-in-url.arc": {"arc"},
    "warcio/example-trunc.warc": {"block-digest", "payload-digest", "record"},
    "warcio/example-wrong-chunks.warc.gz": {"record"},
}
"""The rules by which each broken file is found. Every other file is sound."""

REMARKS = {
    "ipwb/warcs/baconIpsum.warc.gz": "payload-digest-convention",
    "ipwb/warcs/froggie.warc.gz": "payload-digest-convention",
    "ipwb/warcs/salam-home.warc": "payload-digest-convention",
    "warcio/example-iana.org-chunked.warc": "payload-digest-convention",
    "cdxj-indexer/post-test-more.warc": "payload-digest-convention",
    "pywb/warcs/example2.warc.gz": "digest-form",
    "pywb/warcs/iana.warc.gz": "framing",
    "warcio/example-wget-bad-target-uri.warc.gz": "target-uri-brackets",
    "outbackcdx/test1.warc.gz": "target-uri-brackets",
    "whirlwind/whirlwind.warc.gz": "forbidden-field",
    "iipc/20141124-heritrix-server-not-modified.warc.gz": "revisit-elsewhere",
    "pywb/waczs/valid_example_1.wacz": "datapackage-unsigned",
}
"""Conventions of other writers that lose nothing: remarked upon, and no error."""


def _samples() -> Iterator[str]:
    for path in sorted(WARC.rglob("*")):
        if path.name.endswith(_SUFFIXES):
            yield str(path.relative_to(WARC))


def _found(path: Path, severity: str) -> list[Finding]:
    return [one for one in verify.verify([path]) if one.severity == severity]


@pytest.mark.parametrize("name", list(_samples()) or ["warcio/example.warc"])
@pytest.mark.filterwarnings("ignore")  # warcio's, of a space in a URL
def test_each_sample(name: str) -> None:
    """A sound file of another program gives no error; a broken one those that it has."""
    errors = _found(shared(f"warc/{name}"), ERROR)
    assert {one.rule for one in errors} >= BROKEN.get(name, set())
    assert bool(errors) == (name in BROKEN), errors
    assert all(one.standard and one.file.startswith(str(WARC / name)) for one in errors)


@pytest.mark.parametrize("name", sorted(REMARKS))
def test_each_convention(name: str) -> None:
    """What sound writers do otherwise is said by a rule of its own, which is no error."""
    assert REMARKS[name] in {one.rule for one in _found(shared(f"warc/{name}"), WARNING)}


def test_a_revisit_finds_its_original_in_another_file() -> None:
    """Of files given together a revisit may refer to a response in another one."""
    names = ("orig", "revisit")
    paths = [shared(f"warc/pywb/warcs/example-url-agnostic-{name}.warc.gz") for name in names]
    assert "revisit-elsewhere" not in {one.rule for one in verify.verify(paths)}
    assert "revisit-elsewhere" in {one.rule for one in verify.verify(paths[1:])}
