"""A report as PDF, set by typst: A4 across, margins as Decree 30/2020/NĐ-CP wants them. `report.typ` is the layout; what the report says
comes to it as data, so that no text is ever read as markup.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from reports.report import BESIDE, LETTER, Report, Section, opens, widths, writable
from workflow.i18n import language

WHOLE = 1500  # a row of no longer texts is kept on one page


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
    wide = widths(section) if section.rows else []
    shown = [
        (column, max(int((width - BESIDE) / LETTER + 0.01), 4))
        for column, width in zip(section.columns, wide, strict=False)
    ]
    columns = [
        {"title": _text(column.title, most), "right": column.right, "width": width}
        for (column, most), width in zip(shown, wide, strict=True)
    ]
    rows = [[[_text(row.get(c.key), most), opens(row, c.key, base)] for c, most in shown] for row in section.rows]
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


def _text(value: object, most: int = 100) -> str:
    """A value as text whose words may break where they are longer than `most` letters, which is what a line holds."""
    return re.sub(
        rf"\S{{{most + 1},}}", lambda word: "\u200b".join(re.findall(f".{{1,{most}}}", word[0])), writable(value)
    )
