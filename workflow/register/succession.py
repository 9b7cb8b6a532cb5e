"""Succession: that one agency took the place of another, from a day on and on a legal basis.

Resolution 190/2025/QH15: the name of an agency in an older document is read as the name of the one that received its function.
Kinds and how many heirs each has follow the vocabulary that public registers of bodies use.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Field, Session, SQLModel, col, select

from workflow.agency import Agency
from workflow.database import Instant
from workflow.register.kinds import Manner

# A document's number and the day it was issued: "Nghị quyết số 1672/NQ-UBTVQH15 ngày 16/6/2025".
BASIS = re.compile(
    r"\d[\d.]*(?:/\d{4})?[/-][A-ZĐ][A-ZĐa-z0-9]*(?:[-/][A-ZĐ0-9][\w.]*)*\b.*?\bngày\s+\d{1,2}[/-]\d{1,2}[/-]\d{4}"
)


class Succession(SQLModel, table=True):
    """One heir of one agency; a split has several rows. `tasks` names what this heir takes over ("*": what nobody else takes)."""

    id: int | None = Field(default=None, primary_key=True)
    batch: int = Field(index=True)
    kind: str
    former_id: int = Field(foreign_key="agency.id", index=True)
    heir_id: int = Field(foreign_key="agency.id", index=True)
    effective_on: date
    basis: str
    tasks: str = ""
    note: str = ""
    former_valid_to: date | None = None
    applied_at: datetime = Field(sa_type=Instant)
    applied_by: str
    undone_at: datetime | None = Field(default=None, sa_type=Instant)


class Handover(SQLModel, table=True):
    """One thing that passed to the heir: a duty, a part in a task, the confirming of a directive, a person, a subordinate agency.

    `agency_id` is who held it before; `held` what else it was then: a duty's status, the last day of a person. What was handed on
    by decision and not by a succession says itself to whom, since when, why and on what basis.
    """

    id: int | None = Field(default=None, primary_key=True)
    succession_id: int | None = Field(default=None, foreign_key="succession.id", index=True)
    occurrence_id: int | None = Field(default=None, foreign_key="occurrence.id", index=True)
    assignment_id: int | None = Field(default=None, foreign_key="assignment.id", ondelete="SET NULL", index=True)
    directive_id: int | None = Field(default=None, foreign_key="directive.id")
    focal_point_id: int | None = Field(default=None, foreign_key="focal_point.id", index=True)
    child_id: int | None = Field(default=None, foreign_key="agency.id")
    agency_id: int | None = Field(default=None, foreign_key="agency.id")
    held: str | None = None
    heir_id: int | None = Field(default=None, foreign_key="agency.id")
    moved_on: date | None = None
    reason: str | None = None
    basis: str | None = None


def in_force(session: Session) -> list[Succession]:
    """Every succession that holds, earliest first."""
    query = select(Succession).where(col(Succession.undone_at).is_(None))
    return list(session.exec(query.order_by(col(Succession.effective_on), col(Succession.id))))


@dataclass(frozen=True)
class Passing:
    """One step by which an open period passed from an agency to another."""

    former: Agency
    heir: Agency
    on: date
    basis: str


def handed(session: Session, occurrence_id: int) -> list[Passing]:
    """The steps by which an open period passed, by succession or by decision, in their order."""
    query = select(Handover).where(Handover.occurrence_id == occurrence_id).order_by(col(Handover.id))
    steps = []
    for row in session.exec(query):
        succession = session.get(Succession, row.succession_id) if row.succession_id else None
        former, heir = row.agency_id, row.heir_id
        if succession:
            former, heir = succession.former_id, succession.heir_id
        on, basis = (succession.effective_on, succession.basis) if succession else (row.moved_on, row.basis)
        steps.append(
            Passing(session.get_one(Agency, former), session.get_one(Agency, heir), on or date.min, basis or "")
        )
    return steps


class Lineage:
    """Who follows whom, in memory: for questions about many agencies."""

    def __init__(self, successions: list[Succession]) -> None:
        self.after: dict[int, list[Succession]] = {}
        for one in successions:
            self.after.setdefault(one.former_id, []).append(one)

    def heirs(self, agency_id: int, day: date) -> list[Succession]:
        """What ended an agency by a day: one row for each heir, none while it goes on."""
        return [s for s in self.after.get(agency_id, []) if s.kind != Manner.TRANSFERRED and s.effective_on <= day]

    def path(self, agency_id: int, day: date) -> list[Succession]:
        """The steps from an agency to the one heir that stands in its place on a day; none where it goes on or was split."""
        steps: list[Succession] = []
        seen = {agency_id}
        while True:
            heirs = self.heirs(agency_id, day)
            if len({s.heir_id for s in heirs}) != 1 or heirs[0].heir_id in seen:
                return steps
            steps.append(heirs[0])
            agency_id = heirs[0].heir_id
            seen.add(agency_id)

    def sole_heir(self, agency_id: int, day: date) -> int:
        """The agency that stands in its place on a day, through any number of steps; itself where several heirs share it."""
        steps = self.path(agency_id, day)
        return steps[-1].heir_id if steps else agency_id
