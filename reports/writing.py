"""A report as a file, in the format that its name says."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from reports.report import Report
from workflow.errors import BadInput
from workflow.terminal import output_file

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
FORMATS = {".xlsx": "excel", ".docx": "word", ".pdf": "pdf"}


def write(report: Report, file: Path, base: str = "") -> None:
    """Write a report in the format that the name of the file says; figures open their lists at `base`, the office's address."""
    renderer = FORMATS.get(file.suffix.lower())
    if not renderer:
        raise BadInput("{name} is none of .xlsx, .docx, .pdf.", name=file.name)
    import_module(f"reports.{renderer}").write(report, output_file(file), base)
