"""Commands about deadlines that a person decides: a day, a cycle, the day of an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from workflow.i18n import N_, _
from workflow.options import Actor, Code, Directive, Json, Reason, acting, hidden, looking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlmodel import Session

    from workflow.config import Settings
    from workflow.task import Task
    from workflow.timing import Timing

deadline_app = typer.Typer(no_args_is_help=True, help=_("Deadlines that a person decides."))
cycle_app = typer.Typer(no_args_is_help=True, help=_("How often a periodic task recurs."))
event_app = typer.Typer(no_args_is_help=True, help=_("Events that deadlines are counted from."))


def _decide(session: Session, task: Task, timing: Timing, how: dict[str, Any], reason: str) -> Iterator[str]:
    """Decide one task's timing, follow it, and say what came of it."""
    from workflow import planner
    from workflow.access.permits import permit_office
    from workflow.office_calendar import office_calendar
    from workflow.periods import show_day, show_period

    permit_office(how["by"], "decide_timing", subject=task.code, monitor=task.directive.monitor_id)
    task.decide(session, timing, **how, reason=reason)
    changed = planner.follow_decision(session, task, **how, reason=reason)
    calendar = office_calendar(session)
    yield _("{code}: {explanation}", code=task.code, explanation=timing.explain())
    none = _("no deadline")
    for occurrence in changed:
        due = occurrence.due_on
        yield f"  {occurrence.agency.name}, {show_period(occurrence.period)}: {show_day(due) if due else none}"
        for window in timing.occurrences(due, due, calendar) if due else ():
            yield from (f"    {told}" for told in window.told())


@deadline_app.command(
    "set",
    help=_(
        'Decide the deadline of a task whose document leaves it open.\n\n\b\nExamples:\n  dondoc deadline set KH88-IV.2 --on 31/12/2025 --reason "Công văn 200/UBND-VP"\n  dondoc deadline set KH88-I.1 --none --reason "Nhiệm vụ thường xuyên"\n  dondoc deadline set KH88-II.5 --as-read --reason "Đã đối chiếu văn bản"'
    ),
)
def set_deadline(
    context: typer.Context,
    code: Code,
    on: Annotated[str | None, typer.Option("--on", help=_("The last day allowed."))] = None,
    none: Annotated[bool, typer.Option("--none", help=_("It has no deadline."))] = False,
    as_read: Annotated[bool, typer.Option("--as-read", help=_("The doubtful reading that is shown is right."))] = False,
    reason: Reason = "",
    by: Actor = None,
) -> None:
    from workflow import terminal
    from workflow.errors import BadInput
    from workflow.periods import day_window
    from workflow.task import find_task
    from workflow.timing import Kind, Timing

    if [bool(on), none, as_read].count(True) != 1:
        raise BadInput("Say one of --on DAY, --none and --as-read.")
    with acting(context.obj, by, "decide_timing") as (session, how):
        task = find_task(session, code, hidden(session, how))
        if on:
            due = terminal.day(on)
            timing = Timing(on, Kind.DEADLINE, windows=(day_window(due),)).because(
                N_("A person decided: due on {due}."), due=due
            )
        elif none:
            timing = Timing("", Kind.ONGOING).because(N_("A person decided that there is no deadline."))
        else:
            timing = task.understood().as_read(task.since())
        lines = list(_decide(session, task, timing, how, reason))
    terminal.say(*lines)


