"""The head of a document: number, day, issuer, kind, subject, addressees and what it is based on."""

from __future__ import annotations

import re
from datetime import date

from directives import agencies
from directives.document import Document, Paragraph, Table
from directives.proposal import Basis, Letterhead

KINDS = {
    "NGHỊ QUYẾT": "NQ",
    "QUYẾT ĐỊNH": "QĐ",
    "CHỈ THỊ": "CT",
    "QUY CHẾ": "QC",
    "QUY ĐỊNH": "QyĐ",
    "THÔNG CÁO": "TC",
    "THÔNG BÁO": "TB",
    "HƯỚNG DẪN": "HD",
    "CHƯƠNG TRÌNH": "CTr",
    "KẾ HOẠCH": "KH",
    "PHƯƠNG ÁN": "PA",
    "ĐỀ ÁN": "ĐA",
    "DỰ ÁN": "DA",
    "BÁO CÁO": "BC",
    "TỜ TRÌNH": "TTr",
    "CÔNG ĐIỆN": "CĐ",
    "KẾT LUẬN": "KL",
    "CHƯƠNG TRÌNH HÀNH ĐỘNG": "CTr",
}
SYMBOL = r"\d[\d.]*\s*(?:/\s*\d{4}\s*)?[-/]\s*[A-ZĐ][\wĐđ.&,]*(?:\s*[-–/]\s*[A-ZĐ][\wĐđ&,.]*)*"
_DATE = r"ngày\s*(\d{1,2})\s*(?:/|\.|-|tháng)\s*(\d{1,2})\s*(?:/|\.|-|năm)\s*(\d{4})"
_ATTACHED = re.compile(rf"[Kk]èm theo\s+([\wÀ-ỹ ]+?)\s+số\s*:?\s*({SYMBOL})\s*,?\s*{_DATE}(?:\s+của\s+([^)]*))?")
_NUMBER = re.compile(rf"Số\s*:\s*({SYMBOL})")
# An article about a document, or a page that only names it: "Công điện số 149/CĐ-TTg ngày 28/8/2025".
_NAMED = re.compile(rf"(Công điện|Chỉ thị|Kế hoạch|Công văn|Thông báo|Kết luận)\s+số\s*({SYMBOL})\s*,?\s*{_DATE}")
_CITED = re.compile(rf"((?:[A-ZĐ][\wà-ỹ]+\s+){{0,4}}(?:số\s*)?({SYMBOL})(?:\s*,?\s*{_DATE})?[^;.]*)")
_ISSUING = re.compile(
    r"^(?:ỦY|UỶ) BAN NHÂN DÂN\s+((?:TỈNH|THÀNH PHỐ|HUYỆN|THỊ XÃ|XÃ|PHƯỜNG)\s+[A-ZĐÀ-Ỹ ]+?)(?:\s+CỘNG H.*)?$"
)


def read(document: Document) -> Letterhead:
    """Return what the head of a document says; blanks stay None, because the clerk fills them at signing."""
    head = Letterhead()
    lines = _lines(document)
    text = "\n".join(lines[:60])
    attached = _ATTACHED.search(" ".join(_from_attached(lines[:40])))
    if attached:
        head.kind, head.number = attached[1].strip(), _tidy(attached[2])
        head.issued = _day(attached[3], attached[4], attached[5])
        head.issuer = (attached[6] or "").strip(" .)")
    else:
        _own(head, lines, text)
    head.issuer = head.issuer or _issuer(lines)
    head.subject = _subject(lines) or head.subject
    head.addressees = _addressees(lines)
    head.basis = _basis(lines, head.number)
    head.position, head.signer = _signature(lines)
    marked = next((line for line in lines[:15] if line.strip(" .:") in MARKINGS), "")
    head.marking = marked.strip(" .:")
    return head


MARKINGS = ("MẬT", "TỐI MẬT", "TUYỆT MẬT", "HỎA TỐC", "KHẨN", "THƯỢNG KHẨN", "LƯU HÀNH NỘI BỘ")
_RANK = re.compile(
    r"(?:TM|KT|TL|TUQ|Q)\.|(?:PHÓ |QUYỀN )?(?:CHỦ TỊCH|GIÁM ĐỐC|CHÁNH VĂN PHÒNG|BỘ TRƯỞNG|THỨ TRƯỞNG|THỦ TƯỚNG|BÍ THƯ|HIỆU TRƯỞNG|TRƯỞNG PHÒNG)\b"
)


def _signature(lines: list[str]) -> tuple[str, str]:
    """The lines of authority ("TM. …, KT. CHỦ TỊCH, PHÓ CHỦ TỊCH") and the name under them."""
    last = [line for line in lines[-30:] if line.strip()]
    start = next((n for n, line in enumerate(last) if _RANK.match(line) and _capitals(line)), None)
    if start is None:
        return "", ""
    ranks, name = [], ""
    for line in last[start:]:
        if _capitals(line) or _RANK.match(line):
            ranks.append(line)
        elif re.fullmatch(r"(?:[A-ZĐÀ-Ỹ][a-zà-ỹ]+\s?){2,5}", line.strip()):
            name = line.strip()
            break
    return ", ".join(ranks), name


def _from_attached(lines: list[str]) -> list[str]:
    """The line that says what an appendix belongs to, and the one it may run on to; no such words inside a sentence."""
    for index, line in enumerate(lines):
        if re.match(r"\(?\s*(?:Ban hành\s+)?[Kk]èm theo\b", line):
            return lines[index : index + 2]
    return []


