"""Whose morning it is: the agencies about which nothing was decided yet today, though their working hours have begun.

Each has its own mark (`Morning`), so that a tick that was missed, doubled or made on two machines decides every day once, and one
that finds every mark set looks at nothing else: its cost does not grow with the tasks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from notifications.recipients import Book
from workflow.agency import working_hours
from workflow.calendar import WorkingCalendar
from workflow.clock import local_day
from workflow.config import Settings
from workflow.database import write_rows
from workflow.message import Heartbeat, Morning
from workflow.snapshot import Row, Snapshot


@dataclass(frozen=True)
class Due:
    """An agency whose morning it is: decided last on `since` with the history up to `upto`; `anew`: whatever was decided then."""

    agency: int
    since: date | None
    upto: int
    knew: str
    anew: bool


_LAST = """select a.id, a.code, a.working_hours, m.day as day_on, m.upto, m.knew from agency a
    left join morning m on m.id = (select x.id from morning x where x.agency_id = a.id and x.day <= :today
        order by x.day desc limit 1)
    where (m.day is null or m.day < :today) and a.kind <> 'collective'"""


def waiting(view: Snapshot, settings: Settings, today: date, hour: int, *, working: bool) -> list[Row]:
    """Agencies without today's mark that are at work; those whose ladder is urgent are told at any hour of any day."""
    own, usual = settings.reminders, (settings.reminders.from_hour, settings.reminders.to_hour)
    at_work = []
    for row in view.rows(_LAST, today=today):
        first, last = working_hours(row["working_hours"] or "") or usual
        if own.agencies.get(row["code"], own).urgent or (working and first <= hour < last):
            at_work.append(row)
    return at_work


def due(found: Iterable[Row], book: Book, common: str) -> list[Due]:
    """The same with what is known today: `common` is what the decision of every agency rests on."""
    made = []
    for row in found:
        now, knew = book.fingerprint(row["id"], common), row["knew"]
        anew = row["day_on"] is None or knew not in (now, "")
        made.append(Due(row["id"], row["day_on"], row["upto"] or 0, now, anew))
    return made


def unchanged(beat: Heartbeat | None, settings: Settings, today: date, upto: int) -> bool:
    """Whether a step was made today already and nothing was entered since: it would find nothing new."""
    return beat is not None and (local_day(beat.at, settings.time_zone), beat.upto) == (today, upto)


def common(settings: Settings, calendar: WorkingCalendar) -> str:
    """What the decisions rest on beside the record: the ladders, and the office's own days."""
    return f"{settings.reminders} {settings.escalation} {sorted(str(line) for line in calendar.own)}"


def mark(session: Session, decided: Collection[Due], today: date, at: datetime, upto: int) -> None:
    """Note that it was decided what these agencies are told today."""
    rows = [{"agency_id": one.agency, "day": today, "at": at, "upto": upto, "knew": one.knew} for one in decided]
    write_rows(session, Morning, rows)
