"""The office's own letter of the morning: who cannot be written to, what waits for it, and the head of the history.

The head in a mailbox is the anchor that no later change of the record can reach.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from notifications import letters
from workflow.audit import newest
from workflow.config import Settings
from workflow.duties.request import Outcome, Request
from workflow.history import entries
from workflow.message import Message
from workflow.occurrence import Occurrence
from workflow.standing import OPEN, Status
from workflow.task import Task


def queue(session: Session, settings: Settings, unreachable: list[str], *, today: date, at: datetime) -> bool:
    """Write the letter of this morning, where the office has a mailbox; whether it is a new one."""
    mailbox, key = settings.office.mailbox, f"office:{today}"
    if not mailbox or session.exec(select(Message.id).where(Message.key == key)).first():
        return False
    context = {**_figures(session, today), "unreachable": unreachable, "office": settings.office.name, "today": today}
    subject, text, html = letters.render(settings.language, "office", context)
    session.add(letters.message(settings, key, mailbox, subject, text, html, at=at))
    session.flush()
    return True


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
        "undecided": count(col(Task.undecided), of=Task.id),
        "anchor": entries.anchor(*newest(session)),
    }
