"""A report as a file, in the format that its name says."""

from __future__ import annotations

from pathlib import Path

from reports.report import Report
from workflow.errors import BadInput
from workflow.terminal import output_file


def write(report: Report, file: Path) -> None:
    """Write a report in the format that the name of the file says."""
    if file.suffix.lower() == ".xlsx":
        from reports import excel

        excel.write(report, output_file(file))
    elif file.suffix.lower() == ".docx":
        from reports import word

        word.write(report, output_file(file))
    else:
        raise BadInput("{name} is neither .xlsx nor .docx.", name=file.name)
