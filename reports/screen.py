"""A report on a terminal."""

from __future__ import annotations

from reports.report import Report
from workflow.terminal import table


def text(report: Report, width: int | None = None) -> str:
    """Return the report as plain text, `width` characters wide (default: the terminal)."""
    lines = [report.title, "═" * len(report.title), *([report.about] if report.about else ()), ""]
    for section in report.sections:
        if section.title:
            lines += [section.title, ""]
        if section.warning:
            lines += [section.warning, ""]
        if section.rows:
            lines += [*table(section.columns, section.rows, width), ""]
        if section.note:
            lines += [section.note, ""]
    if report.foot:
        lines += [report.foot]
    return "\n".join(lines).rstrip()
