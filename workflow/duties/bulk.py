"""Many at once: confirm, return, extend, hand on, from a list of codes or a sheet; what can be done is done, the rest is told.

Confirming and returning go through the same check and the same three statements as one move, for all rows together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workflow import audit
from workflow.access.sight import hidden
from workflow.agency import Agency, known_agency
from workflow.audit import By
from workflow.basis import Basis, need_reason
from workflow.database import exclusive
from workflow.duties.passing import hand_on, siblings
from workflow.duties.request import Outcome, Request, Wish, grant
from workflow.errors import BadInput, NotPermitted, Problem, Refused
from workflow.i18n import N_
from workflow.lifecycle import Decision
from workflow.moving import Duty, checked, duties, move, refuse_own, reporters
from workflow.occurrence import Occurrence
from workflow.register.sheets import Line
from workflow.standing import OPEN, Status
from workflow.submission import settle
from workflow.task import Task
from workflow.terminal import day

# The columns of a sheet; what a line leaves empty is taken from the command.
TITLES = {
    "code": N_("Task"),
    "agency": N_("Agency"),
    "period": N_("Period"),
    "to": N_("New day or agency"),
    "reason": N_("Reason"),
    "basis": N_("Basis"),
    "text": N_("What is to be done"),
    "told": N_("What was reported or asked"),
}
WAITING = {
    "confirm": (Status.SUBMITTED,),
    "return": (Status.SUBMITTED,),
    "extend": OPEN,
    "hand-on": (*OPEN, Status.SUSPENDED),
}


@dataclass(frozen=True)
class Failure:
    """One line that was not carried out, and why."""

    line: Line
    words: str


@dataclass
class Outcomes:
    """What a run did: the labels of what was done, and what was not."""

    done: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)


def carry_out(
    session: Session,
    act: str,
    lines: Sequence[Line],
    *,
    by: By,
    at: datetime,
    today: date,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Outcomes:
    """Do one act on every line in the caller's transaction; a line that cannot be done changes nothing and stops no other."""
    exclusive(session, "audit")  # before anything is read, and before the savepoints
    made = Outcomes()
    found = _find(session, act, lines, made, by)
    if act in ("confirm", "return"):
        _move(session, act, found, made, by=by, at=at)
        progress(len(lines), len(lines))
        return made
    for number, (line, occurrence_id) in enumerate(found, 1):
        try:
            with session.begin_nested():
                occurrence = session.get_one(Occurrence, occurrence_id)
                _one(session, act, occurrence, line.cells, by=by, at=at, today=today)
                made.done.append(occurrence.label())
        except Problem as problem:
            session.expire_all()
            _fail(session, made, line, problem, at)
        progress(number, len(found))
    return made


def _move(session: Session, act: str, found: list[tuple[Line, int]], made: Outcomes, *, by: By, at: datetime) -> None:
    """Confirm or return all rows that may be, grouped by what is said of them."""
    groups: dict[str, list[Duty]] = defaultdict(list)
    rows = duties(session, [occurrence_id for _line, occurrence_id in found])
    told = reporters(session, rows, by)
    for (line, _id), row in zip(found, rows, strict=True):
        reason = line.cells.get("reason", "")
        try:
            checked(session, act, row, by)
            if act == "confirm":
                refuse_own(told.get(row.id), by)
            groups[need_reason(reason) if act == "return" else reason].append(row)
        except Problem as problem:
            _fail(session, made, line, problem, at)
    decision = Decision.CONFIRMED if act == "confirm" else Decision.RETURNED
    values = {"submitted_on": None} if act == "return" else {}
    for reason, own in groups.items():
        move(session, act, own, by=by, at=at, reason=reason or None, values=values)
        for n in range(0, len(own), 500):
            settle(session, [row.id for row in own[n : n + 500]], decision, by=by.name, at=at, reason=reason)
        made.done += [row.label for row in own]
    session.expire_all()


