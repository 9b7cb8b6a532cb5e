"""A report as a spreadsheet: one sheet for each section, every text as text, rows written as they come so that memory stays small."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from reports.report import Report, Section, writable

HEAD = 2  # the row of the column titles, counted from 0; above it the title and a warning
LONGEST = 32_767  # characters of a cell
_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write(report: Report, path: Path) -> None:
    """Write a report as .xlsx: titles that stay in sight and are repeated in print, a filter, A4 across, the head of the history below."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": True, **_PLAIN}) as book:
        title = book.add_format({"bold": True, "font_size": 13})
        head = book.add_format({"bold": True, "bg_color": "#E8EEF5", "text_wrap": True, "border": 1, "valign": "top"})
        text = book.add_format({"text_wrap": True, "border": 1, "valign": "top"})
        names: set[str] = set()
        for number, section in enumerate(report.sections, 1):
            sheet = book.add_worksheet(_name(section.title or report.title, number, names))
            _page(sheet, report, section)
            sheet.write_string(0, 0, _written(report.title), title)
            if section.warning:
                sheet.write_string(1, 0, _written(section.warning))
            for column, shown in enumerate(section.columns):
                sheet.write_string(HEAD, column, _written(shown.title), head)
            keys = [shown.key for shown in section.columns]
            for row, values in enumerate(section.rows, HEAD + 1):
                for column, key in enumerate(keys):
                    value = values.get(key)
                    if isinstance(value, int | float):
                        sheet.write_number(row, column, value, text)
                    else:
                        sheet.write_string(row, column, _written(value), text)
            last = HEAD + len(section.rows)
            if section.note:
                sheet.write_string(last + 2, 0, _written(section.note))
            sheet.write_string(last + 3, 0, _written(report.foot))


def _page(sheet: Any, report: Report, section: Section) -> None:
    """How a sheet is seen and printed."""
    last = HEAD + len(section.rows)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD)
    sheet.print_area(0, 0, last + 3, max(len(section.columns) - 1, 0))
    sheet.set_footer("&L" + _written(report.foot).replace("&", "&&")[:200] + "&R&P/&N")
    sheet.freeze_panes(HEAD + 1, 1)
    if section.rows:
        sheet.autofilter(HEAD, 0, last, len(section.columns) - 1)
    for column, shown in enumerate(section.columns):
        sheet.set_column(column, column, _width(section, shown.key, shown.title))


def _name(title: str, number: int, names: set[str]) -> str:
    """A name for a sheet that Excel takes and that no other sheet has."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", _written(title)).strip(" '")[:31] or str(number)
    if plain.lower() in names:
        plain = f"{plain[:27]} {number}"
    names.add(plain.lower())
    return plain


def _written(value: object) -> str:
    """A value as a cell can hold it."""
    text = writable(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _width(section: Section, key: str, title: str) -> float:
    longest = max((len(str(row.get(key) or "")) for row in section.rows[:2000]), default=0)
    return min(max(longest, len(title), 6) + 2, 48)