@cycle_app.command(
    "set",
    help=_(
        'Decide how often a periodic task recurs, or all tasks of a directive whose cycle is open; without a cycle the proposed one.\n\n\b\nExamples:\n  dondoc cycle set KH88-I.1 --half-yearly\n  dondoc cycle set KH88 --quarterly --reason "Quy chế báo cáo của UBND"\n  dondoc cycle set KH88-I.1 --monthly --day 20\n  dondoc cycle set KH88'
    ),
)
def set_cycle(
    context: typer.Context,
    target: Annotated[str, typer.Argument(metavar=_("TASK"), help=_("Code of a task, or of a directive."))],
    weekly: Annotated[bool, typer.Option("--weekly", help=_("weekly"))] = False,
    monthly: Annotated[bool, typer.Option("--monthly", help=_("monthly"))] = False,
    quarterly: Annotated[bool, typer.Option("--quarterly", help=_("quarterly"))] = False,
    half_yearly: Annotated[bool, typer.Option("--half-yearly", help=_("half-yearly"))] = False,
    yearly: Annotated[bool, typer.Option("--yearly", help=_("yearly"))] = False,
    day: Annotated[
        int | None,
        typer.Option("--day", min=1, max=31, help=_("Due on this day of each period's last month (weekly: 1 Monday).")),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            "--data", help=_("administrative (15th to 14th) or statistical (calendar); default: the settings.")
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Do not ask."))] = False,
    reason: Reason = "",
    by: Actor = None,
) -> None:
    from workflow import terminal
    from workflow.errors import BadInput, Refused
    from workflow.rules import Data
    from workflow.timing import Cycle

    taken = [weekly, monthly, quarterly, half_yearly, yearly]
    if taken.count(True) > 1:
        raise BadInput("Name one cycle only.")
    if data and data not in list(Data):
        raise BadInput("“{value}” is none of: {known}.", value=data, known=", ".join(Data))
    if weekly and (day or 0) > 7:
        raise BadInput("A week has days 1 (Monday) to 7.")
    cycle = list(Cycle)[taken.index(True)] if any(taken) else None
    over = Data(data) if data else None
    if not cycle and not yes:
        with acting(context.obj, by, "decide_timing") as (session, how):
            tasks = _periodic(session, target, reason, how)
            timing, why = _cycle(context.obj, tasks[0], cycle, over, day or 0)
        # Asked outside the transaction: nobody waits for a person to answer.
        terminal.say(_("Proposed for {n} tasks: {timing}", n=len(tasks), timing=timing.explain()), "  " + why)
        if not terminal.confirm(_("Set it so?")):
            raise Refused("Nothing was recorded.")
    with acting(context.obj, by, "decide_timing") as (session, how):
        tasks = _periodic(session, target, reason, how)
        timing, why = _cycle(context.obj, tasks[0], cycle, over, day or 0)
        told = reason or why
        timing = timing.because(N_("A person set the cycle."))
        lines = [line for task in tasks for line in _decide(session, task, timing, how, told)]
    terminal.say(*lines)


def _periodic(session: Session, target: str, reason: str, how: dict[str, Any]) -> list[Task]:
    """The task of a code, or the tasks of a directive whose cycle is open."""
    from sqlmodel import select

    from workflow.directive import find_directive
    from workflow.errors import BadInput, Refused
    from workflow.task import Task, find_task, undecided
    from workflow.timing import Kind

    known = session.exec(select(Task).where(Task.code == target.strip().upper())).first()
    if known and known.directive_id not in hidden(session, how):
        open_cycle = known.undecided or known.recurs or known.understood().kind is Kind.CYCLE_UNKNOWN
        if not open_cycle and not reason.strip():
            raise BadInput(
                "{code} has a deadline of its own, “{words}”; say with --reason why it recurs instead.",
                code=known.code,
                words=known.timing_words or "",
            )
        return [known]
    try:
        directive = find_directive(session, target, hidden(session, how))
    except BadInput:
        return [find_task(session, target, hidden(session, how))]  # which names the nearest codes
    periodic = [task for task in undecided(session, directive) if task.understood().kind is Kind.CYCLE_UNKNOWN]
    if not periodic:
        raise Refused("No task of {code} waits for its cycle.", code=directive.code)
    return periodic


def _cycle(settings: Settings, task: Task, cycle: Any, data: Any, day: int) -> tuple[Timing, str]:
    """The timing that was named, or the one proposed, and why."""
    from workflow.report_cycle import cycle_timing, proposed
    from workflow.timing import Timing

    if cycle:
        return cycle_timing(cycle, settings.reports, data=data, day=day), _("A person set the cycle.")
    stated = task.directive.reporting
    return proposed(settings.reports, Timing.from_json(stated) if stated else None)


@event_app.command(
    "list",
    help=_(
        "List the events that deadlines are counted from, and what waits for them.\n\n\b\nExample:\n  dondoc event list --directive KH88"
    ),
)
def list_events(context: typer.Context, directive: Directive = None, json_: Json = False) -> None:
    from workflow import awaited, terminal
    from workflow.periods import show_day

    with looking(context.obj) as view:
        rows = awaited.events(view, directive)
    if json_:
        terminal.say_json(rows)
        return
    C = terminal.Column
    columns = (
        C("code", _("Task")),
        C("event", _("Event"), wide=True),
        C("term", _("Term")),
        C("happened", _("Took place")),
        C("due", _("Due")),
    )
    shown = [
        {**row, **{name: show_day(row[f"{name}_on"]) if row[f"{name}_on"] else "–" for name in ("happened", "due")}}
        for row in rows
    ]
    terminal.say_list(columns, shown)


@event_app.command(
    "set",
    help=_(
        'Say when the event took place that a deadline is counted from.\n\n\b\nExamples:\n  dondoc event set KH88-II.3 --on 20/8/2025 --reason "Công văn 300/STC-NS"\n  dondoc event set KH88-II.4 --on 20/8/2025 --due 15/9/2025 --reason "Thông tư 12/2025/TT-BTC"\n  dondoc event set KH88-II.3 --on 20/8/2025 --same'
    ),
)
def set_event(
    context: typer.Context,
    code: Code,
    on: Annotated[str, typer.Option("--on", help=_("The day of the event."))],
    due: Annotated[
        str | None, typer.Option("--due", help=_("The last day allowed, where the document states no term."))
    ] = None,
    same: Annotated[
        bool, typer.Option("--same", help=_("Also for the directive's other tasks that wait for the same event."))
    ] = False,
    reason: Reason = "",
    by: Actor = None,
) -> None:
    from workflow import terminal
    from workflow.task import awaiting, find_task

    happened, last = terminal.day(on), terminal.day(due) if due else None
    with acting(context.obj, by, "decide_timing") as (session, how):
        task = find_task(session, code, hidden(session, how))
        others = awaiting(session, task)
        lines: list[str] = []
        for one in [task, *(others if same else ())]:
            timing = one.understood().since(happened, last)
            lines += _decide(session, one, timing, how, reason or _("The event took place on {day}.", day=on))
        if others and not same:
            codes = ", ".join(o.code for o in others)
            lines.append(_("{codes} wait for the same event; --same sets it for them too.", codes=codes))
    terminal.say(*lines)


app = typer.Typer()
app.add_typer(cycle_app, name="cycle")
app.add_typer(deadline_app, name="deadline")
app.add_typer(event_app, name="event")
