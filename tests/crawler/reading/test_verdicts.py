"""What is no article, and by which word; and what is one although it hardly looks like it."""

from __future__ import annotations

import pytest

from archive.article import Article, Gone
from crawler.reading import NotAnArticle, read
from crawler.reading.page import REASONS
from tests.crawler.reading.pages import MORE, PLAIN, TITLE, WORDS, article, article_page, page

MENU = "".join(
    f'<li><a href="/muc-{n}/">{name}</a></li>'
    for n, name in enumerate(("Trang chủ", "Chính trị", "Kinh tế", "Văn hóa", "Thể thao"))
)
HEADLINES = [f"Xã thứ {n} ra quân làm thủy lợi nội đồng đầu năm" for n in range(1, 41)]
TEASER = "Ngay từ những ngày đầu năm, bà con các ấp đã ra đồng nạo vét kênh mương, đắp lại bờ bao."
FOOT = (
    "<footer><p>Cơ quan chủ quản: Huyện ủy</p><p>Điện thoại: 0207 000 000</p>"
    "<p>Ghi rõ nguồn khi phát hành lại thông tin từ trang này</p></footer>"
)


def site_page(body: str, *, title: str = "Trang tin Huyện ủy", head: str = "") -> str:
    """A page with the menu and the foot that every page of a site has."""
    return (
        f'<html lang="vi"><head><title>{title}</title>{head}</head><body><header><a href="/">Trang '
        f"tin Huyện ủy</a><ul>{MENU}</ul></header><main>{body}</main>{FOOT}</body></html>"
    )


def notice(text: str, *, title: str = "Thông báo", head: str = "") -> str:
    """A page that says one thing and nothing else."""
    return (
        f"<html><head><title>{title}</title>{head}</head><body><h1>{title}</h1>{text}</body></html>"
    )


def teasers(count: int, *, summary: str = TEASER, date: str = "") -> str:
    return "".join(
        f'<div class="item"><h3><a href="/tin/bai-so-{n}-{10_000 + n}.html">{HEADLINES[n]}</a></h3>'
        f"{date}<p>{summary}</p></div>"
        for n in range(count)
    )


def pictures(count: int, caption: str = "Bà con ra đồng làm thủy lợi, ảnh {n}") -> str:
    return "".join(
        f'<figure><img src="/a/{n}.jpg"><figcaption>{caption.format(n=n)}</figcaption></figure>'
        for n in range(count)
    )


