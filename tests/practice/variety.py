"""One page under many addresses: how links are spelled, and how such spellings are understood."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from html import escape, unescape
from random import Random
from urllib.parse import urlsplit

from tests.practice.quirks import Quirks
from tests.practice.site import PracticeSite, text
from tests.practice.stories import Story
from tests.practice.wire import Answer, Asked, redirect

COPIES: Mapping[str, str] = {
    "print copies": r"[?&](?:print|in)=1|^/print/",
    "mobile copies": r"^/(?:m|amp)/|[?&]m=1",
    "language copies": r"^/en/|[?&]lang=\w+",
}
"""Spaces of copies by name: regular expressions for `path?query`."""

_COPY = re.compile(r"/(?:m|amp|en|print)(/.+)")
_COPY_KEYS = frozenset(("print", "in", "m", "lang"))
_SESSION = re.compile(r"/\(S\(\w+\)\)|;jsessionid=\w+")
_LINK = re.compile(r'(<a [^>]*?href=")([^"]+)(")')
_HTML = "text/html"


def understood(asked: Asked, site: PracticeSite) -> Asked:
    """The request for the plain address behind a spelling of it."""
    path, mark, query = asked.target.partition("?")
    path = _SESSION.sub("", path) or "/"
    if site.ignores_case and path not in site.files:
        path = path.lower()
    return replace(asked, target=path + mark + query)


def moved(asked: Asked, site: PracticeSite) -> Answer | None:
    """The redirects that some addresses need before they are answered."""
    quirks = site.quirks
    if quirks.moved_to:
        return redirect(quirks.moved_to + asked.target)
    if asked.path in site.files:
        return None
    if quirks.cookie_wall and "cookie" not in asked.headers:
        wall = redirect(asked.base + asked.target, 302)
        return replace(wall, headers=(*wall.headers, ("Set-Cookie", "vao=1; path=/")))
    if quirks.cookieless and site.session_form == "path" and not _SESSION.search(asked.target):
        return redirect(f"{asked.base}/(S({token(site.random)})){asked.target}", 302)
    return bounced(asked, site) if quirks.bounce else None


def bounced(asked: Asked, site: PracticeSite) -> Answer | None:
    """http <-> https: the article's id says at which of the two it lives, if at one only."""
    story = story_at(asked.target, site)
    if story is None or not site.secure or story.id % 3 == 2:
        return None
    base = site.url if story.id % 3 else site.secure
    return redirect(base + asked.target) if asked.base != base else None


def copy(asked: Asked, site: PracticeSite) -> Answer | None:
    """A print, mobile or foreign-language copy: the text, and little round it."""
    if not site.quirks.copies:
        return None
    match = _COPY.fullmatch(asked.path)
    if match is None and not _COPY_KEYS & asked.query.keys():
        return None
    story = story_at(match[1] if match else asked.path, site)
    if story is None:
        return None
    paragraphs = "".join(f"<p>{text(part.text)}</p>" for part in story.parts)
    return site.html(
        f"<html><head><title>{text(story.title)}</title></head><body onload='window.print()'>"
        f"<h1>{text(story.title)}</h1>{paragraphs}</body></html>"
    )


def disguised(answer: Answer, asked: Asked, site: PracticeSite) -> Answer:
    """The page with its links to articles in one of the spellings that are switched on."""
    quirks = site.quirks
    spell = spellings(quirks, site)
    if not answer.type.startswith(_HTML) or answer.static or not (spell or quirks.copies):
        return answer
    page = answer.body.decode("utf-8", "replace")

    def respelled(link: re.Match[str]) -> str:
        target = unescape(link[2])
        if not spell or story_at(target, site) is None:
            return link[0]
        return link[1] + escape(site.random.choice(spell)(target), quote=True) + link[3]

    page = _LINK.sub(respelled, page)
    if quirks.copies and (story := story_at(asked.target, site)):
        page = page.replace("</body>", f"{copies_of(site.path(story))}</body>", 1)
    return replace(answer, body=page.encode("utf-8"))


def copies_of(path: str) -> str:
    mark = "&amp;" if "?" in path else "?"
    forms = {
        "Bản in": f"{path}{mark}print=1",
        "In": f"/print{path}",
        "Di động": f"/m{path}",
        "Bản gọn": f"{path}{mark}m=1",
        "AMP": f"/amp{path}",
        "English": f"/en{path}",
        "Français": f"{path}{mark}lang=fr",
    }
    links = "".join(f'<a href="{href}">{name}</a> ' for name, href in forms.items())
    return f'<div class="ban-khac">{links}</div>'


def spellings(quirks: Quirks, site: PracticeSite) -> list[Callable[[str], str]]:
    """What may be done to the address of an article in a link; the plain address among it."""
    random, found = site.random, []
    if quirks.tracking:
        keys = ("utm_source", "utm_campaign", "fbclid", "gclid", "zarsrc", "gidzl", "mibextid")
        found += [
            lambda url: with_query(url, f"{random.choice(keys)}={token(random)}"),
            lambda url: with_query(url, f"utm_source=zalo&utm_medium={token(random)}#binh-luan"),
        ]
    if quirks.case_variants and site.ignores_case:
        found += [lambda url: on_path(url, str.title), lambda url: on_path(url, str.upper)]
    if quirks.sessions:
        found += [lambda url: in_session(url, site)] if site.session_form else []
    if quirks.encoded:
        found += [lambda url: on_path(url, lambda path: path.replace("-", "%2D", 1))]
    return [*found, str] if found else []


def in_session(url: str, site: PracticeSite) -> str:
    mark = token(site.random)
    if site.session_form == "path":
        return on_path(url, lambda path: f"/(S({mark})){path}")
    if site.session_form == "parameter":
        return on_path(url, lambda path: f"{path};jsessionid={mark.upper()}")
    return with_query(url, f"PHPSESSID={mark}")


def on_path(url: str, change: Callable[[str], str]) -> str:
    parts = urlsplit(url)
    return parts._replace(path=change(parts.path)).geturl()


def with_query(url: str, more: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{more}"


def story_at(target: str, site: PracticeSite) -> Story | None:
    """The article that an address of this site shows; None for other addresses."""
    parts = urlsplit(target)
    base = f"{parts.scheme}://{parts.netloc}"
    if parts.netloc and base not in (*site.hosts, site.secure):
        return None
    path = _SESSION.sub("", parts.path).replace("%2D", "-")
    return site.addresses.get(path.lower() if site.ignores_case else path)


def token(random: Random) -> str:
    return f"{random.getrandbits(96):024x}"
