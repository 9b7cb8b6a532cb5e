"""Commands about reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reports import commands_letter, commands_report
from workflow.i18n import _
from workflow.options import Agency, AsOfDay, Directive, Json, as_of, look, warn_of_silence

if TYPE_CHECKING:
    from workflow.snapshot import Snapshot

app = typer.Typer()
app.add_typer(commands_letter.app)
app.add_typer(commands_report.app)


@app.command(
    "overdue",
    help=_(
        "Review what is overdue.\n\n\b\nExamples:\n  dondoc overdue\n  dondoc overdue --as-of 15/10/2025 --by agency\n  dondoc overdue --agency STC --json"
    ),
)
def overdue(
    context: typer.Context,
    day: AsOfDay = None,
    by: Annotated[str | None, typer.Option("--by", help="agency | directive")] = None,
    agency: Agency = None,
    directive: Directive = None,
    json_: Json = False,
) -> None:
    from workflow import terminal
    from workflow.errors import BadInput

    if by and by not in ("agency", "directive"):
        raise BadInput("“{value}” is none of: {known}.", value=by, known="agency, directive")

    def here(view: Snapshot) -> object:
        from reports import overdue as report
        from workflow import queries

        looked, wanted = as_of(context.obj, day), queries.Wanted(directive=directive, agency=agency)
        warn_of_silence(context.obj, view)
        if not json_:
            return report.build(view, looked, wanted, by).to_json()
        return queries.tally(view, looked, by, wanted) if by else report.found(view, looked, wanted)

    path = "reports/overdue" if not json_ else "tally" if by else "overdue"
    asked = {"as_of": day and terminal.day(day), "by": by, "agency": agency, "directive": directive}
    found = look(context.obj, path, asked, here)
    if json_:
        terminal.say_json(found)
        return
    from reports import screen
    from reports.report import Report

    terminal.say(screen.text(Report.from_json(found)))