NOT_ARTICLES: dict[str, tuple[str, str]] = {
    "section with summaries": ("listing", site_page(f"<h1>Chính trị</h1>{teasers(12)}")),
    "section with dates": (
        "listing", site_page(f"<h1>Chính trị</h1>{teasers(10, date='<p>12/03/2024 08:15</p>')}"),
    ),
    "section of headlines": ("listing", site_page(f"<h1>Kinh tế</h1>{teasers(30, summary='')}")),
    "short section": ("listing", site_page(f"<h1>Thể thao</h1>{teasers(3)}")),
    "section of one": ("listing", site_page(f"<h1>Thể thao</h1>{teasers(1)}")),
    "tag": ("listing", site_page(f"<h1>#dân vận khéo</h1><p>Có 12 bài viết</p>{teasers(12)}")),
    "archive by day": (
        "listing",
        site_page(
            "<h1>Tin ngày 12/03/2024</h1><ul>"
            + "".join(f"<li><a href='/t/{n}.html'>{h}</a> (12/03/2024)</li>"
                      for n, h in enumerate(HEADLINES)) + "</ul>"
        ),
    ),
    "search": (
        "listing",
        site_page(
            "<h1>Kết quả tìm kiếm</h1><form><input name=q value='dân vận'></form>"
            f"<p>Tìm thấy 40 kết quả cho từ khóa “dân vận”</p>{teasers(10)}"
        ),
    ),
    "search without results": (
        "listing",
        site_page("<h1>Kết quả tìm kiếm</h1><form><input name=q value='dân vận'></form>"
                  "<p>Không tìm thấy kết quả nào phù hợp với từ khóa mà bạn đã nhập vào ô.</p>"),
    ),
    "empty section": ("empty", site_page("<h1>Văn bản</h1><p>Đang cập nhật dữ liệu...</p>")),
    "list of documents": (
        "listing",
        site_page(
            "<h1>Văn bản chỉ đạo</h1><table><tr><th>Số</th><th>Trích yếu</th></tr>" + "".join(
                f"<tr><td>{n}-KH/HU</td><td><a href='/vb/{n}.pdf'>Kế hoạch về việc "
                f"{h}</a></td></tr>"
                for n, h in enumerate(HEADLINES)) + "</table>"
        ),
    ),
    "poll": (
        "poll",
        site_page(
            "<h1>Thăm dò ý kiến</h1><p>Bạn thấy trang này như thế nào?</p><form>"
            + "".join(f"<p><input type=radio name=v> {answer}</p>"
                      for answer in ("Đẹp", "Bình thường", "Đơn điệu"))
            + "<input type=submit value='Bình chọn'></form>"
        ),
    ),
    "result of a poll": (
        "poll",
        site_page(
            "<h2>Kết quả bình chọn</h2><p>Bạn đánh giá thế nào về giao diện mới của trang?</p>"
            "<table><tr><td>Rất đẹp</td><td>312 phiếu</td><td>61%</td></tr>"
            "<tr><td>Bình thường</td><td>200 phiếu</td><td>39%</td></tr></table>"
            "<p>Tổng số phiếu: 512</p>"
        ),
    ),
    "login": (
        "login",
        site_page("<h1>Đăng nhập</h1><form><p>Tên đăng nhập <input name=u></p><p>Mật khẩu "
                  "<input type=password name=p></p><p>Quên mật khẩu? Hãy liên hệ với quản trị.</p>"
                  "</form>"),
    ),
    "login by words": (
        "login",
        notice("<p>Bạn cần đăng nhập để xem nội dung này. Vui lòng đăng nhập bằng tài khoản đã "
        "được "
               "cấp.</p>", title="Yêu cầu đăng nhập"),
    ),
    "expired": ("expired", notice("<p>Phiên làm việc của bạn đã hết hạn. Vui lòng tải lại "
    "trang.</p>")),
    "expired session": (
        "expired", notice("<p>Phiên đăng nhập đã hết hiệu lực, vui lòng đăng nhập lại.</p>"),
    ),
    "cloudflare": (
        "blocked",
        notice("<p>Checking if the site connection is secure</p><p>bao.example.vn needs to "
        "review the"
               " security of your connection before proceeding.</p>", title="Just a moment..."),
    ),
    "cloudflare refused": (
        "blocked",
        notice("<h2>You have been blocked</h2><p>This website is using a security service to "
        "protect "
               "itself from online attacks.</p><p>Cloudflare Ray ID: 7f2</p>",
               title="Attention Required! | Cloudflare"),
    ),
    "f5": (
        "blocked",
        "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. "
        "Please consult with your administrator.<br><br>Your support ID is: 1234567890<br><br>"
        "<a href='javascript:history.back();'>[Go Back]</a></body></html>",
    ),
    "incapsula": (
        "blocked",
        "<html><head><META NAME='robots' CONTENT='noindex'></head><body><iframe "
        "src='/_Incapsula_Resource?x=1'>Request unsuccessful. Incapsula incident ID: 1-2</iframe>"
        "</body></html>",
    ),
    "vietnamese wall": (
        "blocked",
        notice("<p>Yêu cầu của bạn đã bị từ chối bởi hệ thống tường lửa ứng dụng web. Mã sự kiện: "
               "8123. Vui lòng liên hệ quản trị hệ thống.</p>", title="Truy cập bị từ chối"),
    ),
    "suspicious": (
        "blocked",
        notice("<p>Hệ thống phát hiện truy cập bất thường từ địa chỉ IP của bạn. Địa chỉ này tạm "
               "thời bị chặn.</p>", title="Cảnh báo"),
    ),
    "captcha": (
        "blocked",
        notice("<p>Vui lòng nhập mã xác nhận trong hình để tiếp tục truy cập.</p><img src=c.png>"
               "<input name=captcha>", title="Xác thực người dùng"),
    ),
    "too many": ("blocked", notice("<p>Too many requests. Please slow down.</p>", title="429")),
    "challenge by script": (
        "script",
        "<html><body><script>document.cookie='D1N=abc';window.location.reload(true);</script></body>"
        "</html>",
    ),
    "noscript": (
        "script",
        "<!doctype html><html><head><title>Cổng thông tin</title></head><body><noscript>You need "
        "to "
        "enable JavaScript to run this app.</noscript><div id=root></div><script "
        "src=/m.js></script>"
        "</body></html>",
    ),
    "noscript in words": (
        "script",
        "<html><head><title>Cổng</title></head><body><div id=app>Vui lòng bật JavaScript trong "
        "trình "
        "duyệt để xem trang này.</div><script src=/m.js></script></body></html>",
    ),
    "root only": (
        "script",
        "<html><head><title>Báo</title></head><body><div id=__next></div><script "
        "src=/a.js></script>"
        "<script src=/b.js></script></body></html>",
    ),
    "loading": (
        "script",
        "<html><head><title>Báo</title></head><body><app-root><div class=loader>Đang tải...</div>"
        "</app-root><script src=/a.js></script></body></html>",
    ),
    "photo gallery": (
        "gallery", site_page(f"<h1>{TITLE} qua ảnh</h1>{pictures(12)}", title=TITLE),
    ),
    "photos without captions": (
        "gallery",
        site_page(f"<h1>{TITLE}</h1>" + "".join(f"<p><img src=/{n}.jpg></p>" for n in range(9))),
    ),
    "video page": (
        "gallery",
        site_page(f"<h1>Phóng sự: {TITLE}</h1><video src=/v/1.mp4></video><p>Video: Huyện ủy</p>"),
    ),
    "video of another host": (
        "gallery",
        site_page(f"<h1>{TITLE}</h1><iframe src='https://www.youtube.com/embed/abc'></iframe>"),
    ),
    "redirect": (
        "redirect",
        "<html><head><meta http-equiv=refresh content='0; url=/moi/tin-12345.html'></head><body>"
        "<a href='/moi/tin-12345.html'>Bấm vào đây nếu trình duyệt không tự "
        "chuyển</a></body></html>",
    ),
    "redirect by script": (
        "redirect",
        "<html><body><p>Đang chuyển hướng…</p><script>window.location.href = "
        "'https://bao.example.vn/"
        "m/tin-12345.html';</script></body></html>",
    ),
    "object moved": (
        "redirect",
        "<html><head><title>Object moved</title></head><body><h2>Object moved to <a href='/x.aspx'>"
        "here</a>.</h2></body></html>",
    ),
    "maintenance": (
        "maintenance",
        notice("<p>Website đang bảo trì, nâng cấp. Mời quý bạn đọc quay lại sau ít phút.</p>",
               title="Bảo trì hệ thống"),
    ),
    "maintenance in english": (
        "maintenance",
        notice("<p>Sorry for the inconvenience but we're performing some maintenance at the moment."
               "</p>", title="Site Maintenance"),
    ),
    "database": (
        "maintenance", notice("<p>Error establishing a database connection</p>", title="Database "
        "Error"),
    ),
    "server error": (
        "maintenance",
        "<html><head><title>Runtime Error</title></head><body><h1>Server Error in '/' Application."
        "</h1><h2><i>Runtime Error</i></h2><p>Description: An application error occurred on the "
        "server. The current custom error settings for this application prevent the details from "
        "being viewed remotely.</p></body></html>",
    ),
    "parked": (
        "parked",
        notice("<p>Tên miền này đã được đăng ký và đang được rao bán. Liên hệ để mua tên miền.</p>",
               title="bao.example.vn"),
    ),
    "parked in english": (
        "parked",
        notice("<p>This domain is for sale. Buy this domain today.</p><a href=/1>Related "
        "searches</a>",
               title="bao.example.vn"),
    ),
    "default page": (
        "parked",
        notice("<p>If you see this page, the nginx web server is successfully installed and "
        "working. "
               "Further configuration is required.</p>", title="Welcome to nginx!"),
    ),
    "suspended": (
        "parked",
        notice("<p>Tài khoản hosting của website này đã bị tạm ngưng.</p>", title="Account "
        "Suspended"),
    ),
    "contact form": (
        "empty",
        site_page("<h1>Liên hệ</h1><form><p>Họ tên <input></p><p>Nội dung <textarea></textarea></p>"
                  "</form>"),
    ),
    "only a menu": ("empty", site_page("")),
}  # fmt: skip

