"""Commands about requests: more time, another agency, a rest, an end; asked by one side and decided by the other."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from workflow.duties.order import Order
from workflow.i18n import _
from workflow.options import Actor, Agency, Code, Directive, Grounds, Json, Period, Reason, look, order

app = typer.Typer()
requests_app = typer.Typer(no_args_is_help=True, help=_("Requests of agencies and what became of them."))
Number = Annotated[int, typer.Argument(metavar=_("NUMBER"), min=1, max=2**31 - 1)]


@app.command(
    "extend",
    help=_(
        'Ask for more time; the old deadline counts until the monitoring agency agrees.\n\n\b\nExample:\n  dondoc extend KH88-II.3 --to 30/9/2025 --reason "Chờ số liệu của các xã" --basis "Công văn 45/PNV ngày 20/8/2025"'
    ),
)
def extend(
    context: typer.Context,
    code: Code,
    to: Annotated[str, typer.Option("--to", help=_("The new last day that is asked for."))],
    reason: Reason = "",
    basis: Grounds = None,
    agency: Agency = None,
    period: Period = None,
    by: Actor = None,
) -> None:
    from workflow import terminal

    about: dict[str, Any] = {"reason": reason, "basis": basis or "", "until": terminal.day(to)}
    order(context.obj, Order("ask_extension", code, agency or "", period or "", **about), by)


@requests_app.command(
    "hand-on",
    help=_(
        'Say that a task is another agency\'s.\n\n\b\nExample:\n  dondoc requests hand-on KH88-II.3 --to PNV --reason "Không thuộc chức năng" --basis "Công văn 45/PTP ngày 20/8/2025"'
    ),
)
def ask_hand_on(
    context: typer.Context,
    code: Code,
    to: Annotated[str | None, typer.Option("--to", help=_("Whose task it is, if known."))] = None,
    reason: Reason = "",
    basis: Grounds = None,
    agency: Agency = None,
    period: Period = None,
    by: Actor = None,
) -> None:
    about: dict[str, Any] = {"reason": reason, "basis": basis or "", "to": to or ""}
    order(context.obj, Order("ask_hand_on", code, agency or "", period or "", **about), by)


def _plain(name: str, wish: str, told: str) -> None:
    """Add the command of a request that asks for nothing but itself."""

    @requests_app.command(name, help=told)
    def command(
        context: typer.Context,
        code: Code,
        reason: Reason = "",
        basis: Grounds = None,
        agency: Agency = None,
        period: Period = None,
        by: Actor = None,
    ) -> None:
        given = Order(f"ask_{wish}", code, agency or "", period or "", reason=reason, basis=basis or "")
        order(context.obj, given, by)


_plain(
    "suspend",
    "suspension",
    _(
        'Ask that a task may rest.\n\n\b\nExample:\n  dondoc requests suspend KH88-II.3 --reason "Chờ hướng dẫn của tỉnh" --basis "Công văn 45/PNV ngày 20/8/2025"'
    ),
)
_plain(
    "cancel",
    "cancellation",
    _(
        'Ask that a task be dropped.\n\n\b\nExample:\n  dondoc requests cancel KH88-II.3 --reason "Không còn phù hợp" --basis "Công văn 45/PNV ngày 20/8/2025"'
    ),
)


@requests_app.command(
    "list",
    help=_(
        "List the requests that wait, or all of them.\n\n\b\nExamples:\n  dondoc requests list\n  dondoc requests list --all --directive KH88 --json"
    ),
)
def list_requests(
    context: typer.Context,
    directive: Directive = None,
    agency: Agency = None,
    every: Annotated[bool, typer.Option("--all", help=_("Also those that are decided."))] = False,
    json_: Json = False,
) -> None:
    from workflow import terminal
    from workflow.duties import showing
    from workflow.periods import show_day

    rows = look(
        context.obj,
        "requests",
        {"directive": directive, "agency": agency, "all": every},
        lambda view: showing.requests(view, directive=directive, agency=agency, waiting=not every),
    )
    if json_:
        terminal.say_json(rows)
        return
    C = terminal.Column
    columns = (
        C("id", _("No."), right=True),
        C("label", _("Task")),
        C("agency", _("Agency"), wide=True),
        C("what", _("Asked"), wide=True),
        C("asked", _("Asked on")),
        C("reason", _("Reason"), wide=True),
        C("state", _("State"), wide=True),
    )
    shown = [
        {
            **row,
            "what": showing.asked_words(row),
            "asked": show_day(row["asked_on"]),
            "state": showing.outcome_words(row),
        }
        for row in rows
    ]
    terminal.say_list(columns, shown)


@requests_app.command(
    "grant",
    help=_(
        'Agree to a request, to what was asked or to another day or agency; it is carried out.\n\n\b\nExamples:\n  dondoc requests grant 12 --basis "Công văn 300/STC-NS ngày 25/8/2025"\n  dondoc requests grant 12 --to 15/9/2025 --basis "Công văn 300/STC-NS ngày 25/8/2025"'
    ),
)
def grant_request(
    context: typer.Context,
    number: Number,
    basis: Grounds = None,
    to: Annotated[str | None, typer.Option("--to", help=_("Another day, or the agency it goes to."))] = None,
    note: Annotated[str, typer.Option("--note", help=_("A remark; it is recorded."))] = "",
    by: Actor = None,
) -> None:
    order(context.obj, Order("grant", number=number, words=note, basis=basis or "", to=to or ""), by)


@requests_app.command(
    "refuse",
    help=_(
        'Do not agree to a request; the old deadline goes on counting.\n\n\b\nExample:\n  dondoc requests refuse 12 --reason "Đã gia hạn một lần"'
    ),
)
def refuse_request(
    context: typer.Context, number: Number, reason: Reason = "", basis: Grounds = None, by: Actor = None
) -> None:
    order(context.obj, Order("refuse", number=number, reason=reason, basis=basis or ""), by)


@requests_app.command(
    "withdraw",
    help=_('Take a request back.\n\n\b\nExample:\n  dondoc requests withdraw 12 --reason "Đã hoàn thành đúng hạn"'),
)
def withdraw_request(context: typer.Context, number: Number, reason: Reason = "", by: Actor = None) -> None:
    order(context.obj, Order("withdraw_request", number=number, reason=reason), by)


app.add_typer(requests_app, name="requests")
