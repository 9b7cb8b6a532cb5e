"""A report as PDF, set by typst: A4 across, margins as Decree 30/2020/NĐ-CP wants them. `report.typ` is the layout; what the report says
comes to it as data, so that no text is ever read as markup.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from reports.report import Report, Section, opens, widths, writable
from workflow.i18n import language

ROOM = 24.7  # centimetres between the margins
WHOLE = 1500  # a row of no longer texts is kept on one page
_ENDLESS = re.compile(r"\S{25,}")  # a word that no column holds may break after every few characters


def write(report: Report, path: Path, base: str = "") -> None:
    """Write a report as .pdf; figures open their lists at `base`."""
    import typst

    told = {
        "title": _text(report.title),
        "about": _text(report.about),
        "foot": _text(report.foot),
        "language": language(),
        "sections": [_section(section, base) for section in report.sections],
    }
    layout = str(Path(__file__).with_name("report.typ"))
    typst.compile(layout, output=str(path), format="pdf", sys_inputs={"report": json.dumps(told)})


def _section(section: Section, base: str) -> dict[str, Any]:
    wide = widths(section, ROOM) if section.rows else []
    columns = [
        {"title": _text(column.title), "right": column.right, "width": width}
        for column, width in zip(section.columns, wide, strict=False)
    ]
    rows = [
        [[_text(row.get(column.key)), opens(row, column.key, base)] for column in section.columns]
        for row in section.rows
    ]
    return {
        "title": _text(section.title),
        "warning": _text(section.warning),
        "note": _text(section.note),
        "columns": columns,
        "rows": [
            {"cells": cells, "whole": all(len(text) <= WHOLE for text, _address in cells), "sum": bool(row.get("sum"))}
            for row, cells in zip(section.rows, rows, strict=True)
        ],
    }


def _text(value: object) -> str:
    return _ENDLESS.sub(lambda word: "\u200b".join(re.findall(".{1,8}", word[0])), writable(value))
