"""Commands about what a directive aims at in figures, and about its money."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from workflow.i18n import _
from workflow.options import Actor, AsOfDay, Json, Reason, acting, as_of, hidden, look
from workflow.targets import commands_form

app = typer.Typer()
targets_app = typer.Typer(no_args_is_help=True, help=_("Targets of a directive in figures, and its money."))
Code = Annotated[str, typer.Argument(metavar=_("DIRECTIVE"), help=_("Code or number of a directive."))]
Which = Annotated[str, typer.Argument(metavar=_("INDICATOR"), help=_("Code of an indicator, such as CT1."))]
Agency = Annotated[
    str, typer.Option("--agency", help=_("Whose figure it is (code or name); without it, of all together."))
]
Key = Annotated[str, typer.Option("--period", help=_("Period, such as 2025-Q3 or Q3/2025."))]
Document = Annotated[str | None, typer.Option("--document-number", help=_("Number of the document that states it."))]


@targets_app.command(
    "list",
    help=_(
        "List the targets of a directive with what has been reached, its money, and what does not agree.\n\n\b\nExamples:\n  dondoc targets list KH88\n  dondoc targets list KH88 --period 2025-Q3 --json"
    ),
)
def list_targets(
    context: typer.Context, code: Code, period: Key = "", day: AsOfDay = None, by: Actor = None, json_: Json = False
) -> None:
    from workflow import terminal
    from workflow.duties.period_key import period_key
    from workflow.targets import showing

    key, on = period_key(period) if period else "", terminal.day(day) if day else None
    told = look(
        context.obj,
        f"directives/{code}/targets",
        {"period": key, "as_of": on},
        lambda view: showing.targets(view, code, today=as_of(context.obj, day).day, period=key),
        by,
    )
    told = showing.figured(told)
    if json_:
        terminal.say_json(told)
        return
    terminal.say(f"{told['code']} ({told['number']})", "")
    _say_indicators(told["indicators"])
    _say_money(told["money"], told["lines"])
    terminal.say(*(f"⚠ {showing.difference_words(one)}" for one in told["differences"]))


def _say_indicators(rows: list[dict[str, Any]]) -> None:
    from workflow import terminal
    from workflow.targets import showing
    from workflow.targets.numbers import say_quantity
    from workflow.targets.term import say_term

    C = terminal.Column
    columns = (
        C("code", _("Code")),
        C("name", _("Indicator"), wide=True),
        C("aim", _("Target"), wide=True),
        C("for", _("Time of the target"), wide=True),
        C("from", _("Baseline"), right=True),
        C("reached", _("Reached"), wide=True),
        C("stands", _("State"), wide=True),
    )
    shown = [
        {
            **row,
            "aim": showing.aim_words(row),
            "for": say_term(row["until"]),
            "from": say_quantity(row["baseline"], row["unit"]) if row["baseline"] is not None else "",
            "reached": showing.value_words(row),
            "stands": showing.state_words(row),
        }
        for row in rows
    ]
    terminal.say(
        *(terminal.table(columns, shown) if rows else [_("No target is stated; see `dondoc targets set`.")]), ""
    )


def _say_money(rows: list[dict[str, Any]], lines: list[dict[str, Any]]) -> None:
    from workflow import terminal
    from workflow.targets import showing

    if not rows:
        return
    C = terminal.Column
    columns = (
        C("purpose", _("Purpose"), wide=True),
        C("beneficiary", _("Beneficiary"), wide=True),
        C("from", _("Source"), wide=True),
        C("needed", _("Needed"), right=True),
        C("planned", _("Planned"), right=True),
        C("allocated", _("Allocated"), right=True),
        C("allocated_rate", _("of the plan (%)"), right=True),
        C("paid", _("Paid out"), right=True),
        C("paid_rate", _("of what is allocated (%)"), right=True),
    )
    terminal.say(_("Money (million đồng)"), *terminal.table(columns, [showing.balance_words(row) for row in rows]), "")
    stated = (
        C("number", _("Amount no."), right=True),
        C("purpose", _("Purpose"), wide=True),
        C("beneficiary", _("Beneficiary"), wide=True),
        C("from", _("Source"), wide=True),
        C("at", _("Stage"), wide=True),
        C("for", _("Period"), wide=True),
        C("amount", _("Amount"), right=True),
        C("where", _("Stated in"), wide=True),
    )
    terminal.say(_("What is stated (million đồng)"), *terminal.table(stated, [showing.line_words(row) for row in lines]), "")  # fmt: skip


@targets_app.command(
    "set",
    help=_(
        'State an indicator with its target, or change one by its code; what is not said stays.\n\nA bare figure is a floor: “45” is “từ 45 trở lên”.\n\n\b\nExamples:\n  dondoc targets set KH88 --name "Số HTX thành lập mới" --unit HTX --target "từ 45 trở lên" --until 2025\n  dondoc targets set KH88 --code CT1 --target "từ 50 trở lên"'
    ),
)
def set_target(
    context: typer.Context,
    code: Code,
    indicator: Annotated[str | None, typer.Option("--code", help=_("Code of an indicator, such as CT1."))] = None,
    name: Annotated[str | None, typer.Option("--name", help=_("What is counted."))] = None,
    unit: Annotated[str | None, typer.Option("--unit", help=_("Unit of its figures: HTX, %, triệu đồng."))] = None,
    target: Annotated[
        str | None, typer.Option("--target", help=_("“từ 45 trở lên”, “dưới 5%”, “30-40%”; “theo dõi” for none."))
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help=_("The time it is for: 2025, 2025-Q4, 2021-2025."))
    ] = None,
    baseline: Annotated[str | None, typer.Option("--baseline", help=_("Where it began."))] = None,
    whole: Annotated[str | None, typer.Option("--whole", help="sum | average | last")] = None,
    task: Annotated[str | None, typer.Option("--task", help=_("Code of the task that it belongs to."))] = None,
    words: Annotated[str | None, typer.Option("--words", help=_("The words of the document."))] = None,
    by: Actor = None,
) -> None:
    from workflow import terminal
    from workflow.directive import find_directive
    from workflow.targets.typed import type_indicator

    given = {
        "code": indicator, "name": name, "unit": unit, "target": target, "until": until, "baseline": baseline, "whole": whole,
        "task": task, "words": words,
    }  # fmt: skip
    texts = {key: value for key, value in given.items() if value is not None}
    with acting(context.obj, by) as (session, how):
        directive = find_directive(session, code, hidden(session, how))
        made, _change = type_indicator(session, directive, texts, **how)
        line = f"{directive.code}, {made.code}: {made.name}: {made.aim().words(made.unit)}"
    terminal.say(line)


@targets_app.command(
    "actual",
    help=_(
        'Record what had been reached by the end of a period; a later figure of the same period corrects it.\n\n\b\nExamples:\n  dondoc targets actual KH88 CT1 --period 2025-Q3 --value 26\n  dondoc targets actual KH88 CT2 --period Q3/2025 --value "59,709 tỷ đồng" --agency STC --document-number 12/BC-STC'
    ),
)
def actual(
    context: typer.Context,
    code: Code,
    indicator: Which,
    period: Key,
    value: Annotated[str, typer.Option("--value", help=_("The figure, as documents write it: 1.022 or 59,709."))],
    agency: Agency = "",
    note: Annotated[str | None, typer.Option("--note", help=_("A remark; it is recorded."))] = None,
    document_number: Document = None,
    by: Actor = None,
) -> None:
    from urllib.parse import quote

    from workflow import terminal
    from workflow.afar import Afar, Server
    from workflow.targets import showing

    given = {
        "code": indicator, "period": period, "value": value, "agency": agency, "note": note, "document_number": document_number,
    }  # fmt: skip
    texts = {key: text for key, text in given.items() if text is not None}
    if isinstance(context.obj, Afar):
        texts["indicator"] = texts.pop("code")
        kept = Server.of(context.obj, by).post(f"directives/{quote(code)}/targets/actual", texts)
        terminal.say(showing.kept_words(kept))
        return
    from workflow.clock import local_day
    from workflow.directive import find_directive
    from workflow.targets.typed import type_actual

    with acting(context.obj, by) as (session, how):
        directive = find_directive(session, code, hidden(session, how))
        today = local_day(how["at"], context.obj.time_zone)
        line = showing.kept_words(showing.kept(*type_actual(session, directive, texts, today=today, **how)))
    terminal.say(line)


@targets_app.command(
    "money",
    help=_(
        'State an amount: for what, from which source, how far it has come. What another document or place states of the same stands beside it.\n\n\b\nExamples:\n  dondoc targets money KH88 --purpose "Đề án HTX" --stage planned --source central --amount "6.726 triệu đồng" --period 2021-2025\n  dondoc targets money KH88 --purpose "Đề án HTX" --stage paid --source local --amount "203 triệu đồng" --beneficiary "HTX An Sơn" --document-number 58/BC-UBND --place "mục III.1"'
    ),
)
def money_(
    context: typer.Context,
    code: Code,
    purpose: Annotated[str, typer.Option("--purpose", help=_("What the money is for."))],
    stage: Annotated[str, typer.Option("--stage", help="needed | planned | allocated | paid")],
    source: Annotated[str, typer.Option("--source", help="total | state | central | local | own | other")],
    amount: Annotated[str, typer.Option("--amount", help=_("With its unit: “6.726 triệu đồng”."))],
    beneficiary: Annotated[str, typer.Option("--beneficiary", help=_("Who gets it; without it, all together."))] = "",
    period: Annotated[str, typer.Option("--period", help=_("The time it is for: 2025, 2025-Q4, 2021-2025."))] = "",
    document_number: Document = None,
    place: Annotated[str, typer.Option("--place", help=_("Where it stands in the document: “mục III.1”."))] = "",
    by: Actor = None,
) -> None:
    from workflow import terminal
    from workflow.directive import find_directive
    from workflow.targets.money import millions, say_key
    from workflow.targets.typed import type_money

    texts = {
        "purpose": purpose, "stage": stage, "source": source, "amount": amount, "beneficiary": beneficiary, "period": period,
        "document_number": document_number or "", "place": place,
    }  # fmt: skip
    with acting(context.obj, by) as (session, how):
        directive = find_directive(session, code, hidden(session, how))
        made, _change = type_money(session, directive, texts, **how)
        line = _("{code}, amount {n}: {of}: {amount} million đồng", code=directive.code, n=made.id, of=say_key(made.key), amount=millions(made.amount))  # fmt: skip
    terminal.say(line)


@targets_app.command(
    "drop",
    help=_(
        'Take out an indicator, one figure of it, or an amount by its number; the history keeps what it said.\n\n\b\nExamples:\n  dondoc targets drop KH88 CT1 --reason "nhập hai lần"\n  dondoc targets drop KH88 CT1 --period 2025-Q3 --agency STC --reason "nhầm kỳ"\n  dondoc targets drop KH88 --amount 3 --reason "nhầm nguồn"'
    ),
)
def drop(
    context: typer.Context,
    code: Code,
    indicator: Annotated[
        str, typer.Argument(metavar=_("INDICATOR"), help=_("Code of an indicator, such as CT1."))
    ] = "",
    period: Key = "",
    agency: Agency = "",
    number: Annotated[
        int | None,
        typer.Option(
            "--amount", min=1, max=2**31 - 1, help=_("Number of an amount, as `dondoc targets list` shows it.")
        ),
    ] = None,
    reason: Reason = "",
    by: Actor = None,
) -> None:
    from workflow import terminal
    from workflow.directive import find_directive
    from workflow.targets.typed import drop_typed

    with acting(context.obj, by) as (session, how):
        directive = find_directive(session, code, hidden(session, how))
        of = drop_typed(session, directive, indicator, period, agency, number, **how, reason=reason)
        line = _("{code}: taken out: {of}.", code=directive.code, of=of)
    terminal.say(line)


targets_app.add_typer(commands_form.app)
app.add_typer(targets_app, name="targets")
