"""Spreadsheets (.xlsx): one table a sheet; lines above the table that hold a single text are paragraphs."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any

from directives.document import Document, Paragraph, Place, Row, Table, clean
from directives.readers.months import month_cells
from workflow.errors import BadInput


def read(content: bytes, name: str) -> Document:
    """Return every visible sheet as paragraphs and one table."""
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_filelike(BytesIO(content))
        sheets = [(s, book.get_sheet_by_name(s)) for s in book.sheet_names]
    except Exception as error:  # calamine's errors share no base class
        raise BadInput("{name} is damaged and cannot be opened.", name=name) from error
    blocks: list[Paragraph | Table] = []
    months = month_cells(content)
    for number, (title, sheet) in enumerate(sheets, 1):
        blocks += _sheet(title, number, sheet, months.get(title, set()))
    return Document(name, "xlsx", tuple(blocks))


def _sheet(title: str, number: int, sheet: Any, months: set[tuple[int, int]]) -> list[Paragraph | Table]:
    first = (sheet.start or (0, 0))[0]
    covered = {
        (row, column)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if (row, column) != (top, left) and column != left
    }
    below = {
        (row, left): (top, left)
        for (top, left), (bottom, _right) in sheet.merged_cell_ranges or []
        for row in range(top + 1, bottom + 1)
    }
    values: dict[tuple[int, int], str] = {}
    rows: list[Row] = []
    for offset, line in enumerate(sheet.to_python(skip_empty_area=False)):
        cells: list[str | None] = []
        for column, value in enumerate(line):
            place = (offset, column)
            values[place] = values.get(below[place], "") if place in below else _shown(value, place in months)
            cells.append(None if place in covered else values[place])
        rows.append(Row(tuple(cells), Place(sheet=title, row=offset + 1)))
    head = next((i for i, row in enumerate(rows) if len(row.texts()) >= 3), len(rows))
    above: list[Paragraph | Table] = [
        Paragraph(clean(" ".join(row.texts())), row.place) for row in rows[: max(head, first)] if row.texts()
    ]
    body = tuple(row for row in rows[head:] if row.texts())
    return [*above, *([Table(body, Place(sheet=title, table=number))] if body else [])]


def _shown(value: Any, month: bool = False) -> str:
    """A cell the way a person reads it: 1 and not 1.0, days as 15/09/2025, months as Tháng 9/2025."""
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else _fraction(value)
    if isinstance(value, date) and month:
        return f"Tháng {value.month}/{value.year}"
    if isinstance(value, date):
        clock = f" {value:%H:%M}" if isinstance(value, datetime) and value.time() != time() else ""
        return f"{value.day:02}/{value.month:02}/{value.year}{clock}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return "\n".join(clean(part) for part in str(value).split("\n") if part.strip()) if value is not None else ""


def _fraction(value: float) -> str:
    """A number that is not whole, to the fifteen digits that a spreadsheet keeps; with a comma where a point would part thousands."""
    shown = format(Decimal(f"{value:.15g}"), "f")
    return shown.replace(".", ",") if len(shown.partition(".")[2]) > 2 else shown
