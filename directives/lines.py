"""From the lines of a page to paragraphs.

Text taken out of a PDF has a line break at the end of every printed line. A paragraph begins at a marker (1., 1.1, a), -, +,
•), after a line that ends a sentence or is clearly short, and at headings; everything else is the same sentence going on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from directives.document import Paragraph, Place, clean

MARKER = re.compile(
    r"^(?:(?P<dash>[-–+•*])\s*(?=\S)|(?P<number>\d{1,2}(?:\.\d{1,2}){0,3})[.)]?\s+(?=[A-ZĐÀ-Ỹ“\"])|(?P<dotted>\d{1,2}(?:\.\d{1,2}){0,3})[.)]\s*(?=\S)"
    r"|(?P<letter>[a-zđ])[).]\s+|(?P<roman>[IVX]{1,5})[.)]\s+(?=\S))"
)
_FRESH = re.compile(
    r"^(?:Kính gửi|Nơi nhận|Căn cứ|Thực hiện|Điều \d|Số\s*:|V/v|Ngày|TM\.|KT\.|TL\.|TUQ\.|PHỤ LỤC|Phụ lục|Lưu\s*:|Như trên|Độc lập|Trên đây là|Trong quá trình|(?:Yêu cầu|Đề nghị) các|(?:[ỦU][ỷy] ban nhân dân|UBND|Chủ tịch) .{0,40}(?:yêu cầu|đề nghị) (?:các|Thủ trưởng|Giám đốc|Chủ tịch))"
)
_RULE = re.compile(r"^[ _\u2014\u2500-]{20,}$")


@dataclass(frozen=True)
class Line:
    """One printed line."""

    text: str
    page: int | None = None


def paragraphs(lines: Iterable[Line]) -> list[Paragraph]:
    """Join printed lines into paragraphs, without page numbers and footnotes."""
    kept = list(_without_footnotes(lines))
    widest = max((len(line.text.strip()) for line in kept), default=0)
    joined: list[tuple[str, int | None]] = []
    previous = ""
    for line in kept:
        text = clean(line.text)
        if not text or _is_page_number(text):
            continue
        if joined and not _begins(text, previous, widest):
            joined[-1] = (glue(joined[-1][0], text), joined[-1][1])
        else:
            joined.append((text, line.page))
        previous = text
    return [Paragraph(text, Place(page=page, paragraph=n)) for n, (text, page) in enumerate(joined, 1)]


def glue(left: str, right: str) -> str:
    """Join two parts of a broken text: a number broken at its hyphen ("243/QĐ-" + "UBND") needs no space."""
    if not left or not right:
        return left or right
    return left + right if re.search(r"\d[\w/.]*/?[A-ZĐ]*[-/]$", left) else f"{left} {right}"


def _begins(text: str, previous: str, widest: int) -> bool:
    """Whether a line begins a new paragraph."""
    if re.search(r"[-/,(]$", previous) and not re.match(r"[-+•*]\s", text):
        return False  # a number broken at its hyphen, a list that goes on
    if MARKER.match(text) or _FRESH.match(text) or (_FRESH.match(previous) and previous.isupper()):
        return not (text[:1].isdigit() and re.search(r"(?:số|ngày|tháng|năm|khoản|Điều|quý|và|,|-|từ|đến)$", previous))
    if text.isupper() != previous.isupper() and len(text) > 3 and len(previous) > 3 and text[:1].isupper():
        return True
    ended = re.search(r"[.;:!?]\s*(?:\d{1,2})?$|\./\.$", previous) is not None
    return (ended and (text[:1].isupper() or text[:1] in '“"(') and len(previous) < widest * 0.93) or (
        len(previous) < widest * 0.45 and text[:1].isupper()
    )


def _is_page_number(text: str) -> bool:
    return re.fullmatch(r"(?:Trang\s*)?[-–]?\s*\d{1,3}\s*[-–]?(?:\s*/\s*\d{1,3})?", text) is not None


def _without_footnotes(lines: Iterable[Line]) -> Iterable[Line]:
    """Drop what stands under a footnote rule until its last sentence ends or the page does."""
    note_page: int | bool | None = False
    for line in lines:
        text = line.text.strip("\r\n\f")
        if _RULE.match(text) and not text.strip(" "):
            note_page = line.page
            open_note = False
            continue
        if note_page is not False:
            stripped = text.strip()
            if line.page != note_page or (stripped and not open_note and not re.match(r"\d{1,2}\s", stripped)):
                note_page = False
            else:
                open_note = bool(stripped and not re.search(r"[.!?]$", stripped)) if stripped else open_note
                continue
        yield line
