"""Tables in a PDF that were printed without lines: columns stand where the heading and the left edges of the cells say.

A heading line names the columns; below it the most frequent left edge near each heading is that column's edge. A larger gap
between lines, or a number in the first column, begins a row. A line that runs across columns is a title.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from directives import headings
from directives.document import Place, Row, Table, clean
from directives.lines import Line

_GAP = 7.0  # points between two words that belong to two cells


@dataclass(frozen=True)
class Words:
    """One printed line: its top, and its stretches of words that belong together as (left, right, text)."""

    top: float
    parts: tuple[tuple[float, float, str], ...]

    @property
    def text(self) -> str:
        return " ".join(text for _left, _right, text in self.parts)


@dataclass(frozen=True)
class Columns:
    """The left edges of the columns and the words of their headings."""

    edges: tuple[float, ...]
    titles: tuple[str, ...]

    def of(self, left: float) -> int:
        """The column that a stretch of words beginning at `left` belongs to."""
        return max((i for i, edge in enumerate(self.edges) if edge <= left + 4), default=0)


def page_items(page: Any, number: int, known: Columns | None) -> tuple[list[Line | Table], Columns | None]:
    """Return a PDF page's running lines and, where a heading names columns (or went before), its unruled table."""
    return items(_lines(page), number, known)


def items(lines: list[Words], number: int, known: Columns | None) -> tuple[list[Line | Table], Columns | None]:
    """The same for a page whose printed lines are known, from top to bottom."""
    start = next((i for i, line in enumerate(lines) if _names_columns(lines, i)), None)
    if start is None and known is None:
        return [Line(line.text, number) for line in lines], None
    if start is None:
        body, columns = lines, known if known and _fits(lines, known) else None
    else:
        end = _heading_end(lines, start)
        columns = _columns(lines[start:end], lines[end:])
        body = lines[end:]
    if columns is None:
        return [Line(line.text, number) for line in lines], None
    before: list[Line | Table] = [Line(line.text, number) for line in lines[: start or 0]]
    rows = [Row(columns.titles, Place(page=number, table=1, row=1))] if start is not None else []
    rows += _rows(body, columns, number, len(rows))
    return [*before, Table(tuple(rows), Place(page=number, table=1))] if rows else before, columns


def _fits(lines: list[Words], columns: Columns) -> bool:
    """Whether a page without a heading goes on with the table: its lines begin at the edges, in several columns."""
    parts = [part for line in lines for part in line.parts]
    at_edge = sum(any(abs(left - edge) < 5 for edge in columns.edges) for left, _right, _text in parts)
    return sum(len(line.parts) > 1 for line in lines) >= 0.3 * len(lines) and at_edge >= 0.7 * len(parts)


def _lines(page: Any) -> list[Words]:
    made: list[Words] = []
    words = page.extract_words(use_text_flow=False, keep_blank_chars=False, x_tolerance=1.5)
    for word in sorted(words, key=lambda w: (round(w["top"] / 3), w["x0"])):
        part = (word["x0"], word["x1"], word["text"])
        if made and abs(made[-1].top - word["top"]) < 4:
            made[-1] = Words(made[-1].top, joined(made[-1].parts, part))
        else:
            made.append(Words(word["top"], (part,)))
    return [line for line in made if not re.fullmatch(r"\d{1,3}", line.text)]


Part = tuple[float, float, str]


def joined(parts: tuple[Part, ...], part: Part, gap: float = _GAP) -> tuple[Part, ...]:
    """Add a word to a line: to its last stretch, or as a new one where the gap is that of two cells."""
    left, right, text = parts[-1]
    if part[0] - right < gap:
        return (*parts[:-1], (left, part[1], f"{text} {part[2]}"))
    return (*parts, part)


