"""A plan of succession for people and programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from workflow.agency import Agency
from workflow.i18n import _
from workflow.periods import show_day, show_period
from workflow.register.inheritance import Confirming, Duty, Move, Part, Plan
from workflow.standing import say_status
from workflow.task import Task
from workflow.terminal import Column, table


def lines(made: Plan, most: int) -> Iterator[str]:
    """What would move and what waits for a decision; of long lists the first `most` lines."""
    names = named(made)
    yield from summary(made)
    for title, moves in ((_("What passes"), made.moves), (_("To decide"), made.undecided)):
        if not moves:
            continue
        yield from ("", f"{title} ({len(moves)})", "")
        columns = (
            Column("code", _("Task")),
            Column("what", _("What"), wide=True),
            Column("due", _("Due")),
            Column("former", _("Former agency"), wide=True),
            Column("heir", _("Heir"), wide=True),
            Column("on", _("From")),
        )
        yield from table(columns, [row(move, names, made) for move in moves[:most]])
        if len(moves) > most:
            yield _("… and {n} more; --json or --sheet has them all", n=len(moves) - most)
    if made.people:
        yield from ("", _("Focal points that go along") + f" ({len(made.people)})", "")
        for point, step in made.people[:most]:
            former = names[point.agency_id]
            yield f"  {point.name} <{point.email}>: {former.name} ({former.code}) → {step.heir.name} ({step.heir.code})"


def summary(made: Plan) -> Iterator[str]:
    """The plan in figures, and what to look at."""
    duties = made.duties()
    passing = {move.thing.id for move in duties}
    parts = sum(isinstance(move.thing, Part) for move in made.moves)
    monitors = sum(isinstance(move.thing, Confirming) for move in made.moves)
    formers = len({step.former.id for step in made.steps})
    yield _("{n} agencies are succeeded, in {steps} steps.", n=formers, steps=len(made.steps))
    yield _(
        "{duties} open periods and {parts} parts in living tasks pass to the heirs; deadlines do not change, reminders follow.",
        duties=len(passing),
        parts=parts,
    )
    yield _(
        "{links} links in letters act no more and lead to the heir; {people} focal points go along; {monitors} directives are confirmed by an heir.",
        links=made.links.total(),
        people=len(made.people),
        monitors=monitors,
    )
    if made.undecided:
        former = Counter(move.former_id for move in made.undecided)
        yield "⚠ " + _(
            "{n} things wait for a decision, of {agencies} agencies.", n=len(made.undecided), agencies=len(former)
        )
    warnings = (
        (_("have no mailbox; nobody there would be written to"), [agency.name for agency in made.mute()]),
        (
            _("end with a split agency; name who answers for the heirs"),
            [f"{p.name} <{p.email}>" for p in made.lost_people],
        ),
        (_("still belong to an agency that ends"), [f"{a.name} ({a.code})" for a in made.left_children]),
    )
    for told, about in warnings:
        if about:
            yield f"⚠ {'; '.join(about[:12])}{' …' if len(about) > 12 else ''} " + told


def as_json(made: Plan) -> dict[str, Any]:
    """The whole plan for programs: every move with its task, period, from and to."""
    names = named(made)

    def told(move: Move) -> dict[str, Any]:
        thing, step = move.thing, move.step
        duty = thing if isinstance(thing, Duty) else None
        return {
            "thing": type(thing).__name__.lower(),
            "task": None if isinstance(thing, Confirming) else thing.task,
            "directive": thing.directive,
            "period": duty and duty.period,
            "due": duty and duty.due_on,
            "status": duty and duty.status,
            "links": made.links[duty.id] if duty else 0,
            "reminders": made.reminders[duty.id] if duty else 0,
            "from": names[move.former_id].code,
            "to": step and step.heir.code,
            "on": step and step.on,
            "basis": step and step.basis,
        }

    return {
        "moves": [told(move) for move in made.moves],
        "undecided": [told(move) for move in made.undecided],
        "focal_points": [{"name": p.name, "email": p.email, "to": s.heir.code} for p, s in made.people],
        "focal_points_ending": [{"name": p.name, "email": p.email} for p in made.lost_people],
        "links": made.links.total(),
        "without_mailbox": [a.code for a in made.mute()],
        "left_below": [a.code for a in made.left_children],
    }


class Open(NamedTuple):
    """A task or directive of an agency that waits for a decision: who may take it."""

    code: str
    directive: str
    text: str
    former: Agency
    heirs: list[Agency]


def waiting(session: Session, made: Plan) -> Iterator[Open]:
    """What a person must decide, each task or directive of an agency once."""
    names = named(made)
    heirs: dict[int | None, list[Agency]] = {}
    for step in made.steps:
        heirs.setdefault(step.former.id, []).append(step.heir)
    codes = {m.thing.task for m in made.undecided if not isinstance(m.thing, Confirming)}
    texts = dict(session.exec(select(Task.code, Task.text).where(col(Task.code).in_(codes))).all())
    seen = set()
    for move in made.undecided:
        code = move.code
        if (move.former_id, code) not in seen:
            seen.add((move.former_id, code))
            text = texts.get(code, _("confirms the results of {code}", code=code))
            yield Open(code, move.thing.directive, text, names[move.former_id], heirs[move.former_id])


def to_decide(session: Session, made: Plan) -> Iterator[dict[str, str]]:
    """One row for each task or directive of an agency that waits for a decision."""
    for one in waiting(session, made):
        yield {
            "code": one.code,
            "former": f"{one.former.code} {one.former.name}",
            "text": one.text,
            "heirs": "\n".join(f"{heir.code} {heir.name}" for heir in one.heirs),
            "heir": "",
        }


def named(made: Plan) -> dict[int, Agency]:
    """The agencies of the steps by their number."""
    return {agency.id or 0: agency for step in made.steps for agency in (step.former, step.heir)}


def row(move: Move, names: dict[int, Agency], made: Plan) -> dict[str, str]:
    """One thing that passes, or waits, in words."""
    thing, step = move.thing, move.step
    if isinstance(thing, Duty):
        what = f"{show_period(thing.period)}, {say_status(thing.status)}"
        if made.links[thing.id] or made.reminders[thing.id]:
            what += "; " + _(
                "{reminders} reminders sent, {links} links",
                reminders=made.reminders[thing.id],
                links=made.links[thing.id],
            )
    elif isinstance(thing, Part):
        what = _("part in the task and its coming periods")
    else:
        what = _("confirms its results")
    due = show_day(thing.due_on) if isinstance(thing, Duty) and thing.due_on else "–"
    return {
        "code": move.code,
        "what": what,
        "due": due,
        "former": f"{names[move.former_id].name} ({names[move.former_id].code})",
        "heir": f"{step.heir.name} ({step.heir.code})" if step else "?",
        "on": show_day(step.on) if step else "",
    }
