"""Commands about documents that write nothing: read one or a folder, explain a time phrase; and the one that imports."""

from __future__ import annotations

import json
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from directives import commands_figures, commands_import
from workflow.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from workflow.calendar import WorkingCalendar
    from workflow.periods import Window
    from workflow.timing import Timing

app = typer.Typer()
app.add_typer(commands_import.app)
app.add_typer(commands_figures.app)

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
    from workflow import awaited, clock, terminal
    from workflow.errors import BadInput

    exclusive, calendar = context.obj.timing.before_is_exclusive, awaited.calendar_at(context.obj.database.url)
    if batch:

        @lru_cache(maxsize=8192)  # a plan says "Quý IV" a hundred times
        def replied(words: str, day: date, wanted: int) -> str:
            found = understand(words, day, wanted, before_is_exclusive=exclusive)
            return json.dumps(answer(found, wanted, calendar), ensure_ascii=False)

        for number, line in enumerate(sys.stdin, 1):
            if line.strip():
                print(replied(*_asked_line(line, number)))
        return
    if phrase is None:
        raise BadInput("Give a phrase, or --batch.")
    day = terminal.day(issued) if issued else clock.local_day(clock.now(), context.obj.time_zone)
    found = understand(phrase, day, year, before_is_exclusive=exclusive)
    if json_:
        terminal.say_json(answer(found, year or day.year, calendar) | {"explanation": in_both(found)})
    else:
        terminal.say(*explained(found, day, year or day.year, calendar))


def explained(found: Timing, issued: date, year: int, calendar: WorkingCalendar) -> Iterator[str]:
    """A phrase for a person: what sort of deadline it is, every day with how it is counted, why, and what is doubtful."""
    from workflow.periods import show_day, show_period
    from workflow.timing import KIND_LABELS, Kind

    yield _("“{phrase}”: {kind}", phrase=found.words, kind=_(KIND_LABELS[found.kind]))
    windows = within(found, year, calendar)
    if found.rules:  # what lay before the issue was nobody's duty
        windows = [w for w in windows if w.due >= issued] or within(found, year + 1, calendar)
    for window in windows:
        title = show_period(window.key) if found.kind is not Kind.DEADLINE else ""
        yield _("  Due: {day}", day=show_day(window.due)) + (f"  ({title})" if title else "")
        yield from (f"    {told}" for told in window.told())
    if found.event and not found.happened_on:
        yield "  " + _("Event: {event}", event=" ".join(filter(None, [str(found.offset or ""), found.event])))
    yield found.explain()
    if found.needs_person:
        yield _("⚠ A person must decide.")


def _asked_line(line: str, number: int) -> tuple[str, date, int]:
    """Phrase, day of issue and plan year of one JSON line; raises BadInput naming the line."""
    from workflow import terminal
    from workflow.errors import BadInput

    try:
        asked = json.loads(line)
        day, words, wanted = terminal.day(asked["issued"]), asked["phrase"], asked.get("year") or 0
        if not isinstance(words, str) or type(wanted) is not int or not (wanted == 0 or 1990 <= wanted <= 2100):
            raise ValueError(line)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, BadInput) as error:
        raise BadInput("Line {n} is not an object with phrase, issued and year.", n=number) from error
    return words, day, wanted or day.year


def within(found: Timing, year: int, calendar: WorkingCalendar) -> list[Window]:
    """The windows of a timing; of a recurring one those due in the plan's year."""
    from datetime import date

    if found.rules:
        return found.occurrences(date(year, 1, 1), date(year, 12, 31), calendar)
    return found.occurrences(date.min, date.max, calendar)


def answer(found: Timing, year: int, calendar: WorkingCalendar) -> dict[str, Any]:
    """What other programs are told of a phrase (the contract of `--batch`): a reference to another document counts as undetermined."""
    from workflow.timing import Kind

    windows = within(found, year, calendar)
    return {
        "kind": Kind.UNDETERMINED if found.kind is Kind.BY_REFERENCE else found.kind,
        "due": sorted({w.due.isoformat() for w in windows}),
        "cycle": found.cycle,
        "needs_person": found.needs_person or any(w.doubtful for w in windows),
        "reason": " ".join([found.explain(), *(told for w in windows for told in w.told())]),
    }


def in_both(found: Timing) -> dict[str, str]:
    """The explanation in Vietnamese and in English."""
    from workflow import i18n

    spoken, told = i18n.language(), {}
    for language in i18n.LANGUAGES:
        i18n.set_language(language)
        told[language] = found.explain()
    i18n.set_language(spoken)
    return told
