"""A report as a spreadsheet: one sheet for each section, every text as text, rows written as they come so that memory stays small."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from reports.report import Report, Section, opens, writable

HEAD = 2  # the row of the column titles, counted from 0; above it the title and a warning
LONGEST = 32_767  # characters of a cell
MOST_LINKS, LONGEST_LINK = 65_530, 2079  # of a sheet; characters of one
Forms = tuple[Any, Any]  # of a cell, and of one that opens a list
_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write(report: Report, path: Path, base: str = "") -> None:
    """Write a report as .xlsx: titles that stay in sight and are repeated in print, a filter, A4 across, the head of the history below.

    Figures open their lists at `base`, as many of them as Excel allows on a sheet.
    """
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": True, **_PLAIN}) as book:
        title = book.add_format({"bold": True, "font_size": 13})
        head = book.add_format({"bold": True, "bg_color": "#E8EEF5", "text_wrap": True, "border": 1, "valign": "top"})
        cell, opening = {"text_wrap": True, "border": 1, "valign": "top"}, {"font_color": "#17508A"}
        plain = book.add_format(cell), book.add_format(cell | opening)
        sums = book.add_format(cell | {"bold": True}), book.add_format(cell | opening | {"bold": True})
        names: set[str] = set()
        for number, section in enumerate(report.sections, 1):
            sheet = book.add_worksheet(_name(section.title or report.title, number, names))
            _page(sheet, report, section)
            sheet.write_string(0, 0, _written(report.title), title)
            above = " ".join(filter(None, (report.about, section.warning)))
            if above:
                sheet.write_string(1, 0, _written(above))
            for column, shown in enumerate(section.columns):
                sheet.write_string(HEAD, column, _written(shown.title), head)
            _rows(sheet, section, base, plain, sums)
            last = HEAD + len(section.rows)
            if section.note:
                sheet.write_string(last + 2, 0, _written(section.note))
            sheet.write_string(last + 3, 0, _written(report.foot))


def _rows(sheet: Any, section: Section, base: str, plain: Forms, sums: Forms) -> None:
    """The cells of a table: figures as numbers, everything else as text that nothing obeys."""
    keys, left = [shown.key for shown in section.columns], MOST_LINKS
    for row, values in enumerate(section.rows, HEAD + 1):
        text, link = sums if values.get("sum") else plain
        for column, key in enumerate(keys):
            value, form = values.get(key), text
            address = opens(values, key, base) if left else ""
            if address and len(address) <= LONGEST_LINK:
                # the cell of the address is written over with what it shows
                sheet.write_url(row, column, address, link, "-")
                form, left = link, left - 1
            if isinstance(value, int | float):
                sheet.write_number(row, column, value, form)
            else:
                sheet.write_string(row, column, _written(value), form)


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
