"""The Vietnamese words that directives are written with, as data: headings of columns, agencies, verbs, deliverables.

Everything is compared without diacritics and case (see `workflow.names.strip_marks`) unless a list says otherwise.
"""

# What the heading of a column says, by the field it holds. The longest phrase found in the heading decides.
COLUMNS = {
    "no": ("stt", "tt", "so tt", "so thu tu", "muc"),
    "text": (
        "nhiem vu", "noi dung", "noi dung nhiem vu", "noi dung cong viec", "cong viec", "ten nhiem vu", "nhiem vu giai phap",
        "nhiem vu cu the", "noi dung thuc hien", "noi dung chi dao", "hoat dong", "noi dung hoat dong", "nhiem vu trong tam",
        "danh muc nhiem vu", "ten van ban", "noi dung trien khai",
    ),
    "lead": (
        "chu tri", "co quan chu tri", "don vi chu tri", "co quan don vi chu tri", "don vi thuc hien", "co quan thuc hien",
        "chu cong", "nguoi thuc hien", "co quan soan thao", "don vi soan thao", "co quan chu tri thuc hien", "don vi phu trach",
        "trach nhiem thuc hien", "co quan chu tri tham muu", "don vi duoc giao", "co quan don vi thuc hien", "bo phan thuc hien",
        "co quan chu tri soan thao", "don vi chu tri thuc hien", "phan cong thuc hien", "co quan tham muu", "nguoi phu trach",
    ),
    "coordinating": ("phoi hop", "co quan phoi hop", "don vi phoi hop", "co quan don vi phoi hop", "don vi phoi hop thuc hien"),
    "deliverable": (
        "san pham", "san pham hoan thanh", "ket qua", "ket qua dau ra", "san pham du kien", "san pham dau ra", "ket qua san pham",
        "hinh thuc van ban", "san pham ket qua", "san pham chu yeu", "du kien san pham", "loai van ban",
    ),
    "timing": (
        "thoi gian", "thoi gian thuc hien", "thoi han", "thoi gian hoan thanh", "thoi han hoan thanh", "tien do", "han hoan thanh",
        "thoi gian trinh", "thoi diem", "thoi gian ban hanh", "tien do thuc hien", "tien do hoan thanh", "thoi han thuc hien",
        "thoi gian trinh ban hanh", "moc thoi gian", "han xu ly", "thoi han xu ly",
    ),
    "other": (
        "kinh phi", "du toan", "ghi chu", "cap trinh", "can cu", "cap ban hanh", "nguon kinh phi", "nguoi ky", "lanh dao phu trach",
        "dia diem", "thanh phan", "so ky hieu", "ngay thang", "don vi tinh", "muc tieu", "ket qua thuc hien", "tinh trang",
    ),
}

# With what the name of an agency begins, as written (first letter large in a document; "các" may be small).
AGENCY_HEADS = (
    "Sở", "Ban", "Phòng", "Văn phòng", "Ủy ban", "Uỷ ban", "UBND", "UBMTTQ", "HĐND", "Hội đồng", "Trung tâm", "Công an", "Chi cục",
    "Cục", "Tổng cục", "Vụ", "Viện", "Bộ", "Bộ Chỉ huy", "Bộ CHQS", "Ban Chỉ huy", "Đội", "Ngân hàng", "NHNN", "Liên minh",
    "Liên hiệp", "Hội", "Hiệp hội", "Hợp tác xã", "HTX", "Thanh tra", "Tỉnh đoàn", "Thành đoàn", "Huyện đoàn", "Đoàn", "Báo", "Đài",
    "Bưu điện", "Kho bạc", "KBNN", "Bảo hiểm", "BHXH", "Thuế", "Hải quan", "Tòa án", "Toà án", "Viện kiểm sát", "Trường", "Đại học",
    "Công ty", "Tập đoàn", "Tổng công ty", "Mặt trận", "Liên đoàn", "Quỹ", "Chủ tịch", "Giám đốc", "Bí thư", "Trưởng", "Thủ trưởng",
    "Cơ quan", "Đơn vị", "Thường trực", "Đảng ủy", "Đảng uỷ", "Thành ủy", "Tỉnh ủy", "Huyện ủy", "Tổ", "Nhóm", "Hạt", "Trạm", "Bệnh viện",
    "Điện lực", "Chi nhánh", "Doanh nghiệp", "Chính phủ", "Thủ tướng", "Xã", "Phường", "Huyện", "Thành phố", "Thị xã", "Đồn", "Lực lượng",
)

# Kinds of agencies that stand together in one collective: "Các sở, ban, ngành", "các phòng, ban, đơn vị liên quan".
COLLECTIVE_KINDS = (
    "so", "ban", "nganh", "phong", "don vi", "co quan", "doan the", "dia phuong", "xa", "phuong", "huyen", "thanh pho", "thi xa",
    "thi tran", "hoi", "to chuc", "ban nganh", "phong ban", "so nganh", "bo", "chu dau tu", "doanh nghiep", "to chuc chinh tri",
    "to chuc chinh tri xa hoi", "phong chuyen mon", "hop tac xa", "truong hoc", "truong", "dac khu", "thon", "khoi pho", "dang uy",
)

