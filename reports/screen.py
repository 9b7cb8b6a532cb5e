"""A report on a terminal: aligned columns that wrap, nothing cut off."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from reports.report import Column, Report

_GAP = "  "


def text(report: Report, width: int | None = None) -> str:
    """Return the report as plain text, `width` characters wide (default: the terminal)."""
    lines = [report.title, "=" * len(report.title), ""]
    for section in report.sections:
        if section.title:
            lines += [section.title, ""]
        if section.rows:
            lines += [*table(section.columns, section.rows, width), ""]
        if section.note:
            lines += [section.note]
    return "\n".join(lines).rstrip()


def table(columns: Sequence[Column], rows: list[dict[str, Any]], width: int | None = None) -> Iterator[str]:
    """Yield the lines of an aligned table; wide columns share what room is left and wrap."""
    width = width or shutil.get_terminal_size((120, 24)).columns
    cells = [[_shown(row.get(column.key)) for column in columns] for row in rows]
    widths = _widths(columns, cells, width)
    yield from _line([c.title for c in columns], columns, widths)
    yield _GAP.join("-" * w for w in widths)
    for line in cells:
        yield from _line(line, columns, widths)


def _widths(columns: Sequence[Column], cells: list[list[str]], width: int) -> list[int]:
    """Narrow columns keep the width of their longest word or text up to 14; wide ones share the rest by need."""
    need = [max([len(column.title), *(len(line[i]) for line in cells)]) for i, column in enumerate(columns)]
    widths = [min(need[i], 16) if not column.wide else 0 for i, column in enumerate(columns)]
    for i, column in enumerate(columns):
        if not column.wide:
            longest = max((len(word) for line in cells for word in line[i].split()), default=0)
            numeric = column.right and max((len(line[i]) for line in cells), default=1)
            words = max(len(word) for word in column.title.split())
            widths[i] = max(longest, words, numeric or 0) if column.right else max(widths[i], min(longest, 24))
    left = width - sum(widths) - len(_GAP) * (len(columns) - 1)
    wide = [i for i, column in enumerate(columns) if column.wide]
    for position, i in enumerate(wide):
        share = max(12, left // (len(wide) - position))
        widths[i] = min(need[i], share) if position < len(wide) - 1 else min(need[i], max(20, left))
        left -= widths[i]
    return widths


def _line(texts: list[str], columns: Sequence[Column], widths: list[int]) -> Iterator[str]:
    wrapped = [textwrap.wrap(text, w, break_on_hyphens=False) or [""] for text, w in zip(texts, widths, strict=True)]
    for n in range(max(len(lines) for lines in wrapped)):
        parts = [lines[n] if n < len(lines) else "" for lines in wrapped]
        yield _GAP.join(
            p.rjust(w) if c.right else p.ljust(w) for p, w, c in zip(parts, widths, columns, strict=True)
        ).rstrip()


def _shown(value: object) -> str:
    return "" if value is None else str(value)
