"""Phrases that the invented articles are put together from. All of it was written for the tests."""

from __future__ import annotations

SURNAMES = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Phan", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô",
    "Dương", "Lý", "Thạch", "Kim", "Hoàng", "Trương", "Đinh", "Mai", "Lâm", "Tô", "Cao", "Hà",
)  # fmt: skip
MIDDLES = (
    "Văn", "Thị", "Minh", "Thanh", "Hữu", "Ngọc", "Quốc", "Đức", "Kim", "Hồng", "Xuân", "Thành",
    "Thị Mỹ", "Hoàng", "Bá", "Công", "Thúy", "Anh",
)  # fmt: skip
GIVEN = (
    "An", "Bình", "Châu", "Dũng", "Đạt", "Giang", "Hạnh", "Hiếu", "Hòa", "Hùng", "Khánh", "Lan",
    "Liên", "Long", "Mai", "Nam", "Nga", "Nghĩa", "Nhân", "Oanh", "Phúc", "Phương", "Quân", "Sơn",
    "Tâm", "Thảo", "Thủy", "Tiến", "Toàn", "Trúc", "Tuấn", "Tuyết", "Uyên", "Vinh", "Yến",
)  # fmt: skip
PEN_NAMES = (
    "Hoài Thương", "Mỹ Lý", "Trang Huỳnh", "Khánh Phan", "Nhựt An", "Phú Lợi", "Bích Ngân",
    "Hải Yến", "Minh Trường", "Thu Cúc", "Văn Đoàn", "Ngọc Diệp", "Kiều Oanh", "Tấn Phong",
    "Lê Vy", "Cẩm Tiên", "Đăng Khoa", "Thành Nam", "Quỳnh Như", "Hồ Lam",
)  # fmt: skip

OTHER_PLACES = (
    "xã Thuận An", "xã Đông Thạnh", "phường Cái Vồn", "xã Mỹ Hòa", "xã Bản Phố", "xã Na Hối",
    "thị trấn Hòn Đất", "xã Ninh Phước", "phường Vĩnh Hải", "huyện Kế Sách",
)  # fmt: skip
"""Of sites that have none of their own."""
PLACES: dict[str, tuple[str, ...]] = {
    "dongthap_portal": (
        "xã Mỹ Đông", "xã Phú Điền", "xã Đốc Binh Kiều", "xã Thanh Mỹ", "xã Láng Biển",
        "thị trấn Mỹ An", "xã Hưng Thạnh", "xã Trường Xuân", "xã Tân Kiều", "xã Mỹ Quý",
    ),
    "baohatinh": (
        "huyện Cẩm Xuyên", "huyện Hương Khê", "huyện Vũ Quang", "huyện Nghi Xuân",
        "huyện Hương Sơn", "thị xã Hồng Lĩnh", "xã Kỳ Phú", "xã Sơn Kim 2", "xã Xuân Mỹ",
        "phường Nam Hà",
    ),
    "chodon": (
        "xã Bằng Lãng", "xã Ngọc Phái", "xã Nam Cường", "xã Đồng Lạc", "xã Yên Thịnh",
        "thị trấn Bằng Lũng", "xã Nghĩa Tá", "xã Bình Trung", "xã Quảng Bạch", "xã Lương Bằng",
    ),
    "travinh": (
        "Phường 1", "Phường 4", "Phường 7", "Phường 9", "xã Long Đức", "huyện Càng Long",
        "huyện Cầu Kè", "huyện Trà Cú", "huyện Châu Thành", "thị xã Duyên Hải",
    ),
    "baodongthap": (
        "huyện Tháp Mười", "huyện Lai Vung", "huyện Thanh Bình", "huyện Châu Thành",
        "thành phố Sa Đéc", "thành phố Cao Lãnh", "huyện Tam Nông", "huyện Lấp Vò",
        "xã Tân Khánh Đông", "xã Bình Thạnh",
    ),
    "nukeviet": (
        "phường Đề Thám", "phường Hợp Giang", "xã Hưng Đạo", "xã Vĩnh Quang", "xã Chu Trinh",
        "phường Sông Bằng", "xã Bạch Đằng", "xã Hoàng Tung",
    ),
    "sharepoint": (
        "xã Phước Hòa", "xã Long Sơn", "phường Kim Dinh", "huyện Đất Đỏ", "huyện Xuyên Mộc",
        "xã Bình Châu", "thị trấn Phước Bửu", "xã Tam Phước",
    ),
    "joomla": (
        "xã Trà Giáp", "xã Trà Kót", "thị trấn Trà My", "xã Tiên Lãnh", "xã Phước Gia",
        "xã Quế Thọ", "xã Thăng Phước",
    ),
    "modern": (
        "phường Hiệp Thành", "xã Vị Thắng", "xã Long Trị", "thị trấn Cây Dương", "huyện Phụng Hiệp",
        "huyện Vị Thủy", "thành phố Ngã Bảy", "xã Tân Phú Thạnh",
    ),
    "frontpage": (
        "huyện Đông Hải", "xã Vĩnh Hậu", "thị trấn Gành Hào", "huyện Hòa Bình", "xã Long Điền Tây",
        "phường Nhà Mát", "xã Hưng Hội",
    ),
}  # fmt: skip

