"""A figure in a sentence with what the words around it say of it: "từ 12 trường trở lên", "dưới 2%", "từ 40 đến 50 triệu đồng/ha"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from directives.figures.numbers import NUMBER, is_doubtful
from directives.figures.times import without
from workflow.targets.aim import Relation
from workflow.targets.numbers import number as read_number

# What stands before a figure; the longest that fits is taken.
_BEFORE = {
    "từ": Relation.EQUAL, "ít nhất": Relation.AT_LEAST, "tối thiểu": Relation.AT_LEAST, "không dưới": Relation.AT_LEAST,
    "không thấp hơn": Relation.AT_LEAST, "không ít hơn": Relation.AT_LEAST, "không nhỏ hơn": Relation.AT_LEAST, "≥": Relation.AT_LEAST,
    ">=": Relation.AT_LEAST, "trên": Relation.MORE_THAN, "hơn": Relation.MORE_THAN, "quá": Relation.EQUAL, "vượt": Relation.MORE_THAN, "cao hơn": Relation.MORE_THAN,
    "lớn hơn": Relation.MORE_THAN, ">": Relation.MORE_THAN, "không quá": Relation.AT_MOST, "tối đa": Relation.AT_MOST,
    "tối đa không quá": Relation.AT_MOST, "không vượt quá": Relation.AT_MOST, "không vượt": Relation.AT_MOST, "không cao hơn": Relation.AT_MOST,
    "không lớn hơn": Relation.AT_MOST, "nhiều nhất": Relation.AT_MOST, "≤": Relation.AT_MOST, "<=": Relation.AT_MOST,
    "dưới": Relation.LESS_THAN, "thấp hơn": Relation.LESS_THAN, "ít hơn": Relation.LESS_THAN, "nhỏ hơn": Relation.LESS_THAN, "<": Relation.LESS_THAN,
}  # fmt: skip
_NEAR = r"khoảng|xấp xỉ|gần|ước|ước khoảng|chừng"
_LINK = r"đạt|ước đạt|là|bằng|chiếm|còn|xuống còn|xuống|lên|ở mức|có|duy trì|:|="
_SPOKEN = "|".join(re.escape(words) for words in sorted(_BEFORE, key=len, reverse=True))
_AHEAD = re.compile(
    rf"(?:^|(?<=[\s:(,]))(?P<links>(?:(?:{_LINK})\s*)*)(?P<bound>(?:(?:{_SPOKEN})(?:\s+(?:là|đạt|có|còn))?\s*)?)(?P<near>(?:(?:{_NEAR})\s*){{0,2}})\Z",
    re.IGNORECASE,
)
_NOUNS = (
    "HTX|THT|LHHTX|liên hiệp (?:HTX|hợp tác xã)|hợp tác xã|tổ hợp tác|doanh nghiệp|hộ gia đình|hộ dân|hộ|người dân|người|lao động|thành viên|cán bộ|công chức|viên chức|"
    "học viên|học sinh|sinh viên|giáo viên|đảng viên|hội viên|đoàn viên|trẻ em|trẻ|lượt người|lượt khách|lượt|khách|tổ chức|đơn vị|cơ quan|cá nhân|"
    "xã|phường|thị trấn|huyện|tỉnh|thôn|bản|khu dân cư|khu|cụm|vùng|chuỗi|lớp tập huấn|lớp học|lớp|khóa|khoá|cuộc|hội nghị|hội thảo|hội chợ|phiên chợ|đợt|buổi|kỳ|lần|"
    "mô hình|sản phẩm|dự án|đề tài|đề án|nhiệm vụ|công trình|cơ sở|nhà máy|trường học|trường|phòng học|phòng|trạm|giường bệnh|giường|bác sĩ|"
    "ha|hecta|héc ta|m2|m²|m3|m³|km2|km|mét|tấn|tạ|yến|kg|lít|con|cây|gốc|MW|kWh|"
    "chỉ tiêu|tiêu chí|điểm phần trăm|điểm %|điểm|bậc|sao|bài viết|bài|tin, bài|tin bài|tin|chuyên đề|chuyên mục|phóng sự|văn bản|hồ sơ|thủ tục hành chính|thủ tục|dịch vụ công|dịch vụ|"
    "nhãn hiệu|chỉ dẫn địa lý|mã số|mã|tài khoản|thiết bị|máy|chiếc|bộ|đoàn|sàn|chợ|siêu thị|cửa hàng|căn nhà|căn|nhà|ngôi nhà|tuyến đường|tuyến|cầu|giải pháp|sáng kiến|ý tưởng|"
    "phương tiện|vụ việc|vụ|ca|hợp đồng|quy trình|tổ|nhóm|câu lạc bộ|chi bộ|chi hội|USD|triệu USD|tỷ USD|"
    "ngày làm việc|ngày|giờ|phút|tuần|tháng|năm|tuổi|trang|%"
)
_MONEY = r"(?:(?:nghìn|ngàn)\s+)?(?:(?:nghìn|ngàn|triệu|tr|tỷ|tỉ)(?:\s*(?:đồng|VNĐ|VND|đ)(?!\w))?|đồng|VNĐ|VND|đ)"
_UNIT = re.compile(rf"\s*(?P<unit>(?:điểm phần trăm|điểm %|%|‰|(?:triệu|tỷ|nghìn|ngàn|vạn)\s+(?:USD|lượt khách|lượt|người|con|cây|tấn|m3|kWh|bản)(?!\w)|(?:{_MONEY}|{_NOUNS})(?!\w))(?:\s*/\s*[^\W\d_]{{1,12}}(?:\s(?:gia đình|lao động|dân|vụ|canh tác))?){{0,3}})", re.IGNORECASE)  # fmt: skip
_AFTER = re.compile(r"[^,;:.()\d]{0,60}?\b(trở lên|trở xuống)(?!\w)", re.IGNORECASE)
_UPPER = re.compile(rf"\s*(?:-|–|—|÷|đến|tới)\s*({NUMBER})")
_LIFTED = re.compile(rf"\s*(?:lên|xuống|lên đến|xuống còn|lên trên|còn|tăng lên)\s*(?:đạt |còn |đến |tới )?({NUMBER})")
DURATIONS = re.compile(r"ngày|giờ|phút|tuần|tháng|năm|tuổi|trang|lần|kỳ", re.IGNORECASE)


@dataclass(frozen=True)
class Bound:
    """A figure with its relation and unit, and where its words begin and end; `links` is "đạt", "là", ":" … before it."""

    value: Decimal
    relation: Relation
    unit: str
    start: int
    end: int
    links: str = ""
    said: str = ""  # the words of the bound
    upper: Decimal | None = None
    baseline: Decimal | None = None
    near: bool = False
    doubtful: str = ""  # the figure, if it is written in an unusual manner

    @property
    def stated(self) -> bool:
        """Whether words bound the figure, so that it is more than a number in passing."""
        return self.relation is not Relation.EQUAL


def bounds(text: str) -> list[Bound]:
    """The figures of a text from left to right; what is part of a range or of "từ 40% lên 50%" is one."""
    found: list[Bound] = []
    for number in re.finditer(NUMBER, text):
        if not found or number.start() >= found[-1].end:
            found.append(_bound(text, number))
    return found


def _bound(text: str, number: re.Match[str]) -> Bound:
    ahead = _AHEAD.search(text[max(0, number.start() - 80) : number.start()])
    links, said, near = (ahead["links"], ahead["bound"], ahead["near"]) if ahead else ("", "", "")
    words = re.sub(r"\s+(?:là|đạt|có|còn)\s*$", "", said.strip().casefold())
    relation = _BEFORE.get(words, Relation.EQUAL)
    if words == "quá" and re.search(
        r"(?<!\w)không(?!\w)", text[max(0, number.start() - 60) : number.start()], re.IGNORECASE
    ):
        relation = Relation.AT_MOST
    value, upper, baseline, end = read_number(number[0]), None, None, number.end()
    unit = _UNIT.match(text, end)
    after_unit = unit.end() if unit else end
    other = _UPPER.match(text, end) or _UPPER.match(text, after_unit)
    lifted = None if other else (_LIFTED.match(text, end) or _LIFTED.match(text, after_unit)) if words == "từ" else None
    if other and words in ("từ", "") and read_number(other[1]) > value:
        relation, upper, end = Relation.RANGE, read_number(other[1]), other.end()
    elif lifted:
        baseline, value, end = value, read_number(lifted[1]), lifted.end()
    unit = _UNIT.match(text, end) or (unit if end > number.end() else None)
    end = max(end, unit.end()) if unit else end
    after = _AFTER.match(text, end)
    if after and relation is Relation.EQUAL:
        relation = Relation.AT_LEAST if after[1].lower() == "trở lên" else Relation.AT_MOST
        text = without(text, [after.span(1)])
        end = after.end() if not text[end : after.start(1)].strip() else end
    start = number.start() - (len(ahead[0]) if ahead else 0)
    return Bound(value, relation, " ".join(unit["unit"].split()) if unit else "", start, end, links.strip().casefold(), words, upper, baseline, bool(near), number[0] if is_doubtful(number[0]) else "")  # fmt: skip
