"""Commands about the parts of others in a task."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from workflow.duties.order import Order
from workflow.i18n import _
from workflow.options import Actor, Agency, Code, Directive, Json, Period, Reason, look, order

app = typer.Typer()
parts_app = typer.Typer(no_args_is_help=True, help=_("Parts that a lead agency asks of others, or of its own people."))
Lead = Annotated[str | None, typer.Option("--lead", help=_("Whose task it is, where several agencies lead."))]
Which = Annotated[int, typer.Option("--part", min=1, max=100_000, help=_("Number of the part."))]


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


app.add_typer(parts_app, name="parts")
