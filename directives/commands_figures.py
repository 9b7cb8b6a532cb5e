"""The command that shows the figures of a document: what it aims at, the money it states, and what does not agree."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workflow.i18n import _

app = typer.Typer()


@app.command(
    "figures",
    help=_(
        "Show what a document aims at in figures and the money it states; nothing is recorded.\n\n\b\nExamples:\n  dondoc figures bao-cao.docx\n  dondoc figures ke-hoach.xlsx --json\n  dondoc figures bao-cao.docx --directive KH88 --output bieu.xlsx"
    ),
)
def figures(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("A document."))],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", help=_("Write them as a spreadsheet to correct; `dondoc targets take` takes it (.xlsx).")
        ),
    ] = None,
    directive: Annotated[
        str, typer.Option("--directive", help=_("The directive that the spreadsheet is of, by its code or number."))
    ] = "",
    document_number: Annotated[
        str, typer.Option("--document-number", help=_("Number of the document, where its head does not state it."))
    ] = "",
    json_: Annotated[bool, typer.Option("--json", help=_("Print JSON for programs."))] = False,
) -> None:
    from directives.apart import Reader
    from directives.figures import screen
    from workflow import terminal
    from workflow.errors import BadInput

    if (directive or document_number) and not output:
        raise BadInput("--directive and --document-number are for a spreadsheet; name it with --output.")
    if output:
        from workflow.targets.form import fresh

        fresh(output)
    with Reader(context.obj.reading) as reader:
        found = reader.figures(file)
    if output:
        from directives.figures import sheet

        n = sheet.write(found, output, directive=directive, document=document_number)
        tell = terminal.warn if json_ else terminal.say
        tell(_("{n} rows written to {file}; check them, then take them with `dondoc targets take`.", n=n, file=str(output)))  # fmt: skip
    if json_:
        terminal.say_json(found.to_json())
    elif not output:
        terminal.say(*screen.lines(found))
