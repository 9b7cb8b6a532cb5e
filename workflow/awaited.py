"""What deadlines wait for and hang on, read from a snapshot: events, sessions, the office's calendar."""

from __future__ import annotations

from workflow.access.viewing import visible
from workflow.calendar import CalendarLine, DayKind, WorkingCalendar
from workflow.errors import Problem
from workflow.queries import directive_id
from workflow.snapshot import Row, Snapshot, snapshot, stored
from workflow.timing import Timing


def calendar(view: Snapshot) -> WorkingCalendar:
    """The working calendar with the office's own lines."""
    rows = view.rows("select day as day_on, kind, name, source from calendar_day order by day, id")
    return WorkingCalendar(CalendarLine(r["day_on"], DayKind(r["kind"]), r["name"], r["source"]) for r in rows)


def calendar_at(url: str) -> WorkingCalendar:
    """The calendar of the record at an address; where there is none yet, the one that comes with the program."""
    try:
        with snapshot(url) as view:
            return calendar(view)
    except Problem:
        return WorkingCalendar()


def events(view: Snapshot, directive: str | None) -> list[Row]:
    """What deadlines are counted from: the event's words, the term, its day once known, and the first day that is due."""
    known, only = calendar(view), "and t.directive_id = :id" if directive else ""
    own: dict[str, object] = {"id": directive_id(view, directive)} if directive else {}
    rows = view.rows(
        f"""select t.id, t.code, t.timing, min(o.due_on) as due_on from task t join directive d on d.id = t.directive_id
        left join occurrence o on o.task_id = t.id where {visible(view)} and cast(t.timing as text) like '%"event"%' {only} group by t.id order by t.id""",
        **own,
    )
    for row in rows:
        timing = Timing.from_json(stored(row["timing"]))
        row.update(event=timing.event, term=str(timing.offset or ""), happened_on=timing.happening(known))
    return [{name: row[name] for name in ("code", "event", "term", "happened_on", "due_on")} for row in rows]
