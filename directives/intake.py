"""Documents handed in through a page or a program: kept, read apart, corrected by people, and entered in the record or put aside."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pydantic import TypeAdapter
from sqlalchemy import update
from sqlmodel import Session, col, select

from directives import amending, importing
from directives.amending import Change
from directives.apart import Reader
from directives.document import Document, Place
from directives.naming import label
from directives.proposal import Proposal
from workflow import audit, clock
from workflow.access.permits import permit_office
from workflow.agency import known_agency
from workflow.audit import By
from workflow.directive import Directive
from workflow.errors import BadInput, NotFound, Overtaken, Problem, Refused
from workflow.file_kinds import ALLOWED, DOCUMENTS
from workflow.i18n import N_
from workflow.received import WAITING, ReceivedDocument, State, say_problem
from workflow.snapshot import Row, Snapshot, stored

if TYPE_CHECKING:
    from workflow.config import Settings
    from workflow.database import Database
    from workflow.evidence import EvidenceStore

log = logging.getLogger(__name__)
READ = {kind for name, kind in ALLOWED.items() if name in DOCUMENTS or name.startswith("doc,")}
MOST_TASKS = 2000  # of one document on a page
SLACK = timedelta(seconds=30)  # beyond the bound of a reading; after that the machine that read is gone
_PROPOSAL, _DOCUMENT = TypeAdapter(Proposal), TypeAdapter(Document)


def receive(
    session: Session, store: EvidenceStore, name: str, content: BinaryIO, *, by: By, at: datetime
) -> ReceivedDocument:
    """Keep a file that is to be read; raises Refused for one that is in the record or waits already, BadInput for no document."""
    permit_office(by, "import", subject=name)
    kept = store.keep(name, content)
    if kept.media_type not in READ:
        raise BadInput(
            "{name} is not a document that is read here. Send one of: {kinds}.",
            name=kept.name,
            kinds=", ".join(DOCUMENTS),
        )
    known = session.exec(select(Directive).where(Directive.digest == kept.sha256)).first()
    if known:
        raise Refused(
            "This document is already in the record as {code} (number {number}).", code=known.code, number=known.number
        )
    waits = select(ReceivedDocument).where(
        ReceivedDocument.sha256 == kept.sha256, col(ReceivedDocument.state).in_(WAITING)
    )
    twin = session.exec(waits).first()
    if twin:
        raise Refused("This document waits already as number {n}, handed in by {name}.", n=twin.id, name=twin.by)
    one = ReceivedDocument(
        sha256=kept.sha256,
        name=kept.name,
        size=kept.size,
        media_type=kept.media_type,
        by=by.name,
        at=at,
        read_at=at,
    )
    session.add(one)
    session.flush()
    audit.record(session, "receive document", one.name, by=by, at=at, after={"number": one.id, "digest": one.sha256})
    return one


def read(database: Database, settings: Settings, store: EvidenceStore, number: int) -> None:
    """Read a received document apart and keep what was understood; a document that cannot be read keeps the reason."""
    with database.transaction() as session:
        one = session.get_one(ReceivedDocument, number)
        digest, name, began = one.sha256, one.name, one.read_at
    values: dict[str, Any]
    try:
        with _on_disk(store, digest) as path, Reader(settings.reading) as reader:
            study = reader.study(path, name)
        if len(study.proposal.tasks) > MOST_TASKS:
            raise BadInput(
                "{name} gives {n} tasks; at most {most} are checked on a page. Enter it with `dondoc import`.",
                name=name, n=len(study.proposal.tasks), most=MOST_TASKS,
            )  # fmt: skip
        text = None if study.pages else _DOCUMENT.dump_python(study.document, mode="json")
        values = {"proposal": dump(study.proposal), "pages": study.pages, "text": text, "state": State.PROPOSED}
    except Problem as problem:
        values = {"problem": {"message": problem.message, "args": problem.args_}, "state": State.UNREADABLE}
    except Exception:
        log.exception("received document %s", number)
        values = {
            "problem": {"message": N_("{name} is damaged and cannot be opened."), "args": {"name": name}},
            "state": State.UNREADABLE,
        }
    with database.transaction() as session:
        own = (col(ReceivedDocument.id) == number) & (col(ReceivedDocument.read_at) == began)
        waits = col(ReceivedDocument.state) == State.READING
        session.execute(update(ReceivedDocument).where(own & waits).values(**values))


def read_again(session: Session, number: int, settings: Settings, *, at: datetime) -> bool:
    """Take over a reading that whoever began it did not end; False where it still goes on, or has ended."""
    late = at - timedelta(seconds=settings.reading.timeout_seconds) - SLACK
    own = (col(ReceivedDocument.id) == number) & (col(ReceivedDocument.state) == State.READING)
    taken = session.execute(
        update(ReceivedDocument).where(own & (col(ReceivedDocument.read_at) < late)).values(read_at=at)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


@contextmanager
def _on_disk(store: EvidenceStore, digest: str) -> Iterator[Path]:
    """The content as a file that the reader can open, wherever the store keeps it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "document"
        with store.open(digest) as content, path.open("wb") as out:
            shutil.copyfileobj(content, out)
        yield path


