"""The `dondoc calendar` commands: days off, make-up days, council sessions; what a change would move is shown before it moves.

They stand here and not with the record, because a change moves letters as well as deadlines.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from notifications import commands_feeds
from workflow.i18n import _
from workflow.options import Actor, AsOfDay, Json, opened, who

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime

    from sqlmodel import Session

    from workflow.audit import By
    from workflow.calendar import WorkingCalendar
    from workflow.config import ReminderSettings, Settings
    from workflow.occurrence import Occurrence
    from workflow.office_calendar import Changed
    from workflow.snapshot import Row

calendar_app = typer.Typer(
    no_args_is_help=True, help=_("The working calendar: days off, make-up days, council sessions.")
)

Yes = Annotated[bool, typer.Option("--yes", "-y", help=_("Do not ask before deadlines move."))]
Source = Annotated[str, typer.Option("--source", help=_("The document that says so; it is recorded."))]
Day = Annotated[str, typer.Argument(metavar=_("DAY"), help=_("Such as 2/1/2026."))]


@calendar_app.command(
    "show",
    help=_(
        "Show the days off, make-up days and council sessions of a year, with their sources.\n\n\b\nExample:\n  dondoc calendar show 2026"
    ),
)
def show(
    context: typer.Context,
    year: Annotated[int | None, typer.Argument(metavar=_("YEAR"), min=1990, max=2100)] = None,
    json_: Json = False,
) -> None:
    from workflow import awaited, clock, terminal
    from workflow.calendar import DAY_KIND_LABELS
    from workflow.periods import show_day

    calendar = awaited.calendar_at(context.obj.database.url)
    wanted = year or clock.local_day(clock.now(), context.obj.time_zone).year
    lines = calendar.year(wanted)
    if json_:
        terminal.say_json([{"day": li.day, "kind": li.kind, "name": li.name, "source": li.source} for li in lines])
        return
    C = terminal.Column
    columns = (
        C("day", _("Day")),
        C("weekday", _("Weekday")),
        C("kind", _("Is")),
        C("name", _("Name"), wide=True),
        C("source", _("Source"), wide=True),
    )
    rows = [
        {
            "day": show_day(line.day),
            "weekday": calendar.weekday(line.day),
            "kind": _(DAY_KIND_LABELS[line.kind]),
            "name": line.name,
            "source": line.source,
        }
        for line in lines
    ]
    terminal.say(
        *terminal.table(columns, rows), "", _("{n} working days in {year}.", n=calendar.count(wanted), year=wanted)
    )
    if wanted > calendar.announced:
        terminal.say(
            _("⚠ No document on the days off of {year} is entered: swaps and make-up days may still come.", year=wanted)
        )


@calendar_app.command(
    "add",
    help=_(
        'Enter a day: off, work, mid_year, year_end or thematic (the day a council session opens), or announced (a year whose days off are published).\n\n\b\nExamples:\n  dondoc calendar add 2/1/2026 off --name "Nghỉ hoán đổi" --source "Công văn 12729/VPCP-KGVX"\n  dondoc calendar add 9/7/2026 mid_year --name "Kỳ họp thứ 5 HĐND tỉnh" --source "Thông báo 20/TB-HĐND"'
    ),
)
def add(
    context: typer.Context,
    day: Day,
    kind: Annotated[
        str, typer.Argument(metavar=_("KIND"), help="off | work | announced | mid_year | year_end | thematic")
    ],
    name: Annotated[str, typer.Option("--name", help=_("What the day is called."))] = "",
    source: Source = "",
    yes: Yes = False,
    by: Actor = None,
    as_of: AsOfDay = None,
    json_: Json = False,
) -> None:
    from workflow.office_calendar import add_lines, checked_line

    line = checked_line({"day": day, "kind": kind, "name": name, "source": source})
    _change(context.obj, lambda session: add_lines(session, [line]), source, by, as_of, yes, json_)


@calendar_app.command(
    "remove",
    help=_(
        'Take out the office\'s own line of a day.\n\n\b\nExample:\n  dondoc calendar remove 2/1/2027 --source "Nhập nhầm"'
    ),
)
def remove(
    context: typer.Context,
    day: Day,
    source: Source = "",
    yes: Yes = False,
    by: Actor = None,
    as_of: AsOfDay = None,
    json_: Json = False,
) -> None:
    from workflow import terminal
    from workflow.errors import BadInput
    from workflow.office_calendar import remove_line

    if not source.strip():
        raise BadInput("Say with --source why the line is taken out.")

    gone = terminal.day(day)
    _change(context.obj, lambda session: remove_line(session, gone), source, by, as_of, yes, json_)


@calendar_app.command(
    "import",
    help=_(
        "Enter the lines of a .csv or .xlsx file with the columns day, kind, name and source; all or none.\n\n\b\nExample:\n  dondoc calendar import lich-nghi-2027.csv"
    ),
)
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar=_("FILE"))],
    yes: Yes = False,
    by: Actor = None,
    as_of: AsOfDay = None,
    json_: Json = False,
) -> None:
    from workflow.office_calendar import add_lines, read_lines

    lines = read_lines(file)
    _change(context.obj, lambda session: add_lines(session, lines), file.name, by, as_of, yes, json_)


@calendar_app.command(
    "check",
    help=_(
        "Compare the deadlines with the calendar, which a new version of the program may know better, and bring them in line.\n\n\b\nExample:\n  dondoc calendar check"
    ),
)
def check(
    context: typer.Context, yes: Yes = False, by: Actor = None, as_of: AsOfDay = None, json_: Json = False
) -> None:
    _change(context.obj, None, "", by, as_of, yes, json_)


def _change(
    settings: Settings,
    change: Callable[[Session], list[Changed]] | None,
    source: str,
    named: str | None,
    as_of: str | None,
    yes: bool,
    json_: bool,
) -> None:
    """Show what the change would move, ask, and make it: deadlines and calendar in one transaction, or nothing."""
    from workflow import clock, terminal
    from workflow.errors import Refused

    with opened(settings) as database:
        with database.transaction() as session:
            acts = who(session, settings, named, "calendar")
            by, at = acts["by"], acts["at"]
            today = terminal.day(as_of) if as_of else clock.local_day(at, settings.time_zone)
            seen = _made(session, settings.reminders, change, by, at, today, source)
            session.rollback()  # this was the preview
        if not json_:
            terminal.say(*_told(seen, changes=change is not None))
        moves = bool(seen["deadlines"] or seen["reminders"])
        if moves and not yes and (json_ or not terminal.confirm(_("Change the calendar so?"))):
            if json_:
                terminal.say_json({**seen, "recorded": False})
                return
            raise Refused("Nothing was recorded.")
        with database.transaction() as session:
            made = _made(session, settings.reminders, change, by, at, today, source)
            if made != seen:
                raise Refused("Somebody else changed it at the same moment. Look at it again.")
    if json_:
        terminal.say_json({**made, "recorded": True})
    else:
        done = _(
            "{lines} lines of the calendar and {n} deadlines are changed.",
            lines=len(made["lines"]),
            n=len(made["deadlines"]),
        )
        terminal.say(done)


def _made(
    session: Session,
    ladder: ReminderSettings,
    change: Callable[[Session], list[Changed]] | None,
    by: By,
    at: datetime,
    today: date,
    source: str,
) -> dict[str, list[Row]]:
    """Make the change in this transaction and return its lines, the deadlines that moved and the reminders that come on another day."""
    from datetime import timedelta

    from workflow import planner
    from workflow.audit import record
    from workflow.finding import open_between
    from workflow.office_calendar import office_calendar

    before = office_calendar(session)
    lines = []
    for was, new in change(session) if change else []:
        line = new or was
        if line is None:
            continue
        lines.append(line)
        plain = [{"kind": one.kind, "name": one.name, "source": one.source} if one else None for one in (was, new)]
        reason = (new.source if new else source) or None
        record(
            session,
            "change calendar",
            line.day.isoformat(),
            by=by,
            at=at,
            before=plain[0],
            after=plain[1],
            reason=reason,
        )
    why = source or _("The working calendar was changed.")
    moved = planner.follow_calendar(session, by=by, at=at, reason=why)
    former, calendar = {o.id: was for o, was in moved}, office_calendar(session)
    seen: dict[str, list[Row]] = {
        "lines": [{"day": line.day, "kind": line.kind, "name": line.name, "source": line.source} for line in lines],
        "deadlines": [{**_named(o), "from": was, "to": o.due_on} for o, was in moved],
        "reminders": [],
    }
    reach = timedelta(days=2 * max(*ladder.before, ladder.last, 1) + 30)  # in calendar days, holidays included
    days = [line.day for line in lines]
    for occurrence in open_between(session, min(days) - reach, max(days) + reach) if days else ():
        due = occurrence.due_on
        then = _next(former.get(occurrence.id, due), today, before, ladder)
        now = _next(due, today, calendar, ladder)
        if then != now:
            seen["reminders"].append({**_named(occurrence), "from": then, "to": now})
    return seen


def _named(occurrence: Occurrence) -> Row:
    return {"code": occurrence.task.code, "agency": occurrence.agency.name, "period": occurrence.period}


def _next(due: date | None, today: date, calendar: WorkingCalendar, reminders: ReminderSettings) -> date | None:
    """The next day on which a letter about this deadline is due."""
    from notifications import ladder

    if not due:
        return None
    return next((day for _rung, day in ladder.rungs(due, calendar, reminders) if day >= today), None)


def _told(seen: dict[str, list[Row]], *, changes: bool) -> Iterator[str]:
    from workflow import terminal
    from workflow.periods import show_day, show_period

    if changes and not seen["lines"]:
        yield _("The calendar says so already.")
        return
    titles = {"deadlines": _("Deadlines that move ({n}):"), "reminders": _("Reminders that come on another day ({n}):")}
    C = terminal.Column
    columns = (
        C("code", _("Task")),
        C("agency", _("Agency"), wide=True),
        C("period", _("Period")),
        C("from", _("Former day")),
        C("to", _("New day")),
    )
    for name, title in titles.items():
        rows = [
            {
                **row,
                "period": show_period(row["period"]),
                "from": show_day(row["from"]) if row["from"] else "–",
                "to": show_day(row["to"]) if row["to"] else "–",
            }
            for row in seen[name]
        ]
        if rows:
            yield title.format(n=len(rows))
            yield from terminal.table(columns, rows)
            yield ""
    if not seen["deadlines"] and not seen["reminders"]:
        yield _("No deadline and no reminder moves.")


calendar_app.add_typer(commands_feeds.app)
app = typer.Typer()
app.add_typer(calendar_app, name="calendar")