BODIES = (
    "Ban Dân vận", "Ban Tuyên giáo", "Ban Tổ chức", "Ủy ban Kiểm tra", "Văn phòng cấp ủy",
    "Ủy ban Mặt trận Tổ quốc", "Hội Nông dân", "Hội Liên hiệp Phụ nữ", "Hội Cựu chiến binh",
    "Đoàn Thanh niên", "Liên đoàn Lao động", "Trung tâm Chính trị", "Đảng ủy", "Hội Chữ thập đỏ",
    "Hội Khuyến học", "Ban Chỉ huy Quân sự",
)  # fmt: skip
RANKS = (
    "Bí thư", "Phó Bí thư Thường trực", "Trưởng Ban Dân vận", "Trưởng Ban Tổ chức",
    "Chủ nhiệm Ủy ban Kiểm tra", "Chủ tịch Ủy ban Mặt trận Tổ quốc", "Phó Chủ tịch UBND",
    "Chủ tịch Hội Nông dân", "Bí thư Đoàn Thanh niên", "Giám đốc Trung tâm Chính trị",
    "Phó Trưởng Ban Tuyên giáo", "Chủ tịch Hội Liên hiệp Phụ nữ",
)  # fmt: skip
JOBS = (
    "Phó Trưởng phòng Tuyên truyền", "Chuyên viên Văn phòng Thành ủy",
    "Giảng viên Trung tâm Chính trị", "Ủy viên Ban Chấp hành Đoàn phường",
)  # fmt: skip
EVENTS = (
    "hội nghị sơ kết 6 tháng đầu năm", "hội nghị tổng kết công tác năm",
    "lớp bồi dưỡng nhận thức về Đảng", "buổi gặp mặt người có uy tín",
    "hội nghị đối thoại với nông dân", "lễ trao Huy hiệu Đảng", "hội nghị báo cáo viên",
    "đoàn giám sát chuyên đề", "lễ ra quân làm đường giao thông nông thôn",
    "hội thi dân vận khéo", "tọa đàm về chuyển đổi số", "hội nghị tiếp xúc cử tri",
    "lễ phát động trồng cây", "chương trình trao nhà đại đoàn kết",
    "hội nghị quán triệt nghị quyết", "buổi kiểm tra tiến độ xây dựng nông thôn mới",
)  # fmt: skip
WORKS = (
    "xây dựng nông thôn mới nâng cao", "thực hiện quy chế dân chủ ở cơ sở",
    "học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh",
    "giảm nghèo bền vững", "cải cách thủ tục hành chính", "kết nạp đảng viên mới",
    "giữ gìn an ninh trật tự ở khu dân cư", "vận động hiến đất mở đường",
    "bảo tồn nghề truyền thống", "chăm lo người có công với cách mạng",
    "đưa hàng Việt về vùng nông thôn", "kiểm tra, giám sát và thi hành kỷ luật trong Đảng",
    "nắm tình hình Nhân dân", "xây dựng chi bộ bốn tốt", "tiếp công dân định kỳ",
    "phân loại rác thải tại nguồn", "hỗ trợ thanh niên khởi nghiệp",
    "phòng, chống sạt lở bờ sông", "chuyển đổi cơ cấu cây trồng", "xây dựng xã hội học tập",
)  # fmt: skip
SUBJECTS = (
    "cấp ủy các chi bộ", "các tổ dân vận ấp", "cán bộ, công chức địa phương", "bà con nông dân",
    "đội ngũ báo cáo viên", "các hội, đoàn thể", "lực lượng dân quân", "hội viên phụ nữ",
    "các cơ sở thờ tự", "đoàn viên, thanh niên", "người cao tuổi", "các hợp tác xã",
    "hộ kinh doanh trong chợ", "các tổ hợp tác trồng sen", "mặt trận các khu dân cư",
    "các nhà trường", "doanh nghiệp đóng trên địa bàn", "già làng và trưởng thôn",
)  # fmt: skip
ACTS = (
    "đã đổi mới cách tuyên truyền theo hướng ngắn gọn, dễ nhớ",
    "thường xuyên gặp gỡ từng hộ để giải thích chủ trương",
    "chủ động đăng ký mô hình và phân công người phụ trách",
    "lồng ghép nội dung này vào sinh hoạt lệ hằng tháng",
    "công khai các khoản đóng góp tại nhà văn hóa",
    "phối hợp với ngành chuyên môn tổ chức tập huấn",
    "tự nguyện góp ngày công và vật liệu",
    "lập nhóm trao đổi qua điện thoại để tiếp nhận phản ánh",
    "rà soát lại từng tiêu chí chưa đạt",
    "ký cam kết không để nợ đọng kéo dài",
    "duy trì lịch trực tiếp dân vào sáng thứ Năm",
    "nhân rộng cách làm của những nơi đi trước",
    "giao chỉ tiêu cụ thể cho từng tổ nhân dân tự quản",
    "mạnh dạn vay vốn ưu đãi để mở rộng sản xuất",
    "xây dựng tủ sách và điểm truy cập mạng dùng chung",
    "tổ chức ra quân dọn vệ sinh vào ngày cuối tuần",
)  # fmt: skip
RESULTS = (
    "nhờ vậy số vụ khiếu nại giảm rõ so với cùng kỳ",
    "được người dân đồng tình và tham gia ngày càng đông",
    "góp phần nâng thu nhập bình quân đầu người lên {millions} triệu đồng/năm",
    "đến nay có {n} hộ đăng ký làm theo",
    "tạo chuyển biến rõ nét ở những nơi trước đây còn khó khăn",
    "vượt {percent}% so với kế hoạch đề ra",
    "với tổng kinh phí trên {money} triệu đồng từ nguồn xã hội hóa",
    "giúp {n} gia đình có nhà ở ổn định trước mùa mưa bão",
    "qua đó phát hiện và bồi dưỡng {few} quần chúng ưu tú",
    "song vẫn còn {few} nơi triển khai chậm, chưa đều tay",
    "tỷ lệ hồ sơ giải quyết đúng hạn đạt {percent},{few}%",
    "đường quê nhờ đó sạch hơn, sáng hơn mỗi tối",
    "làm được {long} mét đường và {few} cây cầu dân sinh",
    "nhiều hộ từ chỗ e ngại đã trở thành người đi đầu",
    "bước đầu hình thành vùng nguyên liệu {n} héc-ta",
    "được cấp trên chọn làm điểm để rút kinh nghiệm",
)  # fmt: skip
OPENERS = (
    "Những tháng qua,", "Theo báo cáo,", "Cùng với đó,", "Đáng chú ý,", "Ở nhiều nơi,",
    "Bên cạnh kết quả ấy,", "Từ đầu nhiệm kỳ đến nay,", "Sau hơn một năm thực hiện,",
    "Thực tế cho thấy,", "Trên cơ sở đó,", "Riêng trong quý II,", "Nhìn chung,",
    "Để đạt kết quả này,", "Ngoài ra,", "Mặt khác,", "Trong sinh hoạt thường ngày,",
    "Không dừng lại ở đó,", "Qua khảo sát tại cơ sở,",
)  # fmt: skip

