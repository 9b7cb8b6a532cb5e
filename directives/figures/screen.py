"""The figures of a document on a terminal: indicators, money by what it is for, differences, doubts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

from directives.figures.found import Figures, Indicator, Money, Relation
from workflow.i18n import N_, _
from workflow.periods import show_period
from workflow.targets.money import SOURCES, STAGES, millions
from workflow.targets.numbers import say_number
from workflow.terminal import Column, table

_TARGETS = {
    Relation.AT_LEAST: N_("at least {figure}"),
    Relation.MORE_THAN: N_("more than {figure}"),
    Relation.AT_MOST: N_("at most {figure}"),
    Relation.LESS_THAN: N_("less than {figure}"),
    Relation.EQUAL: N_("{figure}"),
    Relation.RANGE: N_("from {figure} to {upper}"),
    Relation.WATCHED: N_("not stated"),
}


def lines(found: Figures) -> Iterator[str]:
    """The figures for a person."""
    yield _("Document: {name}", name=found.file_name)
    yield from _indicators(found.indicators)
    yield from _money(found.money)
    differences = found.differences()
    if differences:
        yield ""
        yield _("What does not agree ({n}):", n=len(differences))
        for one in differences:
            yield "  ⚠ " + " – ".join([one.words(), *one.where])
    doubts = [(i, one.name) for one in found.indicators for i in one.issues] + [
        (i, one.purpose) for one in found.money for i in one.issues
    ]
    if doubts or found.issues:
        yield ""
        yield _("To look at ({n}):", n=len(doubts) + len(found.issues))
        for doubt, name in [*((i, "") for i in found.issues), *doubts]:
            yield "  ⚠ " + " – ".join(filter(None, [name, str(doubt), str(doubt.place)]))


def _indicators(found: list[Indicator]) -> Iterator[str]:
    yield ""
    yield _("{n} indicators.", n=len(found))
    columns = (
        Column("mark", ""),
        Column("name", _("Indicator"), wide=True),
        Column("target", _("Target"), wide=True),
        Column("baseline", _("Before"), right=True),
        Column("actual", _("Reached"), right=True),
        Column("of_plan", _("of the plan (%)"), right=True),
        Column("period", _("Period"), wide=True),
        Column("where", _("Place"), wide=True),
    )
    rows = [
        {
            "mark": "⚠" if one.issues else "",
            "name": f"{one.part_of} – {one.name}" if one.part_of else one.name,
            "target": target(one),
            "baseline": _figure(one.baseline),
            "actual": _figure(one.actual),
            "of_plan": _figure(one.of_plan),
            "period": say_period(one.period),
            "where": str(one.place),
        }
        for one in found
    ]
    if rows:
        yield from table(columns, rows)


def _money(found: list[Money]) -> Iterator[str]:
    yield ""
    yield _("{n} amounts of money (million đồng).", n=len(found))
    columns = (
        Column("mark", ""),
        Column("who", _("Beneficiary"), wide=True),
        Column("stage", _("Stage"), wide=True),
        Column("source", _("Source"), wide=True),
        Column("amount", _("Amount"), right=True),
        Column("period", _("Period"), wide=True),
        Column("where", _("Place"), wide=True),
    )
    rows = []
    for purpose, of in groupby(found, key=lambda one: one.purpose):
        rows.append({"banner": f"▌ {purpose or '–'}"})
        rows += [
            {
                "mark": "⚠" if one.issues else "",
                "who": one.beneficiary or "–",
                "stage": _(STAGES[one.stage]),
                "source": _(SOURCES[one.source]),
                "amount": millions(one.amount),
                "period": say_period(one.period),
                "where": str(one.place),
            }
            for one in of
        ]
    if rows:
        yield from table(columns, rows)


def target(one: Indicator) -> str:
    """What an indicator is to reach, with its unit: "at least 12 lớp"."""
    told = {"figure": _with_unit(one.target, one.unit), "upper": _with_unit(one.upper, one.unit)}
    return _(_TARGETS[one.relation], **told)


def _with_unit(value: Decimal | None, unit: str) -> str:
    figure = _figure(value)
    return figure + (unit if unit.startswith("%") else f" {unit}" if unit else "") if figure else ""


def _figure(value: Decimal | None) -> str:
    return "" if value is None else say_number(value)


def say_period(key: str) -> str:
    """A period as people write it; years from … to … stand as they are."""
    return key.replace("-", "–") if re.fullmatch(r"\d{4}-\d{4}", key) else show_period(key) if key else ""