def _names_columns(lines: list[Words], index: int) -> bool:
    parts = lines[index].parts
    if len(parts) < 4 or not re.match(r"(?i)(stt|tt|số tt)$", clean(parts[0][2])):
        return False
    words = " ".join(line.text for line in lines[index : index + 3])
    order = headings.column_order(words)
    return "text" in order and len({"lead", "coordinating", "timing", "deliverable"} & set(order)) >= 2


def _heading_end(lines: list[Words], start: int) -> int:
    """The heading ends before the first line that begins with a number at its left edge, or after three lines."""
    edge = lines[start].parts[0][0]
    for index in range(start + 1, min(start + 4, len(lines))):
        parts = lines[index].parts
        pitch = lines[index].top - lines[index - 1].top
        if (abs(parts[0][0] - edge) < 15 and re.match(r"([IVX]+|\d{1,3}|[A-H])[.)]?(\s|$)", parts[0][2])) or pitch > 22:
            return index
    return start + 1


def _columns(heading: list[Words], body: list[Words]) -> Columns | None:
    """Titles from the heading, edges from where the cells below begin."""
    titles = list(heading[0].parts)
    for line in heading[1:]:
        for left, right, text in line.parts:
            middle = (left + right) / 2
            distances = [abs((t[0] + t[1]) / 2 - middle) for t in titles]
            at = distances.index(min(distances))
            titles[at] = (min(titles[at][0], left), max(titles[at][1], right), f"{titles[at][2]} {text}")
    starts = Counter(round(left) for line in body for left, _right, _text in line.parts)
    edges, floor = [], 0.0
    for left, right, _text in titles:
        near = {x: n for x, n in starts.items() if floor - 4 <= x <= (left + right) / 2}
        edge = max(near, key=lambda x: (near[x], -x)) if near else left
        edges.append(float(min(edge, left + 4)))
        floor = edges[-1] + 8
    return Columns(tuple(edges), tuple(text for _l, _r, text in titles)) if len(edges) > 2 else None


def _rows(lines: list[Words], columns: Columns, page: int, offset: int) -> list[Row]:
    pitches = sorted(after.top - before.top for before, after in pairwise(lines))
    pitch = pitches[len(pitches) // 4] if pitches else 0
    rows: list[Row] = []
    group: list[Words] = []
    for line in lines:
        apart = bool(group) and line.top - group[-1].top > 1.3 * pitch
        numbered = columns.of(line.parts[0][0]) == 0 and re.match(
            r"([IVX]+|\d{1,3}(\.\d+)*|[A-H])[.)]?(\s|$)", line.parts[0][2]
        )
        titled = bool(group) and _runs_across(group[0], columns)
        turns = titled != _runs_across(line, columns) and (not titled or len(line.parts) > 1)
        if group and (apart or numbered or turns):
            rows.append(_row(group, columns, Place(page=page, table=1, row=offset + len(rows) + 1)))
            group = []
        group.append(line)
    if group:
        rows.append(_row(group, columns, Place(page=page, table=1, row=offset + len(rows) + 1)))
    return rows


def _runs_across(line: Words, columns: Columns) -> bool:
    """Whether the words of the second column run on into the third: a title, not a cell."""
    return any(columns.of(left) == 1 and right > columns.edges[2] + 12 for left, right, _text in line.parts)


def _row(group: list[Words], columns: Columns, place: Place) -> Row:
    """A title runs across columns or stands alone in heavy type; any other group is cut at the edges."""
    cells: list[list[str]] = [[] for _edge in columns.edges]
    across = any(_runs_across(line, columns) for line in group)
    for line in group:
        for left, _right, text in line.parts:
            cells[columns.of(left)].append(text)
    texts = ["\n".join(cell) for cell in cells]
    alone = bool(texts[1]) and not any(texts[2:])
    if across or (alone and len(group) == 1 and not texts[0] and not texts[1].endswith((".", ";"))):
        return Row(
            (texts[0], " ".join(" ".join(cell) for cell in cells[1:] if cell), *([None] * (len(cells) - 2))), place
        )
    return Row(tuple(texts), place)