FIRST_SENTENCES = (
    "{day}, {body} {place} tổ chức {event} với sự tham dự của {n} đại biểu.",
    "{day}, tại hội trường {place}, {body} phối hợp với {body2} tổ chức {event}.",
    "Ngày {date}, đồng chí {name}, {rank} {place}, cùng đoàn công tác đến dự {event} do {body} "
    "chủ trì.",
    "Vừa qua, {body} {place} đã hoàn thành {event}, thu hút {n} lượt người tham gia.",
    "{day}, Ban Thường vụ cấp ủy {place} nghe báo cáo kết quả {work} và cho ý kiến vào kế hoạch "
    "những tháng tới.",
    "Chiều {short_date}, {event} do {body} {place} tổ chức đã diễn ra trong không khí cởi mở, "
    "với {n} ý kiến gửi đến ban tổ chức.",
)
GUESTS = (
    "Đến dự có ông {name} - {rank}; bà {name2} - {rank2} và đại diện lãnh đạo các ngành liên quan.",
    "Dự và chỉ đạo có đồng chí {name}, {rank}; cùng dự có {n} cán bộ chủ chốt các đơn vị.",
    "Tham gia đoàn có bà {name}, {rank}, lãnh đạo {body} và {body2}.",
    "Chủ trì buổi làm việc là các đồng chí: {name}, {rank}; {name2}, {rank2}.",
)
SENTENCES = (
    "Toàn địa bàn hiện có {n} mô hình dân vận khéo, trong đó {few} mô hình được công nhận cấp "
    "tỉnh.",
    "Mô hình “{model}” ở {place} được đánh giá cao vì ít tốn kém mà hiệu quả thấy rõ.",
    "Kết quả {work} đạt {percent}% kế hoạch, tăng {few} điểm so với năm {year}.",
    "Đã có {n} hộ hiến hơn {long} m2 đất và {few} hộ tự tháo dỡ hàng rào để mở rộng đường.",
    "Cấp ủy đã kết nạp {few} đảng viên mới, nâng tổng số đảng viên toàn đảng bộ lên "
    "{thousands} đồng chí.",
    "Nguồn quỹ vận động được {money} triệu đồng, dùng để sửa {few} căn nhà và tặng {n} suất học "
    "bổng.",
    "Theo Kế hoạch số {few}-KH/BDV ngày {date}, mỗi chi bộ chọn ít nhất một việc khó để làm trước.",
    "Ông {name}, người dân {place}, cho biết: “Trước đây mùa mưa là bùn lầy, nay xe tải vào tận "
    "ruộng, giá lúa bán được cao hơn {few}00 đồng mỗi ký”.",
    "Bà {name}, {age} tuổi, chia sẻ: “Cán bộ đến nhà hỏi han, nói dễ hiểu thì mình tin và làm "
    "theo thôi”.",
    "Hôm nay nhìn lại, điều quý nhất không phải là con số mà là sự đồng lòng của bà con {place}.",
    "Giá vàng, giá phân bón biến động mạnh trong năm {year} cũng ảnh hưởng không nhỏ đến đời sống "
    "của hội viên.",
    "Hội nghị thống nhất giao {body} theo dõi, báo cáo tiến độ {work} trước ngày {short_date}.",
    "Thảo luận tại hội nghị, các đại biểu tập trung vào nguyên nhân của {few} chỉ tiêu chưa đạt.",
    "Phát biểu kết luận, đồng chí {name} yêu cầu tiếp tục {work}, lấy sự hài lòng của người dân "
    "làm thước đo.",
    "Dịp này, {body} trao giấy khen cho {few} tập thể và {n} cá nhân có thành tích xuất sắc.",
    "Từ ngày {short_date} đến cuối tháng, các tổ công tác sẽ về {few} ấp để nghe dân nói.",
    "Chương trình phối hợp giai đoạn {year} - {year_after} giữa {body} và {body2} gồm {few} nội "
    "dung.",
    "Câu hỏi được nhiều người đặt ra là làm thế nào để “{model}” không dừng lại ở phong trào.",
    "Tại {place}, {n} hộ dân đã lắp đèn trước cổng, thắp sáng {long} mét đường quê.",
    "Trả lời ý kiến cử tri, bà {name} - {rank} cho biết công trình sẽ khởi công trong quý III "
    "năm {year}.",
    "Số liệu đến ngày {date} cho thấy {percent}% thủ tục được nộp trực tuyến.",
    "Trong {thousands} lượt ý kiến đóng góp, có {n} ý kiến về môi trường, {few} ý kiến về đất đai.",
    "Kết quả bình xét cuối năm: {few} chi bộ hoàn thành xuất sắc, không có chi bộ yếu kém.",
    "Bài học rút ra là phải nói đi đôi với làm, cán bộ làm trước để Nhân dân theo sau.",
    "Xe chở đoàn rời {place} khi trời đã tối, nhưng câu chuyện về {work} vẫn còn được nhắc mãi.",
    "Cùng ngày, đoàn đến thăm và tặng {few} phần quà cho gia đình chính sách ở {place}.",
    "Các tham luận tập trung làm rõ cách {work} ở vùng có đông đồng bào dân tộc và tôn giáo.",
    "Đến tháng {month}/{year}, {place} không còn hộ nghèo thuộc diện chính sách.",
    "Một khó khăn được nêu nhiều là kinh phí cho {work} còn thấp, chỉ khoảng {money} triệu đồng "
    "mỗi năm.",
    "Ngay sau buổi lễ, {n} đoàn viên đã ra quân nạo vét {long} mét kênh nội đồng.",
)
MODELS = (
    "Ngày thứ Bảy tình nguyện",
    "Tiếng kẻng bình yên",
    "Nhà sạch, vườn đẹp",
    "Ba không, ba sạch",
    "Tuyến đường hoa kiểu mẫu",
    "Nuôi heo đất giúp bạn",
    "Cà phê với nông dân",
    "Tổ phụ nữ tiết kiệm",
    "Camera an ninh khu phố",
    "Chi bộ không giấy tờ",
    "Ghế đá nghĩa tình",
    "Một giờ cùng dân",
    "Hũ gạo tình thương",
    "Dòng kênh không rác",
    "Mái ấm biên cương",
)
LAST_SENTENCES = (
    "Kết thúc hội nghị, các đơn vị ký kết giao ước thi đua năm {year}.",
    "Thời gian tới, {body} sẽ tiếp tục {work}, phấn đấu có thêm {few} mô hình mới.",
    "Hội nghị cũng đã công bố quyết định khen thưởng cho {few} tập thể và {n} cá nhân.",
    "Với cách làm này, {place} quyết tâm hoàn thành mục tiêu trước tháng {month}/{year}.",
)
GALLERY_LINES = ("Một số hình ảnh tại hội nghị:", "Một số hình ảnh tại buổi lễ:")
LEADS = (
    "Với {few} mô hình và {n} lượt hộ tham gia, {place} đang cho thấy cách {work} bắt đầu từ những "
    "việc nhỏ, gần dân.",
    "Sau {few} tháng triển khai, {body} {place} ghi nhận nhiều chuyển biến trong việc {work}, dù "
    "nguồn lực còn hạn chế.",
    "{body} {place} vừa tổ chức {event}, qua đó bàn giải pháp để {work} trong năm {year}.",
    "Nhờ “{model}”, việc {work} ở {place} không còn là chuyện của riêng cán bộ mà trở thành nếp "
    "sống của {n} hộ dân.",
)
TITLES = (
    "{Place}: {few} tập thể được khen thưởng trong phong trào {work}",
    "{body} {place} tổ chức {event} {year}",
    "Hiệu quả từ mô hình “{model}” ở {place}",
    "{Place} phấn đấu hoàn thành việc {work} trong năm {year}",
    "Đồng chí {name} làm việc với {body} {place}",
    "{body} và {body2} {place} ký kết chương trình phối hợp năm {year}",
    "Nhiều cách làm hay trong {work} ở {place}",
    "Trên {n} đại biểu dự {event} tại {place}",
    "Khi người dân {place} cùng {work}",
    "{Place} trao {n} suất quà cho gia đình chính sách dịp năm mới {year}",
)
STOCK_CAPTIONS = (
    "Quang cảnh hội nghị", "Toàn cảnh buổi lễ", "Các đại biểu dự hội nghị",
    "Ảnh minh họa", "Lãnh đạo chủ trì hội nghị.",
)  # fmt: skip
CAPTIONS = (
    "Đồng chí {name}, {rank} phát biểu tại hội nghị.",
    "Ông {name} (bên trái) giới thiệu mô hình của gia đình ở {place}.",
    "Đại diện {body} trao giấy khen cho các tập thể ở {place}",
    "Đường hoa ở {place} do {n} hộ dân cùng chăm sóc. Ảnh: {name2}",
    "{name}: Muốn dân tin thì cán bộ phải nghe trước, nói sau và làm cho đến nơi.",
)
TWO_LINE_CAPTIONS = (
    "Đồng chí {name}, {rank}|trao bằng khen cho các cá nhân điển hình ở {place}",
    "Đoàn viên {place} giúp dân dọn dẹp|sau đợt triều cường tháng {month}/{year}",
)
DOCUMENT_TITLES = ("Kế hoạch", "Báo cáo", "Chương trình hành động", "Hướng dẫn")
