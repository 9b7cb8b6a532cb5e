"""Commands about the reports of periods: the lines of ongoing tasks, calling for reports, answering, closing a period."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workflow.duties.order import Order
from workflow.errors import BadInput
from workflow.i18n import _
from workflow.options import Actor, Agency, AsOfDay, Code, Directive, Json, Reason, acting, as_of, hidden, look, order

if TYPE_CHECKING:
    from workflow.snapshot import Row, Snapshot

app = typer.Typer()
period_app = typer.Typer(no_args_is_help=True, help=_("Reports of periods, and closing a period."))
Key = Annotated[str, typer.Argument(metavar=_("PERIOD"), help=_("Period, such as 2025-Q3 or Q3/2025."))]
Call = Annotated[str, typer.Argument(metavar=_("REPORT"), help=_("Code of a report that was called for, such as KH88-BC.2025-Q3."))]  # fmt: skip


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


@period_app.command(
    "call",
    help=_(
        "Call for the report of a period: each agency that owes something of the directive gets a form with a deadline.\n\n\b\nExamples:\n  dondoc period call 2025-Q3 --directive KH88 --due 10/10/2025\n  dondoc period call Q3/2025 --directive KH88 --due 10/10/2025 --agency PTP --agency PNV"
    ),
)
def call_(
    context: typer.Context,
    key: Key,
    directive: Whole,
    due: Annotated[str, typer.Option("--due", help=_("By which day the reports are to be sent."))],
    agencies: Annotated[
        list[str] | None, typer.Option("--agency", help=_("Only these agencies; may be repeated."))
    ] = None,
    by: Actor = None,
) -> None:
    from workflow import terminal
    from workflow.agency import known_agency
    from workflow.clock import local_day
    from workflow.directive import find_directive
    from workflow.periods import show_day
    from workflow.reporting.call import call

    with acting(context.obj, by) as (session, how):
        found = find_directive(session, directive, hidden(session, how))
        named = [known_agency(session, name) for name in agencies or []]
        today, until = local_day(how["at"], context.obj.time_zone), terminal.day(due)
        _made, new = call(session, found, key, due=until, agencies=named, today=today, **how)
        told = _("{code}: the report is called for from {n} agencies, by {day}.", code=new[0].task.code, n=len(new), day=show_day(until))  # fmt: skip
    terminal.say(told)


@period_app.command(
    "calls",
    help=_(
        "List the reports that were called for, and how many have come.\n\n\b\nExamples:\n  dondoc period calls\n  dondoc period calls --directive KH88 --json"
    ),
)
def calls(context: typer.Context, directive: Directive = None, json_: Json = False) -> None:
    from workflow import terminal
    from workflow.periods import show_day, show_period
    from workflow.reporting import fields

    rows = look(context.obj, "calls", {"directive": directive}, lambda view: fields.calls(view, directive))
    if json_:
        terminal.say_json(rows)
        return
    C = terminal.Column
    columns = (C("code", _("Report")), C("number", _("Directive"), wide=True), C("shown", _("Period"), wide=True), C("due", _("Due")), C("asked", _("Asked"), right=True), C("answered", _("Have sent"), right=True))  # fmt: skip
    terminal.say_list(
        columns, [{**row, "shown": show_period(row["period"]), "due": show_day(row["due_on"])} for row in rows]
    )


@period_app.command(
    "answers",
    help=_(
        "List who has sent the report that was called for, with what stands in it, and who has not.\n\n\b\nExamples:\n  dondoc period answers KH88-BC.2025-Q3\n  dondoc period answers KH88-BC.2025-Q3 --missing --json"
    ),
)
def answers(
    context: typer.Context,
    code: Call,
    missing: Annotated[bool, typer.Option("--missing", help=_("Only who has not sent it."))] = False,
    day: AsOfDay = None,
    json_: Json = False,
) -> None:
    from workflow import terminal
    from workflow.reporting import fields

    def here(view: Snapshot) -> list[Row]:
        return fields.answers(view, code, as_of(context.obj, day))

    rows = look(context.obj, f"calls/{code}", {"as_of": day and terminal.day(day)}, here)
    sent = sum(row["sent"] for row in rows)
    shown = [row for row in rows if not missing or not row["sent"]]
    if json_:
        terminal.say_json(shown)
        return
    C = terminal.Column
    columns = (C("agency", _("Agency"), wide=True), C("state", _("State"), wide=True), *(C(key, _(title), wide=True) for key, title in fields.TEXTS.items()))  # fmt: skip
    lines = [{**row, "state": fields.say_answer(row)} for row in shown]
    terminal.say(*(terminal.table(columns, lines) if lines else ()), "")
    terminal.say(_("{code}: {sent} of {n} agencies have sent their report.", code=code.upper(), sent=sent, n=len(rows)))


@period_app.command(
    "form",
    help=_(
        "Show the form of a report, or write it as a spreadsheet to be filled in.\n\n\b\nExamples:\n  dondoc period form KH88-BC.2025-Q3 --agency PTP\n  dondoc period form KH88-BC.2025-Q3 --agency PTP --output bieu.xlsx"
    ),
)
def form(
    context: typer.Context,
    code: Call,
    agency: Agency = None,
    output: Annotated[Path | None, typer.Option("--output", help=_("Write the form as .xlsx or .csv."))] = None,
    json_: Json = False,
) -> None:
    from workflow import terminal
    from workflow.reporting import fields

    def here(view: Snapshot) -> Row:
        return fields.form(view, fields.called_duty(view, code, agency), as_of(context.obj, None))

    row = look(context.obj, f"calls/{code}/form", {"agency": agency}, here)
    if json_:
        terminal.say_json(row)
        return
    if output:
        from workflow.reporting import sheet

        sheet.write(output, row)
        terminal.say(_("The form is in {file}; once filled in: `dondoc period answer --from {file} --send`.", file=str(output)))  # fmt: skip
        return
    C = terminal.Column
    terminal.say(f"{row['agency']}: {row['text']}", "")
    columns = (C("key", _("Item")), C("label", _("What is asked"), wide=True), C("value", _("Answer"), wide=True))
    terminal.say(*terminal.table(columns, row["fields"]))


@period_app.command(
    "answer",
    help=_(
        'Fill in the form of a report; --send reports it.\n\n\b\nExamples:\n  dondoc period answer KH88-BC.2025-Q3 --done "Đã tập huấn 3 lớp" --difficulties "Thiếu kinh phí" --send\n  dondoc period answer KH88-BC.2025-Q3 --set KH88-III.2="Không phát sinh" --set CT1=26\n  dondoc period answer --from bieu.xlsx --send'
    ),
)
def answer(
    context: typer.Context,
    code: Annotated[str, typer.Argument(metavar=_("REPORT"), help=_("Code of a report that was called for, such as KH88-BC.2025-Q3."))] = "",
    done: Annotated[str | None, typer.Option("--done", help=_("What was done in the period."))] = None,
    difficulties: Annotated[str | None, typer.Option("--difficulties", help=_("Difficulties, obstacles and their causes."))] = None,
    proposals: Annotated[str | None, typer.Option("--proposals", help=_("Proposals and recommendations."))] = None,
    others: Annotated[list[str] | None, typer.Option("--set", help=_("A further field as KEY=TEXT; may be repeated."))] = None,
    sheet_: Annotated[Path | None, typer.Option("--from", help=_("A form that was filled in (.xlsx, .csv)."))] = None,
    send: Annotated[bool, typer.Option("--send", help=_("Report it; without this it is only kept."))] = False,
    document_number: Annotated[str, typer.Option("--document-number", help=_("Number of the signed report."))] = "",
    agency: Agency = None,
    by: Actor = None,
) -> None:  # fmt: skip
    texts = {"done": done, "difficulties": difficulties, "proposals": proposals}
    given = {key: words for key, words in texts.items() if words is not None}
    for other in others or ():
        key, equals, words = other.partition("=")
        if not equals:
            raise BadInput("“{text}” is no KEY=TEXT; write it like CT1=26.", text=other)
        given[key.strip()] = words
    if sheet_:
        from workflow.reporting import sheet

        whose, owner, written = sheet.read(sheet_)
        if code and code.upper() != whose.upper():
            raise BadInput("{name} is the form of {code}.", name=sheet_.name, code=whose)
        code, agency, given = whose, agency or owner, {**written, **given}
    if not code or not (given or send):
        raise BadInput("Name the report and say what to fill in, or bring a form with --from.")
    act = "submit" if send else "fill"
    order(context.obj, Order(act, code, agency or "", form=given, document_number=document_number), by)


app.add_typer(period_app, name="period")
