"""Commands about reports."""

from __future__ import annotations

from typing import Annotated

import typer

from workflow.i18n import _
from workflow.options import Agency, AsOfDay, Directive, Json, as_of

app = typer.Typer()


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
    from reports import overdue as report
    from workflow import queries, terminal
    from workflow.errors import BadInput
    from workflow.snapshot import snapshot

    if by and by not in ("agency", "directive"):
        raise BadInput("“{value}” is none of: {known}.", value=by, known="agency, directive")
    looked, wanted = as_of(context.obj, day), queries.Wanted(directive=directive, agency=agency)
    with snapshot(context.obj.database.url) as view:
        if json_:
            terminal.say_json(queries.tally(view, looked, by, wanted) if by else queries.overdue(view, looked, wanted))
            return
        built = report.build(view, looked, wanted, by)
    from reports import screen

    terminal.say(screen.text(built))
