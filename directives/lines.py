"""From the lines of a page to paragraphs.

Text taken out of a PDF has a line break at the end of every printed line. A paragraph begins at a marker (1., 1.1, a), -, +,
•), after a line that ends a sentence or is clearly short, and at headings; everything else is the same sentence going on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from directives.document import Paragraph, Place, clean

MARKER = re.compile(
    r"^(?:(?P<dash>[-–+•*])\s*(?=\S)|(?P<number>\d{1,2}(?:\.\d{1,2}){0,3}|\d{3}(?=[.)]))[.)]?\s+(?=[A-ZĐÀ-Ỹ“\"])|(?P<dotted>\d{1,2}(?:\.\d{1,2}){0,3})[.)]\s*(?=\S)"
    r"|(?P<letter>[a-zđ])[).]\s+|(?P<roman>[IVX]{1,5})[.)-]\s+(?=\S)|Điều (?P<article>\d{1,2})[.:]\s+|\((?P<bracket>\d{1,2})\)\s+(?=\S))"
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
    kept = list(_without_footnotes(list(lines)))
    widest = max((len(line.text.strip()) for line in kept), default=0)
    margin = _margin(kept)
    joined: list[tuple[str, int | None]] = []
    previous = ""
    for line in kept:
        text = clean(line.text)
        if not text or _is_page_number(text):
            continue
        indented = margin is not None and _indent(line.text) >= margin + 3
        flush = margin is not None and _indent(line.text) <= margin + 1
        if not joined or _begins(text, previous, widest, indented=indented, flush=flush):
            joined.append((text, line.page))
        else:
            joined[-1] = (glue(joined[-1][0], text), joined[-1][1])
        previous = text
    return [Paragraph(text, Place(page=page, paragraph=n)) for n, (text, page) in enumerate(joined, 1)]


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _margin(lines: list[Line]) -> int | None:
    """Where the lines of the text begin, if its first lines are set in: then a set-in line begins a paragraph."""
    indents = Counter(_indent(line.text) for line in lines if line.text.strip())
    if not indents:
        return None
    margin, often = indents.most_common(1)[0]
    set_in = sum(n for indent, n in indents.items() if margin + 3 <= indent <= margin + 14)
    return margin if often >= 0.5 * indents.total() and set_in >= 5 else None


def glue(left: str, right: str) -> str:
    """Join two parts of a broken text: a number broken at its hyphen ("243/QĐ-" + "UBND") needs no space."""
    if not left or not right:
        return left or right
    return left + right if re.search(r"\d[\w/.]*/?[A-ZĐ]*[-/]$", left[-40:]) else f"{left} {right}"


def _begins(text: str, previous: str, widest: int, *, indented: bool = False, flush: bool = False) -> bool:
    """Whether a line begins a new paragraph; `indented` and `flush` tell how it stands where paragraphs are set in."""
    if re.search(r"\b[Cc]ác [\wÀ-ỹ ]{2,25}:$", previous) and not MARKER.match(text):
        return False  # "UBND các xã:" goes on with their names
    if re.search(r"[-/,(]$", previous) and not re.match(r"[-+•*]\s", text):
        return False  # a number broken at its hyphen, a list that goes on
    if MARKER.match(text) or _FRESH.match(text) or (_FRESH.match(previous) and previous.isupper()):
        return not (text[:1].isdigit() and re.search(r"(?:số|ngày|tháng|năm|khoản|Điều|quý|và|,|-|từ|đến)$", previous))
    if indented and text[:1].isupper():
        return True
    if text.isupper() != previous.isupper() and len(text) > 3 and len(previous) > 3 and text[:1].isupper():
        return True
    if flush and len(previous) > 0.6 * widest:
        return False
    ended = re.search(r"[.;:!?]\s*(?:\d{1,2})?$|\./\.$", previous) is not None
    return (ended and (text[:1].isupper() or text[:1] in '“"(') and len(previous) < widest * 0.93) or (
        len(previous) < widest * 0.45 and text[:1].isupper()
    )


def _is_page_number(text: str) -> bool:
    return re.fullmatch(r"(?:Trang\s*)?[-–]?\s*\d{1,3}\s*[-–]?(?:\s*/\s*\d{1,3})?", text) is not None


def _without_footnotes(lines: list[Line]) -> Iterable[Line]:
    """Drop footnotes: what stands under a rule of blanks, or begins with a number that is glued to a word further up."""
    skipping: int | None = None  # the page of the note, while inside one
    unfinished = False
    for index, line in enumerate(lines):
        text = line.text.strip("\r\n\f")
        if _RULE.match(text) and not text.strip(" "):
            skipping, unfinished = line.page or 0, False
            continue
        if _is_noted(lines, index):
            skipping, unfinished = line.page or 0, True
            continue
        if skipping is not None:
            stripped = text.strip()
            over = (line.page or 0) != skipping or (bool(stripped) and _is_page_number(clean(stripped)))
            if over or (stripped and not unfinished and not re.match(r"\d{1,2}\s", stripped)):
                skipping = None
            else:
                unfinished = not re.search(r"[.!?…]$", stripped) if stripped else unfinished
                continue
        yield line


def _is_noted(lines: list[Line], index: int) -> bool:
    """Whether a line begins a footnote: "1 Các quy định …" after a blank line, with "khoáng sản1" in the lines above."""
    found = re.match(r"\s{0,6}(\d{1,2})\s+[A-ZĐÀ-Ỹ]", lines[index].text)
    if not found or index == 0 or lines[index - 1].text.strip():
        return False
    above = " ".join(line.text for line in lines[max(0, index - 45) : index])
    return re.search(rf"[a-zà-ỹ)%]\s?{found[1]}(?=[\s.,;:)])", above) is not None