def picture(store: EvidenceStore, settings: Settings, one: ReceivedDocument, place: Place) -> bytes:
    """The page of a place as a PNG."""
    with _on_disk(store, one.sha256) as path, Reader(settings.reading) as reader:
        return reader.picture(path, one.name, place)


def received(view: Snapshot) -> list[Row]:
    """The newest 200 documents that were handed in: what is known of each, how far it has come, why it could not be read."""
    rows = view.rows(
        """select r.id, r.name, r.size, r.by, r.at as handed_in_at, r.state, r.version, r.pages, r.problem, r.proposal, d.code as directive,
          d.number, d.subject, d.issuer, d.issued_on
        from received_document r left join directive d on d.id = r.directive_id order by r.id desc limit 200"""
    )
    for row in rows:
        proposal, problem = stored(row.pop("proposal")), stored(row["problem"])
        head, tasks = proposal.get("head", {}), proposal.get("tasks", [])
        if head:
            row["number"], row["subject"], row["issuer"] = head["number"], head["subject"], head["issuer"]
            row["issued_on"] = date.fromisoformat(head["issued"]) if head["issued"] else None
        row["tasks"], row["doubts"] = len(tasks), sum(bool(task["issues"]) for task in tasks)
        row["problem"] = say_problem(problem) or None
    return rows


def find(session: Session, number: int, *, by: By) -> ReceivedDocument:
    """The received document of a number, for whoever may enter documents; raises NotFound and NotPermitted."""
    permit_office(by, "import")
    one = session.get(ReceivedDocument, number)
    if not one:
        raise NotFound("There is no received document {n}.", n=number)
    return one


def load(one: ReceivedDocument) -> Proposal:
    """The proposal of a received document as it has been corrected so far; raises Refused where there is none to correct."""
    if one.state is not State.PROPOSED:
        raise Refused("Document {n} is not waiting to be checked.", n=one.id)
    return _PROPOSAL.validate_python(one.proposal)


def dump(proposal: Proposal) -> dict[str, Any]:
    """A proposal as JSON that `load` reads back whole."""
    made: dict[str, Any] = _PROPOSAL.dump_python(proposal, mode="json")
    return made


def document(one: ReceivedDocument) -> Document | None:
    """The text of a document that has no pages to show."""
    return _DOCUMENT.validate_python(one.text) if one.text else None


def change(session: Session, one: ReceivedDocument, seen: int | None, edit: Callable[[Proposal], object]) -> Proposal:
    """Correct a proposal in the version that the person has `seen`; raises Overtaken where somebody corrected it meanwhile."""
    proposal = load(one)
    edit(proposal)
    _step(session, one, seen, proposal=dump(proposal))
    return proposal


