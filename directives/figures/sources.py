"""The words by which documents say who gives money, how far it has come, and that an amount is something else (turnover, debts)."""

from __future__ import annotations

import re

from workflow.targets.money import Source, Stage

_GIVERS = {
    Source.CENTRAL: r"NSTW|NS TW|NS trung ương|ngân sách (?:trung ương|TW)|vốn (?:trung ương|TW)",
    Source.LOCAL: r"NS[ĐD]P|NS ĐP|NS địa phương|NS (?:tỉnh|huyện|xã)|NSH|NST(?!W)|ngân sách (?:địa phương|(?:cấp )?(?:tỉnh|huyện|xã|thành phố))|vốn (?:địa phương|ĐP)",
    Source.STATE: r"NSNN|ngân sách nhà nước|ngân sách",
    Source.OWN: r"(?:nguồn )?vốn (?:của |tự có của |đối ứng của )?(?:các )?(?:HTX|hợp tác xã|đơn vị|người dân|doanh nghiệp|nhân dân)|(?:vốn )?(?:đối ứng|tự có)|nhân dân đóng góp|dân góp",
    Source.OTHER: r"(?:nguồn )?vốn huy động(?: khác)?|huy động khác|huy động|(?:nguồn )?(?:vốn )?xã hội hóa|(?:nguồn |vốn )+(?:hợp pháp )?khác|(?:nguồn |vốn )(?:vốn )?(?:tín dụng|vay|tài trợ|ODA|lồng ghép)|Khác(?=\s*:|\s*$)",
    Source.TOTAL: r"tổng (?:số|cộng)",
}
SOURCE = re.compile(
    r"(?<!\w)(?:" + "|".join(f"(?P<{source}>{words})" for source, words in _GIVERS.items()) + r")(?!\w)", re.IGNORECASE
)
_BEHIND = re.compile(r"\s*(?:[-–(]|từ|do|thuộc|của)?\s*(?:nguồn\s+)?(?:vốn\s+)?(?=\S)", re.IGNORECASE)
_STAGES = {
    Stage.PAID: r"giải ngân|đã (?:được )?(?:hỗ trợ|chi|thanh toán|cấp|sử dụng|thực hiện)|quyết toán|thực chi",
    Stage.NEEDED: r"nhu cầu|đề nghị (?:bố trí|hỗ trợ|cấp)|cần (?:có|bố trí|khoảng)",
    Stage.ALLOCATED: r"(?<!chưa )(?<!chưa được )bố trí|phân bổ|giao (?:vốn|dự toán|kinh phí)|được giao|cấp (?:kinh phí|vốn)",
    Stage.PLANNED: r"dự kiến|dự toán|kế hoạch vốn|phê duyệt|tổng mức đầu tư|khái toán|sẽ",
}
STAGE = re.compile(
    r"(?<!\w)(?:" + "|".join(f"(?P<{stage}>{words})" for stage, words in _STAGES.items()) + r")(?!\w)", re.IGNORECASE
)
# An amount is for something where these stand before it, and nothing of the others after them.
FUND = re.compile(
    r"(?<!\w)(?:kinh phí|vốn|ngân sách|NSNN|NSTW|NS[ĐD]P|hỗ trợ|bố trí|giải ngân|nhu cầu|dự toán|phân bổ|tổng mức đầu tư|thưởng|tài trợ|nguồn chi|tổng chi)(?!\w)",
    re.IGNORECASE,
)
OTHERWISE = re.compile(
    r"(?<!\w)(?:doanh thu|lãi bình quân|tiền lãi|lợi nhuận|thu nhập|giá trị|dư nợ|dự nợ|nợ|vốn (?:đăng ký|điều lệ|góp|lưu động|bình quân|hoạt động)|cho vay|vay|mức lương|tiền lương|lương|(?<!đánh )(?<!định )giá|xuất khẩu|nhập khẩu|"
    r"nộp|tăng|giảm|phạt|thiệt hại|thu (?:nợ|ngân sách)[^,;.]{0,90}|vốn của Quỹ[^,;.]{0,80}|quy mô|vốn đầu tư (?:toàn )?xã hội|tài sản|GRDP|sản xuất|bình quân)(?!\w)",
    re.IGNORECASE,
)


def source_in(left: str, right: str = "") -> Source | None:
    """Who gives an amount, by the nearest words before it, else by those right behind it ("8 triệu đồng từ NSTW")."""
    ahead = list(SOURCE.finditer(left))
    givers = [one for one in ahead if one.lastgroup != Source.TOTAL]
    found = givers[-1] if givers else _source_behind(right) or (ahead[-1] if ahead else None)
    return Source(found.lastgroup) if found and found.lastgroup else None


def taken(left: str, right: str) -> int:
    """How many letters behind an amount belong to it, because they say who gives it."""
    ahead = any(one.lastgroup != Source.TOTAL for one in SOURCE.finditer(left))
    behind = None if ahead else _source_behind(right)
    return behind.end() if behind else 0


def _source_behind(right: str) -> re.Match[str] | None:
    start = _BEHIND.match(right)
    found = SOURCE.match(right, start.end()) if start else None
    if not found or found.lastgroup == Source.TOTAL or re.match(r"\s*(?::|là\b|\d|$)", right[found.end() :]):
        return None  # what stands before the next amount is of that one
    return found


def stage_in(words: str, *, first: bool = False) -> Stage | None:
    """How far money has come, by the last words that say so, or by the first as in a heading."""
    found = list(STAGE.finditer(words))
    one = found[0 if first else -1] if found else None
    return Stage(one.lastgroup) if one and one.lastgroup else None
