"""What a site answers instead of its pages: excuses, walls, circles, ghosts."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.practice.site import PracticeSite
from tests.practice.stories import Story
from tests.practice.wire import Answer, Asked, redirect, with_header

PRIVATE = "http://10.11.12.13/noi-bo"
GHOSTS = 8_000_000
"""What is added to the id of an article to name one that is none."""


def spoiled(site: PracticeSite, asked: Asked, hit: int) -> Answer | None:
    """What a quirk answers instead of the site, if one does."""
    quirks = site.quirks
    if asked.path == "/robots.txt":
        return odd_robots(site, asked)
    if strikes(quirks.error_every, hit):
        return site.html("<html><body><h1>Server Error in '/' Application.</h1></body></html>", 500)
    if asked.path in site.files:
        return None
    if quirks.refusal:
        return refused(site, asked, quirks.refusal)
    if quirks.everything_home and asked.path != site.start_path:
        return redirect(site.start, 302)
    if quirks.redirect_loop and asked.target in {site.path(s) for s in site.stories.values()}:
        return redirect(asked.base + asked.target, 302)
    return ghost(site, asked) if quirks.ghosts else None


def strikes(every: int, hit: int) -> bool:
    return every > 0 and hit % every == 0


def refused(site: PracticeSite, asked: Asked, refusal: str) -> Answer | None:
    pages = {"page": REFUSAL, "captcha": CAPTCHA, "parked": PARKED, "same": SAME}
    if refusal == "captcha" and asked.path != site.start_path:
        return None
    if page := pages.get(refusal):
        return site.html(page.replace("{id}", str(site.random.randrange(10**12))))
    status = int(refusal)
    answer = site.html(f"<html><body><h1>{status}</h1></body></html>", status)
    return answer if status == 403 else with_header(answer, "Retry-After", site.quirks.retry_after)


def odd_robots(site: PracticeSite, asked: Asked) -> Answer | None:
    quirks = site.quirks
    if quirks.robots == "404":
        return site.html("<html><body>404</body></html>", 404)
    if quirks.robots == "html":
        return site.html("<html><body><p>User-agent: * Disallow: /</p></body></html>")
    if quirks.robots == "503":
        return site.html("<html><body>503</body></html>", 503)
    more = {
        "crawl-delay": "Crawl-delay: 3\n",
        "section": f"Disallow: {site.listing_targets()[-1]}\n",
    }
    if quirks.robots in more:
        own = (site.robots or "User-agent: *\n").format(base=asked.base)
        rules, _, rest = own.partition("\n\n")
        text = f"{rules.strip()}\n{more[quirks.robots]}\n{rest}"
        return Answer(type="text/plain", body=text.encode())
    return None


def ghosts_of(site: PracticeSite) -> dict[str, Story]:
    """Addresses of the shape of an article's, by what comes of them."""
    kinds = ("private", "circle", "home")
    stories = zip(kinds, site.newest(), strict=False)
    return {
        kind: replace(story, id=story.id + GHOSTS, title=f"{story.title} {kind}")
        for kind, story in stories
    }


def ghost(site: PracticeSite, asked: Asked) -> Answer | None:
    paths = {site.path(story): kind for kind, story in ghosts_of(site).items()}
    kind = paths.get(asked.target.partition("?")[0])
    if kind == "private":
        return redirect(PRIVATE, 302)
    if kind == "circle":
        return redirect(asked.base + asked.target, 302)
    return site.answer(replace(asked, target=site.start_path)) if kind == "home" else None


def haunted(answer: Answer, site: PracticeSite) -> Answer:
    """The page with links to the ghosts at its foot."""
    if not site.quirks.ghosts or not answer.type.startswith("text/html") or answer.static:
        return answer
    links = "".join(
        f'<a href="{site.path(story)}">{kind}</a> ' for kind, story in ghosts_of(site).items()
    )
    body = re.sub(rb"</body>", links.encode() + b"</body>", answer.body, count=1)
    return replace(answer, body=body)


REFUSAL = """<html><head><title>Thông báo</title></head><body>
<h2>Thông báo từ chối truy cập</h2>
<p>Yêu cầu của bạn đã bị từ chối. Mã hỗ trợ: {id}</p></body></html>"""
CAPTCHA = """<html><head><title>Xác minh</title></head><body>
<form method="post" action="/xac-minh"><p>Vui lòng nhập mã xác nhận để tiếp tục</p>
<input name="captcha"><button>Tiếp tục</button></form></body></html>"""
PARKED = """<html><head><title>Tên miền này đang được rao bán</title></head><body>
<h1>This domain is for sale</h1><p>Tên miền này đã hết hạn và đang được rao bán.</p>
<a href="/mua?ref={id}">Liên hệ mua tên miền</a><a href="/lien-quan?tu=bao">Báo điện tử</a>
</body></html>"""
SAME = "<html><body>OK</body></html>"
