"""What an agency answers to a call for the report of a period: three texts, a line for each ongoing duty, the values of indicators.

All doors – page, link, command, spreadsheet, program – bring the same: texts by the key of their field.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Field, Session, SQLModel, col, select

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
from workflow.targets.indicator import Indicator, find_actual, record_actual
from workflow.targets.numbers import measured
from workflow.targets.stating import Change
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
    session: Session,
    occurrence: Occurrence,
    form: Mapping[str, str],
    *,
    by: By,
    at: datetime,
    today: date,
    seen: int | None = None,
) -> Answer:
    """Keep what is filled in so far; a field that is left out stays as it is. Raises a Problem and keeps nothing where one is wrong.

    Of two who fill in the same form (`seen` is the version that each looked at) the second is told, unless both say the same.
    """
    called = _called(session, occurrence)
    row = occurrence.duty(session)
    row.permit(by, "fill")
    refuse_closed(session, called.directive_id, called.period)
    if row.status not in OPEN:
        raise Refused("{label} is sent; it can be changed again once it is withdrawn or sent back.", label=row.label)
    found = session.exec(select(Answer).where(Answer.occurrence_id == occurrence.id)).first()
    answer = found or Answer(occurrence_id=occurrence.id or 0, at=at, by=by.name, channel=by.channel)
    texts = {key: lines_of(words, LONGEST) for key, words in form.items() if key in TEXTS}
    changed = {name: text for name, text in texts.items() if text != getattr(answer, name)}
    if changed:
        was = {name: words for name in changed if (words := getattr(answer, name))}
        for name, text in changed.items():
            setattr(answer, name, text)
        answer.at, answer.by, answer.channel = at, by.name, by.channel
        session.add(answer)
    new = [bool(changed)]
    for key, words in form.items():
        if key not in TEXTS:
            kept = _figure if _indicator(session, called, key) else _line
            new.append(kept(session, occurrence, called, key, printable(words), by=by, at=at, today=today))
    if any(new):
        occurrence.touch(session, seen)
    if changed:
        audit.record(session, "fill", **row.about, by=by, at=at, before=was or None, after=changed)
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


def paired(keys: Sequence[str], texts: Sequence[str]) -> dict[str, str]:
    """The texts of a page's form by their keys; raises BadInput where some are missing."""
    if len(keys) != len(texts):
        raise BadInput("The form did not arrive whole. Send it once more.")
    return dict(zip(keys, texts, strict=True))


def _called(session: Session, occurrence: Occurrence) -> PeriodCall:
    found = call_of(session, occurrence)
    if not found:
        raise BadInput("{label} is no report of a period; report it with `dondoc done`.", label=occurrence.label())
    return found


def _indicator(session: Session, called: PeriodCall, key: str) -> Indicator | None:
    same = select(Indicator).where(Indicator.directive_id == called.directive_id, Indicator.code == key.strip().upper())
    return session.exec(same).first()


def _figure(
    session: Session, occurrence: Occurrence, called: PeriodCall, key: str, words: str, *, by: By, at: datetime, today: date
) -> bool:  # fmt: skip
    """Record what had been reached of an indicator; whether it is new. What a former agency had recorded stays its own, to be corrected."""
    indicator = _indicator(session, called, key)
    assert indicator
    former = find_actual(session, indicator, occurrence.issued_to, called.period)
    whose = occurrence.issued_to if former else occurrence.agency
    if not words:
        _refuse_emptied(key, bool(former or find_actual(session, indicator, whose, called.period)))
        return False
    value = measured(words, indicator.unit)
    how: dict[str, Any] = {"by": by, "at": at, "today": today}
    _row, change = record_actual(session, indicator, called.period, value, agency=whose, heir=occurrence.agency, **how)
    return change is not Change.SAME


def _line(
    session: Session, occurrence: Occurrence, called: PeriodCall, key: str, words: str, *, by: By, at: datetime, today: date
) -> bool:  # fmt: skip
    """Report the period of an ongoing task, where the words are new; an heir owes it as often as it took it over, and says it once."""
    own = select(Occurrence).join(Task).where(
        Task.code == key.strip().upper(), Task.directive_id == called.directive_id,
        Occurrence.agency_id == occurrence.agency_id, Occurrence.period == ONGOING,
    )  # fmt: skip
    every = session.exec(own.order_by(col(Occurrence.id))).all()
    if not every:
        raise BadInput("The form has no field {key}.", key=printable(key)[:100])
    nothing = fold(words) in {fold(NOTHING), fold(_(NOTHING))}
    told: dict[str, Any] = {"nothing_arose": True} if nothing else {"result": words}
    new = False
    for duty in [one for one in every if one.status in OPEN] or every:
        same = select(PeriodReport).where(PeriodReport.occurrence_id == duty.id, PeriodReport.period == called.period)
        said = session.exec(same).first()
        if not words:
            _refuse_emptied(key, bool(said))
        elif not (said and (said.nothing_arose, said.result) == (nothing, "" if nothing else words)):
            report_period(session, duty, called.period, by=by, at=at, today=today, **told)
            new = True
    return new


def _refuse_emptied(key: str, said: bool) -> None:
    """What was reported is corrected, not taken away by an empty field."""
    if said:
        raise BadInput("{key} was reported already and cannot be left empty; write what holds now.", key=printable(key)[:100])  # fmt: skip
