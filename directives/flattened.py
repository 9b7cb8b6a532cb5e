"""Tables that lost their lines: text taken out of a PDF, one printed line of one cell after the other.

The columns are known from the heading and their order is kept, so the lines of a row are cut into cells where the cuts fit
best: an agency begins like an agency, a time phrase reads as one, a line that begins with a small letter goes on from the
line before, narrow columns have short lines. The best cut is found by dynamic programming; nothing is dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise, product

from directives.agencies import is_agency, split
from directives.document import Place, Row, Table, clean
from directives.headings import column_order
from directives.lines import Line, glue
from directives.phrases import understand
from directives.words import DELIVERABLE_NOUNS
from workflow.names import strip_marks
from workflow.timing import Kind

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")
_DANGLING = re.compile(
    r"(?:[,–-]|(?<!\w)(?:và|các|của|cho|với|để|về|theo|trong|từ|đến|tại|do|là|có|được|hoặc|những|một|thuộc|trên|bằng|nhà|Kế))$"
)


@dataclass(frozen=True)
class _Piece:
    """One printed line; `tight` when no blank line stood before it, which only happens between two cells."""

    text: str
    tight: bool
    indented: bool
    page: int | None


def header(lines: list[Line]) -> int | None:
    """The index of the line where the heading of a flattened task table begins, or None."""
    for index, line in enumerate(lines):
        if re.match(r"\s*(?:STT|TT|Số TT)\b", line.text):
            columns = column_order(_heading(lines[index:])[0])
            if "text" in columns and len({"lead", "timing", "coordinating", "deliverable"} & set(columns)) >= 2:
                return index
    return None


def table(lines: list[Line]) -> Table:
    """Return the flattened table that begins with its heading at the first line, as a grid."""
    words, length = _heading(lines)
    columns = column_order(words)
    heading = tuple(_titles(words, columns))
    pieces = _without_headings(_pieces(lines), [p.text for p in _pieces(lines[:length])])
    widths = sorted(len(p.text) for p in pieces if p)
    cutter = _Cutter(columns[1:], widths[int(len(widths) * 0.85)] if widths else 0)
    rows = [Row(heading, Place(page=1, table=1))]
    for number, fragments in _rows(pieces):
        place = Place(page=fragments[0][0].page if fragments and fragments[0] else None, table=1, row=len(rows) + 1)
        if number == "" or not number.isdigit():
            text = " ".join(p.text for f in fragments for p in f)
            rows.append(Row((number, text, *([None] * (len(columns) - 2))), place))
        else:
            rows.append(Row((number, *cutter.cells(fragments)), place))
    return Table(tuple(rows), Place(page=1, table=1))


def _heading(lines: list[Line]) -> tuple[str, int]:
    """The words of the heading and how many lines it takes: up to the first row."""
    words: list[str] = []
    for index, line in enumerate(lines[:30]):
        text = clean(line.text)
        if index and re.match(r"(?:I|1|A)[.)]?(?:\s|$)", text):
            return " ".join(words), index
        if text:
            words.append(text)
    return " ".join(words), min(len(lines), 30)


def _titles(words: str, columns: list[str]) -> list[str]:
    """A heading row: the words of each column are not told apart, the fields are."""
    names = {
        "no": "STT",
        "text": "Nhiệm vụ",
        "lead": "Cơ quan chủ trì",
        "coordinating": "Cơ quan phối hợp",
        "deliverable": "Sản phẩm",
        "timing": "Thời gian thực hiện",
    }
    return [names.get(column, "Ghi chú") for column in columns]


def _pieces(lines: list[Line]) -> list[_Piece]:
    pieces, blank = [], True
    for line in lines:
        text = clean(line.text)
        if text:
            pieces.append(_Piece(text, not blank, line.text[:1] == " ", line.page))
        blank = not line.text.strip(" \t")
        if not text and line.text and not line.text.strip():
            blank = True
    return pieces


def _without_headings(pieces: list[_Piece], heading: list[str]) -> list[_Piece | None]:
    """Leave out repeated headings and the page numbers before them; None marks the page break."""
    kept: list[_Piece | None] = []
    index = 0
    while index < len(pieces):
        if [p.text for p in pieces[index : index + len(heading)]] == heading:
            if kept and kept[-1] and kept[-1].text.isdigit():
                kept.pop()
            kept.append(None)
            index += len(heading)
        else:
            kept.append(pieces[index])
            index += 1
    return kept


def _rows(pieces: list[_Piece | None]) -> list[tuple[str, list[list[_Piece]]]]:
    """Group the lines by row: (number as printed, fragments, one for each page the row stands on)."""
    rows: list[tuple[str, list[list[_Piece]]]] = []
    last, section = 0, -1
    for index, piece in enumerate(pieces):
        if piece is None:
            if rows:
                rows[-1][1].append([])
            continue
        number, rest = _number(piece, last, section, pieces[index + 1 :])
        if number in _ROMAN:
            last, section = 0, _ROMAN.index(number)
        elif number:
            last = int(number)
        if number is not None:
            rows.append((number, [[_Piece(rest, False, False, piece.page)] if rest else []]))
        elif rows:
            rows[-1][1][-1].append(piece)
    return [(number, [f for f in fragments if f]) for number, fragments in rows]


def _number(piece: _Piece, last: int, section: int, following: list[_Piece | None]) -> tuple[str | None, str]:
    """The number that begins a row at this line ("" for an unnumbered heading), or None; and the rest of the line."""
    found = re.match(r"(\d{1,3})[.)]?(?:\s+(?=[A-ZĐÀ-Ỹ])(.*))?$", piece.text)
    if found and last < int(found[1]) <= last + 3:
        return found[1], found[2] or ""
    found = re.match(r"([IVX]+)[.)]?(?:\s+(.*))?$", piece.text)
    if found and found[1] in _ROMAN and _ROMAN.index(found[1]) == section + 1:
        return found[1], found[2] or ""
    upcoming = next((p for p in following if p), None)
    if piece.indented and piece.text[0].isupper() and upcoming and re.fullmatch(r"\d{1,3}", upcoming.text):
        return "", piece.text
    return None, ""


class _Cutter:
    """Cuts the lines of a row into the cells of known columns."""

    def __init__(self, columns: list[str], width: int) -> None:
        self.columns, self.width = columns, width

    def cells(self, fragments: list[list[_Piece]]) -> list[str]:
        """Return one text for each column, the best of all cuts."""
        ends = tuple(len(f) for f in fragments)

        @cache
        def best(column: int, at: tuple[int, ...]) -> tuple[float, tuple[tuple[int, ...], ...]]:
            if column == len(self.columns) - 1:
                return self._score(column, fragments, at, ends), (ends,)
            found = max(
                (
                    (self._score(column, fragments, at, to), to)
                    for to in product(*(range(a, e + 1) for a, e in zip(at, ends, strict=True)))
                ),
                key=lambda pair: pair[0] + best(column + 1, pair[1])[0],
            )
            rest = best(column + 1, found[1])
            return found[0] + rest[0], (found[1], *rest[1])

        start = tuple(0 for _f in fragments)
        cuts = (start, *best(0, start)[1])
        return [_joined(self._lines(fragments, a, b)) for a, b in pairwise(cuts)]

    @staticmethod
    def _lines(fragments: list[list[_Piece]], at: tuple[int, ...], to: tuple[int, ...]) -> list[_Piece]:
        return [piece for f, a, b in zip(fragments, at, to, strict=True) for piece in f[a:b]]

    def _score(self, column: int, fragments: list[list[_Piece]], at: tuple[int, ...], to: tuple[int, ...]) -> float:
        field = self.columns[column]
        lines = self._lines(fragments, at, to)
        if not lines:
            return {"text": -20.0, "lead": -3.0, "timing": -1.0}.get(field, 0.0)
        score = self._shape(field, fragments, at, to)
        text = _joined(lines)
        if _DANGLING.search(text):
            score -= 5
        if column and text[0].islower():
            score -= 1 if text.startswith("các ") else 5
        return score + _fits(field, text)

    def _shape(self, field: str, fragments: list[list[_Piece]], at: tuple[int, ...], to: tuple[int, ...]) -> float:
        """What the lines look like: where they break and how long they are."""
        score = 0.0
        for fragment, a, b in zip(fragments, at, to, strict=True):
            for n in range(a, b):
                piece = fragment[n]
                if field != "text" and len(piece.text) > 0.72 * self.width:
                    score -= 4
                if n == a:
                    continue
                before = fragment[n - 1].text
                if piece.tight:
                    score -= 6
                if (
                    piece.text[0].isupper()
                    and not _DANGLING.search(before)
                    and not (field == "text" and before.endswith((".", ";")))
                ):
                    score -= 1.5 if field == "text" else 2
                if field == "text" and len(before) < 0.6 * self.width:
                    score -= 3
        return score


def _fits(field: str, text: str) -> float:
    """How well a text reads as what its column holds."""
    if field == "timing":
        return 8 if understand(text, date(2025, 1, 1)).kind is not Kind.UNDETERMINED and len(text) < 80 else -12
    if field in ("lead", "coordinating"):
        names = split(text)
        return (4 if field == "lead" else 3) if is_agency(text) and all(is_agency(n) for n in names) else -8
    if field == "deliverable":
        return 4 if strip_marks(text).startswith(DELIVERABLE_NOUNS) else -3 if is_agency(text) else 0
    return 2 if text.endswith((".", ";", ":")) else 0


def _joined(lines: list[_Piece]) -> str:
    text = ""
    for line in lines:
        text = glue(text, line.text)
    return text
