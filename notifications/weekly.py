"""The Finance Department's letter of the week: by agency what is overdue, due, waiting; every figure opens its list."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from sqlmodel import Session

from notifications import letters
from notifications.letters import RED, Cell, Section, Table, Words
from workflow import queries
from workflow.config import Settings
from workflow.database import write_rows
from workflow.i18n import N_, _, speaking
from workflow.message import Message
from workflow.office_calendar import office_calendar
from workflow.periods import show_day
from workflow.snapshot import Row, Snapshot

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
COLUMNS = {
    "overdue": N_("Overdue"),
    "due_today": N_("Due today"),
    "due_soon": N_("Due soon"),
    "submitted": N_("Waiting for confirmation"),
}


def queue(session: Session, settings: Settings, *, today: date, at: datetime) -> int:
    """Write this week's letters from its weekday on, once each; how many are new."""
    monday = today - timedelta(days=today.weekday())
    wanted = monday + timedelta(days=WEEKDAYS.index(settings.weekly.weekday))
    if not settings.weekly.mailboxes or today < office_calendar(session).on_or_after(wanted):
        return 0
    year, week, _day = today.isocalendar()
    view = Snapshot.within(session)
    keys = {mailbox: f"weekly:{mailbox}:{year}-W{week:02}" for mailbox in settings.weekly.mailboxes}
    new = {m: key for m, key in keys.items() if not view.rows("select id from message where key = :key", key=key)}
    if not new:
        return 0
    with speaking(settings.language):
        counted = figures(view, today, settings.reminders.soon_days)
        rows = [
            letters.row(settings, key, mailbox, _words(settings, counted, today, mailbox), kind="weekly", at=at)
            for mailbox, key in new.items()
        ]
    write_rows(session, Message, rows)
    return len(rows)


def figures(view: Snapshot, today: date, soon_days: int) -> list[Row]:
    """The counts of each agency that has any, from the lists themselves; of confidential directives nothing is counted."""
    looked = queries.AsOf(today, soon_days, "", past=False)
    by_agency: dict[str, Row] = {}
    for task in queries.tasks(view, looked, queries.Wanted(closed=False)):
        kind = task["status"] if task["status"] == "submitted" else task["standing"]
        if kind in COLUMNS and task["agency_id"]:
            row = by_agency.setdefault(
                task["agency_code"], {"code": task["agency_code"], "name": task["agency"], **dict.fromkeys(COLUMNS, 0)}
            )
            row[kind] += 1
    return sorted(by_agency.values(), key=lambda row: (-row["overdue"], row["name"]))


def _words(settings: Settings, rows: list[Row], today: date, reader: str) -> Words:
    total = {name: sum(row[name] for row in rows) for name in COLUMNS}
    every = {"code": "", "name": _("All agencies"), **total}
    table = Table(
        (_("Agency"), *(_(title) for title in COLUMNS.values())),
        tuple(
            (
                Cell(row["name"]),
                *(
                    Cell(str(row[name]), _list(settings, row["code"], name, today) if row[name] else "")
                    for name in COLUMNS
                ),
            )
            for row in ([every, *rows] if rows else [])
        ),
    )
    nothing = () if rows else (_("Nothing is overdue, due soon or waiting."),)
    return Words(
        _(
            "The week from {day}: {n} overdue, {waiting} waiting for confirmation",
            day=show_day(today),
            n=total["overdue"],
            waiting=total["submitted"],
        ),
        _("To: {names}", names=reader),
        _("What the agencies owe, as of {day}. Each figure opens its list.", day=show_day(today)),
        [Section(_("By agency"), RED, lines=nothing, table=table if rows else None)],
        (_("The same on the command line: `dondoc overdue --by agency --as-of {day}`", day=show_day(today)),),
        settings.office.name,
    )


def _list(settings: Settings, agency: str, name: str, today: date) -> str:
    """The page that lists what a figure counts; what counts nothing opens nothing."""
    key = "status" if name == "submitted" else "standing"
    asked = {key: name, "as_of": today.isoformat(), **({"agency": agency} if agency else {})}
    return f"{settings.links.base_url.rstrip('/')}/tasks?{urlencode(asked)}"
