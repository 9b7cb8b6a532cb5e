"""Tables that were printed without lines between the columns: a column ends where hardly a word stands.

A heading names the columns; between the middles of two headings the white that the fewest words cross parts them. A larger gap
between lines, a rule under a row, or a number in the first column begins a row. A word that stands across a border makes a title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from directives import headings
from directives.document import Place, Row, Table, clean
from directives.lines import Line

_GAP = 7.0  # points between two words that belong to two cells
_HALF = 5.0  # points from the top of a line to its middle
_NUMBERED = re.compile(r"(?:[IVX]+|[A-H]?\d{1,3}(?:\.\d+)*|[A-H])[.)]?(?:\s|$)")
_COLUMN_NUMBER = re.compile(r"\(\d{1,2}\)$")

Part = tuple[float, float, str]  # left, right, text


@dataclass(frozen=True)
class Words:
    """One printed line: its top, its words, and the stretches of them that stand close together."""

    top: float
    words: tuple[Part, ...]
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        return " ".join(text for _left, _right, text in self.parts)


def line(top: float, words: Sequence[Part], gap: float = _GAP) -> Words:
    """Make a printed line of its words, from left to right."""
    parts: list[Part] = []
    for word in sorted(words):
        if parts and word[0] - parts[-1][1] < gap:
            parts[-1] = (parts[-1][0], word[1], f"{parts[-1][2]} {word[2]}")
        else:
            parts.append(word)
    return Words(top, tuple(sorted(words)), tuple(parts))


@dataclass(frozen=True)
class Columns:
    """The borders between the columns and the words of their headings."""

    borders: tuple[float, ...]
    titles: tuple[str, ...]

    def of(self, part: Part) -> int:
        """The column that a word stands in."""
        middle = (part[0] + part[1]) / 2
        return sum(border <= middle for border in self.borders)


def rules(page: Any) -> list[int]:
    """Where lines run across a PDF page, from top to bottom; the two edges of a thick one are one."""
    wide = {round(edge["top"]) for edge in page.horizontal_edges if edge["x1"] - edge["x0"] > 0.4 * float(page.width)}
    return [top for top in sorted(wide) if top - 1 not in wide and top - 2 not in wide]


def items(
    lines: list[Words], number: int, known: Columns | None, rules: Sequence[float] = ()
) -> tuple[list[Line | Table], Columns | None]:
    """Return a page's running lines and, where a heading names columns (or went before), its unruled table.

    `lines` are the printed lines from top to bottom, `rules` where lines run across the page.
    """
    start = next((i for i, one in enumerate(lines) if _names_columns(lines, i)), None)
    if start is None and known is None:
        return [Line(one.text, number) for one in lines], None
    if start is None:
        top, body, columns = 0, lines, known if known and _fits(lines, known) else None
    else:
        top, end = _heading_span(lines, start)
        body = lines[end:]
        columns = _columns(lines[top:end], lines[start], body)
    if columns is None:
        return [Line(one.text, number) for one in lines], None
    before: list[Line | Table] = [Line(one.text, number) for one in lines[:top]]
    rows = [Row(columns.titles, Place(page=number, table=1, row=1))] if start is not None else []
    rows += _rows(body, columns, number, len(rows), rules)
    return [*before, Table(tuple(rows), Place(page=number, table=1))] if rows else before, columns


def _fits(lines: list[Words], columns: Columns) -> bool:
    """Whether a page without a heading goes on with the table: its lines have several cells and keep to the borders."""
    crossing = sum(_crosses(one, columns) for one in lines)
    return sum(len(one.parts) > 1 for one in lines) >= 0.3 * len(lines) and crossing <= 0.2 * len(lines)


def printed(page: Any) -> list[Words]:
    """The printed lines of a PDF page, without page numbers."""
    rows: list[tuple[float, list[Part]]] = []
    words = page.extract_words(use_text_flow=False, keep_blank_chars=False, x_tolerance=1.5)
    for word in sorted(words, key=lambda w: (round(w["top"] / 3), w["x0"])):
        part = (word["x0"], word["x1"], word["text"])
        if rows and abs(rows[-1][0] - word["top"]) < 4:
            rows[-1][1].append(part)
        else:
            rows.append((word["top"], [part]))
    made = [line(top, parts) for top, parts in rows]
    return [one for one in made if not re.fullmatch(r"\d{1,3}", one.text)]


def _names_columns(lines: list[Words], index: int) -> bool:
    parts = lines[index].parts
    if len(parts) < 3 or not (headings.field_of(parts[0][2]) == "no" or parts[0][2].startswith("Mã")):
        return False
    words = " ".join(one.text for one in lines[max(index - 2, 0) : index + 3])
    order = headings.column_order(words)
    return "text" in order and len({"lead", "coordinating", "timing", "deliverable"} & set(order)) >= 2


def _heading_span(lines: list[Words], start: int) -> tuple[int, int]:
    """From the first line of the heading, which may stand above its number column, to the first line of the body."""
    edge = lines[start].parts[0][1]
    pitch = min((abs(b.top - a.top) for a, b in pairwise(lines) if b.top > a.top), default=12.0)
    top = start
    while top and lines[top].top - lines[top - 1].top <= 1.6 * pitch and start - top < 3:
        above = lines[top - 1].parts
        if above[0][0] <= edge or _spans(lines[top - 1], lines[start]):
            break
        top -= 1
    end = start + 1
    while end < len(lines) and end - start < 5:
        first = lines[end].parts[0]
        if first[0] <= edge + 3 and (_NUMBERED.match(first[2]) or _COLUMN_NUMBER.match(first[2])):
            break
        if _spans(lines[end], lines[start]):
            break  # a title that runs across, its number lost in a scan
        if lines[end].top - lines[end - 1].top > 22 or (first[0] <= edge and first[2].isupper()):
            break
        end += 1
    else:
        end = start + 1
    return top, end


def _spans(one: Words, heading: Words) -> bool:
    """Whether words of a line run on over two titles of the heading or more."""
    return any(sum(left < t[1] and t[0] < right for t in heading.parts) > 1 for left, right, _text in one.parts)


def _columns(heading: list[Words], main: Words, body: list[Words]) -> Columns | None:
    """Titles from the lines of the heading, borders from the white between the cells below."""
    titles: list[Part] = list(main.parts)
    for one in heading:
        for left, right, text in one.parts if one is not main else ():
            under = [max(0.0, min(right, t[1]) - max(left, t[0])) for t in titles]
            if max(under) > 0:
                at = under.index(max(under))
                old = titles[at]
                told = f"{text} {old[2]}" if one.top < main.top else f"{old[2]} {text}"
                titles[at] = (min(old[0], left), max(old[1], right), told)
            else:
                titles = sorted([*titles, (left, right, text)])
    if len(titles) < 3:
        return None
    borders = []
    words = [word for one in body for word in one.words if not _COLUMN_NUMBER.match(word[2])]
    for before, after in pairwise(titles):
        borders.append(_white(words, (before[0] + before[1]) / 2, (after[0] + after[1]) / 2))
    return Columns(tuple(borders), tuple(text for _l, _r, text in titles))


def _white(words: list[Part], low: float, high: float) -> float:
    """Where between two places the fewest words stand: the middle of the widest such stretch."""
    counts = [0] * (int(high - low) + 2)
    for left, right, _text in words:
        for x in range(max(0, int(left - low)), min(len(counts), int(right - low) + 1)):
            counts[x] += 1
    fewest = min(counts)
    best, run = (0, 0), 0
    for x, count in enumerate([*counts, fewest + 1]):
        if count == fewest:
            run += 1
        else:
            best, run = max(best, (run, x - run), key=lambda found: found[0]), 0
    return low + best[1] + best[0] / 2


def _rows(lines: list[Words], columns: Columns, page: int, offset: int, rules: Sequence[float]) -> list[Row]:
    pitches = sorted(after.top - before.top for before, after in pairwise(lines))
    pitch = pitches[len(pitches) // 4] if pitches else 0
    ruled = len([rule for rule in rules if lines and lines[0].top - 3 < rule]) >= max(3, len(lines) // 8)
    rows: list[Row] = []
    group: list[Words] = []
    for one in lines:
        if all(_COLUMN_NUMBER.match(text) for _left, _right, text in one.words):
            continue
        first = one.parts[0]
        apart = bool(group) and one.top - group[-1].top > 1.3 * pitch
        if ruled:
            apart = bool(group) and any(group[-1].top + _HALF < rule <= one.top + _HALF for rule in rules)
        numbered = not ruled and columns.of(first) == 0 and _NUMBERED.match(first[2])
        titled = bool(group) and _crosses(group[0], columns)
        turns = not ruled and titled != _crosses(one, columns) and (not titled or len(one.parts) > 1)
        if group and (apart or numbered or turns):
            rows.append(_row(group, columns, Place(page=page, table=1, row=offset + len(rows) + 1)))
            group = []
        group.append(one)
    if group:
        rows.append(_row(group, columns, Place(page=page, table=1, row=offset + len(rows) + 1)))
    return rows


def _crosses(one: Words, columns: Columns) -> bool:
    """Whether a line is a title and not cells: a word stands across the border after the text, or all words run on over it."""
    border = columns.borders[1]
    if any(left + 2 < border < right - 2 for left, right, _text in one.words):
        return True
    parts = [part for part in one.parts if part[1] > columns.borders[0]]
    return len(parts) == 1 and parts[0][0] < border < parts[0][1] - 12


def _row(group: list[Words], columns: Columns, place: Place) -> Row:
    """A title runs across columns or stands alone in heavy type; any other group is cut at the borders."""
    width = len(columns.titles)
    cells: list[list[str]] = [[] for _title in columns.titles]
    for one in group:
        texts: dict[int, list[str]] = {}
        for word in one.words:
            texts.setdefault(columns.of(word), []).append(word[2])
        for at, words in texts.items():
            cells[at].append(" ".join(words))
    joined = ["\n".join(cell) for cell in cells]
    across = any(_crosses(one, columns) for one in group)
    alone = bool(joined[1]) and not any(joined[2:])
    if across or (alone and len(group) == 1 and not joined[0] and not joined[1].endswith((".", ";"))):
        whole = clean(" ".join(text for one in group for _l, _r, text in one.words if columns.of((_l, _r, text)) > 0))
        return Row((joined[0], whole, *([None] * (width - 2))), place)
    return Row(tuple(joined), place)
