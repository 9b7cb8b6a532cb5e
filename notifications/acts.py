"""What a focal point does from a letter, whether by its page or by answering it: done, partly done, more time, not our task.

One implementation for both doors. It is always a report of the agency, never a decision: somebody else confirms or decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from notifications import links
from workflow.access.roles import Grant, Role
from workflow.agency import Agency, find_agency
from workflow.audit import By
from workflow.basis import Basis
from workflow.duties.note import Note, NoteKind, leave_comment, report_progress
from workflow.duties.request import Outcome, Request, Wish, ask
from workflow.duties.request import withdraw as withdraw_request
from workflow.errors import BadInput, Refused
from workflow.evidence import Evidence
from workflow.i18n import _
from workflow.lifecycle import Decision
from workflow.names import bounded, printable
from workflow.occurrence import Occurrence
from workflow.periods import show_day
from workflow.reporting.answer import fill, sent_words
from workflow.standing import DONE, OPEN
from workflow.submission import Submission

AGAIN = timedelta(minutes=30)  # the same words within this time are the same act


class Choice(StrEnum):
    """What is reported."""

    DONE = "done"
    PARTLY = "partly"
    MORE_TIME = "more_time"
    NOT_OURS = "not_ours"


@dataclass(frozen=True)
class Report:
    """What somebody states; which fields matter follows from the choice. `words` is the result, the progress or the reason."""

    choice: Choice
    words: str = ""
    document_number: str = ""
    document_on: date | None = None
    nothing_arose: bool = False
    until: date | None = None
    agency: str = ""  # whose task it is, as the person writes it
    files: tuple[Evidence, ...] = ()
    form: Mapping[str, str] = field(default_factory=dict)  # of a period report


@dataclass(frozen=True)
class Recorded:
    """What the record has now: `about` names the row, `facts` say it for a person; `new` unless it had been said before."""

    about: str
    title: str
    facts: list[str] = field(default_factory=list)
    new: bool = True


def person(recipient: str, name: str, occurrence: Occurrence, *, channel: str) -> By:
    """Whoever acts through what was sent to `recipient`: declared, not verified, and for that agency only."""
    said = printable(name)[:200] or _("nobody named")
    told = _("link issued to {recipient}, declared by {name}", recipient=recipient, name=said)
    if channel == "mail":
        told = _("answer from {recipient}", recipient=recipient)
    return By(told, channel, frozenset({Grant(Role.FOCAL_POINT, occurrence.agency_id)}))


def carry_out(
    session: Session,
    occurrence: Occurrence,
    report: Report,
    *,
    by: By,
    at: datetime,
    today: date,
    seen: int | None = None,
) -> Recorded:
    """Record what is reported; the same once more gives what is recorded already.

    `seen` is the version that the person looked at. Raises a Problem where it is incomplete or not possible now.
    """
    same = already(session, occurrence, report, at)
    if same:
        return same
    kept = report.choice is Choice.PARTLY and bool(report.form)
    if seen is not None and not kept:
        occurrence.duty(session, seen)  # what changed between the page and the press is told first
    how: dict[str, Any] = {"by": by, "at": at}
    match report.choice:
        case Choice.DONE:
            words = sent_words(session, occurrence, report.form, report.words, **how, today=today)
            if not (report.nothing_arose or printable(words) or report.document_number or report.files):
                raise BadInput("State the result, the document's number or attach a file.")
            made = occurrence.submit(
                session,
                **how,
                today=today,
                result=words,
                document_number=report.document_number,
                document_on=report.document_on,
                nothing_arose=report.nothing_arose,
                evidence=report.files,
            )
            if report.form and printable(report.words) and words != report.words:
                leave_comment(session, occurrence, **how, words=report.words, verified=True)
            return _submitted(made)
        case Choice.PARTLY:
            words = report.words
            if kept:
                fill(session, occurrence, report.form, **how, today=today, seen=seen)
                words = words or _("The form of the report is kept, not sent yet.")
                if same := already(session, occurrence, replace(report, words=words, form={}), at):
                    return same
            note = report_progress(session, occurrence, **how, words=words, evidence=report.files)
            return _noted(note)
        case Choice.MORE_TIME:
            if report.until is None:
                raise BadInput("Name the day until which you ask for more time.")
            why = _why(report, by, today)
            request = ask(session, occurrence, Wish.EXTENSION, **how, today=today, **why, due=report.until)
        case Choice.NOT_OURS:
            why, other = _why(report, by, today), _other(session, occurrence, report)
            request = ask(session, occurrence, Wish.HAND_ON, **how, today=today, **why, agency=other)
    if report.files:  # files of a request are kept beside it
        leave_comment(session, occurrence, **how, words=request.label(), verified=True, evidence=report.files)
    session.flush()
    return _asked(session, request)


def latest(session: Session, occurrence: Occurrence) -> Recorded | None:
    """The report that waits or was confirmed; None while the work is open."""
    if occurrence.status in DONE and occurrence.submissions:
        return _submitted(occurrence.submissions[-1])
    return None


def disown(session: Session, occurrence: Occurrence, about: str, *, by: By, at: datetime, reason: str) -> Recorded:
    """Take back what somebody did in the agency's name, while nobody has built on it; the links that report on it end.

    What moved nothing is contradicted by a comment. Raises Refused where it was confirmed or decided meanwhile.
    """
    kind, _colon, number = about.partition(":")
    reason = _("It was not us: {reason}", reason=bounded(reason, 1000))
    if kind == "submission":
        report = session.get_one(Submission, int(number))
        if report.decision is Decision.WITHDRAWN:
            return Recorded(about, _("The report was withdrawn"), [report.reason or ""], new=False)
        if report.decision is not Decision.WAITING:
            raise Refused(
                "The report was {decision} already by {who}; turn to the monitoring agency.",
                decision=_("confirmed") if report.decision is Decision.CONFIRMED else _("sent back"),
                who=report.decided_by or "–",
            )
        occurrence.withdraw(session, by=by, at=at, reason=reason)
        made = Recorded(about, _("The report was withdrawn"), [reason])
    elif kind == "request":
        request = session.get_one(Request, int(number))
        if request.outcome is Outcome.WITHDRAWN:
            return Recorded(about, _("The request was withdrawn"), [request.note or ""], new=False)
        withdraw_request(session, request, by=by, at=at, reason=reason)
        made = Recorded(about, _("The request was withdrawn"), [reason])
    else:
        note = session.get_one(Note, int(number))
        if note.settled_at:
            return Recorded(about, _("A person looks at it"), [note.answer or ""], new=False)
        note.settled_at, note.settled_by, note.answer = at, by.name, reason
        leave_comment(session, occurrence, by=by, at=at, words=reason, verified=True)
        made = Recorded(about, _("A person looks at it"), [reason])
    links.end_reports(session, occurrence.id or 0, at=at)
    return made


def already(session: Session, occurrence: Occurrence, report: Report, at: datetime) -> Recorded | None:
    """What is recorded already, where the same is stated a second time: by a double click, or by two people of one office."""
    if report.choice is Choice.DONE:
        found = latest(session, occurrence)
        return Recorded(found.about, found.title, found.facts, new=False) if found else None
    if report.choice is Choice.PARTLY and report.form:
        return None  # which its form must tell
    if report.choice is Choice.PARTLY:
        same = select(Note).where(Note.occurrence_id == occurrence.id, Note.kind == NoteKind.PROGRESS)
        newest = session.exec(same.order_by(col(Note.id).desc()).limit(1)).first()
        if newest and newest.words == printable(report.words) and at - newest.at <= AGAIN:
            return _noted(newest, new=False)
        return None
    wish = Wish.EXTENSION if report.choice is Choice.MORE_TIME else Wish.HAND_ON
    waiting = select(Request).where(
        Request.occurrence_id == occurrence.id, Request.wish == wish, Request.outcome == Outcome.WAITING
    )
    request = session.exec(waiting).first()
    if request and wish is Wish.EXTENSION and request.asked_due_on != report.until:
        return None
    return _asked(session, request, new=False) if request and occurrence.status in OPEN else None


def _why(report: Report, by: By, today: date) -> dict[str, Any]:
    """Reason and basis of a request."""
    return {"reason": _reason(report), "basis": _basis(report, by, today)}


def _reason(report: Report) -> str:
    words = printable(report.words)
    if report.choice is Choice.NOT_OURS:
        named = printable(report.agency)
        words = words or _("It is not the task of this agency.")
        return f"{words} ({named})" if named and named not in words else words
    return words


def _basis(report: Report, by: By, today: date) -> Basis:
    """The document that asks; without one it is what was sent to us."""
    if report.document_number and report.document_on:
        return Basis(bounded(report.document_number, 200), report.document_on)
    return Basis(_("answer by e-mail") if by.channel == "mail" else _("statement through the link"), today)


def _other(session: Session, occurrence: Occurrence, report: Report) -> Agency | None:
    """The agency whose task it is, where the words mean exactly one that is not itself."""
    named = printable(report.agency)
    found = find_agency(session, named) if named else None
    return found if found and found.id != occurrence.agency_id else None


def _submitted(made: Submission) -> Recorded:
    document = made.document_number
    if document and made.document_on:
        document = _("{number} of {day}", number=document, day=show_day(made.document_on))
    facts = [
        _("nothing arose") if made.nothing_arose else "",
        made.result,
        _("Document: {number}", number=document) if document else "",
        _("Files: {names}", names=", ".join(file.name for file in made.evidence)) if made.evidence else "",
        _("⚠ without the document or file that the task asks for") if made.lacks_deliverable else "",
    ]
    return Recorded(f"submission:{made.id}", _("Reported done"), [fact for fact in facts if fact])


def _noted(note: Note, *, new: bool = True) -> Recorded:
    files = [_("Files: {names}", names=", ".join(file.name for file in note.evidence))] if note.evidence else []
    return Recorded(f"note:{note.id}", _("Progress was recorded; the task stays open"), [note.words, *files], new)


def _asked(session: Session, request: Request, *, new: bool = True) -> Recorded:
    if request.wish is Wish.EXTENSION:
        title = _("More time was asked for; until it is decided the old deadline counts")
        facts = [_("Until {day}", day=show_day(request.asked_due_on))] if request.asked_due_on else []
    else:
        title = _("It was said that this is another agency's task; until it is decided it stays yours")
        other = session.get(Agency, request.asked_agency_id) if request.asked_agency_id else None
        facts = [_("Agency: {name}", name=other.name)] if other else []
    basis = _("{number} of {day}", number=request.basis_number, day=show_day(request.basis_on))
    return Recorded(f"request:{request.id}", title, [*facts, request.reason, _("Basis: {basis}", basis=basis)], new)
