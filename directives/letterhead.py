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
_NUMBER = re.compile(rf"Số\s*:\s*({SYMBOL})|^Số\s+({SYMBOL})", re.MULTILINE)
_LETTERHEAD = re.compile(r"CỘNG H[OÒ]?[AÀÒ] XÃ HỘI|ĐẢNG CỘNG SẢN VIỆT NAM|Số\s*:")
# An article about a document, or a page that only names it: "Công điện số 149/CĐ-TTg ngày 28/8/2025".
_NAMED = re.compile(rf"(Công điện|Chỉ thị|Kế hoạch|Công văn|Thông báo|Kết luận)\s+số\s*({SYMBOL})\s*,?\s*{_DATE}")
_CITED = re.compile(rf"((?:[A-ZĐ][\wà-ỹ]+\s+){{0,4}}(?:số\s*)?({SYMBOL})(?:\s*,?\s*{_DATE})?[^;.]*)")
_ISSUING = re.compile(
    r"^(?:ỦY|UỶ) BAN NHÂN DÂN\s+((?:TỈNH|THÀNH PHỐ|HUYỆN|THỊ XÃ|XÃ|PHƯỜNG)\s+[A-ZĐÀ-Ỹ ]+?)(?:\s+CỘNG H.*)?$"
)


def read(document: Document) -> Letterhead:
    """Return what the head of a document says; blanks stay None, because the clerk fills them at signing."""
    head = Letterhead()
    lines = _own_lines(_lines(document))
    text = "\n".join(lines[:60])
    attached = _ATTACHED.search(" ".join(_from_attached(lines[:40])))
    if attached:
        head.kind, head.number = attached[1].strip(), _tidy(attached[2])
        head.issued = _day(attached[3], attached[4], attached[5])
        head.issuer = (attached[6] or "").strip(" .)")
    else:
        _own(head, lines, text)
    left = _left(lines)
    named = _printed(left)
    head.issuer = head.issuer or _committee(left, lines) or (named[-1] if named else "")
    head.parent = named[-2] if len(named) > 1 and not named[-2].endswith("NHÂN DÂN") else ""
    kind, head.subject = _subject(lines)
    head.kind = head.kind or kind
    head.addressees = _addressees(lines)
    head.basis = _basis(lines, head.number)
    head.amends, head.replaces = _amended([head.subject, *lines[:60]], head.number)
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


def _own_lines(lines: list[str]) -> list[str]:
    """The lines from the letterhead on: a page of a web site begins with its menus. Two columns beside each other are parted."""
    start = next((index for index, line in enumerate(lines[:200]) if _LETTERHEAD.search(line)), 0)
    lines = lines[max(start - 4, 0) :] if start > 12 else lines
    head = [part for line in lines[:20] for part in _parted(line)]
    return [*head, *lines[20:]]


def _parted(line: str) -> list[str]:
    """ "V/v giao nhiệm vụ các Cà Mau, ngày 07 tháng 7 năm 2026 sở, ngành" is a subject with place and day set beside it."""
    attached = re.search(r"(?<=\S)\s+(?=\((?:Ban hành\s+)?[Kk]èm theo)", line)
    if attached:
        return [line[: attached.start()], line[attached.end() :]]
    dated = re.search(rf",\s*{_DATE}", line) if line.startswith("V/v") else None
    if not dated:
        return [line]
    words = line[: dated.start()].split()
    place = len(words)
    while place > 1 and words[place - 1][:1].isupper() and len(words) - place < 4:
        place -= 1
    subject = " ".join([*words[:place], line[dated.end() :].strip()])
    return [subject, f"{' '.join(words[place:])}{dated[0]}"]


def _own(head: Letterhead, lines: list[str], text: str) -> None:
    found = _NUMBER.search(text)
    if found:
        head.number = _tidy(found[1] or found[2])
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


def _left(lines: list[str]) -> list[str]:
    """The first lines without what the right column of the letterhead adds to them."""
    return [re.sub(r"\s+(?:CỘNG H[OÒ]?[AÀÒ]|Độc lập|VIỆT NAM).*$", "", line).strip() for line in lines[:15]]


def _committee(head: list[str], lines: list[str]) -> str:
    """The people's committee that issues it, by its letterhead or by what the text says of its province; else empty."""
    for index, line in enumerate(head):
        if re.match(r"(ỦY|UỶ) BAN NHÂN DÂN\b", line):
            rest = line if len(line) > 18 else f"{line} {head[index + 1] if index + 1 < len(head) else ''}"
            place = re.search(r"DÂN\s+((?:TỈNH|THÀNH PHỐ|HUYỆN|THỊ XÃ|XÃ|PHƯỜNG)\s+.+)$", rest)
            if place:
                level, name = re.match(r"(TỈNH|THÀNH PHỐ|HUYỆN|THỊ XÃ|XÃ|PHƯỜNG)\s+(.*)", place[1]).groups()  # type: ignore[union-attr]
                return f"Ủy ban nhân dân {level.lower()} {name.title()}"
    text = "\n".join(lines[:25])
    found = re.search(r"trên địa bàn (tỉnh|thành phố) +((?:[A-ZĐÀ-Ỹ][a-zà-ỹ]+ ?){1,3})", text)
    asked = re.search(r"(Ủy ban nhân dân|UBND)\s+(tỉnh|thành phố|huyện|xã|phường)\b", text)
    return f"Ủy ban nhân dân {found[1]} {found[2].strip()}" if found and asked and asked[2] == found[1] else ""


