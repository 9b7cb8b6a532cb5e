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
from workflow.submission import Submission
from workflow.task import Task

UNKNOWN = "?"  # entries of earlier versions did not say everything; what is not told is not judged

FACTS = {
    "status": N_("status"),
    "due": N_("deadline"),
    "original": N_("first deadline"),
    "submitted": N_("day of the report"),
    "owner": N_("who owes it"),
}


# What an act makes of the newest report.
DECIDED = {"confirm": "confirmed", "return": "returned", "withdraw": "withdrawn"}


@dataclass
class State:
    """What the entries of one period amount to."""

    status: str = UNKNOWN
    due: str | None = UNKNOWN
    original: str | None = UNKNOWN
    submitted: str | None = None
    owner: str = UNKNOWN
    label: str = ""
    reports: list[dict[str, Any]] = field(default_factory=list)
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
            told = {"result": after.get("result", ""), "document": after.get("document", "")}
            self.reports.append({"submitted": self.submitted, "decision": "waiting", **told})
        elif act in ("return", "withdraw", "reopen"):
            self.submitted = None
        if act in DECIDED and self.reports:
            self.reports[-1]["decision"] = DECIDED[act]
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
    told = sa.select(entries.id, entries.occurrence_id, entries.act, entries.before, entries.after, entries.subject)
    told = told.where(entries.occurrence_id.is_not(None)).order_by(entries.id)
    for entry, occurrence_id, act, before, after, subject in session.connection().execute(told):
        state = states.setdefault(occurrence_id, State(label=subject))
        state.follow(entry, act, before or {}, after or {})
    reports = _reports(session)
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
        state = states.pop(number or 0, State())
        if not state.label:
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
        yield from _reported(label, state, reports.get(number or 0, []))
    for lost in states.values():
        yield Difference(lost.label, _("stands in the history, but not in the record any more"))


def _reports(session: Session) -> dict[int, list[dict[str, Any]]]:
    """The reports of each period in their order, as the entries would tell them."""
    found: dict[int, list[dict[str, Any]]] = {}
    rows: Any = Submission.__table__.c  # type: ignore[attr-defined]
    query = sa.select(rows.occurrence_id, rows.submitted_on, rows.decision, rows.result, rows.document_number)
    for occurrence_id, day, decision, result, document in session.connection().execute(
        query.order_by(rows.occurrence_id, rows.number)
    ):
        told = {"submitted": day.isoformat(), "decision": str(decision), "result": result, "document": document}
        found.setdefault(occurrence_id, []).append(told)
    return found


def _reported(label: str, state: State, reports: list[dict[str, Any]]) -> Iterator[Difference]:
    """Where the reports of a period are not those that its entries tell."""
    if len(state.reports) != len(reports):
        yield Difference(
            label, _("has {found} reports, its history tells {told}", found=len(reports), told=len(state.reports))
        )
        return
    for number, (told, found) in enumerate(zip(state.reports, reports, strict=True), 1):
        if any(told[name] not in (found[name], UNKNOWN) for name in told):
            yield Difference(label, _("report {n} is not the one its history tells", n=number))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
