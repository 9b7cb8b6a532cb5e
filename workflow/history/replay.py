"""Whether each period stands where its history says: status, deadline, first deadline, day of the report, and who owes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from workflow.agency import Agency
from workflow.audit import AuditEntry
from workflow.i18n import N_, _
from workflow.lifecycle import MOVES
from workflow.occurrence import Occurrence
from workflow.standing import Status
from workflow.task import Task

UNKNOWN = "?"  # entries of earlier versions did not say everything; what is not told is not judged

FACTS = {
    "status": N_("status"),
    "due": N_("deadline"),
    "original": N_("first deadline"),
    "submitted": N_("day of the report"),
    "owner": N_("who owes it"),
}


@dataclass
class State:
    """What the entries of one period amount to."""

    status: str = UNKNOWN
    due: str | None = UNKNOWN
    original: str | None = UNKNOWN
    submitted: str | None = None
    owner: str = UNKNOWN
    illegal: list[str] = field(default_factory=list)

    def follow(self, entry: int, act: str, before: dict[str, Any], after: dict[str, Any]) -> None:
        """Take one entry into account."""
        if act == "open":
            self.due, self.original = after.get("due"), after.get("due")
        if "status" in after:
            if act != "open" and not self._legal(act, before, after):
                self.illegal.append(str(entry))
            self.status = after["status"]
        if "due" in after:
            self.due = after["due"]
            self.original = self.original or self.due
        if act == "submit":
            self.submitted = after.get("submitted", UNKNOWN)
        elif act in ("return", "withdraw", "reopen"):
            self.submitted = None
        if "owner" in after:
            self.owner = after["owner"]
        elif act in ("succeed", "undo succession"):
            self.owner = UNKNOWN
        elif act == "hand over":
            self.owner = after.get("agency", UNKNOWN)

    def _legal(self, act: str, before: dict[str, Any], after: dict[str, Any]) -> bool:
        came = before.get("status")
        return came in (self.status, UNKNOWN) and any(
            move.target == after["status"] for move in MOVES.get((Status(came), act), ())
        )


@dataclass(frozen=True)
class Difference:
    """One period that is not what its history tells."""

    label: str
    words: str


def differences(session: Session) -> Iterator[Difference]:
    """Replay every period's entries and yield what the record says otherwise; nothing if all is as told."""
    states: dict[int, State] = {}
    entries: Any = AuditEntry.__table__.c  # type: ignore[attr-defined]
    told = sa.select(entries.id, entries.occurrence_id, entries.act, entries.before, entries.after)
    told = told.where(entries.occurrence_id.is_not(None)).order_by(entries.id)
    for entry, occurrence_id, act, before, after in session.connection().execute(told):
        states.setdefault(occurrence_id, State()).follow(entry, act, before or {}, after or {})
    rows = (
        sa.select(
            col(Occurrence.id),
            col(Task.code),
            col(Occurrence.period),
            col(Occurrence.status),
            col(Occurrence.due_on),
            col(Occurrence.original_due_on),
            col(Occurrence.submitted_on),
            col(Agency.code),
        )
        .join(Task, col(Task.id) == col(Occurrence.task_id))
        .join(Agency, col(Agency.id) == col(Occurrence.agency_id))
    )
    for number, code, period, status, due, original, submitted, owner in session.execute(rows):
        label = f"{code}/{period}"
        state = states.get(number or 0)
        if not state:
            yield Difference(label, _("has no history"))
            continue
        if state.illegal:
            yield Difference(
                label, _("entries {numbers} tell moves that were not possible", numbers=", ".join(state.illegal))
            )
        found = {
            "status": str(status),
            "due": _iso(due),
            "original": _iso(original),
            "submitted": _iso(submitted),
            "owner": owner,
        }
        for name, is_ in found.items():
            said = getattr(state, name)
            if said not in (is_, UNKNOWN):
                yield Difference(
                    label,
                    _(
                        "{fact} is {found}, its history says {told}",
                        fact=_(FACTS[name]),
                        found=is_ or "–",
                        told=said or "–",
                    ),
                )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
