"""Indicators of a directive: what it aims at in figures, and the actual values that agencies report for each period.

A value is what had been reached by the end of its period, counted from the beginning of the time that the target is for.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field, Relationship, Session, SQLModel, col, func, select

from workflow.access.permits import held, permit_office
from workflow.access.roles import Role
from workflow.agency import Agency, known_agency
from workflow.audit import By
from workflow.database import Exact, Instant, enum_column, exclusive
from workflow.directive import Directive
from workflow.duties.period_key import period_key
from workflow.errors import BadInput, NotFound, Refused
from workflow.names import bounded, fold
from workflow.occurrence import Occurrence
from workflow.periods import first_day, show_period
from workflow.targets.aim import Aim, Relation, Whole
from workflow.targets.stating import Change, begin, keep, remove
from workflow.targets.term import term_key
from workflow.task import Assignment, Task

# The form of a period report calls its own fields BC, KQ, KK and KN.
CODE = re.compile(r"(?!(?:BC|KQ|KK|KN)$)[A-Z0-9Đ][A-Z0-9Đ._-]{0,19}")


class Indicator(SQLModel, table=True):
    """One thing that a directive counts, and what it is to come to; figures are in `unit`.

    `until` is the time that the target is for, `whole` how the values of agencies make the whole; `words` and `place` are what the
    document says and where.
    """

    __table_args__ = (UniqueConstraint("directive_id", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    directive_id: int = Field(foreign_key="directive.id")
    task_id: int | None = Field(default=None, foreign_key="task.id", index=True)
    code: str
    name: str
    unit: str = ""
    relation: Relation = Field(default=Relation.WATCHED, sa_type=enum_column(Relation, "relation"))
    target: Decimal | None = Field(default=None, sa_type=Exact)
    upper: Decimal | None = Field(default=None, sa_type=Exact)
    baseline: Decimal | None = Field(default=None, sa_type=Exact)
    until: str = ""
    whole: Whole = Field(default=Whole.SUM, sa_type=enum_column(Whole, "whole"))
    words: str = ""
    place: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    at: datetime = Field(sa_type=Instant)
    by: str
    channel: str

    directive: Directive = Relationship()
    task: Task | None = Relationship()

    def aim(self) -> Aim:
        """What it aims at."""
        return Aim(self.relation, self.target, self.upper)


class Actual(SQLModel, table=True):
    """What an agency (or, where none is named, all of them together) had reached by the end of a period."""

    _OF_ALL = text("agency_id is null")
    __table_args__ = (
        UniqueConstraint("indicator_id", "agency_id", "period"),
        Index(
            "uq_actual_of_all", "indicator_id", "period", unique=True, sqlite_where=_OF_ALL, postgresql_where=_OF_ALL
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    indicator_id: int = Field(foreign_key="indicator.id")
    agency_id: int | None = Field(default=None, foreign_key="agency.id", index=True)
    period: str
    value: Decimal = Field(sa_type=Exact)
    note: str = ""
    document_number: str = ""
    at: datetime = Field(sa_type=Instant)
    by: str
    channel: str

    indicator: Indicator = Relationship()
    agency: Agency | None = Relationship()


def state_indicator(
    session: Session,
    directive: Directive,
    name: str,
    aim: Aim,
    *,
    by: By,
    at: datetime,
    code: str = "",
    unit: str = "",
    baseline: Decimal | None = None,
    until: str = "",
    whole: Whole = Whole.SUM,
    task: Task | None = None,
    words: str = "",
    place: Mapping[str, Any] | None = None,
) -> tuple[Indicator, Change]:
    """State an indicator in full, or correct the one of this code (of this name, where no code is given).

    Raises BadInput, Refused in a closed period and where values are kept in another unit, NotPermitted.
    """
    begin(session, directive, by=by)
    name, unit, code = bounded(name, 300), bounded(unit, 60), code.strip().upper()
    if not name:
        raise BadInput("Give the indicator a name.")
    if (code and not CODE.fullmatch(code)) or re.match(r"\d", unit):
        raise BadInput("“{text}” will not do: a code has letters and digits, a unit begins with no digit.", text=code if code and not CODE.fullmatch(code) else unit)  # fmt: skip
    if task and task.directive_id != directive.id:
        raise BadInput("{task} is no task of {code}.", task=task.code, code=directive.code)
    found = named_indicator(session, directive, code, name)
    if found and found.unit != unit and _actuals(session, found):
        raise Refused("{code} has values in {unit}; drop it and state it anew in another unit.", code=found.code, unit=found.unit or "–")  # fmt: skip
    row = found or Indicator(directive_id=directive.id or 0, code=code or _free_code(session, directive), name=name, at=at, by=by.name, channel=by.channel)  # fmt: skip
    values = {
        "name": name,
        "unit": unit,
        "relation": aim.relation,
        "target": aim.target,
        "upper": aim.upper,
        "baseline": baseline,
        "until": term_key(until),
        "whole": whole,
        "task_id": task.id if task else None,
        "words": bounded(words, 2000),
        "place": dict(row.place if place is None else place),
    }
    periods = tuple({key for key in (row.until, term_key(until)) if key})
    about = {"indicator": row.code}
    return row, keep(session, "state target", directive, row, values, about=about, periods=periods, by=by, at=at)


def record_actual(
    session: Session,
    indicator: Indicator,
    period: str,
    value: Decimal,
    *,
    by: By,
    at: datetime,
    today: date,
    agency: Agency | None = None,
    heir: Agency | None = None,
    note: str | None = None,
    document_number: str | None = None,
) -> tuple[Actual, Change]:
    """Write or correct what an agency had reached by the end of a period, in the unit of the indicator; the history keeps the former value.

    `heir` is who answers for the figure now, where that is another agency. Raises NotPermitted for the figure of another agency,
    Refused in a closed period, BadInput for one that has not begun.
    """
    exclusive(session, "audit")
    directive, answering = indicator.directive, heir or agency
    permit_office(
        by,
        "record_actual",
        subject=directive.code,
        monitor=directive.monitor_id,
        owed_by=answering.id if answering and takes_part(session, directive, answering) else None,
    )
    key = period_key(period)
    if first_day(key) > today:
        raise BadInput("{period} has not begun; name one that has.", period=show_period(key))
    found = find_actual(session, indicator, agency, key)
    row = found or Actual(
        indicator_id=indicator.id or 0, agency_id=agency.id if agency else None, period=key, value=value, at=at,
        by=by.name, channel=by.channel,
    )  # fmt: skip
    values: dict[str, Any] = {"value": value}
    values |= {} if note is None else {"note": bounded(note, 1000)}
    values |= {} if document_number is None else {"document_number": bounded(document_number, 100)}
    return row, keep(
        session, "record actual", directive, row, values, about=_about(indicator, agency, key), periods=(key,), by=by, at=at
    )  # fmt: skip


def drop_indicator(session: Session, indicator: Indicator, *, by: By, at: datetime, reason: str) -> None:
    """Take an indicator out with its values; the history keeps what it said."""
    directive = indicator.directive
    begin(session, directive, by=by)
    rows: list[tuple[SQLModel, str]] = [(one, one.period) for one in _actuals(session, indicator)]
    content = {
        "name": indicator.name,
        "unit": indicator.unit,
        "relation": indicator.relation,
        "target": indicator.target,
        "upper": indicator.upper,
    }
    remove(
        session, "drop target", directive, [*rows, (indicator, indicator.until)], about={"indicator": indicator.code}, content=content,
        by=by, at=at, reason=reason,
    )  # fmt: skip


def drop_actual(session: Session, actual: Actual, *, by: By, at: datetime, reason: str) -> None:
    """Take a value out that should not be there; whoever states the targets may."""
    directive = actual.indicator.directive
    begin(session, directive, by=by)
    about = _about(actual.indicator, actual.agency, actual.period)
    content = {"value": actual.value, "note": actual.note, "document_number": actual.document_number}
    remove(
        session,
        "drop actual",
        directive,
        [(actual, actual.period)],
        about=about,
        content=content,
        by=by,
        at=at,
        reason=reason,
    )


def find_indicator(session: Session, directive: Directive, code: str) -> Indicator:
    """The indicator of this code; raises NotFound with those there are."""
    own = select(Indicator).where(Indicator.directive_id == directive.id)
    found = session.exec(own.where(Indicator.code == code.strip().upper())).first()
    if not found:
        known = ", ".join(one.code for one in session.exec(own.order_by(col(Indicator.id))))
        raise NotFound("{directive} has no indicator {code}. There are: {known}.", directive=directive.code, code=code.strip(), known=known or "–")  # fmt: skip
    return found


def find_actual(session: Session, indicator: Indicator, agency: Agency | None, period: str) -> Actual | None:
    """The value of an agency (None: of all together) for a period, by its key."""
    of = col(Actual.agency_id) == agency.id if agency else col(Actual.agency_id).is_(None)
    same = select(Actual).where(Actual.indicator_id == indicator.id, Actual.period == period, of)
    return session.exec(same).first()


def whose(session: Session, directive: Directive, named: str, *, by: By) -> Agency | None:
    """The agency of a value: the one that is named, or the only one for which somebody acts who may not speak for all."""
    if named:
        return known_agency(session, named)
    if by.authority is None or held(by.authority, owed_by=None, monitor=directive.monitor_id) & {Role.MONITOR, Role.OFFICE}:  # fmt: skip
        return None
    own = {grant.agency_id for grant in by.authority if grant.role in (Role.FOCAL_POINT, Role.HEAD)}
    return session.get(Agency, own.pop()) if len(own) == 1 else None


def takes_part(session: Session, directive: Directive, agency: Agency) -> bool:
    """Whether a directive asks something of an agency, as lead or to coordinate."""
    owner = func.coalesce(Assignment.owed_by_id, Assignment.agency_id)
    given = select(Assignment.id).join(Task).where(Task.directive_id == directive.id, owner == agency.id)
    owed = select(Occurrence.id).join(Task).where(Task.directive_id == directive.id, Occurrence.agency_id == agency.id)
    return bool(session.exec(given.limit(1)).first() or session.exec(owed.limit(1)).first())


def named_indicator(session: Session, directive: Directive, code: str, name: str) -> Indicator | None:
    """The indicator that is meant by a code, or where none is given by a name."""
    own = select(Indicator).where(Indicator.directive_id == directive.id)
    if code:
        return session.exec(own.where(Indicator.code == code.strip().upper())).first()
    return next((one for one in session.exec(own) if fold(one.name) == fold(name)), None)


def _free_code(session: Session, directive: Directive) -> str:
    taken = set(session.exec(select(Indicator.code).where(Indicator.directive_id == directive.id)))
    return next(code for n in range(1, len(taken) + 2) if (code := f"CT{n}") not in taken)


def _actuals(session: Session, indicator: Indicator) -> list[Actual]:
    return list(session.exec(select(Actual).where(Actual.indicator_id == indicator.id)))


def _about(indicator: Indicator, agency: Agency | None, period: str) -> dict[str, Any]:
    """Which value it is, as the history says."""
    told = {"indicator": indicator.code, "agency": agency.name if agency else None, "period": period}
    return {name: value for name, value in told.items() if value}
