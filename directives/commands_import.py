"""The command that enters a document into the record: a new directive, or a later form of one that is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workflow.i18n import _

if TYPE_CHECKING:
    from sqlmodel import Session

    from directives.amending import Change
    from directives.importing import Particulars
    from directives.proposal import Proposal, TaskProposal
    from workflow.config import Settings
    from workflow.database import Database

app = typer.Typer()

_DOUBTFUL = 0.75  # from this score on, a name may well be the agency it is like: --yes must not enter a second one


@dataclass(frozen=True)
class _Asked:
    """What the options of one import say."""

    code: str | None
    monitor: str | None
    by: str | None
    yes: bool
    dry_run: bool

    @property
    def silent(self) -> bool:
        return self.yes or self.dry_run


class _DryRun(Exception):
    """Rolls a finished import back."""


@app.command(
    "import",
    help=_(
        "Read a document, ask about what is unclear, and record its tasks, all or nothing. A corrected copy or an amending document is compared with what is recorded.\n\n\b\nExamples:\n  dondoc import ke-hoach.docx\n  dondoc import cong-van.pdf --number 1026/UBND-KT --issued 04/7/2025\n  dondoc import ke-hoach.docx --yes --monitor STC\n  dondoc import --from-sheet ke-hoach.xlsx\n  dondoc import dieu-chinh.pdf --amends KH88"
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
    amends: Annotated[
        str | None,
        typer.Option("--amends", help=_("The recorded directive that it changes, where it does not say so.")),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help=_("Agree to everything, also to entering unknown agencies."))
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Do everything but record nothing."))] = False,
    by: Annotated[str | None, typer.Option("--by", help=_("Who acts (default: $DONDOC_ACTOR or the account)."))] = None,
) -> None:
    from directives import amending, importing
    from workflow import terminal
    from workflow.errors import Refused
    from workflow.options import opened, who

    settings: Settings = context.obj
    asked = _Asked(code, monitor, by, yes, dry_run)
    proposal = _read(settings, file, from_sheet)
    with opened(settings) as database:
        with database.transaction() as session:
            who(session, settings, by, "import", "import")  # before anything of the record is shown
            known = importing.already(session, proposal)
            if known and not from_sheet:
                raise Refused(
                    "This document is already in the record as {code} (number {number}).",
                    code=known.code,
                    number=known.number,
                )
        _complete(proposal, number, issued, ask=not asked.silent)
        with database.transaction() as session:
            base = amending.base(session, proposal, amends)
            earlier = base and (base.code, amending.cited(base.number, base.issued_on))
            own = base and not amending.is_later_document(base, proposal)
            changes = amending.compare(session, base, proposal) if base else []
        if earlier and (own or _is_amended(earlier[1], asked)):
            line = _take_over(database, settings, proposal, earlier[0], changes, asked)
        else:
            line = _enter(database, settings, proposal, asked)
    terminal.say(line)


def _read(settings: Settings, file: Path | None, sheet: Path | None) -> Proposal:
    from directives.apart import Reader
    from workflow.errors import BadInput

    if (file is None) == (sheet is None):
        raise BadInput("Name either a document or --from-sheet.")
    if sheet:
        from directives.sheet import read

        return read(sheet)
    with Reader(settings.reading) as reader:
        return reader.propose(file or Path())


def _complete(proposal: Proposal, number: str | None, issued: str | None, *, ask: bool) -> None:
    """Fill what the clerk left blank: from the options, else from the person."""
    from directives import correcting
    from workflow import terminal

    head = proposal.head
    told = number or head.number or (terminal.ask(_("Number of the document")) if ask else None)
    said = issued or (terminal.ask(_("Day of issue")) if ask and not head.issued else None)
    correcting.complete(proposal, told, terminal.day(said) if said else None)


def _is_amended(earlier: str, asked: _Asked) -> bool:
    from workflow import terminal

    return asked.silent or terminal.confirm(
        _("This document changes {document}, which is recorded. Compare it with that one?", document=earlier),
        default=True,
    )


def _enter(database: Database, settings: Settings, proposal: Proposal, asked: _Asked) -> str:
    """Record a new directive and return what to say of it."""
    from directives import dialogue, importing, screen
    from workflow import terminal
    from workflow.errors import Refused
    from workflow.task import undecided
    from workflow.timing import Kind

    exclusive = settings.timing.before_is_exclusive
    terminal.say(*screen.lines(proposal, exclusive), "")
    if not asked.silent:
        dialogue.settle(proposal, exclusive)
    meant = _meant(database, proposal, proposal.tasks, settings, asked)
    if not asked.silent and not terminal.confirm(_("Record these {n} tasks?", n=len(proposal.tasks))):
        raise Refused("Nothing was recorded.")

    def write(session: Session, extra: Particulars, how: dict[str, Any]) -> str:
        directive = importing.enact(session, proposal, extra, **how)
        told = _(
            "{code} is recorded: {n} tasks, {questions} with something to look at. List them with `dondoc tasks --directive {code}`.",
            code=directive.code,
            n=len(proposal.tasks),
            questions=sum(1 for task in proposal.tasks if task.issues),
        )
        open_cycles = sum(task.understood().kind is Kind.CYCLE_UNKNOWN for task in undecided(session, directive))
        if open_cycles:
            told += "\n" + _(
                "{n} tasks say “Định kỳ” and no cycle; `dondoc cycle set {code}` proposes one.",
                n=open_cycles,
                code=directive.code,
            )
        return told

    return _written(database, settings, proposal, asked, meant, write)


def _take_over(
    database: Database, settings: Settings, proposal: Proposal, code: str, changes: list[Change], asked: _Asked
) -> str:
    """Record what is agreed of a later document and return what to say of it."""
    from sqlmodel import select

    from directives import amending, dialogue
    from directives.amending import Sort
    from workflow import terminal
    from workflow.directive import Directive
    from workflow.errors import Refused

    if not changes:
        raise Refused("This document asks nothing that is not in the record as {code}.", code=code)
    counts = {sort: sum(change.sort is sort for change in changes) for sort in Sort}
    told = _(
        "Compared with {code}: {added} new, {changed} changed, {gone} no longer there.",
        code=code,
        added=counts[Sort.ADDED],
        changed=counts[Sort.CHANGED],
        gone=counts[Sort.GONE],
    )
    terminal.say(told)
    if asked.silent:
        for change in changes:
            terminal.say("", *dialogue.show(change))
    agreed = changes if asked.silent else dialogue.agree(changes)
    if not agreed:
        raise Refused("Nothing was recorded.")
    meant = _meant(database, proposal, [c.proposed for c in agreed if c.proposed], settings, asked)

    def write(session: Session, extra: Particulars, how: dict[str, Any]) -> str:
        directive = session.exec(select(Directive).where(Directive.code == code)).one()
        amending.amend(session, directive, proposal, agreed, extra, **how)
        return _(
            "{code}: {n} changes recorded, {left} not taken over. See them with `dondoc tasks --directive {code}`.",
            code=code,
            n=len(agreed),
            left=len(changes) - len(agreed),
        )

    return _written(database, settings, proposal, asked, meant, write)


def _meant(
    database: Database, proposal: Proposal, tasks: list[TaskProposal], settings: Settings, asked: _Asked
) -> dict[str, str | None]:
    """Which agency each unknown name means (its code), None for a new one; says first how the known ones are understood."""
    from directives import dialogue, importing
    from directives.naming import label
    from workflow import clock, terminal
    from workflow.errors import Refused

    with database.transaction() as session:
        names = importing.names_of(session, proposal)
        told = list(names.told(tasks, clock.local_day(clock.now(), settings.time_zone)))
        unknown = names.unknown(tasks)
        alike = {name: {label(c.agency, names.register): c.agency.code for c in near} for name, near in unknown.items()}
    if told:
        terminal.say(_("Names as the register knows them:"), *told, "")
    if asked.silent:
        doubtful = [name for name, near in unknown.items() if near and near[0].named and near[0].score >= _DOUBTFUL]
        if doubtful:
            shown = "\n".join(f"  {name}: {'; '.join(alike[name])}" for name in doubtful)
            raise Refused(
                "A person must say which agency these names mean; import without --yes, or teach the name with `dondoc agencies alias`:\n{names}",
                names=shown,
            )
        if unknown:
            terminal.say(_("Not in the register yet, entered with the document: {names}.", names="; ".join(unknown)))
        return dict.fromkeys(unknown)
    chosen = dialogue.introduce({name: list(agencies) for name, agencies in alike.items()})
    return {name: shown and alike[name][shown] for name, shown in chosen.items()}


def _written(
    database: Database, settings: Settings, proposal: Proposal, asked: _Asked, meant: dict[str, str | None], write: Any
) -> str:
    """Write everything in one transaction and return what to say; a dry run takes it back."""
    from directives.importing import prepare
    from workflow.options import who

    try:
        with database.transaction() as session:
            acts = who(session, settings, asked.by, "import", "import")
            extra = prepare(session, settings, proposal, meant, code=asked.code, monitor=asked.monitor, at=acts["at"])
            line: str = write(session, extra, acts)
            if asked.dry_run:
                raise _DryRun(line)
    except _DryRun as stopped:
        return f"{stopped} " + _("Dry run: nothing was recorded.")
    return line