def _lines(document: Document) -> list[str]:
    """Paragraphs and the cells of letterhead tables, in order."""
    out: list[str] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            out.append(block.text)
        elif isinstance(block, Table) and len(block.rows) <= 6:
            out += [line for row in block.rows for cell in row.texts() for line in cell.split("\n")]
    return out


def _own(head: Letterhead, lines: list[str], text: str) -> None:
    found = _NUMBER.search(text)
    if found:
        head.number = _tidy(found[1])
    named = None if re.search(r"Số\s*:", text) else _NAMED.search("\n".join(lines[:3]))
    if named:
        head.number, head.issued = _tidy(named[2]), _day(*named.groups()[-3:])
        head.kind = head.kind or named[1]
    for line in lines[:40]:
        placed = re.search(rf"^[A-ZĐÀ-Ỹ][\wÀ-ỹ .]*,\s*{_DATE}", line) or re.search(rf",\s*{_DATE}\s*$", line)
        if placed:
            head.issued = _day(*placed.groups()[-3:])
            break


def _tidy(number: str) -> str:
    return re.sub(r"\s+", "", number).strip(".,")


def _day(day: str, month: str, year: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _issuer(lines: list[str]) -> str:
    head = [re.sub(r"\s+(?:CỘNG H[OÒ]?[AÀÒ]|Độc lập).*$", "", line).strip() for line in lines[:15]]
    for index, line in enumerate(head):
        if re.match(r"(ỦY|UỶ) BAN NHÂN DÂN\b", line):
            rest = line if len(line) > 18 else f"{line} {head[index + 1] if index + 1 < len(head) else ''}"
            place = re.search(r"DÂN\s+((?:TỈNH|THÀNH PHỐ|HUYỆN|THỊ XÃ|XÃ|PHƯỜNG)\s+.+)$", rest)
            if place:
                level, name = re.match(r"(TỈNH|THÀNH PHỐ|HUYỆN|THỊ XÃ|XÃ|PHƯỜNG)\s+(.*)", place[1]).groups()  # type: ignore[union-attr]
                return f"Ủy ban nhân dân {level.lower()} {name.title()}"
    text = " ".join(lines[:25])
    found = re.search(r"trên địa bàn (tỉnh|thành phố)\s+((?:[A-ZĐÀ-Ỹ][a-zà-ỹ]+\s?){1,3})", text)
    asked = re.search(r"(Ủy ban nhân dân|UBND)\s+(tỉnh|thành phố|huyện|xã|phường)\b", text)
    return f"Ủy ban nhân dân {found[1]} {found[2].strip()}" if found and asked and asked[2] == found[1] else ""


def _subject(lines: list[str]) -> str:
    for index, line in enumerate(lines[:40]):
        about = re.match(r"V/v\s*:?\s*(.*)", line)
        if about:
            rest = (
                lines[index + 1]
                if index + 1 < len(lines) and not re.match(r"Kính gửi|CỘNG|Độc lập", lines[index + 1])
                else ""
            )
            return f"{about[1]} {rest}".strip() if rest[:1].islower() else about[1].strip()
    title: list[str] = []
    for line in lines[:25]:
        if re.match(r"Kính gửi|\(|[Kk]èm theo|Căn cứ|Nơi nhận|TM\.|KT\.", line):
            break
        if line.strip() in KINDS and not title:
            continue
        if (line.isupper() and not re.match(r"(ỦY|UỶ) BAN|CỘNG H|TỈNH |THÀNH PHỐ |HUYỆN |Số|PHỤ LỤC", line)) or (
            title and _about(line)
        ):
            title.append(line)
    if not title and lines:
        before: list[str] = []
        for line in lines[:8]:
            if line.startswith("Kính gửi"):
                return " ".join(before)
            before.append(line)
    return " ".join(title)


def _capitals(line: str) -> bool:
    """Whether a line is set in capitals; a number such as 71-CTr/TU in it does not matter."""
    letters = [c for c in line if c.isalpha()]
    return len(letters) > 5 and sum(c.isupper() for c in letters) > 0.9 * len(letters)


def _about(line: str) -> bool:
    return line.startswith(("Về việc", "về việc", "Triển khai", "Thực hiện", "Phân công"))


def _addressees(lines: list[str]) -> list[str]:
    for index, line in enumerate(lines):
        if line.startswith("Kính gửi"):
            named = [re.sub(r"^Kính gửi\s*:?\s*", "", line)]
            for more in lines[index + 1 : index + 25]:
                if not re.match(r"[-–+•]", more):
                    break
                named.append(more.lstrip("-–+• "))
            return [name for one in named if one for name in agencies.split(one)]
    return []


def _basis(lines: list[str], own: str | None) -> list[Basis]:
    """The documents cited as ground ("Căn cứ …", "Thực hiện …") or in the title, each once."""
    found: dict[str, Basis] = {}
    for line in lines[:40]:
        if not re.match(r"(Căn cứ|Thực hiện|Theo|Xét|Xem xét|Tiếp theo|Triển khai)\b", line) and not _capitals(line):
            continue
        for words, number, *day in _CITED.findall(line.replace(" NGÀY ", " ngày ")):
            tidy = _tidy(number)
            if tidy != own and tidy not in found and re.search(r"[/-]", tidy):
                found[tidy] = Basis(tidy, _day(*day) if day[0] else None, words.strip(" ,."))
    return list(found.values())
