"""A proposal as a spreadsheet that an office corrects and loads back: errors by row and column, everything or nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from directives import extract
from directives.document import Place, clean
from directives.proposal import Letterhead, Proposal, TaskProposal
from workflow.audit_words import FIELD_LABELS
from workflow.errors import BadInput
from workflow.i18n import _
from workflow.periods import show_day
from workflow.terminal import day

_HEAD = ("number", "issued", "issuer", "subject", "file", "digest")
_TASK = ("no", "section", "text", "lead", "coordinating", "deliverable", "timing", "doubts", "place")
_OPTIONAL = ("doubts", "place")


def _head_titles() -> dict[str, str]:
    return {
        "number": _("Number"), "issued": _("Issued"), "issuer": _("Issuer"), "subject": _("Subject"), "file": _("File"), "digest": "SHA-256",
    }  # fmt: skip


def _task_titles() -> dict[str, str]:
    own = {"doubts": _("To look at"), "place": _("Place in the document")}
    return {key: _(FIELD_LABELS[key]) for key in _TASK if key not in own} | own


def write(proposal: Proposal, path: Path) -> None:
    """Write a proposal for correction: one sheet for the document, one with a row for each task; agencies divided by ";"."""
    import xlsxwriter

    head = proposal.head
    values = (
        head.number,
        head.issued and show_day(head.issued),
        head.issuer,
        head.subject,
        proposal.file_name,
        proposal.digest,
    )
    with xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    ) as book:
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF5", "text_wrap": True, "border": 1, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "border": 1, "valign": "top"})
        doubt = book.add_format({"text_wrap": True, "border": 1, "valign": "top", "bg_color": "#FFF4CE"})
        about = book.add_worksheet(_("Document sheet"))
        about.set_column(0, 0, 22)
        about.set_column(1, 1, 90)
        for row, (key, value) in enumerate(zip(_HEAD, values, strict=True)):
            about.write_string(row, 0, _head_titles()[key], bold)
            about.write_string(row, 1, value or "", plain)
        tasks = book.add_worksheet(_("Tasks"))
        for column, (key, width) in enumerate(zip(_TASK, (9, 26, 60, 26, 30, 26, 20, 40, 0), strict=True)):
            tasks.set_column(column, column, width)
            tasks.write_string(0, column, _task_titles()[key], bold)
        tasks.set_column(len(_TASK) - 1, len(_TASK) - 1, None, None, {"hidden": True})  # for loading it back
        tasks.freeze_panes(1, 1)
        tasks.autofilter(0, 0, max(len(proposal.tasks), 1), len(_TASK) - 1)
        for row, task in enumerate(proposal.tasks, 1):
            for column, text in enumerate(_cells(task)):
                tasks.write_string(row, column, text, doubt if task.issues else plain)
        book.worksheets_objs[1].activate()


def _cells(task: TaskProposal) -> tuple[str, ...]:
    doubts = "\n".join(str(found) for found in task.issues)
    return (
        task.no, task.section, task.text, "; ".join(task.lead), "; ".join(task.coordinating), task.deliverable or "", task.timing or "", doubts,
        json.dumps(task.place.to_json(), ensure_ascii=False),
    )  # fmt: skip


def read(path: Path) -> Proposal:
    """Return the proposal of a corrected sheet; raises BadInput naming every row and column that is wrong."""
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        about, tasks = (book.get_sheet_by_index(n).to_python(skip_empty_area=False) for n in (0, 1))
    except Exception as error:  # calamine's errors share no base class
        raise BadInput("{name} is not a sheet that `dondoc read --sheet` wrote.", name=path.name) from error
    stated = {str(row[0]): row[1] for row in about if len(row) > 1}
    head = {key: stated.get(title, "") for key, title in _head_titles().items()}
    titles = [str(title) for title in tasks[0]] if tasks else []
    missing = [title for key, title in _task_titles().items() if title not in titles and key not in _OPTIONAL]
    if missing:
        raise BadInput("{name}: the columns {columns} are missing.", name=path.name, columns=", ".join(missing))
    columns = {key: titles.index(title) for key, title in _task_titles().items() if title in titles}
    errors: list[str] = []
    found = [_task(row, errors) for row in _rows(tasks, columns)]
    issued = _issued(head["issued"], errors)
    if errors:
        raise BadInput("{name} was not loaded: {errors}", name=path.name, errors="; ".join(errors[:20]))
    letterhead = Letterhead(
        number=_text(head["number"]) or None,
        issued=issued,
        issuer=_text(head["issuer"]),
        subject=_text(head["subject"]),
    )
    digest = _text(head["digest"]) or hashlib.sha256(path.read_bytes()).hexdigest()
    proposal = Proposal(_text(head["file"]) or path.name, digest, letterhead, found, [])
    extract.check(proposal)
    return proposal


def _rows(rows: list[list[Any]], columns: dict[str, int]) -> Iterator[tuple[int, dict[str, str]]]:
    for number, row in enumerate(rows[1:], 2):
        cells = {key: _text(row[column]) if column < len(row) else "" for key, column in columns.items()}
        if any(cells.values()):
            yield number, cells


def _task(row: tuple[int, dict[str, str]], errors: list[str]) -> TaskProposal:
    number, cells = row
    titles = _task_titles()
    for key in ("no", "text", "lead"):
        if not cells[key]:
            errors.append(_("row {n}, column “{column}” is empty", n=number, column=titles[key]))
    return TaskProposal(
        cells["no"], cells["text"], cells["section"], _names(cells["lead"]), _names(cells["coordinating"]), cells["deliverable"] or None,
        cells["timing"] or None, _place(cells.get("place", "")) or Place(sheet=_("Tasks"), row=number),
    )  # fmt: skip


def _place(text: str) -> Place | None:
    """Where the row stands in the document that was read; None for a row that the office added."""
    try:
        known: dict[str, Any] = json.loads(text)
        return Place(**known) if known else None
    except (ValueError, TypeError):
        return None


def _names(text: str) -> list[str]:
    return [name for part in text.split(";") if (name := clean(part))]


def _issued(value: object, errors: list[str]) -> date | None:
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    try:
        return day(_text(value)) if _text(value) else None
    except BadInput as problem:
        errors.append(str(problem))
        return None


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean(str(value)) if value is not None else ""
