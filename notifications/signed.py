"""A signed letter by e-mail: to the agencies it is addressed to, as they can be reached on the day, each address once.

The file lies in the store once; the outbox puts it into each letter as it leaves. Of what is confidential no e-mail carries a word.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session, select

from notifications import letters, recipients
from notifications.letters import BLUE, Section, Words
from workflow import audit
from workflow.agency import Agency
from workflow.audit import By
from workflow.config import Settings
from workflow.dispatch import Dispatch, keep_file, permitted
from workflow.dispatch_kind import ANSWERED, say_kind
from workflow.errors import BadInput, Refused
from workflow.evidence import Evidence
from workflow.i18n import _, speaking
from workflow.message import Message, Reminder
from workflow.names import strip_marks
from workflow.occurrence import Occurrence
from workflow.periods import show_day
from workflow.snapshot import Snapshot


@dataclass
class Mailed:
    """Whom a letter goes to now, who had it before, and which agencies no letter reaches."""

    recipients: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """What became of it, for whoever sent it."""
        told = [_("On its way to {n} addresses: {names}", n=len(self.recipients), names=", ".join(self.recipients))] if self.recipients else []  # fmt: skip
        if self.before:
            told.append(_("Had it already: {names}", names=", ".join(self.before)))
        if self.unreachable:
            told.append(_("⚠ No letter reaches {names}; send it on paper.", names="; ".join(self.unreachable)))
        return told


def mail(
    session: Session,
    settings: Settings,
    dispatch: Dispatch,
    bring: Callable[[], Evidence] | None,
    *,
    copy: bool = False,
    by: By,
    at: datetime,
    today: date,
) -> Mailed:
    """Put a letter that has its number into the outbox, with the signed file that is brought (or that it has already).

    Done twice it goes to whoever has not had it. `copy`: also to the office's own mailbox. Raises Refused without a number, for what is
    confidential and where nobody can be reached; NotPermitted; BadInput without a file.
    """
    permitted(session, dispatch, by)
    if not dispatch.number or not dispatch.issued_on:
        raise Refused("Letter {n} has no number yet; it is mailed once it is signed.", n=dispatch.id)
    duties = [session.get_one(Occurrence, line.occurrence_id) for line in dispatch.lines]
    if any(duty.task.directive.confidential for duty in duties):
        raise Refused("Letter {n} is about a confidential document: no e-mail carries a word of it. Hand it over on paper.", n=dispatch.id)  # fmt: skip
    if copy and not settings.office.mailbox:
        raise BadInput("The office has no mailbox for a copy; set office.mailbox.")
    done, readers = Mailed(), dict[str, list[Occurrence]]()
    book = recipients.book(Snapshot.within(session), settings, today)
    for agency, own in _addressed(session, dispatch, duties, today).items():
        known = [one for one in book.of(agency) if one not in book.refused]
        if agency in book.unreachable or not known:
            done.unreachable.append(book.agencies[agency].name)
            continue
        for reader in known:
            readers.setdefault(reader, []).extend(own)
    if not readers:
        raise Refused("No letter reaches {names}; send it on paper.", names="; ".join(done.unreachable))
    if copy:
        readers.setdefault(settings.office.mailbox, [])
    file = keep_file(session, dispatch, bring)
    for reader, own in readers.items():
        new = _write(session, settings, dispatch, file, reader, own, at=at)
        (done.recipients if new else done.before).append(reader)
    if done.recipients:
        told = {"file": file.name, "digest": file.sha256, "recipients": done.recipients}
        audit.record(session, "send letter", dispatch.name, by=by, at=at, after=told)
    return done


def _addressed(
    session: Session, dispatch: Dispatch, duties: list[Occurrence], today: date
) -> dict[int, list[Occurrence]]:
    """The agencies that a letter goes to, each with its duties: where one has ended, whoever owes the duty now."""
    found: dict[int, list[Occurrence]] = {}
    for line, duty in zip(dispatch.lines, duties, strict=True):
        alive = session.get_one(Agency, line.agency_id).valid_on(today)
        found.setdefault(line.agency_id if alive else duty.agency_id, []).append(duty)
    if dispatch.former_id and session.get_one(Agency, dispatch.former_id).valid_on(today):
        found.setdefault(dispatch.former_id, []).extend(duties)
    return found


def _write(
    session: Session, settings: Settings, dispatch: Dispatch, file: Evidence, reader: str, duties: list[Occurrence], *, at: datetime
) -> bool:  # fmt: skip
    """The e-mail to one reader with its lines in the ledger; False where it is in the outbox already."""
    key = f"dispatch:{dispatch.id}:{reader.lower()}"
    if session.exec(select(Message.id).where(Message.key == key)).first():
        return False
    agency = duties[0].agency if duties else None
    with speaking((agency and agency.language) or settings.language):
        words = _words(settings, dispatch, duties)
        named = (_file_name(dispatch, file), file.media_type or "application/octet-stream")
        row = letters.row(settings, key, reader, words, kind="dispatch", at=at, file=named)
    message = Message(**row, dispatch_id=dispatch.id)
    session.add(message)
    session.flush()
    for duty in {one.id: one for one in duties}.values():
        session.add(
            Reminder(
                occurrence_id=duty.id or 0,
                deadline_version=duty.deadline_version,
                due_on=duty.due_on,
                rung=f"letter:{dispatch.id}",
                recipient=reader,
                message_id=message.id,
                at=at,
            )
        )
    session.flush()
    return True


def _words(settings: Settings, dispatch: Dispatch, duties: list[Occurrence]) -> Words:
    day = show_day(dispatch.issued_on) if dispatch.issued_on else ""
    names = list(dict.fromkeys(duty.agency.name for duty in duties)) or [settings.office.name]
    lines = [
        _("Document: {number} of {day}", number=dispatch.number, day=day),
        _("Subject: {subject}", subject=dispatch.subject),
        _("Kind: {kind}", kind=say_kind(dispatch.kind)),
    ]
    codes = list(dict.fromkeys(duty.task.code for duty in duties))
    if codes:
        lines.append(_("Tasks: {codes}", codes=", ".join(codes)))
    if dispatch.answer_by and dispatch.kind in ANSWERED:
        lines.append(_("Answer by: {day}", day=show_day(dispatch.answer_by)))
    return Words(
        _("Document {number} of {day}: {subject}", number=dispatch.number, day=day, subject=dispatch.subject),
        _("To: {names}", names=", ".join(names)),
        _("{office} sends you the signed document; it is attached to this letter.", office=settings.office.name),
        [Section(_("The document"), BLUE, lines=tuple(lines))],
        (),
        settings.office.name,
    )


def _file_name(dispatch: Dispatch, file: Evidence) -> str:
    """A name for the attachment that every mail program shows: the number of the letter in plain letters."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", strip_marks(dispatch.number or "")).strip("-")
    ending = re.sub(r"[^.a-z0-9]", "", Path(file.name).suffix.lower())[:6]
    return f"van-ban-{plain[:60] or dispatch.id}{ending}"
