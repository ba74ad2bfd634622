"""READING's catalogue of furniture, as lines with fresh numbers, to be put round clean articles.

`#` becomes a number and `~` a small one. ABOVE, WITHIN and BELOW say where on a page a line
stands. Not here: what is lifted into a field (dates, bylines, captions), and what READING keeps.
"""

from __future__ import annotations

import re
from random import Random

COUNTERS = (
    "Thống kê truy cập", "Lượt truy cập", "Số lượt truy cập", "Bộ đếm truy cập",
    "Thống kê website", "Khách online", "Đang online: #", "Đang truy cập: #",
    "Đang trực tuyến: #", "Số người đang online: #", "Khách viếng thăm: #",
    "Thành viên online: #", "Thành viên trực tuyến: #", "Máy chủ tìm kiếm: #", "IP duy nhất: #",
    "~ khách và ~ thành viên", "Hôm nay: #", "Hôm qua: #", "Trong tuần: #", "Tuần này: #",
    "Tuần trước: #", "Trong tháng: #", "Tháng này: #", "Tháng trước: #", "Tháng hiện tại: #",
    "Năm nay: #", "Tất cả: #", "Tổng cộng: #", "Tổng lượt truy cập: #",
    "Tổng lượng truy cập: #", "Tổng số truy cập: #", "Đang online: # | Tổng truy cập: #",
    "Lượt truy cập hôm nay: #", "Lượt truy cập tuần này: #", "Lượt truy cập tháng này: #",
    "Lượt xem: #", "# lượt xem", "Lượt xem: # lượt xem", "Đã xem: #", "Phản hồi: ~",
    "Lượt đọc: #", "Số lần đọc: #", "Số lần xem: #", "Views: #", "#",
)  # fmt: skip
HEAD = (
    "Xuất bản thông tin", "null {title}", "Chi tiết bài viết {section}", "Truy cập nội dung luôn",
    "Danh sách bài viết tin tức", "Tài sản liên quan", "Banner", "menu", "back-top-top",
    "leftcenterrightdel", "100%", "Powered by Liferay", "BNEWS", "lr-ct", ".", ",", "{title}",
    "Hotline: 0239.#.# Email: toasoan@thu.example.vn",
    "Trang chủ » Chính trị - Xã hội » Tin tức trong tỉnh",
    "Gốc > Tin tức-Sự kiện > Tin trong tỉnh", "Trang chủNewsThời sự", "Trang chủTin tức{title}",
    "Trang chủ > Chính trị", "Trang chủ / Chính trị", "Trang chủ | Chính trị",
    "Trang chủ → Chính trị", "Trang chủ › Chính trị",
)  # fmt: skip
CLOCKS = (
    "Thứ Bảy, ngày 7 tháng 3 năm 2026 - 8:28:19 PM", "Thứ bảy 07/03/2026 09:30",
    "Thứ Bảy, 7/3/2026", "Thứ bảy, 07/03/2026, 03:46 [GMT+7]", "Hôm nay: Thứ 7, 07/03/2026",
)  # fmt: skip
"""Of the day on which the pages of these tests were fetched."""
SHARING = (
    "Gửi bài này", "In bài này", "In trang", "In bài", "Bản in", "In ra", "Gửi email", "Gửi bài",
    "Gửi cho bạn bè", "Giới thiệu bài viết cho bạn bè", "Lưu bài viết này", "Chia sẻ", "Facebook",
    "Zalo", "Twitter", "LinkedIn", "Pinterest", "Google+", "Copy link", "Link bài gốc",
    "Lấy link!", "Theo Báo Thử Nghiệm Copy link Link bài gốc Lấy link!",
    "Theo dõi Báo Thử Nghiệm trên Google News", "Cỡ chữ", "A-", "A+", "font size", "Tương phản",
    "Nghe bài", "Nghe đọc bài", "Đọc bài viết", "Nữ miền Bắc", "Nam miền Bắc", "Nữ miền Nam",
    "Nam miền Nam", "0:00 / 0:00", "1x", "Tự động phát",
    "https://thu.example.vn/audio/#.mp3",
)  # fmt: skip
TURNING = (
    "< Trở về trang trước", "Quay về", "Quay lại", "Trở lại", "Về trang trước",
    "Về trang Chủ đề", "Về đầu trang", "Lên đầu trang", "back to top", "1\u00a02\u00a03\u00a04 ...",
    "« Trước 1 2 3 Tiếp »", "Trang 1 / 2 12 LastLast", "Trang 1 của #",
    "Bài trướcMột bài viết khác nằm trước bài này", "Bài tiếp theoMột bài viết khác nằm sau bài",
    "Tin trước", "Tin sau", "Bài viết trước", "Bài viết sau", "Bài cũ hơn", "Bài mới hơn",
    "Previous Article", "Next Article",
)  # fmt: skip
LISTS = (
    "CÁC BÀI VIẾT KHÁC:", "Tin liên quan", "Bài viết liên quan", "Tin cùng chuyên mục",
    "Các tin khác", "Các tin đã đưa", "Những tin mới hơn", "Những tin cũ hơn", "Tin mới",
    "Tin mới nhất", "Đọc nhiều", "Xem nhiều", "Đọc thêm", "Xem thêm", "Đọc tiếp",
    "Có thể bạn quan tâm", "Tham khảo thêm", "Từ khóa", "Tags", "Chủ đề",
    "BÀI VIẾT LIÊN QUAN", "XEM THÊM", ">> Một bài viết khác của cùng chuyên mục này",
    "* Mời bạn đọc vào chuyên mục Chính trị xem các tin, bài liên quan.", "..>> Chi tiết",
)  # fmt: skip
TALK = (
    "Gửi bình luận của bạn", "Gửi bình luận", "Viết bình luận", "Bình luận (~)",
    "Ý kiến bạn đọc", "BÌNH LUẬN", "Hủy trả lời", "Vui lòng nhập bình luận của bạn",
    "Vui lòng nhập tiếng Việt có dấu", "Vui lòng nhập Tên hiển thị", "Vui lòng nhập Email",
    "Ý kiến của bạn sẽ được kiểm duyệt trước khi đăng", "Tên của bạn", "Mã an toàn",
    "Mã xác nhận", "Mã bảo mật", "Đánh giá bài viết", "Xếp hạng",
    "Tổng số điểm của bài viết là: ~ trong ~ đánh giá", "Click để đánh giá bài viết",
    "~ phiếu bầu", "Bạn thấy trang này như thế nào? Đẹp Bình thường Đơn điệu",
    "Thăm dò ý kiến", "Bình chọn", "Kết quả",
)  # fmt: skip
FOOT = (
    "Cơ quan chủ quản: Tỉnh ủy Thử Nghiệm", "Cơ quan của Đảng bộ tỉnh Thử Nghiệm",
    "Chịu trách nhiệm chính: Trưởng Ban biên tập", "Chịu trách nhiệm nội dung: Văn phòng",
    "Chịu trách nhiệm xuất bản: Văn phòng", "Trưởng Ban biên tập: Chánh Văn phòng",
    "Tổng Biên tập: Chánh Văn phòng", "Giấy phép số #/GP-BTTTT ngày 1/1/2020",
    "Giấy phép số #/GP-TTĐT", "Bản quyền thuộc về Tỉnh ủy Thử Nghiệm", "© Báo Thử Nghiệm",
    "® Báo Thử Nghiệm giữ bản quyền", "Ghi rõ nguồn khi phát hành lại thông tin",
    "Tòa soạn: Số # đường Thử Nghiệm", "Trụ sở: Số # đường Thử Nghiệm",
    "Địa chỉ: Số # đường Thử Nghiệm", "ĐT: 0239.#.#", "Điện thoại: 0239.#.#",
    "Hotline: 0239.#.#", "Đường dây nóng: 0239.#.#", "Fax: 0239.#.#",
    "Email: toasoan@thu.example.vn", "Quảng cáo", "Liên kết website",
    "Thiết kế bởi Công ty Thử Nghiệm", "Powered by Thử Nghiệm CMS",
)  # fmt: skip
SIDE = (
    "Hà Nội: 25°C Hà Nội", "Hồ Chí Minh weather 25° - 33° C", "Tỷ giá", "Giá vàng", "Chứng khoán",
    "Lịch vạn niên", "Lịch công tác", "VIC: Giá hiện tại Thay đổi Xem hồ sơ doanh nghiệp",
    "Liên kết web", "Chọn tỉnh/thành",
)  # fmt: skip
ABOVE = (*HEAD, *SHARING, *COUNTERS)
"""What stands between a title and its text."""
WITHIN = (">> Một bài viết khác của cùng chuyên mục này", "Quảng cáo", "Nghe đọc bài", "Chia sẻ",
          "Lượt xem: #", "0:00 / 0:00", "..>> Chi tiết")  # fmt: skip
"""What is put between the paragraphs of a text."""
BELOW = (*COUNTERS, *SHARING, *TURNING, *LISTS, *TALK, *FOOT, *SIDE)
"""What stands behind a text."""


def fresh(line: str, random: Random, **words: str) -> str:
    """The line with other numbers than any other time, and these words in its gaps."""
    return re.sub("[#~]", lambda mark: number(random, mark[0]), line.format(**words))


def number(random: Random, mark: str) -> str:
    if mark == "~" or random.random() < 0.4:
        return str(random.randrange(3, 990))
    grouped = f"{random.randrange(1, 2_000_000):,}"
    return grouped if random.random() < 0.5 else grouped.replace(",", ".")
