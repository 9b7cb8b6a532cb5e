"""What people type about targets and money, in a command, a form or a row of a sheet: read, and written into the record.

Each function takes texts by name; a name that is not there says nothing of its value, an empty text that there is none. What
cannot be read raises BadInput with the name in `cell`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from sqlmodel import Session

from workflow.access import sight
from workflow.agency import known_agency
from workflow.audit import By
from workflow.directive import Directive
from workflow.duties.period_key import period_key
from workflow.errors import BadInput, NotFound
from workflow.i18n import _
from workflow.names import bounded, fold
from workflow.periods import show_period
from workflow.targets.aim import WHOLES, Whole, read_aim
from workflow.targets.funding import FundingLine, drop_money, find_money, state_money
from workflow.targets.indicator import (
    Actual,
    Indicator,
    drop_actual,
    drop_indicator,
    find_actual,
    find_indicator,
    named_indicator,
    record_actual,
    state_indicator,
    whose,
)
from workflow.targets.money import SOURCES, STAGES, Key, Source, Stage, millions, say_key
from workflow.targets.numbers import measured, money
from workflow.targets.stating import Change
from workflow.targets.term import term_key
from workflow.task import find_task

Texts = Mapping[str, str]
_Chosen = TypeVar("_Chosen", Whole, Source, Stage)
_Read = TypeVar("_Read")
MILLIONS = "triệu đồng"
# Other words that documents have for a source or a stage.
ALSO_SOURCES = {
    "nstw": Source.CENTRAL, "von nstw": Source.CENTRAL, "nsdp": Source.LOCAL, "von nsdp": Source.LOCAL, "nsnn": Source.STATE,
    "tong": Source.TOTAL, "von khac": Source.OTHER, "nguon khac": Source.OTHER, "khac": Source.OTHER, "von htx": Source.OWN,
    "von doi ung": Source.OWN,
}  # fmt: skip
ALSO_STAGES = {
    "du kien": Stage.PLANNED,
    "bo tri": Stage.ALLOCATED,
    "giai ngan": Stage.PAID,
    "phan bo": Stage.ALLOCATED,
    "cap": Stage.ALLOCATED,
    "da giai ngan": Stage.PAID,
}


def type_indicator(session: Session, directive: Directive, texts: Texts, **how: Any) -> tuple[Indicator, Change]:
    """State an indicator, or change what is said of the one whose code or name is given.

    Names: code, name, unit, target, until, baseline, whole, task, words, place (where a document states it).
    """
    known = named_indicator(session, directive, texts.get("code", ""), texts.get("name", ""))
    unit = texts.get("unit", known.unit if known else "")
    if "target" in texts:
        aim, unit = _cell("target", lambda: read_aim(texts["target"], unit))
    else:
        aim = known.aim() if known else read_aim("")[0]
    baseline = known.baseline if known else None
    if "baseline" in texts:
        baseline = _cell("baseline", lambda: measured(texts["baseline"], unit)) if texts["baseline"] else None
    task = known.task if known else None
    if "task" in texts:
        task = (
            _cell("task", lambda: find_task(session, texts["task"], sight.hidden(session, how["by"])))
            if texts["task"]
            else None
        )
    whole = known.whole if known else Whole.SUM
    if texts.get("whole"):
        whole = _cell("whole", lambda: chosen(texts["whole"], WHOLES, {}))
    place = {"told": told} if (told := _cell("place", lambda: bounded(texts.get("place", ""), 200))) else {}
    until = _cell("until", lambda: term_key(texts.get("until", known.until if known else "")))
    return state_indicator(
        session, directive, texts.get("name") or (known.name if known else ""), aim, code=texts.get("code", ""), unit=unit,
        baseline=baseline, until=until, whole=whole, task=task, words=texts.get("words", known.words if known else ""),
        place=place if "place" in texts else None, **how,
    )  # fmt: skip


def type_actual(
    session: Session, directive: Directive, texts: Texts, *, by: By, today: date, **how: Any
) -> tuple[Actual, Change]:
    """Record a value. Names: code, or else the name of the indicator; period, value, agency, note, document_number."""
    code, name = texts.get("code", ""), texts.get("name", "")
    known = named_indicator(session, directive, "", name) if name and not code else None
    indicator = known or _cell("code", lambda: find_indicator(session, directive, code or name))
    agency = _cell("agency", lambda: whose(session, directive, texts.get("agency", ""), by=by))
    value = _cell("value", lambda: measured(texts.get("value", ""), indicator.unit))
    told: dict[str, Any] = {name: texts[name] for name in ("note", "document_number") if name in texts}
    return _cell(
        "period",
        lambda: record_actual(
            session, indicator, texts.get("period", ""), value, by=by, today=today, agency=agency, **told, **how
        ),
    )


def type_money(
    session: Session, directive: Directive, texts: Texts, *, unit: str = "", **how: Any
) -> tuple[FundingLine, Change]:
    """State an amount; one without a unit of its own is in `unit`. Names: those of `Key`, amount, document_number, place."""
    stage = _cell("stage", lambda: chosen(texts.get("stage", ""), STAGES, ALSO_STAGES))
    source = _cell("source", lambda: chosen(texts.get("source", ""), SOURCES, ALSO_SOURCES))
    period = _cell("period", lambda: term_key(texts.get("period", "")))
    amount = _cell("amount", lambda: money(texts.get("amount", ""), unit))
    key = Key(texts.get("purpose", ""), stage, period, texts.get("beneficiary", ""), source)
    told: dict[str, Any] = {name: texts[name] for name in ("document_number", "place") if name in texts}
    return _cell("purpose", lambda: state_money(session, directive, key, amount, **told, **how))


def drop_typed(
    session: Session, directive: Directive, code: str, period: str, agency: str, number: int | None, **how: Any
) -> str:
    """Take out an amount, a value of an indicator, or an indicator, and say which; raises BadInput where it is not clear what."""
    if bool(code) == bool(number):
        raise BadInput("Name an indicator, or an amount by its number.")
    if number:
        line = find_money(session, directive, number)
        drop_money(session, line, **how)
        return f"{say_key(line.key)}, {millions(line.amount)}"
    indicator = find_indicator(session, directive, code)
    if not period:
        drop_indicator(session, indicator, **how)
        return f"{indicator.code}, {indicator.name}"
    of, key = known_agency(session, agency) if agency else None, period_key(period)
    found = find_actual(session, indicator, of, key)
    if not found:
        raise NotFound("{code} has no figure for {period}; see `dondoc targets list`.", code=indicator.code, period=show_period(key))  # fmt: skip
    drop_actual(session, found, **how)
    return f"{indicator.code}, {show_period(key)}"


def chosen(text: str, labels: Mapping[_Chosen, str], also: Mapping[str, _Chosen]) -> _Chosen:
    """The one of some values that is meant by its key, by what it is called in either language, or by another word for it."""
    wanted = fold(text)
    for value, label in labels.items():
        if wanted and wanted in (fold(value), fold(label), fold(_(label))):
            return value
    if wanted in also:
        return also[wanted]
    raise BadInput("“{value}” is none of: {known}.", value=text, known=", ".join(_(label) for label in labels.values()))


def _cell(name: str, read: Callable[[], _Read]) -> _Read:
    try:
        return read()
    except BadInput as problem:
        problem.cell = problem.cell or name
        raise
