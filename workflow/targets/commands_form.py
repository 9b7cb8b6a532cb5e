"""Targets and money by spreadsheet: the form goes out, and comes back filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workflow.i18n import _
from workflow.options import Actor, AsOfDay, Json, acting, as_of, hidden, looking

app = typer.Typer()


@app.command(
    "form",
    help=_(
        "Write a spreadsheet of what is stated, to be filled in and taken back.\n\n\b\nExample:\n  dondoc targets form KH88 --output bieu.xlsx --period 2025-Q3"
    ),
)
def form(
    context: typer.Context,
    code: Annotated[str, typer.Argument(metavar=_("DIRECTIVE"), help=_("Code or number of a directive."))],
    output: Annotated[Path, typer.Option("--output", help=_("The spreadsheet (.xlsx)."))],
    period: Annotated[
        str, typer.Option("--period", help=_("With a row for each figure that is missing of this period."))
    ] = "",
    day: AsOfDay = None,
    by: Actor = None,
) -> None:
    from workflow import terminal
    from workflow.duties.period_key import period_key
    from workflow.queries import directive_id
    from workflow.targets.form import fresh, write_form

    fresh(output)
    today = as_of(context.obj, day).day
    with looking(context.obj, by) as view:
        found = view.rows("select id, code from directive where id = :id", id=directive_id(view, code))[0]
        n = write_form(output, view, found, today=today, period=period_key(period) if period else "")
    terminal.say(_("{n} rows written to {file}; take it back with `dondoc targets take`.", n=n, file=str(output)))


@app.command(
    "take",
    help=_(
        "Take a filled-in spreadsheet: everything in it, or, where anything is wrong, nothing.\n\n\b\nExamples:\n  dondoc targets take bieu.xlsx --dry-run\n  dondoc targets take bieu.xlsx"
    ),
)
def take(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar=_("FILE"))],
    directive: Annotated[str, typer.Option("--directive", help=_("Code or number of a directive."))] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Do everything but record nothing."))] = False,
    by: Actor = None,
    json_: Json = False,
) -> None:
    from workflow import terminal
    from workflow.clock import local_day
    from workflow.targets import form as sheets

    with acting(context.obj, by) as (session, how):
        today = local_day(how["at"], context.obj.time_zone)
        made = sheets.take(session, file, hidden=hidden(session, how), today=today, named=directive, **how)
        if dry_run:
            session.rollback()
    if json_:
        terminal.say_json({**made.to_json(), "recorded": not dry_run})
        return
    for sheet, counts in made.sheets.items():
        terminal.say(_("{sheet}: {new} new, {changed} changed, {same} as before.", sheet=_(sheet), **counts))
    if dry_run:
        terminal.say(_("Dry run: nothing was recorded."))