GONE = {
    "liferay": "<h1>Trang tin</h1><div class=alert>Tài sản không thể được tìm thấy.</div>",
    "deleted": "<h1>Thông báo</h1><p>Bài viết này không tồn tại hoặc đã bị xóa.</p>",
    "sorry": "<p>Rất tiếc, trang bạn tìm không tồn tại. Mời bạn trở về trang chủ.</p>",
    "404": "<h1>404</h1><h2>Không tìm thấy trang</h2>",
    "english": "<h1>Page not found</h1><p>The page you are looking for has moved.</p>",
    "oops": "<h1>Oops! 404</h1><p>Đường dẫn không tồn tại hoặc nội dung đã được gỡ bỏ.</p>",
    "withdrawn": "<p>Bài viết đã được gỡ bỏ theo yêu cầu của tác giả.</p>",
    "wrong link": "<h2>Liên kết không tồn tại</h2><p>Liên kết bạn vừa truy cập không đúng.</p>",
}


@pytest.mark.parametrize("name", NOT_ARTICLES)
def test_no_article(name: str) -> None:
    """A page that is no article says so by the documented word for what it is."""
    reason, html = NOT_ARTICLES[name]
    found = read(page(html), site="thu")
    assert isinstance(found, NotAnArticle), found
    assert found.reason == reason


