"""A report as a spreadsheet: one sheet for each section, every text as text, rows written as they come so that memory stays small."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from textwrap import wrap
from typing import Any

from reports.report import BESIDE, LETTER, ROOM, Report, Section, opens, widths, writable

HEAD = 2  # the row of the column titles, counted from 0; above it the title, what it is narrowed to and a warning
LONGEST = 32_767  # characters of a cell
ORDINARY = 1.7  # centimetres of a column whose width nobody has set
LINE, HIGHEST, MOST_SHOWN = (
    15,
    409,
    4000,
)  # points of a line and of the highest row; characters that are more than such a row shows
MOST_LINKS, LONGEST_LINK = 65_530, 2079  # of a sheet; characters of one
Forms = dict[tuple[bool, bool, bool], Any]  # by whether a cell is of a sum, opens a list, stands at the right
_NUMBER = (int, float)
_FONT = {"font_name": "Times New Roman", "font_size": 11}
_OPTIONS = {
    "constant_memory": True,
    "default_format_properties": _FONT,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write(report: Report, path: Path, base: str = "") -> None:
    """Write a report as .xlsx: titles that stay in sight and are repeated in print, a filter, A4 across, the head of the history below.

    Figures open their lists at `base`, as many of them as Excel allows on a sheet.
    """
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        title = book.add_format({"bold": True, "font_size": 13})
        cell = {"text_wrap": True, "border": 1, "valign": "top"}
        head = book.add_format(cell | {"bold": True, "bg_color": "#E8EEF5", "align": "center"})
        blue, right = {"font_color": "#17508A"}, {"align": "right"}
        forms = {
            (sums, linked, end): book.add_format(
                cell | {"bold": sums} | (blue if linked else {}) | (right if end else {})
            )
            for sums, linked, end in product((False, True), repeat=3)
        }
        names: set[str] = set()
        for number, section in enumerate(report.sections, 1):
            sheet = book.add_worksheet(_name(section.title or report.title, number, names))
            letters = _page(sheet, report, section)
            sheet.write_string(0, 0, _written(report.title), title)
            sheet.write_string(1, 0, _written(" ".join(filter(None, (report.about, section.warning)))))
            for column, shown in enumerate(section.columns):
                sheet.write_string(HEAD, column, _written(shown.title), head)
            _rows(sheet, section, base, letters, forms)
            last = HEAD + len(section.rows)
            sheet.write_string(last + 2, 0, _written(section.note))
            sheet.write_string(last + 3, 0, _written(report.foot))


def _rows(sheet: Any, section: Section, base: str, letters: list[int], forms: Forms) -> None:
    """The cells of a table: figures as numbers, everything else as text that nothing obeys."""
    keys, ends, left = [one.key for one in section.columns], [one.right for one in section.columns], MOST_LINKS
    usual = [[forms[sums, False, end] for end in ends] for sums in (False, True)]
    for row, values in enumerate(section.rows, HEAD + 1):
        sums, lines = bool(values.get("sum")), 1
        opening = left and "opens" in values
        for column, key in enumerate(keys):
            value, form = values.get(key), usual[sums][column]
            if opening and 0 < len(address := opens(values, key, base)) <= LONGEST_LINK and left:
                form, left = forms[sums, True, ends[column]], left - 1
                sheet.write_url(row, column, address, form, "-")  # what the cell shows is written over it
            if isinstance(value, _NUMBER):
                sheet.write_number(row, column, value, form)
                continue
            text = _written(value)
            sheet.write_string(row, column, text, form)
            if len(text) > letters[column] * lines or "\n" in text:
                lines = max(lines, 1 + text.count("\n") + (len(text) - 1) // letters[column])
        if lines > 1:  # not every program makes a row as high as it needs
            sheet.set_row(row, min(LINE * lines + 2, HIGHEST))


def _page(sheet: Any, report: Report, section: Section) -> list[int]:
    """How a sheet is seen and printed; returns how many letters a line of each column holds."""
    last = HEAD + len(section.rows)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=1.18, right=0.79, top=0.79, bottom=0.79)  # 3 and 2 centimetres
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD)
    sheet.set_footer("&L" + _written(report.foot).replace("&", "&&")[:200] + "&R&P/&N")
    sheet.freeze_panes(HEAD + 1, 1)
    if section.rows:
        sheet.autofilter(HEAD, 0, last, len(section.columns) - 1)
    wide = widths(section)
    for column, width in enumerate(wide):
        sheet.set_column(column, column, width / LETTER)
    beside = int(max(ROOM - sum(wide), 0) / ORDINARY)  # what stands above and below a small table is printed whole
    sheet.print_area(0, 0, last + 3, len(wide) - 1 + beside)
    letters = [max(int((width - BESIDE) / LETTER + 0.01), 1) for width in wide]
    lines = max(len(wrap(one.title, most)) for one, most in zip(section.columns, letters, strict=True))
    sheet.set_row(HEAD, LINE * lines + 2)
    return letters


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
