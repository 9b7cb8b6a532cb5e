"""The office's own lines of the calendar, kept in the database: days off, make-up days, council sessions, each with its source."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from workflow.calendar import DAY_KIND_LABELS, CalendarLine, DayKind, WorkingCalendar
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


Changed = tuple[CalendarLine | None, CalendarLine | None]


def add_lines(session: Session, lines: Iterable[CalendarLine]) -> list[Changed]:
    """Enter lines; one of the same day and kind is replaced, and of "off" and "work" the newer wins. Returns old and new ones."""
    changed: list[Changed] = []
    for line in lines:
        _one_session_a_year(session, line)
        same = list(session.exec(select(CalendarDay).where(CalendarDay.day == line.day)))
        if any(row.line() == line for row in same):
            continue
        before = None
        for row in same:
            if row.kind is line.kind or {row.kind, line.kind} == {DayKind.OFF, DayKind.WORK}:
                before = row.line()
                session.delete(row)
        session.flush()
        session.add(CalendarDay(day=line.day, kind=line.kind, name=line.name, source=line.source))
        changed.append((before, line))
    session.flush()
    session.info.pop("calendar", None)
    return changed


def _one_session_a_year(session: Session, line: CalendarLine) -> None:
    """A year has one mid-year and one year-end session; raises BadInput where another day is entered for it."""
    if line.kind not in (DayKind.MID_YEAR, DayKind.YEAR_END):
        return
    for row in session.exec(select(CalendarDay).where(CalendarDay.kind == line.kind)):
        if row.day.year == line.day.year and row.day != line.day:
            raise BadInput(
                "{name} opens on {day} by the calendar; take that line out first with `dondoc calendar remove {day}`.",
                name=row.name,
                day=show_day(row.day),
            )


def remove_line(session: Session, day: date) -> list[Changed]:
    """Take out the office's own lines of a day; raises BadInput where it has none."""
    rows = list(session.exec(select(CalendarDay).where(CalendarDay.day == day)))
    if not rows:
        raise BadInput("The office's calendar has no line of its own for {day}.", day=show_day(day))
    gone: list[Changed] = [(row.line(), None) for row in rows]
    for row in rows:
        session.delete(row)
    session.flush()
    session.info.pop("calendar", None)
    return gone


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
    if not {"day", "kind", "source"} <= set(head) or len(set(head) & set(COLUMNS)) < sum(
        cell in COLUMNS for cell in head
    ):
        raise BadInput(
            "{file}: the first row must name the columns {columns}.", file=file.name, columns=", ".join(COLUMNS)
        )
    lines: list[CalendarLine] = []
    faults: list[str] = []
    for number, row in enumerate(rows[1:], 2):
        values = {name: cell for name, cell in zip(head, row, strict=False) if name in COLUMNS}
        if not any(values.values()):
            continue
        try:
            line = checked_line(values)
            if any(line.day == known.day and line.kind == known.kind for known in lines):
                raise BadInput("{day} is named twice.", day=show_day(line.day))
            lines.append(line)
        except Problem as problem:
            faults.append(_("row {n}: {fault}", n=number, fault=str(problem)))
    if faults:
        raise BadInput("{file} is not taken over: {faults}", file=file.name, faults="; ".join(faults))
    if not lines:
        raise BadInput("{file} has no lines below its first row.", file=file.name)
    return lines


def _rows(file: Path) -> list[list[Any]]:
    if not file.is_file():
        raise BadInput("There is no file {file}.", file=str(file))
    try:
        if file.suffix.lower() == ".xlsx":
            from python_calamine import CalamineWorkbook

            cells = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
            return [[cell.isoformat()[:10] if isinstance(cell, date) else cell for cell in row] for row in cells]
        text = file.read_bytes()
        lines = text.decode("utf-16" if text[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig").splitlines()
        separator = max(",;\t", key=lines[0].count) if lines else ","  # Excel in Vietnamese writes semicolons
        return [row for row in csv.reader(lines, delimiter=separator) if row]
    except BadInput:
        raise
    except Exception as error:
        raise BadInput("{file} cannot be read as a table; save it as .xlsx or as CSV UTF-8.", file=file.name) from error