def _step(session: Session, one: ReceivedDocument, seen: int | None, **values: Any) -> None:
    """Write in the version that was seen (None: the one that was just read)."""
    session.flush()
    version = one.version if seen is None else seen
    mine = (col(ReceivedDocument.id) == one.id) & (col(ReceivedDocument.version) == version)
    written = session.execute(update(ReceivedDocument).where(mine).values(version=version + 1, **values))
    if not written.rowcount:  # type: ignore[attr-defined]
        raise Overtaken("Somebody corrected this document meanwhile; look at it once more.")
    session.refresh(one)


def drop(session: Session, one: ReceivedDocument, seen: int | None, *, by: By, at: datetime) -> None:
    """Put a document aside: it is not entered."""
    if one.state not in WAITING:
        raise Refused("Document {n} is not waiting to be checked.", n=one.id)
    _step(session, one, seen, state=State.DROPPED, settled_at=at, settled_by=by.name, proposal=None, text=None)
    audit.record(session, "drop document", one.name, by=by, at=at, after={"number": one.id})


@dataclass(frozen=True)
class Answers:
    """What a person says who enters a document: which agency (its code or name; "" for a new one) each unknown name means, what the
    document is to be called, who confirms its results, which directive it changes or that it is a document of its own, and which of
    the changes (by their numbers, from 0; None: all) are agreed. `rest`: names of which nothing is said are new agencies.
    """

    meant: dict[str, str]
    code: str = ""
    monitor: str = ""
    amends: str = ""
    separate: bool = False
    rest: bool = False
    agreed: Collection[int] | None = ()


@dataclass(frozen=True)
class Outlook:
    """What entering a document would do: names to be asked about (with whom they may mean, by code), how the others are understood,
    and, where it changes a recorded directive, that one with the changes.
    """

    unknown: dict[str, dict[str, str]]
    told: list[str]
    base: Directive | None
    changes: list[Change]


def outlook(session: Session, proposal: Proposal, settings: Settings, answers: Answers, *, at: datetime) -> Outlook:
    """What entering a document would do to the record as it is now."""
    names = importing.names_of(session, proposal)
    told = [line.strip() for line in names.told(proposal.tasks, clock.local_day(at, settings.time_zone))]
    unknown = {
        name: {c.agency.code: label(c.agency, names.register) for c in near}
        for name, near in names.unknown(proposal.tasks).items()
    }
    base = amending.base(session, proposal, answers.amends or None)
    if base and answers.separate and amending.is_later_document(base, proposal):
        base = None
    return Outlook(unknown, told, base, amending.compare(session, base, proposal) if base else [])


def enter(
    session: Session,
    one: ReceivedDocument,
    seen: int | None,
    answers: Answers,
    settings: Settings,
    *,
    by: By,
    at: datetime,
) -> Directive:
    """Enter a checked document in the record, as a new directive or as changes of a recorded one; everything or nothing."""
    proposal = load(one)
    if not proposal.head.number or not proposal.head.issued:
        raise BadInput("The document has no number or no day of issue yet; say them first.")
    found = outlook(session, proposal, settings, answers, at=at)
    silent = [name for name in found.unknown if name not in answers.meant]
    if silent and not answers.rest:
        raise Refused("Say first which agency is meant by: {names}.", names="; ".join(silent))
    said = {name: answers.meant.get(name, "").strip() for name in found.unknown}
    meant = {name: known_agency(session, words).code if words else None for name, words in said.items()}
    extra = importing.prepare(
        session, settings, proposal, meant, code=answers.code or None, monitor=answers.monitor or None, at=at
    )
    directive = found.base
    if directive:
        agreed = [change for n, change in enumerate(found.changes) if answers.agreed is None or n in answers.agreed]
        if not agreed:
            raise Refused("Agree to at least one change, or put the document aside.")
        amending.amend(session, directive, proposal, agreed, extra, by=by, at=at)
    else:
        directive = importing.enact(session, proposal, extra, by=by, at=at)
    session.flush()
    _step(
        session, one, seen, state=State.RECORDED, directive_id=directive.id, settled_at=at, settled_by=by.name,
        proposal=None, text=None,
    )  # fmt: skip
    return directive
