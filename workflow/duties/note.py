"""Notes: what people wrote about a task that moves nothing by itself: progress, and what came by mail and waits for a person."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, Relationship, Session, SQLModel

from workflow import audit
from workflow.access.permits import permit_office
from workflow.audit import By
from workflow.basis import need_reason
from workflow.database import Instant, enum_column
from workflow.errors import BadInput, Refused
from workflow.evidence import Evidence
from workflow.names import bounded, printable
from workflow.occurrence import Occurrence
from workflow.standing import Status

LONGEST = 4000


class NoteKind(StrEnum):
    """What a note is: how far the work has come; words for a person to read; the same from a sender who is not known."""

    PROGRESS = "progress"
    COMMENT = "comment"
    UNVERIFIED = "unverified"


class Note(SQLModel, table=True):
    """What somebody wrote, with the files that came with it; a comment waits until a person has settled it."""

    id: int | None = Field(default=None, primary_key=True)
    kind: NoteKind = Field(sa_type=enum_column(NoteKind, "kind"))
    occurrence_id: int | None = Field(default=None, foreign_key="occurrence.id", index=True)
    at: datetime = Field(sa_type=Instant)
    by: str
    channel: str
    words: str
    incoming_id: int | None = Field(default=None, foreign_key="incoming.id", index=True)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    settled_by: str | None = None
    answer: str | None = None

    evidence: list[Evidence] = Relationship()


def report_progress(
    session: Session, occurrence: Occurrence, *, by: By, at: datetime, words: str, evidence: Sequence[Evidence] = ()
) -> Note:
    """The agency says how far it has come; work that had not begun has begun with that."""
    row = occurrence.duty(session)
    row.permit(by, "progress")
    words = bounded(words, LONGEST)
    if not words:
        raise BadInput("Say in a line how far the work has come.")
    if row.status not in (Status.NOT_STARTED, Status.IN_PROGRESS, Status.RETURNED):
        raise Refused(
            "Progress is told of open work; see how {label} stands with `dondoc show`.", label=occurrence.label()
        )
    if row.status is Status.NOT_STARTED:
        occurrence.start(session, by=by, at=at)
    return _keep(session, NoteKind.PROGRESS, "progress", occurrence, words, evidence, by=by, at=at)


def leave_comment(
    session: Session,
    occurrence: Occurrence | None,
    *,
    by: By,
    at: datetime,
    words: str,
    verified: bool,
    evidence: Sequence[Evidence] = (),
    incoming: int | None = None,
) -> Note:
    """Keep for a person what was written; what is longer than fits ends with an ellipsis, and its letter has the rest."""
    words = printable(words)
    words = words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
    kind = NoteKind.COMMENT if verified else NoteKind.UNVERIFIED
    return _keep(session, kind, "comment", occurrence, words, evidence, by=by, at=at, incoming=incoming)


def settle(session: Session, number: int, *, by: By, at: datetime, reason: str) -> Note:
    """A person has read a comment and done what it asked for, or says why not."""
    note = session.get(Note, number)
    if not note or note.kind is NoteKind.PROGRESS:
        raise BadInput("There is no comment {n}; see `dondoc notes list`.", n=number)
    found = session.get(Occurrence, note.occurrence_id) if note.occurrence_id else None
    label = f"{found.task.code}/{found.period}" if found else f"note {number}"
    permit_office(by, "settle_note", subject=label, monitor=found.task.directive.monitor_id if found else None)
    if note.settled_at:
        raise Refused("Comment {n} was settled by {name}: {answer}", n=number, name=note.settled_by, answer=note.answer)
    note.settled_at, note.settled_by, note.answer = at, by.name, need_reason(reason)
    about = {"occurrence_id": note.occurrence_id} if found else {}
    audit.record(session, "settle note", label, by=by, at=at, reason=note.answer, after={"note": number}, **about)
    return note


def _keep(
    session: Session,
    kind: NoteKind,
    act: str,
    occurrence: Occurrence | None,
    words: str,
    evidence: Sequence[Evidence],
    *,
    by: By,
    at: datetime,
    incoming: int | None = None,
) -> Note:
    note = Note(
        kind=kind,
        occurrence_id=occurrence.id if occurrence else None,
        at=at,
        by=printable(by.name),
        channel=by.channel,
        words=words,
        incoming_id=incoming,
        evidence=list(evidence),
    )
    session.add(note)
    session.flush()
    told = {"note": note.id, "files": [file.sha256 for file in evidence]}
    after = {name: value for name, value in told.items() if value}
    if occurrence:
        about = occurrence.duty(session).about
        audit.record(session, act, **about, by=by, at=at, after=after, reason=words)
    else:
        audit.record(session, act, f"note {note.id}", by=by, at=at, after=after, reason=words)
    return note
