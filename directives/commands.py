"""Commands about documents that write nothing: read one or a folder, explain a time phrase; and the one that imports."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from directives import commands_import
from workflow.i18n import _

if TYPE_CHECKING:
    from datetime import date

    from workflow.timing import Timing

app = typer.Typer()
app.add_typer(commands_import.app)

FileOrFolder = Annotated[
    Path, typer.Argument(metavar=_("FILE"), help=_("A document, or a folder of documents to look through."))
]
Json = Annotated[bool, typer.Option("--json", help=_("Print JSON for programs."))]


@app.command(
    "read",
    help=_(
        "Show what a document asks of whom; writes nothing.\n\n\b\nExamples:\n  dondoc read ke-hoach.docx\n  dondoc read phu-luc.pdf --json\n  dondoc read van-ban-den/\n  dondoc read ke-hoach.pdf --sheet ke-hoach.xlsx"
    ),
)
def read(
    context: typer.Context,
    file: FileOrFolder,
    sheet: Annotated[
        Path | None,
        typer.Option(
            "--sheet", help=_("Write the proposal as a spreadsheet to correct; load it with import --from-sheet.")
        ),
    ] = None,
    json_: Json = False,
) -> None:
    from directives import folder, screen
    from directives.apart import Reader
    from workflow import terminal

    with Reader(context.obj.reading) as reader:
        if file.is_dir():
            lines = folder.survey(file, reader)
            if json_:
                terminal.say_json([line.to_json() for line in lines])
            else:
                terminal.say(*folder.table(list(lines)))
            return
        proposal = reader.propose(file)
    if sheet:
        from directives.sheet import write

        write(proposal, sheet)
        terminal.say(
            _(
                "{n} tasks are in {file}; correct them and load it with `dondoc import --from-sheet`.",
                n=len(proposal.tasks),
                file=str(sheet),
            )
        )
    elif json_:
        terminal.say_json(proposal.to_json())
    else:
        terminal.say(*screen.lines(proposal, context.obj.timing.before_is_exclusive))


@app.command(
    "timing",
    help=_(
        'Explain a time phrase.\n\n\b\nExamples:\n  dondoc timing "Quý II và IV" --issued 11/4/2025\n  dondoc timing "trước ngày 15/7/2025" --json'
    ),
)
def timing(
    context: typer.Context,
    phrase: Annotated[str | None, typer.Argument(metavar=_("PHRASE"))] = None,
    issued: Annotated[
        str | None, typer.Option("--issued", help=_("Day the document was issued (default: today)."))
    ] = None,
    year: Annotated[
        int | None, typer.Option("--year", help=_("Year of the plan (default: of the issue)."), min=1990, max=2100)
    ] = None,
    batch: Annotated[
        bool,
        typer.Option("--batch", help=_("Read JSON lines with phrase, issued and year; print a JSON line for each.")),
    ] = False,
    json_: Json = False,
) -> None:
    from directives.phrases import understand
    from workflow import clock, terminal
    from workflow.errors import BadInput

    exclusive = context.obj.timing.before_is_exclusive
    if batch:
        for number, line in enumerate(sys.stdin, 1):
            if line.strip():
                words, day, wanted = _asked_line(line, number)
                found = understand(words, day, wanted, before_is_exclusive=exclusive)
                print(json.dumps(answer(found, wanted), ensure_ascii=False))
        return
    if phrase is None:
        raise BadInput("Give a phrase, or --batch.")
    day = terminal.day(issued) if issued else clock.local_day(clock.now(), context.obj.time_zone)
    found = understand(phrase, day, year, before_is_exclusive=exclusive)
    reply = answer(found, year or day.year)
    if json_:
        terminal.say_json(reply)
        return
    from workflow.timing import KIND_LABELS, show_day

    terminal.say(
        _("“{phrase}”: {kind}", phrase=phrase, kind=_(KIND_LABELS[found.kind])),
        *(_("  Due: {day}", day=show_day(terminal.day(due))) for due in reply["due"]),
        found.explain(),
    )
    if found.needs_person:
        terminal.say(_("⚠ A person must decide."))


def _asked_line(line: str, number: int) -> tuple[str, date, int]:
    """Phrase, day of issue and plan year of one JSON line; raises BadInput naming the line."""
    from workflow import terminal
    from workflow.errors import BadInput

    try:
        asked = json.loads(line)
        day = terminal.day(asked["issued"])
        words, wanted = str(asked["phrase"]), int(asked.get("year") or day.year)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput("Line {n} is not an object with phrase, issued and year.", n=number) from error
    return words, day, wanted


def answer(found: Timing, year: int) -> dict[str, Any]:
    """What other programs are told of a phrase; a recurring one lists the due days of the plan's year, if they are certain."""
    from datetime import date

    from workflow.timing import Kind

    windows = found.windows
    if found.kind is Kind.RECURRING:
        windows = () if found.needs_person else tuple(found.occurrences(date(year, 1, 1), date(year, 12, 31)))
    return {
        "kind": found.kind,
        "due": [w.due.isoformat() for w in windows],
        "cycle": found.cycle,
        "needs_person": found.needs_person,
        "reason": found.explain(),
    }