def _one(
    session: Session, act: str, occurrence: Occurrence, cells: dict[str, str], *, by: By, at: datetime, today: date
) -> None:
    basis = Basis.read(cells["basis"]) if cells.get("basis") else None
    how: dict[str, Any] = {"by": by, "at": at, "today": today, "basis": basis}
    if act == "extend":
        grant(session, _asked(session, occurrence), due=day(cells["to"]) if cells.get("to") else None, **how)
        return
    heir = known_agency(session, cells.get("to", ""))
    hand_on(
        session,
        occurrence,
        heir,
        reason=cells.get("reason", ""),
        whole=not cells.get("period") or not siblings(session, occurrence),
        **how,
    )


def _asked(session: Session, occurrence: Occurrence) -> Request:
    """The request for more time that waits."""
    own = select(Request).where(
        Request.occurrence_id == occurrence.id, Request.wish == Wish.EXTENSION, Request.outcome == Outcome.WAITING
    )
    found = session.exec(own).first()
    if not found:
        raise Refused("{label}: nobody asks for more time; see `dondoc requests list`.", label=occurrence.label())
    return found


def _fail(session: Session, made: Outcomes, line: Line, problem: Problem, at: datetime) -> None:
    """Note a line that was not carried out; one that was not permitted stands in the history."""
    made.failed.append(Failure(line, str(problem)))
    told = problem.refusal if isinstance(problem, NotPermitted) else None
    if told:
        audit.record_refusal(session, problem, told, at)


def _find(session: Session, act: str, lines: Sequence[Line], made: Outcomes, by: By) -> list[tuple[Line, int]]:
    """The occurrence that each line means; a line that means none or several fails."""
    codes = sorted({line.cells.get("code", "").upper() for line in lines})
    known: dict[str, list[tuple[int, str, int, int, Status]]] = defaultdict(list)
    secret = hidden(session, by)
    for n in range(0, len(codes), 500):
        query = (
            sa.select(
                col(Task.code),
                col(Occurrence.id),
                col(Occurrence.period),
                col(Occurrence.agency_id),
                col(Occurrence.issued_to_id),
                col(Occurrence.status),
            )
            .join(Task, col(Task.id) == col(Occurrence.task_id))
            .where(col(Task.code).in_(codes[n : n + 500]), col(Task.directive_id).not_in(secret))
        )
        for code, number, period, owner, issued_to, status in session.execute(query):
            known[code].append((number, period, owner, issued_to, status))
    agencies: dict[str, Agency] = {}
    found, taken = [], set()
    for line in lines:
        try:
            number = _meant(session, act, line.cells, known, agencies)
            if number in taken:
                raise BadInput("It stands in the list twice; leave one line.")
            taken.add(number)
            found.append((line, number))
        except Problem as problem:
            made.failed.append(Failure(line, str(problem)))
    return found


def _meant(
    session: Session,
    act: str,
    cells: dict[str, str],
    known: dict[str, list[tuple[int, str, int, int, Status]]],
    agencies: dict[str, Agency],
) -> int:
    code, named, period = cells.get("code", "").upper(), cells.get("agency", ""), cells.get("period", "").upper()
    every = known.get(code)
    if not every:
        raise BadInput("There is no task {code} that is under way; see `dondoc tasks`.", code=code or "–")
    if named and named not in agencies:
        agencies[named] = known_agency(session, named)
    owner = agencies[named].id if named else None
    fitting = [one for one in every if owner in (None, one[2], one[3]) and (not period or one[1].upper() == period)]
    usable = [one for one in fitting if one[4] in WAITING[act]]
    if len(usable) == 1:
        return usable[0][0]
    if len(fitting) == 1:
        return fitting[0][0]  # the act itself says why it is not possible
    if usable:
        raise BadInput("{code} means several; name agency and period.", code=code)
    periods = ", ".join(dict.fromkeys(one[1] for one in every))
    raise BadInput("Nothing of {code} waits for this. Its periods: {periods}.", code=code, periods=periods)
