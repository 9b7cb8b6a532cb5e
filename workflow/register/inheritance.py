"""What a succession moves: every open duty, part, confirmation and focal point of an agency that ends, and who gets it.

The plan is made of the record as it stands and changes nothing; applying it makes the same plan again and carries it out. Steps
are gone through in the order in which they take effect, so that what A leaves to B on one day passes to C with B on a later one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import select as columns
from sqlmodel import Session, col, func, or_, select

from workflow.agency import Agency, FocalPoint
from workflow.directive import Directive
from workflow.message import ActionLink, Reminder
from workflow.occurrence import Occurrence
from workflow.register.kinds import Kind, Manner
from workflow.register.steps import REST, Step
from workflow.standing import Status
from workflow.task import Assignment, Role, Task

LIVE = tuple(status for status in Status if status not in (Status.COMPLETED, Status.CANCELLED))

# Who gets what a person decided of a split: (code of the former agency, code of a task or directive) → code of the heir.
Decisions = dict[tuple[str, str], str]


class Duty(NamedTuple):
    """An open period of a task."""

    id: int
    task: str
    directive: str
    period: str
    due_on: date | None
    status: str


class Part(NamedTuple):
    """A lead agency's part in a task that is alive."""

    id: int
    task: str
    directive: str
    owed_by_id: int | None


class Confirming(NamedTuple):
    """Who confirms the results of a directive; `monitor_id` is empty where its issuer does."""

    id: int
    directive: str
    monitor_id: int | None


class Move(NamedTuple):
    """One thing that passes from the former agency to the heir of a step; `step` is None where a person must decide."""

    thing: Duty | Part | Confirming
    former_id: int
    step: Step | None

    @property
    def code(self) -> str:
        """The task that it is about, or the directive whose results are confirmed."""
        return self.thing.directive if isinstance(self.thing, Confirming) else self.thing.task


@dataclass
class Plan:
    """What the steps move, in their order, and what waits for a decision."""

    steps: list[Step]
    moves: list[Move] = field(default_factory=list)
    undecided: list[Move] = field(default_factory=list)
    people: list[tuple[FocalPoint, Step]] = field(default_factory=list)
    lost_people: list[FocalPoint] = field(default_factory=list)
    children: list[tuple[Agency, Step]] = field(default_factory=list)
    left_children: list[Agency] = field(default_factory=list)
    links: Counter[int] = field(default_factory=Counter)  # links in letters that act no more, by open period
    reminders: Counter[int] = field(default_factory=Counter)  # reminders that the former agency had, by open period

    def duties(self) -> list[Move]:
        """The moves of open periods."""
        return [move for move in self.moves if isinstance(move.thing, Duty)]

    def ends(self) -> dict[int | None, Step]:
        """For each agency that ends, a step that ends it."""
        return {step.former.id: step for step in self.steps if step.kind is not Manner.TRANSFERRED}

    def waiting(self) -> list[tuple[str, str]]:
        """What a person must decide, as `Decisions` names it, each once and in the order of the plan."""
        codes = {step.former.id: step.former.code for step in self.steps}
        return list(dict.fromkeys((codes[move.former_id], move.code) for move in self.undecided))

    def mute(self) -> list[Agency]:
        """Heirs that get duties and have no mailbox of their own."""
        heirs = {m.step.heir.id: m.step.heir for m in self.moves if m.step and isinstance(m.thing, Duty)}
        return [heir for heir in heirs.values() if not heir.mailbox]


def plan(session: Session, steps: list[Step], decisions: Decisions | None = None) -> Plan:
    """Say what the steps would move; `decisions` settles what a split leaves open."""
    made = Plan(steps)
    formers = {step.former.id or 0 for step in steps}
    held: dict[int, list[Duty | Part | Confirming]] = defaultdict(list)
    split = sorted({step.former.id or 0 for step in steps if step.kind in (Manner.SPLIT, Manner.TRANSFERRED)})
    for owner_id, thing in _things(session, sorted(formers), split):
        held[owner_id].append(thing)
    for (_day, _ends, former_id), group in groupby(sorted(steps, key=_order), key=lambda step: _order(step)[:3]):
        rows = list(group)
        staying = []
        for thing in held.pop(former_id, []):
            step, stays = _heir(thing, rows, decisions or {})
            if stays:
                staying.append(thing)
            elif step:
                made.moves.append(Move(thing, former_id, step))
                if (step.heir.id or 0) in formers:
                    held[step.heir.id or 0].append(thing)
            else:
                made.undecided.append(Move(thing, former_id, None))
        held[former_id] += staying
    _people(session, made)
    _children(session, made, formers)
    passing = {move.thing.id for move in made.duties()}
    made.links = _count(session, passing, col(ActionLink.occurrence_id), col(ActionLink.revoked_at).is_(None))
    made.reminders = _count(session, passing, col(Reminder.occurrence_id))
    return made


def _order(step: Step) -> tuple[date, bool, int, int]:
    return step.on, step.kind is not Manner.TRANSFERRED, step.former.id or 0, step.line


