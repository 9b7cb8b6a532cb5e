"""Looking through a folder of documents: one line each, and one bad file never stops the others."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from directives.apart import Reader
from workflow import terminal
from workflow.errors import Problem
from workflow.i18n import _
from workflow.periods import show_day
from workflow.terminal import Column


@dataclass(frozen=True)
class Line:
    """What one file came to: its number and tasks, or why it could not be read."""

    file: str
    number: str = ""
    issued: str = ""
    tasks: int = 0
    doubts: int = 0
    problem: str = ""

    def to_json(self) -> dict[str, Any]:
        return vars(self)


def survey(folder: Path, reader: Reader) -> Iterator[Line]:
    """Read every file below a folder in the order of their names, keeping only a line of each."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith((".", "~$")))
    for number, path in enumerate(files, 1):
        _progress(number, len(files))
        name = str(path.relative_to(folder))
        try:
            found = reader.propose(path)
        except Problem as problem:
            yield Line(name, problem=str(problem))
            continue
        doubts = len(found.issues) + sum(len(task.issues) for task in found.tasks)
        issued = show_day(found.head.issued) if found.head.issued else ""
        yield Line(name, found.head.number or "", issued, len(found.tasks), doubts)


def table(lines: list[Line]) -> Iterator[str]:
    """The summary for a person."""
    columns = (
        Column("file", _("File"), wide=True),
        Column("number", _("Number")),
        Column("issued", _("Issued")),
        Column("tasks", _("Tasks"), right=True),
        Column("doubts", _("To look at"), right=True),
        Column("problem", _("Remark"), wide=True),
    )
    yield from terminal.table(columns, [line.to_json() for line in lines])
    yield ""
    failed = sum(bool(line.problem) for line in lines)
    tasks = sum(line.tasks for line in lines)
    yield _(
        "{n} files read, {tasks} tasks; {failed} could not be read.", n=len(lines) - failed, tasks=tasks, failed=failed
    )


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        filled = 40 * done // total
        end = "\n" if done == total else ""
        print(f"\r[{'█' * filled}{'·' * (40 - filled)}] {done}/{total}", end=end, file=sys.stderr, flush=True)
