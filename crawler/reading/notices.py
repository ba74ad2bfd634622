"""What a system says instead of a page: gone, refused, expired, moved, under repair, not its own.

A notice is spoken by software, so its words are few and fixed; an article may quote every one of
them. A page is taken for a notice only where it says little else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from archive.text import clean
from crawler.reading.blocks import Block
from crawler.reading.document import Document

GONE = re.compile(
    r"(?:(?:rất tiếc|xin lỗi|lỗi|error|oops)\W{0,3}\s*)?(?:tài sản không thể được tìm thấy"
    r"|không tìm thấy (?:trang|bài viết|nội dung|đường dẫn|tài nguyên)"
    r"|(?:bài viết|bản tin|tin|nội dung|trang|tài liệu|đường dẫn|liên kết|địa chỉ|url)"
    r"(?: này| (?:mà )?bạn (?:đang |vừa )?(?:tìm|yêu cầu|truy cập)(?: kiếm)?)? (?:này )?"
    r"(?:không (?:còn )?(?:tồn tại|đúng|hợp lệ)|không (?:được )?tìm thấy"
    r"|đã (?:bị |được )(?:xóa|xoá|gỡ|hủy|thu hồi))"
    r"|the (?:requested )?(?:resource|asset|page|url)(?: you requested)? "
    r"(?:was not|could not be|cannot be) found"
    r"|page not found|(?:lỗi )?404(?: not found)?\W*$)",
    re.I,
)

# One beginning of a block in each line. Systems speak English, or Vietnamese in fixed phrases.
_PHRASES = {
    "expired": """
        phiên (?:làm việc|đăng nhập|truy cập) (?:này )?(?:đã )?hết h(?:ạn|iệu lực)
        phiên (?:làm việc|đăng nhập) của (?:bạn|quý khách) (?:đã )?hết h(?:ạn|iệu lực)
        (?:your )?session (?:has )?(?:expired|timed out)
    """,
    "blocked": r"""
        thông báo từ chối truy cập
        truy cập (?:của bạn )?(?:đã )?bị (?:từ chối|chặn)
        yêu cầu của (?:bạn|quý khách) (?:đã )?bị (?:từ chối|chặn)
        bạn (?:không có|chưa được cấp) quyền truy cập
        hệ thống (?:đã )?phát hiện (?:truy cập|hành vi|yêu cầu) bất thường
        địa chỉ ip (?:của bạn )?(?:đã |tạm thời )?bị chặn
        (?:vui lòng |hãy )?(?:nhập|xác nhận) (?:mã )?captcha
        (?:vui lòng |hãy )?nhập mã (?:xác nhận|xác thực|bảo mật) .{0,30}(?:hình|ảnh|tiếp)
        (?:tôi|bạn) không phải (?:là )?(?:người máy|robot)
        access (?:is )?denied
        (?:the )?request(?:ed url)? (?:was )?(?:rejected|blocked|unsuccessful)
        403 forbidden
        too many requests
        attention required
        (?:sorry, )?you have been blocked
        just a moment ?(?:\.\.\.|…)?$
        check(?:ing)? (?:if the site connection|your browser)
        verify(?:ing)? (?:that )?you are (?:a )?human
        are you (?:a )?(?:human|robot)
        (?:_?incapsula|imperva) incident
    """,
    "login": """
        (?:bạn|quý khách) (?:cần|phải) đăng nhập
        (?:vui lòng|xin|hãy) đăng nhập (?:để (?:xem|đọc|tiếp tục|truy cập)|trước)
        yêu cầu đăng nhập
        you (?:must|need to) (?:be logged in|log in|sign in)
        please (?:log|sign) in
    """,
    "maintenance": """
        (?:website|trang web|hệ thống|cổng thông tin) (?:này )?đang (?:được )?(?:bảo trì|nâng cấp)
        (?:website|trang web|hệ thống) (?:này )?đang trong quá trình (?:bảo trì|nâng cấp)
        (?:website|trang web|hệ thống|máy chủ) (?:này )?tạm (?:thời )?(?:ngừng hoạt động|gián đoạn)
        (?:website|trang web|hệ thống|máy chủ) (?:này )?(?:đang |tạm thời )?quá tải
        bảo trì hệ thống
        đã (?:có|xảy ra) lỗi (?:xảy ra|trong quá trình|hệ thống)
        (?:lỗi|không thể) kết nối (?:đến |tới )?(?:cơ sở dữ liệu|máy chủ)
        (?:site|website) (?:is )?(?:currently )?(?:under |down for )?maintenance
        sorry for the inconvenience
        error establishing a database
        (?:50[0234] )?(?:bad gateway|internal server error|gateway time-?out)
        (?:503 )?service (?:temporarily )?unavailable
        server error in .{1,40} application
        runtime error$
        (?:fatal|parse) error:
        coming soon$
    """,
    "parked": r"""
        tên miền (?:này|[\w.-]{3,40}) (?:đã|đang|hiện) .{0,40}(?:đăng ký|rao bán|hết hạn|được bán)
        (?:this )?domain (?:name )?(?:is|may be) for sale
        (?:this )?domain (?:has )?(?:expired|is parked)
        buy this domain
        welcome to nginx
        apache2? .{0,30}default page
        it works!$
        iis windows server
        (?:this )?account (?:has been )?suspended
        (?:tài khoản )?hosting .{0,40}(?:tạm (?:ngưng|khóa)|hết hạn|bị khóa)
    """,
    "redirect": r"""
        object (?:has )?moved
        (?:301 )?moved permanently
        302 found
        đang chuyển hướng
        redirecting(?: ?\.\.\.|…| to .{0,100})?$
    """,
    "script": """
        (?:(?:vui lòng|hãy|bạn (?:cần|phải)) )?(?:bật|kích hoạt|cho phép) (?:chạy )?javascript
        trình duyệt (?:của bạn )?(?:không|chưa) (?:hỗ trợ|bật) javascript
        (?:please )?(?:enable|turn on) javascript
        .{0,40}(?:needs?|requires?) .{0,20}javascript
        .{0,40}doesn't work .{0,20}without javascript
        .{0,20}you need to enable javascript
    """,
    "poll": r"""
        (?:kết quả )?(?:bình chọn|thăm dò(?: ý kiến| dư luận)?|trưng cầu ý kiến)(?: bạn đọc)?\W*$
    """,
}  # fmt: skip
_NOTICES = tuple(
    (
        reason,
        re.compile(rf"\W{{0,3}}(?:{'|'.join(map(str.strip, phrases.strip().splitlines()))})", re.I),
    )
    for reason, phrases in _PHRASES.items()
)
_WIDGETS = frozenset(("login", "poll"))
"""What is asked beside and below articles too."""

_LONGEST = 300
_PROSE = 80
_LITTLE = 200


def notice(document: Document) -> str | None:
    """What a page that is a notice tells: a reason of `page.REASONS`, or None."""
    frames = (clean("".join(frame.itertext())) for frame in document.tree.iter("iframe"))
    said = [document.meta.page_title, *(block.text for block in _plain(document)), *frames]
    found = {text: reason for text in said if (reason := _spoken(text))}
    size = prose(document, besides=found)
    for reason in found.values():
        if size < (1 if reason in _WIDGETS else _LITTLE):
            return reason
    return None


def is_gone(document: Document, own: Iterable[str]) -> bool:
    """Whether a page says that there is no such article, in the usual words or the site's `own`."""
    phrases = [phrase.casefold() for phrase in own]
    said = {
        block.text
        for block in _plain(document)
        if GONE.match(block.text) or any(phrase in block.text.casefold() for phrase in phrases)
    }
    return bool(said) and prose(document, besides=said) < _LITTLE


def asks_for_scripts(text: str) -> bool:
    """Whether a text tells the reader to let scripts run."""
    return _spoken(text[:_LONGEST]) == "script"


def prose(document: Document, besides: Iterable[str] = ()) -> int:
    """How many characters stand in lines as long as sentences, links and `besides` not counted."""
    texts = (block.text for block in _plain(document))
    return sum(len(text) for text in texts if len(text) >= _PROSE and text not in besides)


def _plain(document: Document) -> list[Block]:
    return [block for block in document.blocks if block.linked < 0.5]


def _spoken(text: str) -> str | None:
    if len(text) > _LONGEST:
        return None
    return next((reason for reason, pattern in _NOTICES if pattern.match(text)), None)