def _heir(thing: Duty | Part | Confirming, rows: list[Step], decisions: Decisions) -> tuple[Step | None, bool]:
    """Which step takes a thing over (None: a person must decide), and whether it stays where it is."""
    task = "" if isinstance(thing, Confirming) else thing.task
    if rows[0].kind not in (Manner.SPLIT, Manner.TRANSFERRED):
        return rows[0], False
    former = rows[0].former.code
    decided = decisions.get((former, task or thing.directive)) or decisions.get((former, thing.directive))
    if decided:
        return next((row for row in rows if row.heir.code == decided), None), False
    for name in filter(None, (task, thing.directive, REST)):
        found = next((row for row in rows if name in row.tasks), None)
        if found:
            return found, False
    return None, rows[0].kind is Manner.TRANSFERRED


def _things(session: Session, formers: list[int], split: list[int]) -> list[tuple[int, Duty | Part | Confirming]]:
    """What the agencies hold: open periods, parts in tasks, the confirming of directives.

    Of an agency that was split only what is alive counts, for a person must decide it; with one heir everything passes, so that
    a later document about a finished task finds somebody who exists.
    """
    duties = (
        columns(
            col(Occurrence.agency_id),
            col(Occurrence.id),
            col(Task.code),
            col(Directive.code),
            col(Occurrence.period),
            col(Occurrence.due_on),
            col(Occurrence.status),
        )
        .join(Task, col(Task.id) == col(Occurrence.task_id))
        .join(Directive, col(Directive.id) == col(Task.directive_id))
        .where(col(Occurrence.agency_id).in_(formers), col(Occurrence.status).in_(LIVE))
        .order_by(col(Occurrence.id))
    )
    found: list[tuple[int, Duty | Part | Confirming]] = [(owner, Duty(*row)) for owner, *row in session.execute(duties)]
    open_of = (
        columns(col(Occurrence.id))
        .where(col(Occurrence.task_id) == col(Task.id), col(Occurrence.status).in_(LIVE))
        .exists()
    )
    alive = or_(col(Task.recurs), col(Task.undecided), open_of)
    owed = col(Assignment.owed_by_id)
    parts = (
        columns(owed, col(Assignment.agency_id), col(Assignment.id), col(Task.code), col(Directive.code))
        .join(Task, col(Task.id) == col(Assignment.task_id))
        .join(Directive, col(Directive.id) == col(Task.directive_id))
        .where(
            col(Assignment.role) == Role.LEAD,
            or_(owed.in_(formers), owed.is_(None) & col(Assignment.agency_id).in_(formers)),
            or_(alive, func.coalesce(owed, col(Assignment.agency_id)).not_in(split)),
        )
        .order_by(col(Assignment.id))
    )
    for owed_by, agency_id, part_id, task, directive in session.execute(parts):
        found.append((owed_by or agency_id or 0, Part(part_id or 0, task, directive, owed_by)))
    followed = columns(col(Task.id)).where(col(Task.directive_id) == col(Directive.id), alive).exists()
    confirming = (
        columns(col(Directive.monitor_id), col(Directive.issuer_id), col(Directive.id), col(Directive.code))
        .where(
            or_(
                col(Directive.monitor_id).in_(formers),
                col(Directive.monitor_id).is_(None) & col(Directive.issuer_id).in_(formers),
            ),
            followed,
        )
        .order_by(col(Directive.id))
    )
    for monitor_id, issuer_id, directive_id, code in session.execute(confirming):
        found.append((monitor_id or issuer_id or 0, Confirming(directive_id or 0, code, monitor_id)))
    return found


def _count(session: Session, passing: set[int], occurrence: Any, *where: Any) -> Counter[int]:
    """How many rows of a table belong to each of the periods that pass."""
    rows = session.execute(columns(occurrence, func.count()).where(*where).group_by(occurrence))
    return Counter({occurrence_id: count for occurrence_id, count in rows if occurrence_id in passing})


def _people(session: Session, made: Plan) -> None:
    """Focal points go with an agency that has one heir, to the last one of the steps; those of a split agency end with it."""
    ends = made.ends()
    points = select(FocalPoint).where(col(FocalPoint.agency_id).in_(list(ends))).order_by(col(FocalPoint.id))
    for point in session.exec(points):
        first = ends[point.agency_id]
        if point.valid_to and point.valid_to < first.on:
            continue
        last = _last(first, ends)
        if last.kind is Manner.SPLIT:
            made.lost_people.append(point)
        else:
            made.people.append((point, last))


def _last(step: Step, ends: dict[int | None, Step]) -> Step:
    """The step that leads to who stands there in the end: A to B on one day and B to C on another lead from A to C."""
    while step.kind is not Manner.SPLIT and step.heir.id in ends:
        step = ends[step.heir.id]
    return step


def _children(session: Session, made: Plan, formers: set[int]) -> None:
    """Agencies below one that is renamed or replaced go with it; below others that end, a person must see them."""
    ends = made.ends()
    below = select(Agency).where(col(Agency.parent_id).in_(list(ends)), Agency.kind != Kind.COLLECTIVE)
    for child in session.exec(below.order_by(col(Agency.id))):
        step = ends[child.parent_id]
        if child.id in formers or not child.valid_on(step.on):
            continue
        last = _last(step, ends)
        if {step.kind, last.kind} <= {Manner.RENAMED, Manner.REPLACED}:
            made.children.append((child, last))
        else:
            made.left_children.append(child)
