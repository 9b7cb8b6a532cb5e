"""What an agency answers to a call for the report of a period: three texts, a line for each ongoing duty, the values of indicators.

All doors – page, link, command, spreadsheet, program – bring the same: texts by the key of their field.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import Field, Session, SQLModel, select

from workflow import audit
from workflow.audit import By
from workflow.database import Instant
from workflow.duties.closing import refuse_closed
from workflow.duties.period_report import PeriodReport, report_period
from workflow.errors import BadInput, Refused
from workflow.i18n import _
from workflow.names import fold, lines_of, printable
from workflow.occurrence import Occurrence
from workflow.periods import ONGOING
from workflow.reporting.call import PeriodCall, call_of
from workflow.reporting.fields import NOTHING, TEXTS
from workflow.standing import OPEN
from workflow.targets.indicator import Indicator, record_actual
from workflow.targets.numbers import measured
from workflow.task import Task

LONGEST = 4000


class Answer(SQLModel, table=True):
    """The texts of one agency's report; it may be changed until it is sent, and again once it was sent back."""

    __tablename__ = "period_answer"

    id: int | None = Field(default=None, primary_key=True)
    occurrence_id: int = Field(foreign_key="occurrence.id", unique=True)
    done: str = ""
    difficulties: str = ""
    proposals: str = ""
    at: datetime = Field(sa_type=Instant)
    by: str
    channel: str


def fill(
    session: Session, occurrence: Occurrence, form: Mapping[str, str], *, by: By, at: datetime, today: date
) -> Answer:
    """Keep what is filled in so far; a field that is left out stays as it is. Raises a Problem and keeps nothing where one is wrong."""
    called = _called(session, occurrence)
    row = occurrence.duty(session)
    row.permit(by, "fill")
    refuse_closed(session, called.directive_id, called.period)
    if row.status not in OPEN:
        raise Refused("{label} is sent; it can be changed again once it is withdrawn or sent back.", label=row.label)
    found = session.exec(select(Answer).where(Answer.occurrence_id == occurrence.id)).first()
    answer = found or Answer(occurrence_id=occurrence.id or 0, at=at, by=by.name, channel=by.channel)
    before = {name: getattr(answer, name) for name in TEXTS}
    lines = {}
    for key, words in form.items():
        if key in TEXTS:
            setattr(answer, key, lines_of(words, LONGEST))
        else:
            lines[key] = printable(words)
    after = {name: getattr(answer, name) for name in TEXTS}
    if after != before or not found:
        answer.at, answer.by, answer.channel = at, by.name, by.channel
        session.add(answer)
        changed = {name: after[name] for name in TEXTS if after[name] != before[name]}
        was = {name: before[name] for name in changed if before[name]}
        audit.record(session, "fill", **row.about, by=by, at=at, before=was or None, after=changed)
    for key, words in lines.items():
        if indicator := _indicator(session, called, key):
            _figure(session, occurrence, called, indicator, words, by=by, at=at, today=today)
            continue
        _line(session, occurrence, called, key, words, by=by, at=at, today=today)
    return answer


def sent_words(session: Session, occurrence: Occurrence, form: Mapping[str, str], words: str, **how: Any) -> str:
    """Fill the form where the duty is a period report, and return the result that is reported: what was done, or `words`."""
    if not form and call_of(session, occurrence) is None:
        return words
    texts = {"done": words} if printable(words) else {}
    answer = fill(session, occurrence, {**texts, **form}, **how)
    if not answer.done:
        raise BadInput("State what was done in the period; that nothing arose is an answer, too.")
    return answer.done


def _called(session: Session, occurrence: Occurrence) -> PeriodCall:
    found = call_of(session, occurrence)
    if not found:
        raise BadInput("{label} is no report of a period; report it with `dondoc done`.", label=occurrence.label())
    return found


def _indicator(session: Session, called: PeriodCall, key: str) -> Indicator | None:
    same = select(Indicator).where(Indicator.directive_id == called.directive_id, Indicator.code == key.strip().upper())
    return session.exec(same).first()


def _figure(
    session: Session, occurrence: Occurrence, called: PeriodCall, indicator: Indicator, words: str, *, by: By, at: datetime, today: date
) -> None:  # fmt: skip
    """Record what the agency had reached of an indicator; a field that was emptied says nothing."""
    if words:
        value = measured(words, indicator.unit)
        record_actual(session, indicator, called.period, value, agency=occurrence.agency, by=by, at=at, today=today)


def _line(
    session: Session, occurrence: Occurrence, called: PeriodCall, key: str, words: str, *, by: By, at: datetime, today: date
) -> None:  # fmt: skip
    """Report the period of one of the agency's ongoing duties, where the words are new."""
    own = select(Occurrence).join(Task).where(
        Task.code == key.strip().upper(), Task.directive_id == called.directive_id,
        Occurrence.agency_id == occurrence.agency_id, Occurrence.period == ONGOING,
    )  # fmt: skip
    duty = session.exec(own).first()
    if not duty:
        raise BadInput("The form has no field {key}.", key=printable(key)[:100])
    nothing = fold(words) in {fold(NOTHING), fold(_(NOTHING))}
    same = select(PeriodReport).where(PeriodReport.occurrence_id == duty.id, PeriodReport.period == called.period)
    said = session.exec(same).first()
    if words and not (said and (said.nothing_arose, said.result) == (nothing, "" if nothing else words)):
        told: dict[str, Any] = {"nothing_arose": True} if nothing else {"result": words}
        report_period(session, duty, called.period, by=by, at=at, today=today, **told)
