"""Moving periods: the check, the write and the history of one move, for one row or a thousand in the same three statements.

Past the mapper, because this is the act everything else waits for. A row is written only in the version that was read: of two who
act at once the second is told what the first did.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Update, bindparam, select, update
from sqlmodel import Session, SQLModel

from workflow import audit
from workflow.access.permits import PERMITS, held, permit
from workflow.audit import By
from workflow.audit_words import say_act
from workflow.database import exclusive
from workflow.errors import Overtaken, Refused
from workflow.i18n import _
from workflow.lifecycle import MOVE_LABELS, next_status, possible
from workflow.standing import Status, say_status

_tables = SQLModel.metadata.tables
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")  # in which a sentence names an hour


class Duty(NamedTuple):
    """One period as a move sees it: which version was read, who owes it, who monitors it."""

    id: int
    label: str
    status: Status
    version: int
    agency_id: int
    monitor_id: int | None
    was_started: bool  # in this state when it was suspended
    was_returned: bool

    @property
    def about(self) -> dict[str, Any]:
        """What an entry of the history says it is about."""
        return {"subject": self.label, "occurrence_id": self.id}

    def permit(self, by: By, act: str, *, owed_by: int | None = None) -> None:
        """Let the act pass or raise NotPermitted; `owed_by` is another agency that owes this act, if one does."""
        owner = self.agency_id if owed_by is None else owed_by
        permit(by, act, self.status, owed_by=owner, monitor=self.monitor_id, **self.about)


def duties(session: Session, ids: Sequence[int]) -> list[Duty]:
    """The periods of these ids, in their order."""
    found = {}
    for block in (ids[n : n + 500] for n in range(0, len(ids), 500)):
        one = len(block) == 1  # a list of one costs twice what one costs
        rows = session.connection().execute(_reading(one=one), {"ids": block[0] if one else list(block)})
        for row in rows:
            found[row[0]] = Duty(
                row[0],
                f"{row[1]}/{row[2]}",
                Status(row[3]),
                row[4],
                row[5],
                row[6],
                row[7] == Status.IN_PROGRESS,
                row[7] == Status.RETURNED,
            )
    return [found[one] for one in ids]


@lru_cache
def _reading(*, one: bool) -> Any:
    row, task, directive = (_tables[name] for name in ("occurrence", "task", "directive"))
    columns = (
        row.c.id, task.c.code, row.c.period, row.c.status, row.c.version, row.c.agency_id, directive.c.monitor_id,
        row.c.rested_from,
    )  # fmt: skip
    joined = row.join(task, task.c.id == row.c.task_id).join(directive, directive.c.id == task.c.directive_id)
    same = row.c.id == bindparam("ids") if one else row.c.id.in_(bindparam("ids", expanding=True))
    return select(*columns).select_from(joined).where(same)


def move(
    session: Session,
    act: str,
    rows: Iterable[Duty],
    *,
    by: By,
    at: datetime,
    reason: str | None = None,
    after: Mapping[str, Any] | None = None,
    values: Mapping[str, Any] | None = None,
) -> list[Status]:
    """Make one legal move on every row, with what else it writes (`values`) and tells (`after`); all of them or none.

    Returns the states after it. Raises NotPermitted, Refused for a move that is not legal now, or where somebody was faster.
    """
    exclusive(session, "audit")  # first this lock, then the rows: everybody in the same order
    facts, states = [], []
    going: dict[Status, list[Duty]] = {}
    before = {status: {"status": status} for status in Status}
    told = {status: {"status": status, **(after or {})} for status in Status}
    for row in rows:
        target = checked(session, act, row, by)
        states.append(target)
        going.setdefault(target, []).append(row)
        facts.append(
            {
                "act": act,
                **row.about,
                "before": before[row.status],
                "after": told[target],
                "status_after": target,
                "reason": reason,
            }
        )
    for target, own in going.items():
        write(session, own, {"status": target, **(values or {})})
    audit.record_all(session, facts, by=by, at=at)
    ended = [row.id for target in (Status.COMPLETED, Status.CANCELLED) for row in going.get(target, ())]
    lapse(session, ended, ("extension", "hand_on", "suspension", "cancellation"), by=by, at=at)
    cancelled = [row.id for row in going.get(Status.CANCELLED, ())]
    for block in (cancelled[n : n + 500] for n in range(0, len(cancelled), 500)):
        link = _tables["action_link"]
        alive = link.c.occurrence_id.in_(block) & link.c.revoked_at.is_(None)
        session.connection().execute(update(link).where(alive).values(revoked_at=at))
    if act == "suspend":
        lapse(session, [row.id for own in going.values() for row in own], ("suspension",), by=by, at=at)
    return states


def checked(session: Session, act: str, row: Duty, by: By) -> Status:
    """Where a move leads; raises NotPermitted or Refused, which tells who brought the row where it is."""
    row.permit(by, act)
    try:
        return next_status(row, act)
    except Refused:
        told = _last(session, row.id, moved=True)
        if not told:
            raise
        raise Refused(
            "“{act}” is not possible: the task is “{status}” ({told}). Possible now: {possible}.",
            act=_(MOVE_LABELS.get(act, act)),
            status=say_status(row.status),
            told=told,
            possible=", ".join(_(MOVE_LABELS[name]) for name in possible(row) if _may(by, name, row)) or "–",
        ) from None


def _may(by: By, act: str, row: Duty) -> bool:
    """Whether a person may make a move of this row as it stands."""
    if by.authority is None:
        return True
    return bool(held(by.authority, owed_by=row.agency_id, monitor=row.monitor_id) & PERMITS[act, row.status])


def reporters(session: Session, rows: Sequence[Duty], by: By) -> dict[int, str]:
    """Who reported each result that waits; nobody is told apart before roles are given."""
    if by.authority is None:
        return {}
    report = _tables["submission"]
    query = select(report.c.occurrence_id, report.c.by).where(
        report.c.occurrence_id.in_([row.id for row in rows]), report.c.decision == "waiting"
    )
    return {row.occurrence_id: row.by for row in session.connection().execute(query)}


def refuse_own(reporter: str | None, by: By) -> None:
    """Raise Refused where the person who would confirm has reported the result themself."""
    if reporter is not None and reporter.casefold() == by.name.casefold():
        raise Refused("{name} reported it; somebody else confirms.", name=by.name)


def write(session: Session, rows: Sequence[Duty], values: Mapping[str, Any]) -> None:
    """Write the same into rows, in the versions that were read; raises Refused where one has changed since."""
    session.flush()
    versions: dict[int, list[int]] = {}
    for row in rows:
        versions.setdefault(row.version, []).append(row.id)
    for seen, ids in versions.items():
        for block in (ids[n : n + 500] for n in range(0, len(ids), 500)):
            one = len(block) == 1
            read = {"seen": seen, "ids": block[0] if one else block}
            done = session.connection().execute(_writing(tuple(values), one=one), {**read, **values})
            if done.rowcount != len(block):
                raise Refused("Somebody else changed it at the same moment. Look at it again.")


def lapse(session: Session, rows: Sequence[int], wishes: Sequence[str], *, by: By, at: datetime) -> None:
    """What was asked about a duty waits no more, because it has ended or what was asked has happened; the history says so."""
    asked, duty, task = (_tables[name] for name in ("change_request", "occurrence", "task"))
    for block in (rows[n : n + 500] for n in range(0, len(rows), 500)):
        waiting = asked.c.occurrence_id.in_(block) & (asked.c.outcome == "waiting") & asked.c.wish.in_(wishes)
        found = select(asked.c.id, asked.c.occurrence_id, asked.c.number, asked.c.wish, task.c.code, duty.c.period)
        joined = asked.join(duty, duty.c.id == asked.c.occurrence_id).join(task, task.c.id == duty.c.task_id)
        lost = session.connection().execute(found.select_from(joined).where(waiting)).all()
        if not lost:
            continue
        gone = update(asked).where(asked.c.id.in_([one.id for one in lost])).values(outcome="lapsed", decided_at=at)
        session.connection().execute(gone)
        facts: list[dict[str, Any]] = [
            {
                "act": "request lapsed",
                "subject": f"{one.code}/{one.period}",
                "occurrence_id": one.occurrence_id,
                "after": {"request": one.number, "wish": one.wish},
            }
            for one in lost
        ]
        audit.record_all(session, facts, by=by, at=at)


@lru_cache
def _writing(names: tuple[str, ...], *, one: bool) -> Update:
    row = _tables["occurrence"]
    named = row.c.id == bindparam("ids") if one else row.c.id.in_(bindparam("ids", expanding=True))
    same = named & (row.c.version == bindparam("seen"))
    return update(row).where(same).values(version=row.c.version + 1, **{name: bindparam(name) for name in names})


def overtaken(session: Session, row: Duty) -> Overtaken:
    """The refusal for whoever came second: what the first did, by whom and when."""
    return Overtaken(
        "Somebody was faster: {told}. It is “{status}” now; look at it again.",
        told=_last(session, row.id) or "–",
        status=say_status(row.status),
    )


def _last(session: Session, occurrence_id: int, *, moved: bool = False) -> str:
    """Who did what last with a period and when (`moved`: who brought it into its state); empty before anybody did."""
    entry = _tables["audit_entry"]
    query = select(entry.c.act, entry.c.actor, entry.c.at).order_by(entry.c.id.desc()).limit(1)
    query = query.where(entry.c.occurrence_id == occurrence_id, entry.c.act.not_in(("open", "not permitted")))
    if moved:
        query = query.where(entry.c.status_after.is_not(None))
    found = session.connection().execute(query).first()
    if not found:
        return ""
    return _(
        "{who}: {act}, {when}",
        who=found.actor,
        act=say_act(found.act),
        when=f"{found.at.astimezone(VIETNAM):%H:%M %d/%m/%Y}",
    )
