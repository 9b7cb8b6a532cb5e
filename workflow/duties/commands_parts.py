"""Commands about the parts of others in a task, and about the reports of periods."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from workflow.duties.order import Order
from workflow.i18n import _
from workflow.options import Actor, Agency, Code, Directive, Json, Period, Reason, acting, hidden, look, order

app = typer.Typer()
parts_app = typer.Typer(no_args_is_help=True, help=_("Parts that a lead agency asks of others, or of its own people."))
period_app = typer.Typer(no_args_is_help=True, help=_("Reports of periods, and closing a period."))
Lead = Annotated[str | None, typer.Option("--lead", help=_("Whose task it is, where several agencies lead."))]
Which = Annotated[int, typer.Option("--part", min=1, max=100_000, help=_("Number of the part."))]
Key = Annotated[str, typer.Argument(metavar=_("PERIOD"), help=_("Period, such as 2025-Q3 or Q3/2025."))]


@parts_app.command(
    "ask",
    help=_(
        'Ask a coordinating agency, or a person of the own one, for a part by a day of its own.\n\n\b\nExamples:\n  dondoc parts ask KH88-II.3 --agency PTP --what "Số liệu thẩm định" --due 10/9/2025\n  dondoc parts ask KH88-II.3 --person "Lê Thị Hoa" --what "Dự thảo báo cáo"'
    ),
)
def ask(
    context: typer.Context,
    code: Code,
    what: Annotated[str, typer.Option("--what", help=_("What is asked for."))],
    agency: Annotated[str | None, typer.Option("--agency", help=_("The agency that is asked."))] = None,
    person: Annotated[str, typer.Option("--person", help=_("The person of the lead agency that is asked."))] = "",
    due: Annotated[str | None, typer.Option("--due", help=_("By which day."))] = None,
    lead: Lead = None,
    period: Period = None,
    by: Actor = None,
) -> None:
    from workflow import terminal

    asked: dict[str, Any] = {"to": agency or "", "person": person, "until": terminal.day(due) if due else None}
    order(context.obj, Order("ask_part", code, lead or "", period or "", words=what, **asked), by)


@parts_app.command(
    "give",
    help=_(
        'Give a part that was asked for.\n\n\b\nExample:\n  dondoc parts give KH88-II.3 --part 1 --result "Đã gửi số liệu" --document-number 12/PTP'
    ),
)
def give(
    context: typer.Context,
    code: Code,
    part: Which,
    result: Annotated[str, typer.Option("--result", help=_("The result in a line."))] = "",
    document_number: Annotated[str, typer.Option("--document-number", help=_("Number of the result document."))] = "",
    lead: Lead = None,
    period: Period = None,
    by: Actor = None,
) -> None:
    given: dict[str, Any] = {"words": result, "document_number": document_number, "number": part}
    order(context.obj, Order("give_part", code, lead or "", period or "", **given), by)


@parts_app.command(
    "drop",
    help=_(
        'Say that a part is not needed any more.\n\n\b\nExample:\n  dondoc parts drop KH88-II.3 --part 1 --reason "Đã có số liệu"'
    ),
)
def drop(
    context: typer.Context,
    code: Code,
    part: Which,
    reason: Reason = "",
    lead: Lead = None,
    period: Period = None,
    by: Actor = None,
) -> None:
    order(context.obj, Order("drop_part", code, lead or "", period or "", reason=reason, number=part), by)


@parts_app.command(
    "list",
    help=_(
        "List the parts that are waited for, or all of them.\n\n\b\nExamples:\n  dondoc parts list\n  dondoc parts list --agency PTP --all --json"
    ),
)
def list_parts(
    context: typer.Context,
    directive: Directive = None,
    agency: Agency = None,
    every: Annotated[bool, typer.Option("--all", help=_("Also those that are given or dropped."))] = False,
    json_: Json = False,
) -> None:
    from workflow import terminal
    from workflow.duties import showing
    from workflow.periods import show_day

    rows = look(
        context.obj,
        "parts",
        {"directive": directive, "agency": agency, "all": every},
        lambda view: showing.parts(view, directive=directive, agency=agency, waiting=not every),
    )
    if json_:
        terminal.say_json(rows)
        return
    C = terminal.Column
    columns = (
        C("label", _("Task")),
        C("number", _("Part"), right=True),
        C("lead", _("Lead agency"), wide=True),
        C("who", _("Waiting for"), wide=True),
        C("what", _("What is asked for"), wide=True),
        C("due", _("Due")),
        C("state", _("State")),
    )
    shown = [
        {**row, "due": show_day(row["due_on"]) if row["due_on"] else "–", "state": showing.part_words(row)}
        for row in rows
    ]
    terminal.say_list(columns, shown)


@period_app.command(
    "report",
    help=_(
        'Report a period of an ongoing task; it may be corrected until the period is closed.\n\n\b\nExamples:\n  dondoc period report 2025-Q3 KH88-III.2 --result "Đã tuyên truyền tại 12 thôn"\n  dondoc period report Q3/2025 KH88-III.2 --nothing'
    ),
)
def report(
    context: typer.Context,
    key: Key,
    code: Code,
    result: Annotated[str, typer.Option("--result", help=_("What was done."))] = "",
    document_number: Annotated[str, typer.Option("--document-number", help=_("Number of the result document."))] = "",
    nothing: Annotated[bool, typer.Option("--nothing", help=_("Nothing arose in this period."))] = False,
    agency: Agency = None,
    by: Actor = None,
) -> None:
    said: dict[str, Any] = {"words": result, "document_number": document_number, "nothing_arose": nothing}
    order(context.obj, Order("report_period", code, agency or "", key, **said), by)


@period_app.command(
    "list",
    help=_(
        "List what was reported for a period, and who has not.\n\n\b\nExamples:\n  dondoc period list 2025-Q3\n  dondoc period list Q3/2025 --directive KH88 --missing --json"
    ),
)
def list_period(
    context: typer.Context,
    key: Key,
    directive: Directive = None,
    missing: Annotated[bool, typer.Option("--missing", help=_("Only who has not reported."))] = False,
    json_: Json = False,
) -> None:
    from workflow import terminal
    from workflow.duties import showing
    from workflow.duties.period_key import period_key
    from workflow.periods import show_period

    wanted = period_key(key)
    rows = look(
        context.obj,
        f"periods/{wanted}",
        {"directive": directive},
        lambda view: showing.period_lines(view, wanted, directive=directive),
    )
    total, done = len(rows), sum(bool(row["reported"]) for row in rows)
    rows = [row for row in rows if not missing or not row["reported"]]
    if json_:
        terminal.say_json(rows)
        return
    C = terminal.Column
    columns = (
        C("code", _("Task")),
        C("agency", _("Agency"), wide=True),
        C("state", _("State")),
        C("result", _("Result"), wide=True),
        C("text", _("What is to be done"), wide=True),
    )
    shown = [{**row, "state": showing.line_words(row)} for row in rows]
    terminal.say(*(terminal.table(columns, shown) if rows else ()), "")
    terminal.say(_("{period}: {done} of {n} have reported.", period=show_period(wanted), done=done, n=total))


def _directive_act(context: typer.Context, by: str | None, code: str, act: Any) -> str:
    """Do something with a period of a directive, where its monitoring agency may."""
    from workflow.access.permits import permit_office
    from workflow.directive import find_directive

    with acting(context.obj, by) as (session, how):
        found = find_directive(session, code, hidden(session, how))
        permit_office(how["by"], "close_period", subject=found.code, monitor=found.monitor_id)
        act(session, found, how)
        return str(found.code)


Whole = Annotated[str, typer.Option("--directive", help=_("Code or number of a directive."))]


@period_app.command(
    "close",
    help=_(
        "Lock the reports of a period; only opening it again lets somebody change them.\n\n\b\nExample:\n  dondoc period close 2025-Q3 --directive KH88"
    ),
)
def close(context: typer.Context, key: Key, directive: Whole, by: Actor = None) -> None:
    from workflow import terminal
    from workflow.duties.period_report import close_period
    from workflow.periods import show_period

    made: list[Any] = []
    code = _directive_act(context, by, directive, lambda s, d, how: made.append(close_period(s, d, key, **how)))
    terminal.say(_("{code}: {period} is closed.", code=code, period=show_period(made[0].period)))


@period_app.command(
    "open",
    help=_(
        'Unlock a period again.\n\n\b\nExample:\n  dondoc period open 2025-Q3 --directive KH88 --reason "Bổ sung báo cáo của 2 xã"'
    ),
)
def open_(context: typer.Context, key: Key, directive: Whole, reason: Reason = "", by: Actor = None) -> None:
    from workflow import terminal
    from workflow.duties.period_key import period_key
    from workflow.duties.period_report import open_period
    from workflow.periods import show_period

    code = _directive_act(context, by, directive, lambda s, d, how: open_period(s, d, key, **how, reason=reason))
    terminal.say(_("{code}: {period} is open again.", code=code, period=show_period(period_key(key))))


app.add_typer(parts_app, name="parts")
app.add_typer(period_app, name="period")
