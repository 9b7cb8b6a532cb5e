"""Registers that come with dondoc, so that a new office starts from something true; their sources stand beside them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session

from workflow.audit import By
from workflow.database import exclusive
from workflow.errors import BadInput
from workflow.register import handing, steps, table
from workflow.register.steps import Step
from workflow.register.succession import in_force
from workflow.register.table import Changes

SHIPPED = {"lang-son": Path(__file__).parent / "lang_son"}


def load(session: Session, name: str, *, today: date, by: By, at: datetime) -> tuple[Changes, int]:
    """Enter a shipped register with the successions that had taken effect by today; returns the changes and how many those are.

    Successions that are recorded already are left alone. Where the record holds open duties of an agency that was split, only a
    person can say who takes them: then nothing is recorded, and `dondoc succession plan` shows them.
    """
    folder = _folder(name)
    exclusive(session, "audit")
    changes = table.load(session, folder / "agencies.csv", by=by, at=at, today=today, gentle=True)
    return changes, succeed(session, name, today=today, by=by, at=at)


def succeed(session: Session, name: str, *, today: date, by: By, at: datetime) -> int:
    """Record the successions of a shipped register that have taken effect and are not in the record; returns how many."""
    due = [step for step in waiting(session, name) if step.on <= today]
    if due:
        handing.apply(session, due, today=today, by=by, at=at)
    return len(due)


def waiting(session: Session, name: str) -> list[Step]:
    """The successions of a shipped register that are not in the record."""
    recorded = {(s.former_id, s.heir_id, s.kind) for s in in_force(session)}
    return steps.check(session, steps.lines(_folder(name) / "succession.csv"), name, skip=recorded)


def _folder(name: str) -> Path:
    if name not in SHIPPED:
        raise BadInput("“{value}” is none of: {known}.", value=name, known=", ".join(SHIPPED))
    return SHIPPED[name]
