"""The office's own letter of the morning: who cannot be written to, what waits for it, and the head of the history.

The head in a mailbox is the anchor that no later change of the record can reach.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from notifications import letters
from notifications.letters import BLUE, RED, Section, Words
from workflow import reach
from workflow.audit import newest
from workflow.config import Settings
from workflow.database import write_rows
from workflow.duties.note import Note, NoteKind
from workflow.duties.request import Outcome, Request
from workflow.history import entries
from workflow.i18n import _, speaking
from workflow.message import Message, MessageStatus
from workflow.occurrence import Occurrence
from workflow.periods import show_day
from workflow.snapshot import Snapshot
from workflow.standing import OPEN, Status
from workflow.task import Task


def queue(session: Session, settings: Settings, *, today: date, at: datetime) -> bool:
    """Write the letter of this morning, where the office has a mailbox; whether it is a new one."""
    mailbox, key = settings.office.mailbox, f"office:{today}"
    if not mailbox or session.exec(select(Message.id).where(Message.key == key)).first():
        return False
    unreachable = [row["name"] for row in reach.unreachable(Snapshot.within(session), today, settings.time_zone)]
    with speaking(settings.language):
        words = _words(settings, unreachable, _figures(session, today), today)
        write_rows(session, Message, [letters.row(settings, key, mailbox, words, kind="office", at=at)])
    return True


def _words(settings: Settings, unreachable: list[str], figures: dict[str, Any], today: date) -> Words:
    troubles = []
    if unreachable:
        troubles.append(
            _(
                "⚠ Nobody can be written to at: {names}. Set it with `dondoc agencies mailbox`.",
                names="; ".join(unreachable),
            )
        )
    if figures["failed"]:
        troubles.append(
            _(
                "⚠ {n} letters were refused or could not be made; see `dondoc outbox --status failed`.",
                n=figures["failed"],
            )
        )
    lines = (
        _(
            "{n} tasks overdue, owed by {agencies} agencies (`dondoc overdue`)",
            n=figures["overdue"],
            agencies=figures["agencies"],
        ),
        _("{n} due today (`dondoc tasks --standing due_today`)", n=figures["due_today"]),
        _("{n} reports wait for confirmation (`dondoc tasks --status submitted`)", n=figures["submitted"]),
        _("{n} requests wait for a decision (`dondoc requests list`)", n=figures["requests"]),
        _("{n} comments wait for a person (`dondoc notes list`)", n=figures["notes"]),
        _("{n} tasks have no deadline decided yet (`dondoc tasks --standing undecided`)", n=figures["undecided"]),
    )
    sections = [Section(_("To be mended"), RED, lines=tuple(troubles))] if troubles else []
    sections.append(Section(_("How things stand"), BLUE, lines=lines))
    anchor = figures["anchor"]
    return Words(
        _(
            "{n} tasks overdue, {waiting} waiting for confirmation ({day})",
            n=figures["overdue"],
            waiting=figures["submitted"],
            day=show_day(today),
        ),
        _("To: {names}", names=settings.office.name),
        _("As of {day}:", day=show_day(today)),
        sections,
        (_("History: {anchor} (keep it; check with `dondoc audit verify --anchor {anchor}`)", anchor=anchor),),
        settings.office.name,
    )


def _figures(session: Session, today: date) -> dict[str, Any]:
    """What waits and what is late, from the same conditions as the lists; and the head of the history."""
    open_ = col(Occurrence.status).in_(OPEN)

    def count(*where: Any, of: Any = Occurrence.id) -> int:
        return session.exec(select(func.count(func.distinct(of))).where(*where)).one()

    return {
        "overdue": count(open_, col(Occurrence.due_on) < today),
        "agencies": count(open_, col(Occurrence.due_on) < today, of=Occurrence.agency_id),
        "due_today": count(open_, Occurrence.due_on == today),
        "submitted": count(Occurrence.status == Status.SUBMITTED),
        "requests": count(Request.outcome == Outcome.WAITING, of=Request.id),
        "notes": count(Note.kind != NoteKind.PROGRESS, col(Note.settled_at).is_(None), of=Note.id),
        "undecided": count(col(Task.undecided), of=Task.id),
        "failed": count(Message.status == MessageStatus.FAILED, of=Message.id),
        "anchor": entries.anchor(*newest(session)),
    }
