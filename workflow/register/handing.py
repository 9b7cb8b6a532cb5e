"""Carrying a succession out, as a whole or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col, func, select

from workflow import audit
from workflow.agency import Agency, FocalPoint
from workflow.audit import By
from workflow.database import exclusive, write_rows
from workflow.directive import Directive
from workflow.errors import Refused
from workflow.message import ActionLink
from workflow.occurrence import Occurrence
from workflow.periods import show_day
from workflow.register.inheritance import Confirming, Decisions, Duty, Move, Part, Plan, plan
from workflow.register.kinds import Manner
from workflow.register.steps import Step
from workflow.register.succession import Handover, Succession
from workflow.task import Assignment

_BLOCK = 5000  # rows written at once

Progress = Callable[[int, int], None]


def apply(
    session: Session,
    steps: list[Step],
    *,
    today: date,
    by: By,
    at: datetime,
    decisions: Decisions | None = None,
    progress: Progress = lambda _done, _total: None,
) -> tuple[int, Plan]:
    """Carry the steps out in the caller's transaction; returns the batch's number and what was moved.

    Raises Refused before the day they take effect, and while anything waits for a decision. Deadlines do not change; links in
    letters to the former agency act no more.
    """
    exclusive(session, "audit")
    late = next((step for step in steps if step.on > today), None)
    if late:
        raise Refused(
            "Row {n} takes effect on {day}; apply it from that day on. `dondoc succession plan` shows it now.",
            n=late.line,
            day=show_day(late.on),
        )
    made = plan(session, steps, decisions)
    if made.undecided:
        raise Refused(
            "{n} things wait for a decision which heir takes them; see them with `dondoc succession plan`, and write it down with --sheet.",
            n=len(made.undecided),
        )
    batch = (session.exec(select(func.max(Succession.batch))).one() or 0) + 1
    rows = _record(session, steps, batch, by=by, at=at)
    total, done = len(made.moves), 0
    for block in _blocks(made.moves):
        write_rows(session, Handover, [_handover(move, rows) for move in block])
        done += len(block)
        progress(done, 2 * total)
    _move_owners(session, made)
    _move_people(session, made, rows)
    session.flush()
    _revoke(session, set(rows.values()), at, today)
    session.expire_all()
    audit.record_all(session, _facts(made, progress), by=by, at=at)
    return batch, made


def _record(session: Session, steps: list[Step], batch: int, *, by: By, at: datetime) -> dict[int, int]:
    """Write the successions and the last days of the agencies that end; returns the row of each step by its line."""
    rows = {}
    for step in steps:
        row = Succession(
            batch=batch,
            kind=step.kind,
            former_id=step.former.id or 0,
            heir_id=step.heir.id or 0,
            effective_on=step.on,
            basis=step.basis,
            tasks="; ".join(step.tasks),
            note=step.note,
            former_valid_to=step.former.valid_to,
            applied_at=at,
            applied_by=by.name,
        )
        session.add(row)
        session.flush()
        rows[step.line] = row.id or 0
    for step in steps:
        if step.kind is not Manner.TRANSFERRED:
            step.former.valid_to = step.on - timedelta(days=1)
    session.flush()
    return rows


def _handover(move: Move, rows: dict[int, int]) -> dict[str, Any]:
    thing, step = move.thing, move.step
    fields = dict.fromkeys(("occurrence_id", "assignment_id", "directive_id", "focal_point_id", "child_id", "held"))
    held: dict[str, Any] = {**fields, "succession_id": rows[step.line] if step else 0, "agency_id": move.former_id}
    if isinstance(thing, Duty):
        return {**held, "occurrence_id": thing.id, "held": thing.status}
    if isinstance(thing, Part):
        return {**held, "assignment_id": thing.id}
    return {**held, "directive_id": thing.id, "held": "" if thing.monitor_id else "issuer"}


def _move_owners(session: Session, made: Plan) -> None:
    """Set the last heir of each thing: what passed through several hands ends with the last."""
    last: dict[type, dict[int, int]] = {Duty: {}, Part: {}, Confirming: {}}
    for move in made.moves:
        last[type(move.thing)][move.thing.id] = (move.step.heir.id or 0) if move.step else 0
    set_owners(session, last[Duty])
    set_column(session, Assignment, "owed_by_id", last[Part])
    set_column(session, Directive, "monitor_id", last[Confirming])


def set_owners(session: Session, owners: dict[int, int]) -> None:
    """Give open periods another owner; whoever holds an older copy of one is told that it changed."""
    set_column(session, Occurrence, "agency_id", owners, version=col(Occurrence.version) + 1)


def set_column(
    session: Session, kind: type[SQLModel], column: str, values: Mapping[int, int | None], **also: Any
) -> None:
    """Set one column of many rows, past the mapper: rows by their new value, in blocks."""
    table = SQLModel.metadata.tables[str(kind.__tablename__)]
    rows: dict[int | None, list[int]] = defaultdict(list)
    for row, value in values.items():
        rows[value].append(row)
    for value, own in rows.items():
        for block in _blocks(own):
            session.execute(update(table).where(table.c.id.in_(block)).values({column: value, **also}))


def _revoke(session: Session, successions: set[int], at: datetime, today: date) -> None:
    """End the links of the periods that passed, except of recipients who answer for the heir as well."""
    moved = select(Handover.occurrence_id).where(col(Handover.succession_id).in_(successions))
    duty, heir, point = aliased(Occurrence), aliased(Agency), aliased(FocalPoint)
    mailbox = select(duty.id).join(heir, col(heir.id) == col(duty.agency_id))
    mailbox = mailbox.where(
        col(duty.id) == col(ActionLink.occurrence_id), col(heir.mailbox) == col(ActionLink.recipient)
    )
    person = select(duty.id).join(point, col(point.agency_id) == col(duty.agency_id))
    person = person.where(
        col(duty.id) == col(ActionLink.occurrence_id),
        col(point.email) == col(ActionLink.recipient),
        col(point.valid_to).is_(None) | (col(point.valid_to) >= today),
    )
    ends = col(ActionLink.revoked_at).is_(None) & col(ActionLink.occurrence_id).in_(moved)
    statement = update(ActionLink).where(ends, ~mailbox.exists(), ~person.exists()).values(revoked_at=at)
    session.execute(statement.execution_options(synchronize_session=False))


def _move_people(session: Session, made: Plan, rows: dict[int, int]) -> None:
    """Let focal points answer for the heir from its day on, once each; subordinate agencies belong to the heir."""
    ends = made.ends()
    for point, step in made.people:
        _end(session, point, rows[step.line], ends[point.agency_id])
        same = select(FocalPoint).where(FocalPoint.agency_id == step.heir.id, FocalPoint.email == point.email)
        if not any((one.valid_to or date.max) >= step.on for one in session.exec(same)):
            fresh = FocalPoint(
                agency_id=step.heir.id or 0,
                name=point.name,
                position=point.position,
                email=point.email,
                valid_from=step.on,
            )
            session.add(fresh)
            session.flush()
            session.add(Handover(succession_id=rows[step.line], focal_point_id=fresh.id))
    for point in made.lost_people:
        _end(session, point, rows[ends[point.agency_id].line], ends[point.agency_id])
    for child, step in made.children:
        session.add(Handover(succession_id=rows[step.line], child_id=child.id, agency_id=child.parent_id))
        child.parent_id = step.heir.id


def _end(session: Session, point: FocalPoint, succession_id: int, step: Step) -> None:
    before = point.valid_to.isoformat() if point.valid_to else ""
    session.add(Handover(succession_id=succession_id, focal_point_id=point.id, agency_id=point.agency_id, held=before))
    point.valid_to = step.on - timedelta(days=1)


def _facts(made: Plan, progress: Progress) -> Iterator[dict[str, Any]]:
    """The entries of the history: one for each open period that passed, and one for each step."""
    names = {agency.id: agency.name for step in made.steps for agency in (step.former, step.heir)}
    total = len(made.moves)
    for number, move in enumerate(made.moves, 1):
        if number % _BLOCK == 0 or number == total:
            progress(total + number, 2 * total)
        thing, step = move.thing, move.step
        if isinstance(thing, Duty) and step:
            yield {
                "act": "succeed",
                "subject": f"{thing.task}/{thing.period}",
                "occurrence_id": thing.id,
                "before": {"agency": names[move.former_id]},
                "after": {
                    "agency": step.heir.name,
                    "owner": step.heir.code,
                    "from": step.on.isoformat(),
                },
                "reason": step.basis,
            }
    for step in made.steps:
        yield {
            "act": "succeed",
            "subject": step.former.code,
            "before": {"agency": step.former.name},
            "after": {"agency": step.heir.name, "kind": step.kind.value, "from": step.on.isoformat()},
            "reason": step.basis,
        }


def _blocks(items: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(items)
    while block := list(islice(iterator, _BLOCK)):
        yield block
