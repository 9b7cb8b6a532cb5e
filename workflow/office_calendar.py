"""The office's own lines of the calendar, kept in the database: days off, make-up days, council sessions, each with its source."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from workflow.calendar import DAY_KIND_LABELS, SESSION_KINDS, CalendarLine, DayKind, WorkingCalendar
from workflow.database import enum_column
from workflow.errors import BadInput, Problem
from workflow.i18n import _
from workflow.names import printable
from workflow.periods import show_day

COLUMNS = ("day", "kind", "name", "source")


class CalendarDay(SQLModel, table=True):
    """One line of the office's calendar; a day is off or worked, never both."""

    __tablename__ = "calendar_day"
    __table_args__ = (UniqueConstraint("day", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    day: date
    kind: DayKind = Field(sa_type=enum_column(DayKind, "kind"))
    name: str
    source: str

    def line(self) -> CalendarLine:
        """The plain line."""
        return CalendarLine(self.day, self.kind, self.name, self.source)


def office_calendar(session: Session) -> WorkingCalendar:
    """The working calendar with the office's lines, read once in a session."""
    known: WorkingCalendar | None = session.info.get("calendar")
    if known is None:
        lines = session.exec(select(CalendarDay).order_by(col(CalendarDay.day), col(CalendarDay.id)))
        known = session.info["calendar"] = WorkingCalendar(row.line() for row in lines)
    return known


def add_lines(session: Session, lines: Iterable[CalendarLine]) -> list[CalendarLine]:
    """Enter lines; one of the same day and kind is replaced, and of "off" and "work" the newer wins. Returns what is new."""
    added = []
    for line in lines:
        same = list(session.exec(select(CalendarDay).where(CalendarDay.day == line.day)))
        if any(row.line() == line for row in same):
            continue
        for row in same:
            if row.kind is line.kind or not {row.kind, line.kind} & set(SESSION_KINDS):
                session.delete(row)
        session.flush()
        session.add(CalendarDay(day=line.day, kind=line.kind, name=line.name, source=line.source))
        added.append(line)
    session.flush()
    session.info.pop("calendar", None)
    return added


def remove_line(session: Session, day: date) -> list[CalendarLine]:
    """Take out the office's own lines of a day; raises BadInput where it has none."""
    rows = list(session.exec(select(CalendarDay).where(CalendarDay.day == day)))
    if not rows:
        raise BadInput("The office's calendar has no line of its own for {day}.", day=show_day(day))
    lines = [row.line() for row in rows]
    for row in rows:
        session.delete(row)
    session.flush()
    session.info.pop("calendar", None)
    return lines


def checked_line(values: dict[str, Any]) -> CalendarLine:
    """A line of its four texts; raises BadInput naming what is wrong."""
    from workflow.terminal import day

    kind, name, source = (printable(str(values.get(column) or "")) for column in COLUMNS[1:])
    if kind not in list(DayKind):
        raise BadInput("“{value}” is none of: {known}.", value=kind, known=", ".join(DayKind))
    if not source:
        raise BadInput("A line of the calendar names the document it follows.")
    found = DayKind(kind)
    when = day(str(values.get("day") or ""))
    return CalendarLine(when, found, name or _(DAY_KIND_LABELS[found]), source)


def read_lines(file: Path) -> list[CalendarLine]:
    """The lines of a .csv or .xlsx file with the columns day, kind, name and source; raises BadInput with every faulty row."""
    rows = _rows(file)
    head = [str(cell or "").strip().lower() for cell in rows[0]] if rows else []
    if not {"day", "kind", "source"} <= set(head):
        raise BadInput(
            "{file}: the first row must name the columns {columns}.", file=file.name, columns=", ".join(COLUMNS)
        )
    lines, faults = [], []
    for number, row in enumerate(rows[1:], 2):
        values = {name: cell for name, cell in zip(head, row, strict=False) if name in COLUMNS}
        if not any(values.values()):
            continue
        try:
            lines.append(checked_line(values))
        except Problem as problem:
            faults.append(_("row {n}: {fault}", n=number, fault=str(problem)))
    if faults:
        raise BadInput("{file} is not taken over: {faults}", file=file.name, faults="; ".join(faults))
    return lines


def _rows(file: Path) -> list[list[Any]]:
    if not file.is_file():
        raise BadInput("There is no file {file}.", file=str(file))
    try:
        if file.suffix.lower() == ".xlsx":
            from python_calamine import CalamineWorkbook

            cells = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
            return [[cell.isoformat()[:10] if isinstance(cell, date) else cell for cell in row] for row in cells]
        return [row for row in csv.reader(file.read_text(encoding="utf-8-sig").splitlines()) if row]
    except BadInput:
        raise
    except Exception as error:
        raise BadInput("{file} cannot be read as a table: {error}", file=file.name, error=str(error)) from error
