"""Commands that question the ledger: why somebody was reminded or not, and what comes."""

from __future__ import annotations

from typing import Annotated

import typer

from workflow.i18n import _
from workflow.options import Agency, Code, Json, looking

app = typer.Typer()
reminders_app = typer.Typer(no_args_is_help=True, help=_("Reminders that are to come."))
app.add_typer(reminders_app, name="reminders")


@app.command(
    "why-reminded",
    help=_(
        "What was told about a task, to whom, when it left and what the server answered; and what is planned.\n\n\b\nExamples:\n  dondoc why-reminded KH88-II.3\n  dondoc why-reminded KH88-II.3 --agency STC --json"
    ),
)
def why_reminded(context: typer.Context, code: Code, agency: Agency = None, json_: Json = False) -> None:
    from datetime import timedelta
    from zoneinfo import ZoneInfo

    from notifications import ledger as planned
    from workflow import clock, ledger, terminal
    from workflow.periods import show_day, show_period

    zone = ZoneInfo(context.obj.time_zone)
    today = clock.local_day(clock.now(), context.obj.time_zone)
    with looking(context.obj) as view:
        planned.known(view, code)
        lines = ledger.told(view, code, agency)
        coming = planned.plan(view, context.obj, today, today + timedelta(days=366), agency=agency, code=code)
    done = {(row["agency_code"], row["period"], row["rung"], row["due_on"]) for row in lines}
    coming = [r for r in coming if (r["agency_code"], r["period"], r["rung"], r["due_on"]) not in done]
    if json_:
        terminal.say_json({"told": lines, "planned": coming})
        return
    rows = ledger.shown(lines, zone)
    rows += [
        {
            "when": show_day(row["day"]),
            "rung": ledger.say_rung(row["rung"]),
            "due": show_day(row["due_on"]) if row["due_on"] else "–",
            "reader": "; ".join(row["recipients"]) or "–",
            "state": _("planned"),
            "part": f"{row['agency']}, {show_period(row['period'])}",
        }
        for row in coming[:12]
    ]
    C = terminal.Column
    columns = (
        C("when", _("When")),
        C("rung", _("Why"), wide=True),
        C("due", _("Due")),
        C("reader", _("To"), wide=True),
        C("state", _("State"), wide=True),
        C("letter", _("Letter"), right=True),
        C("reply", _("Server's answer"), wide=True),
        *([C("part", _("Agency"), wide=True)] if len({row["part"] for row in rows}) > 1 else ()),
    )
    if rows:
        terminal.say(*terminal.table(columns, rows))
    else:
        terminal.say(
            _("Nothing was told about {code}, and nothing is planned; see `dondoc why-not {code}`.", code=code.upper())
        )
    if len(coming) > 12:
        terminal.say(_("… and {n} more; `dondoc reminders plan` shows them by day.", n=len(coming) - 12))


@app.command(
    "why-not",
    help=_("Why nobody was reminded of a task on a day.\n\n\b\nExample:\n  dondoc why-not KH88-II.3 --on 8/9/2025"),
)
def why_not(
    context: typer.Context,
    code: Code,
    on: Annotated[str | None, typer.Option("--on", help=_("The day asked about (default: today)."))] = None,
    agency: Agency = None,
    json_: Json = False,
) -> None:
    from notifications import ledger
    from workflow import clock, terminal
    from workflow.periods import show_day, show_period

    today = clock.local_day(clock.now(), context.obj.time_zone)
    day = terminal.day(on) if on else today
    with looking(context.obj) as view:
        ledger.known(view, code)
        found = ledger.why_not(view, context.obj, code, day, today=today, agency=agency)
    if json_:
        terminal.say_json(found)
        return
    for part in found:
        head = {
            "code": part["code"],
            "agency": part["agency"],
            "period": show_period(part["period"]),
            "day": show_day(day),
        }
        terminal.say(_("{code}, {agency}, {period}, on {day}:", **head), *(f"  - {line}" for line in part["words"]))


@reminders_app.command(
    "plan",
    help=_(
        "Who will be told what, day by day, if everything stays as it is.\n\n\b\nExamples:\n  dondoc reminders plan\n  dondoc reminders plan --from 1/9/2025 --to 30/9/2025 --agency STC --json"
    ),
)
def plan(
    context: typer.Context,
    first: Annotated[str | None, typer.Option("--from", help=_("First day (default: today)."))] = None,
    last: Annotated[str | None, typer.Option("--to", help=_("Last day (default: three weeks later)."))] = None,
    agency: Agency = None,
    json_: Json = False,
) -> None:
    from datetime import timedelta

    from notifications import ledger as planned
    from workflow import clock, ledger, terminal
    from workflow.periods import show_day

    begin = terminal.day(first) if first else clock.local_day(clock.now(), context.obj.time_zone)
    end = terminal.day(last) if last else begin + timedelta(days=21)
    with looking(context.obj) as view:
        rows = planned.plan(view, context.obj, begin, end, agency=agency)
    if json_:
        terminal.say_json(rows)
        return
    shown = [
        {
            **row,
            "day": show_day(row["day"]),
            "due": show_day(row["due_on"]) if row["due_on"] else "–",
            "rung": ledger.say_rung(row["rung"]),
            "recipients": "; ".join(row["recipients"]) or _("nobody can be written to"),
        }
        for row in rows
    ]
    C = terminal.Column
    columns = (
        C("day", _("Day")),
        C("code", _("Task")),
        C("agency", _("Agency"), wide=True),
        C("due", _("Due")),
        C("rung", _("Why"), wide=True),
        C("recipients", _("To"), wide=True),
    )
    span = {"first": show_day(begin), "last": show_day(end)}
    if shown:
        terminal.say(*terminal.table(columns, shown), "")
    terminal.say(_("{n} reminders from {first} to {last}.", n=len(rows), **span))