@pytest.mark.parametrize("name", GONE)
def test_soft_404(name: str) -> None:
    """A page that says with status 200 that the article is gone is GONE."""
    assert isinstance(read(page(site_page(GONE[name])), site="thu"), Gone)
    assert isinstance(read(page(notice(GONE[name])), site="thu"), Gone)


def test_reasons_are_documented() -> None:
    """Every word that a page is refused with has its line in the documentation."""
    used = {reason for reason, _ in NOT_ARTICLES.values()}
    assert used | {"home", "no title"} == set(REASONS)


SHORT = "Chiều nay, huyện phát động tháng an toàn giao thông. Lễ phát động có 300 người tham dự."
SCROLL = "".join(
    f"<div class='bai'><h2><a href='/tin/bai-{n}-{2000 + n}.html'>{HEADLINES[n]}</a></h2>"
    f"<p>{TEASER} Đoạn {n}.</p><p>{MORE.replace('120', str(300 + n))}</p></div>"
    for n in range(10)
)
ARTICLES: dict[str, str] = {
    "two sentences": site_page(f"<article><h1>{TITLE}</h1><p>{SHORT}</p></article>", title=TITLE),
    "two sentences in a div": site_page(f"<h1>{TITLE}</h1><div>{SHORT}</div>", title=TITLE),
    "two sentences and every widget": site_page(
        f"<article><h1>{TITLE}</h1><p>{SHORT}</p></article><p>Vui lòng đăng nhập để bình luận</p>"
        "<p>Bạn cần đăng nhập để gửi ý kiến</p><h3>Thăm dò ý kiến</h3><form><input type=radio> Đẹp"
        "<input type=radio> Xấu</form><form><input type=password></form>",
        title=TITLE,
    ),
    "short paragraphs": site_page(
        f"<h1>{TITLE}</h1>{PLAIN}" + "<p>Bà con rất vui.</p><p>Ai cũng góp sức.</p>" * 3
    ),
    "on logins": site_page(f"<h1>{TITLE}</h1>{PLAIN}<p>Bạn đọc cần đăng nhập VNeID để xem.</p>"),
    "with a login box": site_page(
        f"<h1>{TITLE}</h1>{PLAIN}<form><input name=u><input type=password></form>", title=TITLE
    ),
    "with a poll beside it": site_page(
        f"<h1>{TITLE}</h1>{PLAIN}<aside><p>Thăm dò ý kiến</p><form><input "
        f"type=radio>Đẹp</form></aside>"
    ),
    "on maintenance": site_page(
        f"<h1>Đường dây 110 kV đang bảo trì</h1>{PLAIN}<p>Website đang bảo trì được báo trước.</p>"
    ),
    "on captcha": site_page(f"<h1>{TITLE}</h1>{PLAIN}<p>Trang yêu cầu nhập mã captcha.</p>"),
    "on what is gone": site_page(
        f"<h1>Bài viết đã bị xóa vẫn lan truyền</h1>{PLAIN}<p>Nội dung này không tồn tại.</p>"
    ),
    "with many pictures": site_page(f"<h1>{TITLE}</h1>{PLAIN}{pictures(15)}", title=TITLE),
    "with a film": site_page(f"<h1>{TITLE}</h1><video src=/v.mp4></video>{PLAIN}", title=TITLE),
    "print view": f"<html><head><title>{TITLE}</title></head><body "
    f"onload='window.print()'><h1>{TITLE}"
    f"</h1>{PLAIN}</body></html>",
    "with a slow refresh": site_page(
        f"<h1>{TITLE}</h1>{PLAIN}", head="<meta http-equiv=refresh content=1800>", title=TITLE
    ),
    "with a noscript": site_page(
        f"<noscript>Vui lòng bật JavaScript để xem đầy đủ trang "
        f"này.</noscript><h1>{TITLE}</h1>{PLAIN}"
    ),
    "with a list below": site_page(
        f"<article><h1>{TITLE}</h1>{PLAIN}</article><h3>Tin liên quan</h3>{teasers(10)}",
        title=TITLE,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ARTICLES)
def test_article(name: str) -> None:
    """Short articles, those with much round them and those about such words are articles."""
    found = read(page(ARTICLES[name]), site="thu")
    assert isinstance(found, Article), found
    wanted = [SHORT] if SHORT in ARTICLES[name] else [WORDS, MORE]
    assert found.text.split("\n\n")[: len(wanted)] == wanted
    assert TEASER not in found.text


def test_short_paragraphs_only() -> None:
    """Short sentences, each in a paragraph of its own, are an article."""
    lines = [f"Bà con ấp {n} góp công, góp của làm đường." for n in range(1, 9)]
    body = "".join(f"<p>{line}</p>" for line in lines)
    found = article(site_page(f"<h1>{TITLE}</h1><div>{body}</div>", title=TITLE))
    assert found.text.split("\n\n") == lines


def test_endless_scroll() -> None:
    """Of a page that goes on with ten other articles, the first is the article."""
    for outer in ("<article>{}</article>", "<div class='noi-dung'>{}</div>", "{}"):
        first = outer.format(f"<h1>{TITLE}</h1>{PLAIN}")
        found = article(site_page(f"{first}<div class='tiep'>{SCROLL}</div>", title=TITLE))
        assert (found.title, found.text) == (TITLE, f"{WORDS}\n\n{MORE}")


def test_whole_articles_one_after_another() -> None:
    """Where each of several articles is marked as one, the first is read."""
    others = "".join(
        f"<article><h1>{HEADLINES[n]}</h1><p>{TEASER} Đoạn {n}.</p><p>{TEASER} {n}.</p></article>"
        for n in range(6)
    )
    first = f"<article><h1>{TITLE}</h1>{PLAIN}</article>"
    found = article(site_page(first + others, title=TITLE))
    assert (found.title, found.text) == (TITLE, f"{WORDS}\n\n{MORE}")


def test_home() -> None:
    """The front page is no article, whatever it shows."""
    for path in ("", "index.html", "Default.aspx", "trang-chu.html", "home"):
        html = article_page(PLAIN)
        found = read(page(html, url=f"https://bao.example.vn/{path}"), site="thu")
        assert isinstance(found, NotAnArticle)
        assert found.reason == "home"
