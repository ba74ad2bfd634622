"""What these portals print round their articles. All of it was written for the tests.

Some of it is in READING's catalogue of furniture. Most is not, since a real site has its own.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

SLOGANS = (
    "Chính quyền thân thiện, vì Nhân dân phục vụ",
    "Toàn dân đoàn kết xây dựng đời sống văn hóa ở khu dân cư năm nay và những năm tiếp theo",
    "Mỗi người dân một tài khoản định danh, mỗi hộ một địa chỉ số trên bản đồ của tỉnh",
)
HOTLINES = (
    "Đường dây nóng phản ánh, kiến nghị: 1900.000.{n:03}",
    "Tổng đài hỗ trợ dịch vụ công: 0209.000.{n:03} (trong giờ hành chính)",
    "Hộp thư góp ý: gopy@thu-nghiem.example.vn",
)
DEPARTMENTS = (
    "Sở Nội vụ", "Sở Tài chính", "Sở Công Thương", "Sở Tư pháp", "Sở Y tế", "Thanh tra tỉnh",
    "Sở Giáo dục và Đào tạo", "Sở Khoa học và Công nghệ", "Ban Dân tộc và Tôn giáo",
    "Ban Quản lý các khu công nghiệp", "Trung tâm Phục vụ hành chính công",
)  # fmt: skip
PORTALS = (
    "Cổng Dịch vụ công quốc gia", "Chuyên trang Chuyển đổi số", "Chuyên trang Cải cách hành chính",
    "Chuyên trang Học tập và làm theo Bác", "Phần mềm Một cửa điện tử liên thông",
    "Hệ thống quản lý văn bản và điều hành", "Thư viện pháp luật của tỉnh",
    "Bản đồ quy hoạch trực tuyến", "Công khai ngân sách các cấp", "Số hóa di tích",
)  # fmt: skip
QUESTIONS = (
    ("Theo bạn, thời gian giải quyết hồ sơ tại bộ phận một cửa hiện nay ra sao?",
     ("Sớm hẹn", "Đúng hẹn", "Trễ hẹn")),
    ("Bạn biết đến trang này qua kênh nào?",
     ("Mạng xã hội", "Công cụ tìm kiếm", "Người quen giới thiệu")),
)  # fmt: skip
SKIES = ("trời nhiều mây", "mưa rào nhẹ", "trời nắng", "sương mù buổi sáng")
NOTICES = (
    "THÔNG BÁO: Tạm ngừng cấp điện khu vực trung tâm từ {a} giờ đến {b} giờ ngày {day} để bảo trì "
    "trạm biến áp",
    "Mời tham gia cuộc thi trực tuyến tìm hiểu pháp luật, hạn nộp bài trước ngày {day}",
    "Lịch tiếp công dân của lãnh đạo: từ {a} giờ ngày {day} tại trụ sở tiếp dân",
    "Danh sách thí sinh đủ điều kiện dự tuyển viên chức được niêm yết từ ngày {day}",
)
DOCUMENT_KINDS = ("Quyết định", "Kế hoạch", "Công văn", "Thông báo", "Tờ trình")
DOCUMENT_AIMS = (
    "phê duyệt danh mục thủ tục hành chính rút gọn", "tổ chức Tuần lễ chuyển đổi số",
    "tăng cường phòng cháy rừng mùa hanh khô", "giao dự toán chi thường xuyên đợt hai",
    "thành lập tổ công tác hỗ trợ doanh nghiệp", "khen thưởng phong trào bảo vệ môi trường",
    "điều chỉnh giá dịch vụ thu gom rác thải", "rà soát hộ nghèo, hộ cận nghèo",
)  # fmt: skip
INVITATIONS = (
    "Mời quý vị theo dõi kênh Zalo chính thức của Cổng để nhận tin sớm nhất.",
    "Bạn đọc có hình ảnh, câu chuyện đẹp xin gửi về hộp thư của Ban biên tập để cùng lan tỏa.",
)
APP = "Quét mã QR để cài ứng dụng Công dân số trên điện thoại thông minh"


def weather(random: Random, place: str) -> str:
    warmth, damp = random.randrange(14, 36), random.randrange(55, 98)
    return f"{place} {warmth}°C, {random.choice(SKIES)}, độ ẩm {damp}%"


def notices(random: Random, now: datetime, count: int) -> list[str]:
    """What the ticker runs, some of it, with days round today."""
    some = random.sample(NOTICES, count)
    return [
        notice.format(
            a=random.randrange(6, 10),
            b=random.randrange(14, 18),
            day=f"{now + timedelta(days=random.randrange(1, 20)):%d/%m/%Y}",
        )
        for notice in some
    ]


def documents(random: Random, now: datetime, count: int) -> list[tuple[str, str]]:
    """Number with its day, and what each of the newest documents is about."""
    made = []
    for _ in range(count):
        kind, aim = random.choice(DOCUMENT_KINDS), random.choice(DOCUMENT_AIMS)
        day = now - timedelta(days=random.randrange(1, 200))
        number = f"Số: {random.randrange(11, 3900)}/{kind[0]}{kind.split()[1][0].upper()}-UBND"
        made.append((f"{number} ngày {day:%d/%m/%Y}", f"{kind} về việc {aim} năm {day.year}"))
    return made


def hotlines(random: Random) -> list[str]:
    return [line.format(n=random.randrange(100, 999)) for line in HOTLINES]
