"""A report as a spreadsheet: one sheet for each section, every text as text."""

from __future__ import annotations

import re
from pathlib import Path

from reports.report import Report, Section


def write(report: Report, path: Path) -> None:
    """Write a report as .xlsx."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        title = book.add_format({"bold": True, "font_size": 13})
        head = book.add_format({"bold": True, "bg_color": "#E8EEF5", "text_wrap": True, "border": 1, "valign": "top"})
        text = book.add_format({"text_wrap": True, "border": 1, "valign": "top"})
        for number, section in enumerate(report.sections, 1):
            name = re.sub(r"[\[\]:*?/\\]", " ", section.title or report.title)[:31]
            sheet = book.add_worksheet(name or str(number))
            sheet.write_string(0, 0, report.title, title)
            if section.warning:
                sheet.write_string(1, 0, section.warning)
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(2)
            sheet.set_footer("&L" + report.foot.replace("&", "&&") + "&R&P/&N")
            sheet.freeze_panes(3, 1)
            for column, shown in enumerate(section.columns):
                sheet.set_column(column, column, _width(section, shown.key, shown.title))
                sheet.write_string(2, column, shown.title, head)
                for row, values in enumerate(section.rows, 3):
                    value = values.get(shown.key)
                    if isinstance(value, int):
                        sheet.write_number(row, column, value, text)
                    else:
                        sheet.write_string(row, column, "" if value is None else str(value), text)
            if section.note:
                sheet.write_string(3 + len(section.rows) + 1, 0, section.note)
            sheet.write_string(3 + len(section.rows) + 2, 0, report.foot)


def _width(section: Section, key: str, title: str) -> float:
    longest = max((len(str(row.get(key) or "")) for row in section.rows), default=0)
    return min(max(longest, len(title), 6) + 2, 48)
