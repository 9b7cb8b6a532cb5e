"""A table of figures as a grid: columns with the words of all their heading rows, rows with their label and what they are part of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from directives.document import Place, Row, Table, clean
from workflow.errors import BadInput
from workflow.names import strip_marks
from workflow.targets.numbers import number as read_number

_NO = re.compile(r"(?:so )?(?:stt|tt)|so thu tu")
_UNIT = re.compile(r"(?:don vi tinh|dvt|don vi \(?tinh\)?|dv tinh)\b")
_LABEL = re.compile(
    r"\b(?:chi tieu|muc tieu|noi dung|ten|danh muc|nhiem vu|hang muc|du an|hop tac xa|htx|don vi|dia phuong|huyen|xa|phuong|chu dau tu|co quan|dien giai|tieu chi)\b"
)
_ASSIGNED = re.compile(r"\b(?:chu tri|phoi hop|san pham|thoi gian|thoi han)\b")
_ROMAN, _DIGITS = re.compile(r"[IVXLC]+"), re.compile(r"\d{1,5}(?:\.\d{1,3})*")
WHOLE = re.compile(r"(?:tong(?: cong| so)?|cong)\b(?! (?:kinh phi|von|nhu cau)\b.{20})")
OF_WHICH = re.compile(r"\s*(?:[-+•*]\s*)?trong đó\s*:?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """A row below the heading: its number, its label, the cells by column, and how deep it stands (0: over all)."""

    number: str
    label: str
    cells: tuple[str, ...]
    depth: float
    place: Place


@dataclass(frozen=True)
class Grid:
    """A table with its heading understood: what column holds the labels, which the unit, and the titles of all."""

    titles: tuple[str, ...]
    label: int
    unit: int | None
    lines: tuple[Line, ...]
    place: Place

    def values(self) -> list[int]:
        """The columns that may hold figures."""
        return [
            i
            for i in range(self.label + 1, len(self.titles))
            if i != self.unit and not re.match(r"ghi chu", folded(self.titles[i]))
        ]


def folded(text: str) -> str:
    """Words without diacritics, case and double blanks."""
    return " ".join(strip_marks(clean(text)).split())


def grid(table: Table) -> Grid | None:
    """Understand the heading of a table; None where it has no column of labels and none of figures, or gives out tasks."""
    start = next((i for i, row in enumerate(table.rows[:8]) if _is_head(row)), None)
    if start is None:
        return None
    end = start + 1
    while end < min(len(table.rows), start + 4) and _goes_on(table.rows[end], table.rows[start]):
        end += 1
    titles = _stacked(table.rows[start:end])
    plain = [folded(title) for title in titles]
    label = next(
        (
            i
            for i, title in enumerate(plain)
            if not _NO.fullmatch(title) and not _UNIT.search(title) and _LABEL.search(title)
        ),
        None,
    )
    if label is None or any(_ASSIGNED.search(title) for title in plain):
        return None
    unit = next((i for i, title in enumerate(plain) if i != label and _UNIT.search(title)), None)
    number = next((i for i, title in enumerate(plain[:label]) if _NO.fullmatch(title)), None)
    lines = tuple(_lines(table.rows[end:], number, label, len(titles)))
    return Grid(tuple(titles), label, unit, lines, table.place)


def _is_head(row: Row) -> bool:
    plain = [folded(cell) for cell in row.texts()]
    return (
        len(plain) >= 2
        and any(_LABEL.search(cell) and len(cell) < 60 for cell in plain)
        and not any(is_figure(c) for c in plain[1:])
    )


def _goes_on(row: Row, first: Row) -> bool:
    """Whether a row still belongs to the heading: it has no number and no figures, and some cell of the first row spans it."""
    texts = [clean(text) for text in row.texts()]
    years = [bool(re.fullmatch(r"(?:19|20)\d\d", text)) for text in texts]
    if not texts or re.fullmatch(r"[IVXLC]+|\d{1,3}(?:\.\d+)*|[A-HĐ]|-", clean(row.cells[0] or "").strip("(.)")):
        return False
    if any(is_figure(text) and not year for text, year in zip(texts, years, strict=True)):
        return False
    spans = any(cell is None for cell in first.cells) or any(
        a and a == b for a, b in zip(row.cells, first.cells, strict=False)
    )
    blank = not clean(row.cells[0] or "")
    return (spans or blank) and (len(texts) > 1 or any(years))


def _stacked(rows: tuple[Row, ...]) -> list[str]:
    """The title of each column: the words of its heading cells from above, each once; a spanning cell lends its words."""
    titles: list[list[str]] = [[] for _cell in rows[0].cells]
    for row in rows:
        above = ""
        for column, cell in enumerate(row.cells[: len(titles)]):
            above = clean(cell) if cell is not None else above
            if above and above not in titles[column]:
                titles[column].append(above)
    return [" ".join(words) for words in titles]


def _lines(rows: tuple[Row, ...], number: int | None, label: int, width: int) -> Iterator[Line]:
    for row in rows:
        cells = tuple(clean(cell or "") for cell in (*row.cells, *[""] * width)[:width])
        texts = [cell for cell in cells if cell]
        numbered = len(texts) > 2 and all(
            re.fullmatch(r"\(?\d{1,2}\)?(?:\s*=.*)?|[A-D]|\([^)]*\)", text) for text in texts
        )
        if not texts or numbered:
            continue
        no = cells[number].rstrip(".) ") if number is not None else ""
        told = (
            cells[label] or (no if len(no) > 4 else "") or next((cell for cell in cells[:label] if len(cell) > 4), "")
        )
        yield Line(no, told, cells, _depth(no, told), row.place)


def _depth(no: str, label: str) -> float:
    """How deep a row stands, by its number and the mark before its label."""
    if WHOLE.match(folded(label)) and len(label) < 60 and not _DIGITS.fullmatch(no):
        return 0
    if OF_WHICH.match(label) or re.match(r"[-+•*]", no or label):
        return 9 if (no or label).startswith("+") else 8
    if _ROMAN.fullmatch(no):
        return 2
    if re.fullmatch(r"[A-HĐ]", no):
        return 1
    return 3 + no.count(".") if _DIGITS.fullmatch(no) else 6 if re.fullmatch(r"[a-zđ]", no) else 7


def parents(lines: tuple[Line, ...]) -> list[int | None]:
    """For each line the one that it is part of, by depth; "Trong đó" is of the line before it."""
    found: list[int | None] = []
    path: list[int] = []
    for index, line in enumerate(lines):
        while path and lines[path[-1]].depth >= line.depth:
            path.pop()
        found.append(path[-1] if path else None)
        path.append(index)
    return found


def is_figure(text: str) -> bool:
    """Whether a cell is nothing but a figure, with a percent sign at most."""
    try:
        read_number(text.rstrip(" %"))
    except BadInput:
        return False
    return True
