"""Commands about reports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reports import commands_letter, commands_report
from workflow.i18n import _
from workflow.options import Agency, AsOfDay, Code, Directive, Json, as_of, look, looking, warn_of_silence

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


@app.command(
    "inherited",
    help=_(
        "What an agency took over from those it succeeded, and how it stands.\n\n\b\nExamples:\n  dondoc inherited LS.05986\n  dondoc inherited STC --from SKHDT --output tiep-nhan.docx"
    ),
)
def inherited(
    context: typer.Context,
    heir: Annotated[str, typer.Argument(metavar=_("HEIR"))],
    former: Annotated[str | None, typer.Option("--from", help=_("The agency that ends (code or name)."))] = None,
    output: Annotated[Path | None, typer.Option("--output", help=_("Write the report as .xlsx or .docx."))] = None,
    day: AsOfDay = None,
    json_: Json = False,
) -> None:
    from reports import inherited as report
    from reports import screen, writing
    from workflow import queries, terminal

    looked = as_of(context.obj, day)
    with looking(context.obj) as view:
        ids = queries.agency_id(view, heir), queries.agency_id(view, former) if former else None
        if json_:
            terminal.say_json(report.rows(view, looked, *ids))
            return
        built = report.build(view, looked, *ids)
    if output:
        writing.write(built, output)
        terminal.say(_("Written to {file}.", file=str(output)))
    else:
        terminal.say(screen.text(built))


@app.command(
    "proof",
    help=_(
        "The proof of what was told about a task, to whom and when, to print for an inspection.\n\n\b\nExample:\n  dondoc proof KH88-II.3 --output chung-minh.docx"
    ),
)
def proof(
    context: typer.Context,
    code: Code,
    agency: Agency = None,
    output: Annotated[Path | None, typer.Option("--output", help=_("Write the report as .xlsx or .docx."))] = None,
    json_: Json = False,
) -> None:
    from reports import proof as report
    from reports import screen, writing
    from workflow import ledger, terminal

    with looking(context.obj) as view:
        if json_:
            terminal.say_json(ledger.told(view, code, agency))
            return
        built = report.build(view, as_of(context.obj, None), code, agency)
    if output:
        writing.write(built, output)
        terminal.say(_("Written to {file}.", file=str(output)))
    else:
        terminal.say(screen.text(built))
