"""The running text of a document as passages: a paragraph with the headings above it, and whether they announce aims or tell results."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from directives.document import Document, Paragraph, Table
from directives.figures.times import spoken, times, year_of
from directives.lines import MARKER

# What a heading announces, by whichever it says first.
_KIND = re.compile(
    r"(?P<told>kết quả|tình hình|đánh giá|thực trạng|khó khăn|thuận lợi|vướng mắc|tồn tại|hạn chế|nguyên nhân|sự cần thiết|bài học|kinh nghiệm)"
    r"|(?P<aims>(?<!chương trình )mục tiêu|chỉ tiêu|phấn đấu)"
    r"|(?P<work>giải pháp|nhiệm vụ|tổ chức thực hiện|trách nhiệm|phân công|kinh phí|nguồn vốn|nguồn lực)",
    re.IGNORECASE,
)
_LABEL = re.compile(r"(?:Phần thứ|PHẦN THỨ|Phần|PHẦN|Chương|CHƯƠNG) (?:\w+)\b")
_CLOSING = re.compile(r"Nơi nhận|Noi nhan")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=[^\W\d_]|[\d(+–-])")
MOST = 20_000  # characters of one paragraph that are looked at
_MOST = 4000  # and of one of its sentences


@dataclass(frozen=True)
class Heading:
    """A heading, how deep it stands (0 is the highest), and what it announces: "aims", "told", "work" or ""."""

    depth: float
    text: str
    kind: str = ""


@dataclass
class Passage:
    """A paragraph, its headings from the highest to the nearest, and the year of the document's plan ("" if none is said)."""

    paragraph: Paragraph
    headings: tuple[Heading, ...] = ()
    year: str = ""
    mark: str = ""
    text: str = ""

    @property
    def kind(self) -> str:
        """What the nearest heading that announces anything announces."""
        return next((one.kind for one in reversed(self.headings) if one.kind), "")

    def sentences(self) -> list[str]:
        """The sentences of the paragraph, without its marker; none is longer than what anybody writes."""
        return [part[:_MOST] for part in _SENTENCE.split(self.text[:MOST]) if part.strip()]

    @property
    def is_endless(self) -> bool:
        """Whether it goes on for longer than what is looked at."""
        return len(self.text) > MOST or any(len(part) > _MOST for part in _SENTENCE.split(self.text[:MOST]))


@dataclass
class _Path:
    """The headings above where one reads."""

    headings: list[Heading] = field(default_factory=list)

    def enter(self, depth: float, text: str) -> None:
        found = _KIND.search(text[:200])
        self.headings = [one for one in self.headings if one.depth < depth][-9:]
        self.headings.append(Heading(depth, text, found.lastgroup or "" if found else ""))


def passages(document: Document) -> Iterator[Passage | Table]:
    """The paragraphs with their headings, and the tables, in reading order; nothing behind the addressees."""
    path, title = _Path(), ""
    for block in document.blocks:
        if isinstance(block, Table):
            yield block
            continue
        text = block.text.strip()
        if _CLOSING.match(text):
            path = _Path()
            continue
        title = title or _year(text)
        mark, bare = marked(text)
        depth = _depth(mark, text)
        above = tuple(path.headings)
        if depth is not None and _is_heading(mark, bare):
            path.enter(depth, bare)
            above = tuple(one for one in above if one.depth < depth)
            if _KIND.match(bare) and len(bare) > 40:  # "1. Mục tiêu: đến năm 2025, …"
                above = tuple(path.headings)
        yield Passage(block, above, _year_above(above) or title, mark, bare)


def _year(text: str) -> str:
    """The year that the title of a plan names."""
    title = len(text) < 400 and not re.search(r"[.;]$|^Căn cứ|^Thực hiện|^Kính gửi|\bngày\b", text)
    found = [one.key for one in times(text) if re.fullmatch(r"\d{4}(?:-\d{4})?", one.key)] if title else []
    return year_of(found[-1]) if found else ""


def _year_above(headings: tuple[Heading, ...]) -> str:
    """The one year that the nearest heading of a part names: what is told of 2022 in a plan for 2023 is of 2022."""
    for one in reversed(headings):
        years = {time.key for time in spoken(one.text)[1] if len(time.key) == 4}
        if len(years) == 1:
            return years.pop()
    return ""


def marked(text: str) -> tuple[str, str]:
    """The marker of a paragraph (“1.2”, “a”, “-”, “(1)”) and what follows it."""
    found = MARKER.match(text) or re.match(r"\((?P<bracket>\d{1,2})\)\.?\s*(?=\S)", text) or re.match(r"(?P<capital>[A-HĐ])\.\s+(?=\S)", text)  # fmt: skip
    if not found:
        return "", text
    name, value = next((name, value) for name, value in found.groupdict().items() if value)
    return ("(" if name == "bracket" else "") + value, text[found.end() :].lstrip(" .)")


def _depth(mark: str, text: str) -> float | None:
    """How deep a paragraph with such a marker stands; None for running text."""
    if _LABEL.match(text):
        return 0
    if not mark:
        return 0.5 if text.isupper() else 12
    if re.fullmatch(r"[A-HĐ]", mark) and mark not in "CDI":
        return 0.7
    if re.fullmatch(r"[IVXLC]+", mark):
        return 1
    if mark[0].isdigit():
        return 2 + mark.count(".")
    if mark[0] == "(":
        return 8
    return {"*": 7.5, "•": 9.5, "-": 9, "–": 9, "+": 10}.get(mark, 7)


def _is_heading(mark: str, bare: str) -> bool:
    """Whether a paragraph is a heading: short without an end, or one that opens with what it announces."""
    ended = bare.endswith((";", ",")) or (bare.endswith(".") and not re.fullmatch(r"[a-zđ]|[\d.]+", mark))
    short = len(bare) < 220 and not ended and not re.search(r"[.;]\s", bare)
    opens = re.match(r"(?:Các )?(?:mục tiêu|chỉ tiêu)\b[^.;]{0,80}?:", bare, re.IGNORECASE)
    return bool(opens) or (
        short and (bool(mark) or bare.isupper() or bare.endswith(":") or (len(bare) < 60 and bool(_KIND.match(bare))))
    )