# What may follow such kinds without naming anybody.
COLLECTIVE_TAILS = (
    "lien quan", "co lien quan", "thuoc thanh pho", "thuoc tinh", "thuoc huyen", "cap tinh", "cap huyen", "cap xa", "thuoc ubnd tinh",
    "thuoc ubnd thanh pho", "thuoc ubnd huyen", "tren dia ban", "tren dia ban tinh", "tren dia ban thanh pho", "chuyen mon", "khac",
    "chuc nang", "truc thuoc", "thanh pho", "tinh", "duoc giao", "thuc hien", "nha nuoc",
)

# Fields of departments, so that "Các Sở: Tài chính, Văn hóa, Thể thao và Du lịch" is two and not three.
SECTORS = (
    "Tài chính", "Nội vụ", "Xây dựng", "Công Thương", "Tư pháp", "Y tế", "Ngoại vụ", "Nông nghiệp và Môi trường",
    "Nông nghiệp và Phát triển nông thôn", "Tài nguyên và Môi trường", "Kế hoạch và Đầu tư", "Giao thông vận tải",
    "Khoa học và Công nghệ", "Thông tin và Truyền thông", "Giáo dục và Đào tạo", "Văn hóa, Thể thao và Du lịch",
    "Văn hoá, Thể thao và Du lịch", "Văn hóa và Thể thao", "Du lịch", "Lao động - Thương binh và Xã hội",
    "Lao động, Thương binh và Xã hội", "Dân tộc và Tôn giáo", "Quy hoạch - Kiến trúc", "Văn hóa, Khoa học và Thông tin",
    "Văn hóa và Thông tin", "Tài chính - Kế hoạch", "Kinh tế và Hạ tầng", "Kinh tế, Hạ tầng và Đô thị", "Kinh tế", "Quản lý đô thị",
    "Văn hóa - Xã hội", "Nông nghiệp", "An ninh", "Quốc phòng", "Công an", "Ngoại giao",
)

# Small words at which the name of an agency ends and its duty begins; as written, small letters.
DUTY_WORDS = (
    "tiếp tục", "chủ động", "chủ trì", "phối hợp", "có trách nhiệm", "có nhiệm vụ", "chịu trách nhiệm", "tổ chức", "triển khai", "thực hiện",
    "xây dựng", "tham mưu", "hướng dẫn", "theo dõi", "đôn đốc", "kiểm tra", "giám sát", "rà soát", "đánh giá", "tổng hợp", "báo cáo",
    "đề xuất", "đẩy mạnh", "tăng cường", "nghiên cứu", "ban hành", "trình", "cung cấp", "cập nhật", "quản lý", "phổ biến", "tuyên truyền",
    "quán triệt", "lập", "bố trí", "chỉ đạo", "đề nghị", "khẩn trương", "kịp thời", "căn cứ", "trên cơ sở", "theo chức năng", "trong", "để",
    "nhằm", "khi", "về", "và các nội dung", "thường xuyên", "định kỳ", "hoàn thành", "hoàn thiện", "tiếp nhận", "giao", "phân công", "chuẩn bị",
    "xem xét", "thẩm định", "xử lý", "giải quyết", "kiến nghị", "đảm bảo", "bảo đảm", "hỗ trợ", "tạo điều kiện", "vận động", "thông báo",
    "công bố", "công khai", "đăng ký", "lồng ghép", "khai thác", "phát động", "thành lập", "kiện toàn", "tích cực", "nghiêm túc", "tập trung",
    "ưu tiên", "huy động", "phát huy", "nâng cao", "thống kê", "gửi", "nộp", "thu", "chi", "cử", "mở", "hoặc", "sẽ", "cần", "phải", "được", "là",
    "có", "đưa", "làm", "tự", "trực tiếp", "thống nhất", "tháo gỡ", "yêu cầu", "mời", "bàn giao", "lựa chọn", "duy trì", "ứng dụng", "vận hành",
    "đăng tải", "khảo sát", "phê duyệt", "cấp", "thanh tra", "xác minh", "làm rõ", "lấy ý kiến", "soạn thảo", "tuyển chọn", "đào tạo", "tập huấn",
)

# With what a deliverable begins.
DELIVERABLE_NOUNS = (
    "quyet dinh", "ke hoach", "bao cao", "van ban", "nghi quyet", "cong van", "to trinh", "de an", "san pham", "du an", "y tuong", "hoi nghi",
    "danh sach", "danh muc", "thong bao", "chuong trinh", "huong dan", "chi thi", "ho so", "bien ban", "quy che", "quy dinh", "phuong an",
    "tai lieu", "bai viet", "lop", "mo hinh", "hop dong", "co so du lieu", "chuyen de", "tin bai", "ket luan", "phuong an",
)

# Where the duties of a letter end.
CLOSINGS = ("noi nhan", "tren day la", "yeu cau cac", "de nghi cac", "nhan duoc van ban", "can cu noi dung")