def _printed(head: list[str]) -> list[str]:
    """The bodies that the letterhead names in capitals above the number: the parent body first, the issuer last."""
    numbered = next((index for index, line in enumerate(head[:12]) if re.match(r"Số\b", line)), 0)
    printed = [re.sub(r"\s*(?:ĐẢNG CỘNG SẢN.*|[*_–-]+)$", "", line).strip() for line in head[:numbered]]
    return [line for line in printed if line.isupper() and agencies.is_agency(agencies.lowered(line))]


_AFTER_TITLE = re.compile(
    r"Kính gửi|CỘNG H|Độc lập|\(|[Kk]èm theo|Căn cứ|Nơi nhận|TM\.|KT\.|[-–—_*=]{3,}|STT\b|TT\b|(?:[IVX]+|\d+)[.)]\s|Phần |Điều \d"
    r"|Ngày \d|Xét |Số\s*:|.{2,40},\s*ngày\b"
)
_OFFICES = re.compile(
    r"(?:ỦY BAN|UỶ BAN|UBND|HỘI ĐỒNG|CỘNG H|TỈNH|THÀNH PHỐ|HUYỆN|XÃ|PHƯỜNG|SỞ|BAN|PHÒNG|VĂN PHÒNG|TRƯỜNG)\b"
)


def _subject(lines: list[str]) -> tuple[str, str]:
    """The kind of document and what it is about: "V/v …", or the lines under the name of its kind, or the title in capitals."""
    lines = [re.sub(r"\s*\([Kk]èm theo.*", "", line).strip("#* ") for line in lines[:40]]
    for index, line in enumerate(lines):
        about = re.match(r"V/v\s*:?\s*(.*)", line)
        if about:
            return "", " ".join([about[1].strip(), *_run_on(lines[index + 1 : index + 4])])
    for index, line in enumerate(lines[:25]):
        kind = max(
            (k for k in KINDS if line.strip(" .:") == k or (line.startswith(f"{k} ") and _capitals(line))),
            key=len,
            default="",
        )
        if kind:
            title = [] if line.strip(" .:") == kind else [line]
            first = lines[index + 1 : index + 2] if not title else []
            title += [one for one in first if not _AFTER_TITLE.match(one)]
            return kind.capitalize(), " ".join(
                title + _run_on(lines[index + 1 + len(first) : index + 6])
            ) if title else ""
    capitals: list[str] = []
    for line in lines[:12]:
        bare = re.sub(r"^PHỤ LỤC\s*[\dIVX]*\s*[:.]?\s*", "", line)
        if (
            (_capitals(bare) or (capitals and bare.isupper()))
            and not _OFFICES.match(bare)
            and not _AFTER_TITLE.match(bare)
        ):
            capitals.append(bare)
        elif capitals:
            break
    if capitals:
        return "", " ".join(capitals)
    addressed = next((index for index, line in enumerate(lines[:8]) if line.startswith("Kính gửi")), 0)
    return "", " ".join(lines[:addressed])


def _run_on(lines: list[str]) -> list[str]:
    """The lines a title runs on to: up to a rule, a ground, an item, or the first sentence."""
    for index, line in enumerate(lines):
        if not line or _AFTER_TITLE.match(line) or line.endswith((":", ".", ";", ",")) or len(line) > 200:
            return lines[:index]
    return lines


def _capitals(line: str) -> bool:
    """Whether a line is set in capitals; a number such as 71-CTr/TU in it does not matter."""
    letters = [c for c in line if c.isalpha()]
    return len(letters) > 5 and sum(c.isupper() for c in letters) > 0.9 * len(letters)


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


_AMENDING = re.compile(
    r"(?:.{0,20}\bĐiều \d+\s*[.:]\s*|.{0,25}\b(?:Về việc|V/v)\s*:?\s*|KẾ HOẠCH\s+|\d+\.\s*)?"
    r"(?P<verb>(?:(?:sửa đổi|bổ sung|điều chỉnh|thay thế|đính chính)(?:\s*(?:,|và)\s*)?)+)(?P<what>.*)",
    re.IGNORECASE,
)


def _amended(lines: list[str], own: str | None) -> tuple[Basis | None, bool]:
    """The document that this one says it changes, by its title or first article, and whether it takes its whole place."""
    for line in lines:
        said = _AMENDING.match(line)
        found = said and re.search(rf"({SYMBOL})(?:\s*,?\s*{_DATE})?", said["what"].replace(" NGÀY ", " ngày "))
        if said and found and _tidy(found[1]) != own and "/" in found[1]:
            whole = re.match(
                r"\s*(?:toàn bộ\s+)?(?:Kế hoạch|Phụ lục|Bảng|Chương trình|văn bản|Công văn|Quyết định)\b",
                said["what"],
                re.I,
            )
            replaces = bool(whole) and "thay thế" in said["verb"].lower()
            day = found.groups()[1:]
            return Basis(_tidy(found[1]), _day(*day) if day[0] else None, line.strip()), replaces
    return None, False


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
