"""Commands about agencies and about deadlines that a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from workflow.i18n import _
from workflow.options import Actor, AsOfDay, Code, Json, Reason, acting, as_of

if TYPE_CHECKING:
    from workflow.timing import Timing

agencies_app = typer.Typer(invoke_without_command=True, help=_("The register of agencies; alone, it lists them."))
points_app = typer.Typer(no_args_is_help=True, help=_("The people who answer for agencies."))
cycle_app = typer.Typer(no_args_is_help=True, help=_("How often a periodic task recurs."))
deadline_app = typer.Typer(no_args_is_help=True, help=_("Deadlines that a person decides."))


@agencies_app.callback()
def register(context: typer.Context, day: AsOfDay = None, json_: Json = False) -> None:
    if context.invoked_subcommand is None:
        agencies(context, day, json_)


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
    from workflow.task import find_task
    from workflow.timing import show_day

    with acting(context.obj, by) as (session, how):
        task = find_task(session, code)
        task.decide(session, timing, **how, reason=reason)
        opened = planner.follow_decision(session, task, **how, reason=reason)
        lines = [_("{code}: {explanation}", code=task.code, explanation=timing.explain())]
        none = _("no deadline")
        lines += [f"  {o.agency.name}: {show_day(o.due_on) if o.due_on else none}" for o in opened]
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


app = typer.Typer()
app.add_typer(agencies_app, name="agencies")
app.add_typer(points_app, name="focal-points")
app.add_typer(cycle_app, name="cycle")
app.add_typer(deadline_app, name="deadline")
