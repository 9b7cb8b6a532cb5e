"""Commands about the record: lists, one task, the moves of an occurrence, agencies, deadlines that a person decides.

Each body imports what it needs when it runs; lists load neither the object mapper nor the web.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workflow.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlmodel import Session

    from workflow.config import Settings
    from workflow.occurrence import Occurrence
    from workflow.queries import AsOf
    from workflow.timing import Timing

app = typer.Typer(no_args_is_help=True)
agencies_app = typer.Typer(no_args_is_help=True, help=_("The register of agencies."))
points_app = typer.Typer(no_args_is_help=True, help=_("The people who answer for agencies."))
cycle_app = typer.Typer(no_args_is_help=True, help=_("How often a periodic task recurs."))
deadline_app = typer.Typer(no_args_is_help=True, help=_("Deadlines that a person decides."))

Code = Annotated[str, typer.Argument(metavar=_("TASK"), help=_("Code of a task, such as KH88-II.3."))]
Agency = Annotated[str | None, typer.Option("--agency", help=_("Code or name of an agency."))]
Period = Annotated[str | None, typer.Option("--period", help=_("Period, such as 2025-Q2."))]
AsOfDay = Annotated[
    str | None, typer.Option("--as-of", help=_("The day to look at, such as 15/10/2025 (default: today)."))
]
Json = Annotated[bool, typer.Option("--json", help=_("Print JSON for programs."))]
Actor = Annotated[str | None, typer.Option("--by", help=_("Who acts (default: $DONDOC_ACTOR or the account)."))]
Reason = Annotated[str, typer.Option("--reason", help=_("Why; it is recorded."))]


def as_of(settings: Settings, day: str | None) -> AsOf:
    """The day a list speaks of."""
    from workflow import clock, terminal
    from workflow.queries import AsOf

    return AsOf.at(clock.now(), settings.time_zone, settings.reminders.soon_days, terminal.day(day) if day else None)


@app.command(
    "tasks",
    help=_(
        "List tasks with status and standing.\n\n\b\nExamples:\n  dondoc tasks\n  dondoc tasks --standing overdue --agency STC\n  dondoc tasks --directive KH88 --json"
    ),
)
def tasks(
    context: typer.Context,
    directive: Annotated[str | None, typer.Option("--directive", help=_("Code or number of a directive."))] = None,
    agency: Agency = None,
    standing: Annotated[
        str | None,
        typer.Option(
            "--standing",
            help="overdue | due_today | due_soon | on_track | no_deadline | undecided | done_on_time | done_late",
        ),
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(
            "--status", help="not_started | in_progress | submitted | returned | completed | suspended | cancelled"
        ),
    ] = None,
    search: Annotated[
        str | None, typer.Option("--search", help=_("Words of the task, with or without diacritics."))
    ] = None,
    every: Annotated[bool, typer.Option("--all", help=_("Also what is completed or cancelled."))] = False,
    day: AsOfDay = None,
    json_: Json = False,
) -> None:
    from workflow import queries, terminal
    from workflow.errors import BadInput
    from workflow.snapshot import snapshot
    from workflow.standing import Standing, Status, say_standing, say_status
    from workflow.timing import show_day, show_period

    for value, known in ((standing, Standing), (status, Status)):
        if value and value not in list(known):
            raise BadInput("“{value}” is none of: {known}.", value=value, known=", ".join(known))
    wanted = queries.Wanted(directive, agency, standing, status, search, closed=every or bool(status or standing))
    with snapshot(context.obj.database.url) as view:
        rows = queries.tasks(view, as_of(context.obj, day), wanted)
    if json_:
        terminal.say_json(rows)
        return
    C = terminal.Column
    columns = (
        C("code", _("Task")),
        C("agency", _("Agency"), wide=True),
        C("due", _("Due")),
        C("standing", _("Standing")),
        C("status", _("Status")),
        C("text", _("What is to be done"), wide=True),
    )
    shown = [
        {
            **row,
            "due": show_day(row["due_on"]) if row["due_on"] else show_period(row["period"]) if row["period"] else "–",
            "standing": say_standing(row["standing"]),
            "status": say_status(row["status"]) if row["status"] else "–",
        }
        for row in rows
    ]
    terminal.say(*(terminal.table(columns, shown) if rows else ()), "", _("{n} in the list.", n=len(rows)))


@app.command("show", help=_("Show everything about one task.\n\n\b\nExample:\n  dondoc show KH88-II.3"))
def show(context: typer.Context, code: Code, day: AsOfDay = None, json_: Json = False) -> None:
    from workflow import card, queries, terminal
    from workflow.snapshot import snapshot

    with snapshot(context.obj.database.url) as view:
        found = queries.task(view, code, as_of(context.obj, day))
    if json_:
        terminal.say_json(found)
    else:
        terminal.say(*card.lines(found, context.obj.time_zone))


@contextmanager
def acting(settings: Settings, named: str | None) -> Iterator[tuple[Session, dict[str, Any]]]:
    """Open the transaction of a command that acts, with who and when."""
    from workflow import clock, terminal
    from workflow.audit import By
    from workflow.database import Database

    database = Database(settings.database.url, settings.database.wait_seconds).ready()
    try:
        with database.transaction() as session:
            yield session, {"by": By(terminal.actor(named), "cli"), "at": clock.now()}
    finally:
        database.dispose()


def _move(
    context: typer.Context,
    code: str,
    agency: str | None,
    period: str | None,
    named: str | None,
    statuses: tuple[str, ...],
    act: Callable[[Session, Occurrence, dict[str, Any]], object],
) -> None:
    """Find the occurrence that a person means, make one move and say what it is now."""
    from workflow import terminal
    from workflow.agency import known_agency
    from workflow.occurrence import choose
    from workflow.standing import Status, say_status
    from workflow.task import find_task

    with acting(context.obj, named) as (session, how):
        owner = known_agency(session, agency) if agency else None
        found = choose(
            session, find_task(session, code), statuses=tuple(Status(s) for s in statuses), agency=owner, period=period
        )
        act(session, found, how)
        line = _(
            "{label}, {agency}: {status}.",
            label=found.label(),
            agency=found.agency.name,
            status=say_status(found.status),
        )
    terminal.say(line)


_OPEN = ("not_started", "in_progress", "returned")


@app.command("start", help=_("Say that work on a task has begun.\n\n\b\nExample:\n  dondoc start KH88-II.3"))
def start(context: typer.Context, code: Code, agency: Agency = None, period: Period = None, by: Actor = None) -> None:
    _move(context, code, agency, period, by, ("not_started",), lambda session, found, how: found.start(session, **how))


@app.command(
    "done",
    help=_(
        'Report a task done; it then waits for confirmation.\n\n\b\nExamples:\n  dondoc done KH88-II.3 --result "Đã ban hành" --document-number 45/QĐ-UBND\n  dondoc done KH88-I.2 --agency PNV --evidence bao-cao.pdf'
    ),
)
def done(
    context: typer.Context,
    code: Code,
    result: Annotated[str, typer.Option("--result", help=_("The result in a line."))] = "",
    document_number: Annotated[str, typer.Option("--document-number", help=_("Number of the result document."))] = "",
    evidence: Annotated[
        list[Path] | None, typer.Option("--evidence", help=_("A file that proves it; may be given several times."))
    ] = None,
    agency: Agency = None,
    period: Period = None,
    by: Actor = None,
) -> None:
    from workflow.clock import local_day
    from workflow.errors import BadInput
    from workflow.submission import EvidenceStore

    settings: Settings = context.obj
    store = EvidenceStore(settings.evidence.folder, settings.evidence.max_megabytes)
    missing = [str(file) for file in evidence or [] if not file.is_file()]
    if missing:
        raise BadInput("{name} cannot be opened: {error}.", name=", ".join(missing), error=_("no such file"))

    def submit(session: Session, found: Occurrence, how: dict[str, Any]) -> None:
        files = []
        for file in evidence or []:
            with file.open("rb") as content:
                files.append(store.keep(file.name, content))
        found.submit(
            session,
            **how,
            today=local_day(how["at"], settings.time_zone),
            result=result,
            document_number=document_number,
            evidence=files,
        )

    _move(context, code, agency, period, by, _OPEN, submit)


@app.command("confirm", help=_("Accept a reported result.\n\n\b\nExample:\n  dondoc confirm KH88-II.3"))
def confirm(
    context: typer.Context,
    code: Code,
    note: Annotated[str, typer.Option("--note", help=_("A remark; it is recorded."))] = "",
    agency: Agency = None,
    period: Period = None,
    by: Actor = None,
) -> None:
    _move(
        context,
        code,
        agency,
        period,
        by,
        ("submitted",),
        lambda session, found, how: found.confirm(session, **how, note=note),
    )


@app.command(
    "return",
    help=_(
        'Send a reported result back with a reason.\n\n\b\nExample:\n  dondoc return KH88-II.3 --reason "Chưa có quyết định kèm theo"'
    ),
)
def send_back(
    context: typer.Context,
    code: Code,
    reason: Reason = "",
    agency: Agency = None,
    period: Period = None,
    by: Actor = None,
) -> None:
    _move(
        context,
        code,
        agency,
        period,
        by,
        ("submitted",),
        lambda session, found, how: found.send_back(session, **how, reason=reason),
    )


@app.command(
    "reopen",
    help=_(
        'Take up again what was completed or cancelled.\n\n\b\nExample:\n  dondoc reopen KH88-II.3 --reason "Kết quả phải làm lại"'
    ),
)
def reopen(
    context: typer.Context,
    code: Code,
    reason: Reason = "",
    agency: Agency = None,
    period: Period = None,
    by: Actor = None,
) -> None:
    _move(
        context,
        code,
        agency,
        period,
        by,
        ("completed", "cancelled"),
        lambda session, found, how: found.reopen(session, **how, reason=reason),
    )


@app.command(
    "suspend",
    help=_(
        'Let a task rest: neither counted nor reminded.\n\n\b\nExample:\n  dondoc suspend KH88-II.3 --reason "Chờ hướng dẫn của tỉnh"'
    ),
)
def suspend(
    context: typer.Context,
    code: Code,
    reason: Reason = "",
    agency: Agency = None,
    period: Period = None,
    by: Actor = None,
) -> None:
    _move(
        context,
        code,
        agency,
        period,
        by,
        _OPEN,
        lambda session, found, how: found.suspend(session, **how, reason=reason),
    )


@app.command("resume", help=_("Go on with a suspended task.\n\n\b\nExample:\n  dondoc resume KH88-II.3"))
def resume(context: typer.Context, code: Code, agency: Agency = None, period: Period = None, by: Actor = None) -> None:
    _move(context, code, agency, period, by, ("suspended",), lambda session, found, how: found.resume(session, **how))


@app.command(
    "cancel",
    help=_(
        'Drop a task that nobody need do any more.\n\n\b\nExample:\n  dondoc cancel KH88-II.3 --reason "Theo Công văn 120/UBND-VP"'
    ),
)
def cancel(
    context: typer.Context,
    code: Code,
    reason: Reason = "",
    agency: Agency = None,
    period: Period = None,
    by: Actor = None,
) -> None:
    _move(
        context,
        code,
        agency,
        period,
        by,
        (*_OPEN, "suspended"),
        lambda session, found, how: found.cancel(session, **how, reason=reason),
    )


@app.command("directives", help=_("List the directives in the record.\n\n\b\nExample:\n  dondoc directives"))
def directives(context: typer.Context, json_: Json = False) -> None:
    from workflow import queries, terminal
    from workflow.snapshot import snapshot
    from workflow.timing import show_day

    with snapshot(context.obj.database.url) as view:
        rows = queries.directives(view)
    if json_:
        terminal.say_json(rows)
        return
    C = terminal.Column
    columns = (
        C("code", _("Code")),
        C("number", _("Number")),
        C("issued", _("Issued")),
        C("issuer", _("Issuer"), wide=True),
        C("tasks", _("Tasks"), right=True),
        C("subject", _("Subject"), wide=True),
    )
    terminal.say(*terminal.table(columns, [{**row, "issued": show_day(row["issued_on"])} for row in rows]))


@agencies_app.command(
    "list",
    help=_("List the agencies with who answers for them and what they owe.\n\n\b\nExample:\n  dondoc agencies list"),
)
def agencies(context: typer.Context, day: AsOfDay = None, json_: Json = False) -> None:
    from workflow import queries, terminal
    from workflow.snapshot import snapshot

    with snapshot(context.obj.database.url) as view:
        rows = queries.agencies(view, as_of(context.obj, day))
    if json_:
        terminal.say_json(rows)
        return
    C = terminal.Column
    columns = (
        C("code", _("Code")),
        C("name", _("Name"), wide=True),
        C("mailbox", _("Mailbox"), wide=True),
        C("people", _("Focal points"), wide=True),
        C("open", _("Open"), right=True),
        C("overdue", _("Overdue"), right=True),
    )
    terminal.say(*terminal.table(columns, [{**row, "people": "; ".join(row["focal_points"])} for row in rows]))


@agencies_app.command(
    "add",
    help=_(
        'Enter an agency.\n\n\b\nExample:\n  dondoc agencies add "Sở Tài chính" --code STC --mailbox stc@langson.gov.vn'
    ),
)
def add_agency(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar=_("NAME"))],
    code: Annotated[str | None, typer.Option("--code", help=_("Short code (default: made of the name)."))] = None,
    mailbox: Annotated[str | None, typer.Option("--mailbox", help=_("Where its letters go."))] = None,
    by: Actor = None,
) -> None:
    from workflow import agency, audit, terminal

    with acting(context.obj, by) as (session, how):
        added = agency.add_agency(session, name, code=code, mailbox=mailbox)
        audit.record(session, "add agency", added.code, **how, after={"name": added.name, "mailbox": added.mailbox})
        line = _("{code}: {name} is in the register.", code=added.code, name=added.name)
    terminal.say(line)


@agencies_app.command(
    "mailbox", help=_("Set the mailbox of an agency.\n\n\b\nExample:\n  dondoc agencies mailbox STC stc@langson.gov.vn")
)
def set_mailbox(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar=_("AGENCY"))],
    mailbox: Annotated[str, typer.Argument(metavar=_("MAILBOX"))],
    by: Actor = None,
) -> None:
    from workflow import agency, audit, terminal

    with acting(context.obj, by) as (session, how):
        found = agency.known_agency(session, name)
        before, found.mailbox = found.mailbox, agency.checked_address(mailbox)
        audit.record(
            session, "set mailbox", found.code, **how, before={"mailbox": before}, after={"mailbox": found.mailbox}
        )
        line = _("{name} is written to at {mailbox}.", name=found.name, mailbox=found.mailbox)
    terminal.say(line)


@points_app.command(
    "add",
    help=_(
        'Name the person who answers for an agency.\n\n\b\nExample:\n  dondoc focal-points add STC "Nguyễn Thị An" an.nt@langson.gov.vn --position "Chuyên viên"'
    ),
)
def add_focal_point(
    context: typer.Context,
    agency: Annotated[str, typer.Argument(metavar=_("AGENCY"))],
    name: Annotated[str, typer.Argument(metavar=_("NAME"))],
    email: Annotated[str, typer.Argument(metavar=_("E-MAIL"))],
    position: Annotated[str, typer.Option("--position", help=_("Position in the agency."))] = "",
    since: Annotated[str | None, typer.Option("--from", help=_("First day (default: always)."))] = None,
    by: Actor = None,
) -> None:
    from workflow import audit, terminal
    from workflow.agency import add_focal_point as add
    from workflow.agency import known_agency

    with acting(context.obj, by) as (session, how):
        found = known_agency(session, agency)
        point = add(session, found, name, email, position=position, from_=terminal.day(since) if since else None)
        audit.record(session, "add focal point", found.code, **how, after={"name": name, "email": point.email})
        line = _("{person} answers for {name}.", person=f"{name} <{point.email}>", name=found.name)
    terminal.say(line)


def _decide(context: typer.Context, code: str, by: str | None, reason: str, timing: Timing) -> None:
    from workflow import planner, terminal
    from workflow.task import answer, find_task, open_questions
    from workflow.timing import show_day

    with acting(context.obj, by) as (session, how):
        task = find_task(session, code)
        task.decide(session, timing, **how, reason=reason)
        answer(open_questions(session, task), reason, **how)
        opened = planner.follow_decision(session, task, **how)
        lines = [_("{code}: {explanation}", code=task.code, explanation=timing.explain())]
        lines += [f"  {o.agency.name}: {show_day(o.due_on) if o.due_on else _('no deadline')}" for o in opened]
    terminal.say(*lines)


@deadline_app.command(
    "set",
    help=_(
        'Decide the deadline of a task whose document leaves it open.\n\n\b\nExamples:\n  dondoc deadline set KH88-IV.2 --on 31/12/2025 --reason "Công văn 200/UBND-VP"\n  dondoc deadline set KH88-I.1 --none --reason "Nhiệm vụ thường xuyên"'
    ),
)
def set_deadline(
    context: typer.Context,
    code: Code,
    on: Annotated[str | None, typer.Option("--on", help=_("The last day allowed."))] = None,
    none: Annotated[bool, typer.Option("--none", help=_("It has no deadline."))] = False,
    reason: Reason = "",
    by: Actor = None,
) -> None:
    from workflow import terminal
    from workflow.errors import BadInput
    from workflow.i18n import N_
    from workflow.timing import Kind, Timing, day_window

    if bool(on) == none:
        raise BadInput("Say either --on DAY or --none.")
    if on:
        due = terminal.day(on)
        timing = Timing(on, Kind.DEADLINE, windows=(day_window(due),)).because(
            N_("A person decided: due on {due}."), due=due
        )
    else:
        timing = Timing("", Kind.ONGOING).because(N_("A person decided that there is no deadline."))
    _decide(context, code, by, reason, timing)


@cycle_app.command(
    "set",
    help=_(
        'Decide how often a periodic task recurs.\n\n\b\nExample:\n  dondoc cycle set KH88-I.1 half_yearly --reason "Quy chế báo cáo của UBND"'
    ),
)
def set_cycle(
    context: typer.Context,
    code: Code,
    cycle: Annotated[
        str, typer.Argument(metavar=_("CYCLE"), help="weekly | monthly | quarterly | half_yearly | yearly")
    ],
    reason: Reason = "",
    by: Actor = None,
) -> None:
    from workflow.errors import BadInput
    from workflow.i18n import N_
    from workflow.timing import CYCLE_LABELS, Cycle, Kind, Timing

    wanted = cycle.replace("-", "_")
    if wanted not in list(Cycle):
        raise BadInput("“{value}” is none of: {known}.", value=cycle, known=", ".join(Cycle))
    found = Cycle(wanted)
    timing = Timing(cycle, Kind.RECURRING, cycle=found).because(
        N_("A person decided: {cycle}; due on the last day of each period."), cycle=_(CYCLE_LABELS[found])
    )
    _decide(context, code, by, reason, timing)


@app.command("upgrade", help=_("Bring the database to the version of this program.\n\n\b\nExample:\n  dondoc upgrade"))
def upgrade(context: typer.Context) -> None:
    from workflow import terminal
    from workflow.database import Database

    database = Database(context.obj.database.url, context.obj.database.wait_seconds)
    before = database.version()
    database.upgrade()
    terminal.say(
        _(
            "The database stands at version {version} (before: {before}).",
            version=database.version() or "–",
            before=before or "–",
        )
    )
    database.dispose()


@app.command(
    "doctor", help=_("Look whether everything is in order; the exit code tells.\n\n\b\nExample:\n  dondoc doctor")
)
def doctor(context: typer.Context, json_: Json = False) -> None:
    from workflow import doctor as practice
    from workflow import terminal

    findings = practice.examine(context.obj)
    if json_:
        terminal.say_json([{"name": f.name, "state": f.state, "words": f.words} for f in findings])
    else:
        marks = {"good": "✓", "warning": "⚠", "bad": "✗"}
        terminal.say(*(f"{marks[f.state]} {f.name}: {f.words}" for f in findings))
    if any(f.state == "bad" for f in findings):
        raise typer.Exit(1)


app.add_typer(agencies_app, name="agencies")
app.add_typer(points_app, name="focal-points")
app.add_typer(cycle_app, name="cycle")
app.add_typer(deadline_app, name="deadline")
