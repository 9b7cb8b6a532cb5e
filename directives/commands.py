"""Commands about documents: read one, import one, explain a time phrase."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workflow.i18n import _

if TYPE_CHECKING:
    from datetime import date

    from sqlmodel import Session

    from directives.proposal import Proposal
    from workflow.config import Settings
    from workflow.timing import Timing

app = typer.Typer()

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
    "import",
    help=_(
        "Read a document and record its tasks, all or nothing, once you agree.\n\n\b\nExamples:\n  dondoc import ke-hoach.docx\n  dondoc import cong-van.pdf --number 1026/UBND-KT --issued 04/7/2025\n  dondoc import ke-hoach.docx --yes --monitor STC\n  dondoc import --from-sheet ke-hoach.xlsx"
    ),
)
def import_(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar=_("FILE"), help=_("A document, or nothing with --from-sheet."))
    ] = None,
    from_sheet: Annotated[
        Path | None, typer.Option("--from-sheet", help=_("A corrected spreadsheet that `dondoc read --sheet` wrote."))
    ] = None,
    number: Annotated[
        str | None, typer.Option("--number", help=_("Number of the document, where it is blank or misread."))
    ] = None,
    issued: Annotated[
        str | None, typer.Option("--issued", help=_("Day of issue, where it is blank or misread."))
    ] = None,
    code: Annotated[
        str | None, typer.Option("--code", help=_("Short code for it (default: made of the number)."))
    ] = None,
    monitor: Annotated[str | None, typer.Option("--monitor", help=_("The agency that confirms its results."))] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help=_("Agree to everything, also to entering unknown agencies."))
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Do everything but record nothing."))] = False,
    by: Annotated[str | None, typer.Option("--by", help=_("Who acts (default: $DONDOC_ACTOR or the account)."))] = None,
) -> None:
    from directives import screen
    from directives.apart import Reader
    from directives.importing import already, unknown_agencies
    from workflow import terminal
    from workflow.errors import BadInput, Refused
    from workflow.options import opened

    settings: Settings = context.obj
    if (file is None) == (from_sheet is None):
        raise BadInput("Name either a document or --from-sheet.")
    if from_sheet:
        from directives.sheet import read as load

        proposal = load(from_sheet)
    else:
        with Reader(settings.reading) as reader:
            proposal = reader.propose(file or Path())
    with opened(settings) as database:
        with database.transaction() as session:
            known = already(session, proposal)
            if known:
                raise Refused(
                    "This document is already in the record as {code} (number {number}).",
                    code=known.code,
                    number=known.number,
                )
            unknown = unknown_agencies(session, proposal)
        _complete(proposal, number, issued, ask=not yes)
        terminal.say(*screen.lines(proposal, settings.timing.before_is_exclusive), "")
        if unknown:
            terminal.say(_("Not in the register yet: {names}.", names="; ".join(unknown)))
        _agree(len(unknown), len(proposal.tasks), agreed=yes or dry_run)
        try:
            with database.transaction() as session:
                line = _enact(session, settings, proposal, _Answers(code, monitor, by), unknown)
                if dry_run:
                    raise _DryRun(line)
        except _DryRun as stopped:
            line = str(stopped) + " " + _("Dry run: nothing was recorded.")
    terminal.say(line)


def _complete(proposal: Proposal, number: str | None, issued: str | None, *, ask: bool) -> None:
    """Fill what the clerk left blank: from the options, else from the person."""
    from workflow import terminal

    head = proposal.head
    head.number = number or head.number or (_asked(_("Number of the document")) if ask else None)
    said = issued or (_asked(_("Day of issue")) if ask and not head.issued else None)
    head.issued = terminal.day(said) if said else head.issued


def _agree(unknown: int, tasks: int, *, agreed: bool) -> None:
    """Ask before anything is written; a No leaves everything as it was."""
    from workflow.errors import Refused

    if unknown and not agreed and not typer.confirm(_("Enter these {n} agencies?", n=unknown)):
        raise Refused("Nothing was recorded. Enter the agencies with `dondoc agencies add`, or agree to it here.")
    if not agreed and not typer.confirm(_("Record these {n} tasks?", n=tasks)):
        raise Refused("Nothing was recorded.")


class _DryRun(Exception):
    """Rolls a finished import back."""


class _Answers:
    """What the options say beside the document."""

    def __init__(self, code: str | None, monitor: str | None, by: str | None) -> None:
        self.code, self.monitor, self.by = code, monitor, by


def _enact(session: Session, settings: Settings, proposal: Proposal, answers: _Answers, unknown: list[str]) -> str:
    from directives.importing import Particulars, add_agencies, enact
    from workflow import clock, terminal
    from workflow.agency import known_agency
    from workflow.audit import By

    add_agencies(session, unknown)
    monitor = answers.monitor or settings.office.monitor
    extra = Particulars(
        code=answers.code,
        monitor=known_agency(session, monitor) if monitor else None,
        before_is_exclusive=settings.timing.before_is_exclusive,
    )
    directive = enact(session, proposal, extra, by=By(terminal.actor(answers.by), "import"), at=clock.now())
    undecided = sum(1 for task in proposal.tasks if task.issues)
    return _(
        "{code} is recorded: {n} tasks, {questions} with something to look at. List them with `dondoc tasks --directive {code}`.",
        code=directive.code,
        n=len(proposal.tasks),
        questions=undecided,
    )


def _asked(prompt: str) -> str | None:
    answer: str = typer.prompt(prompt, default="", show_default=False)
    return answer.strip() or None


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
