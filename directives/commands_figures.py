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
        "Show what a document aims at in figures and the money it states; writes nothing.\n\n\b\nExamples:\n  dondoc figures bao-cao.docx\n  dondoc figures ke-hoach.xlsx --json"
    ),
)
def figures(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("A document."))],
    json_: Annotated[bool, typer.Option("--json", help=_("Print JSON for programs."))] = False,
) -> None:
    from directives.apart import Reader
    from directives.figures import screen
    from workflow import terminal

    with Reader(context.obj.reading) as reader:
        found = reader.figures(file)
    if json_:
        terminal.say_json(found.to_json())
    else:
        terminal.say(*screen.lines(found))
