"""Addresses: what is in scope, what kind it is, and when two are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import registry
from crawler.scope import MAX_URL_LENGTH, Scope, absolute
from crawler.site import Trap, UrlRules

PAPER = Scope(
    ("paper.example", "old.example"),
    UrlRules(
        article=(r"-a?\d+\.(?:aspx|html)$",),
        listing=(r"^/$", r"^/[a-z-]+(?:\?|$)"),
        noise=("ref",),
        rewrite=((r"-a(\d+)\.html$", r"-\1.aspx"),),
    ),
    (Trap(name="print", pattern=r"[?&]print="),),
)


@pytest.mark.parametrize(
    "form",
    [
        "https://paper.example/x/title-48437.aspx",
        "https://www.paper.example/x/title-48437.aspx",
        "https://old.example/x/title-a48437.html",
        "https://paper.example:443/x/title-48437.aspx?utm_source=fb&fbclid=1&ref=home#top",
        "https://paper.example/(S(abc123))/x/title-48437.aspx",
        "https://PAPER.example/x/title-48437.aspx;jsessionid=1F.node2",
    ],
)
def test_forms_of_one_address_have_one_identity(form: str) -> None:
    """Host, port, session, noise and old forms of an address do not make another article."""
    assert PAPER.canonical(form) == "https://paper.example/x/title-48437.aspx"


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://paper.example/x/title-1.aspx", "article"),
        ("https://paper.example/chinh-tri?cate=342", "listing"),
        ("https://paper.example/style.css", None),
        ("https://paper.example.evil.example/x/title-1.aspx", None),
        ("https://sub.paper.example/x/title-1.aspx", None),
        ("https://paper.example:8080/x/title-1.aspx", None),
        ("https://paper.example:99999999/x/title-1.aspx", None),
        ("ftp://paper.example/x/title-1.aspx", None),
        ("javascript:alert(1)", None),
        ("https://paper.example/x/title-1.aspx?print=1", None),
        ("https://paper.example/a/a/a/a/title-1.aspx", None),
        ("https://paper.example/" + "x" * MAX_URL_LENGTH + "-1.aspx", None),
    ],
)
def test_what_an_address_is(url: str, kind: str | None) -> None:
    """Only addresses of the site itself, of known shapes and outside traps are followed."""
    assert PAPER.decide(url).kind == kind


def test_a_refusal_names_its_rule() -> None:
    """Whoever asks why a URL was not fetched gets the rule."""
    assert PAPER.decide("https://paper.example/x-1.aspx?print=1").rule == "trap: print"
    assert PAPER.decide("https://other.example/").rule == "another host"


def test_a_site_without_rules_has_pages() -> None:
    """Without rules for addresses every page of the host may be an article or a listing."""
    scope = Scope(("127.0.0.1:8101",), UrlRules())
    assert scope.decide("http://127.0.0.1:8101/anything").kind == "page"
    assert scope.decide("http://127.0.0.1:8101/a.pdf").kind is None
    assert scope.decide("http://127.0.0.1:8102/anything").kind is None


@given(st.text(max_size=60))
def test_canonical_is_idempotent(path: str) -> None:
    """The canonical form of a canonical form is itself."""
    try:
        once = PAPER.canonical(f"https://paper.example/{path}")
    except ValueError:
        return
    assert PAPER.canonical(once) == once


SEEN = {
    "liferay": (
        "/web/btg/chi-tiet-bai-viet/-/asset_publisher/1mOzUrGkrdAE/content/id/7337177?plidlayout=3045",
        "/web/btg/tin-tuc?p_p_id=101_INSTANCE_x&p_p_lifecycle=0&p_p_state=normal"
        "&_101_INSTANCE_x_delta=20&_101_INSTANCE_x_cur=2",
        "/c/portal/update_language?p_l_id=3045&redirect=%2F&languageId=fi_FI",
    ),
    "cms_paper": ("/chinh-tri/mot-bai-viet-post218261.html", "/chinh-tri/", "/tu-khoa/x.html"),
    "tagdiv": ("/chon-don-tap-huan/", "/category/tin-tuc/page/2/", "/tin/?replytocom=5"),
    "aspnet_portal": (
        "/1462/39939/69623/655041/nghien-cuu-trao-doi/ten-bai",
        "/1458/39701/69276/tin-tuc",
        "/bm/print/10597",
    ),
    "aspx_paper": (
        "/phong-su-anh/40-nam-mot-chang-duong-48437.aspx",
        "/chinh-tri?cate=342",
        "/tim-kiem?q=x",
    ),
}


@pytest.mark.parametrize("platform", SEEN)
def test_addresses_seen_in_the_wild(platform: str) -> None:
    """An article, a listing and a trap of each system, as they were seen, are told apart."""
    rules = registry.platforms()[platform]
    scope = Scope(("h.example",), rules.urls, rules.traps)
    kinds = [scope.decide(f"https://h.example{path}").kind for path in SEEN[platform]]
    assert kinds == ["article", "listing", None]


ORIGINS = Scope(
    ("https://paper.example", "http://old.example"),
    UrlRules(
        article=(r"-(?P<id>\d+)\.aspx$", r"^/(?P<slug>[a-z-]+)-(?P<id>\d+)$"), ignore_case=True
    ),
)


@pytest.mark.parametrize(
    "form",
    [
        "http://paper.example/x/title-1.aspx",
        "https://www.paper.example:443/X/Title-1.ASPX",
        "http://old.example/(X(1)S(abc123))/x/title%2D1.aspx",
        "https://paper.example/x/title-1.aspx?gidzl=a&redirect=%2Fb",
    ],
)
def test_scheme_and_case_make_no_other_article(form: str) -> None:
    """http or https, capitals where the system has none, escapes of letters: one identity."""
    assert ORIGINS.canonical(form) == "https://paper.example/x/title-1.aspx"
    assert ORIGINS.decide(form).kind == "article"


def test_letters_beyond_ascii_have_one_spelling() -> None:
    """An address is the same with its letters or with their escapes, in capitals or not."""
    forms = ("tin-tức", "tin-t%E1%BB%A9c", "tin-t%e1%bb%a9c")
    assert len({PAPER.canonical(f"https://paper.example/{form}") for form in forms}) == 1


def test_twins() -> None:
    """Addresses with one article number are twins; where numbers are used twice, the beginning of
    the title must be the same as well."""
    same = ("https://paper.example/a/x-1.aspx", "http://old.example/b/another-title-1.aspx")
    assert len({ORIGINS.twin(url) for url in same}) == 1
    cut = (
        "https://paper.example/" + "a-" * 40 + "b-7",
        "https://paper.example/" + "a-" * 40 + "c-7",
    )
    assert len({ORIGINS.twin(url) for url in cut}) == 1
    assert ORIGINS.twin("https://paper.example/x-7") != ORIGINS.twin("https://paper.example/y-7")


@pytest.mark.parametrize(
    "form", ["/chinh-tri/", "/chinh-tri", "/chinh-tri/index.html", "/chinh-tri/Default.aspx"]
)
def test_forms_of_one_listing(form: str) -> None:
    """A slash at the end and the name of the index page make no other listing."""
    assert PAPER.key(f"http://paper.example{form}") == "http://paper.example/chinh-tri"


def test_two_addresses_of_one_portal_article() -> None:
    """Trà Vinh's numeric path, cut at 100 characters, and its short address are one article."""
    rules = registry.platforms()["aspnet_portal"]
    scope = Scope(("h.example",), rules.urls, rules.traps)
    slug = "hoi-nghi-tong-ket-cong-tac-dan-van-nam-2024-va-trien-khai-nhiem-vu-trong-tam-nam-2025"
    long = f"https://h.example/1462/39939/69623/655041/nghien-cuu-trao-doi/{slug[:70]}"
    assert scope.twin(long) == scope.twin(f"https://h.example/{slug}-655041")


@pytest.mark.parametrize("path", ["/(S(abc))[", "/(S(abc)).evil.example/a", "/(S(abc))x/y"])
def test_a_session_leaves_a_path_behind(path: str) -> None:
    """What stands behind a session in a path stays in the path, and in the host of nobody."""
    scope = Scope(["https://h.example"], UrlRules())
    for told in (scope.canonical, scope.fetch_form, scope.twin, scope.key):
        assert told(f"https://h.example{path}").startswith("https://h.example/")


def test_half_a_letter_is_no_address() -> None:
    """Half a surrogate pair, which JSON can hold, makes no URL."""
    assert absolute("https://h.example/", "/a\ud83d") is None
