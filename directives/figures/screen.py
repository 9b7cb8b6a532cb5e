"""The figures of a document on a terminal: indicators, money by what it is for, differences, doubts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

from directives.figures.found import Figures, Indicator, Money
from workflow.i18n import _
from workflow.targets.aim import Relation
from workflow.targets.money import SOURCES, STAGES, millions
from workflow.targets.numbers import say_number
from workflow.targets.term import say_term
from workflow.terminal import Column, table


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
            "name": one.full_name,
            "target": target(one),
            "baseline": _figure(one.baseline),
            "actual": _figure(one.actual),
            "of_plan": _figure(one.of_plan),
            "period": say_term(one.period),
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
                "period": say_term(one.period),
                "where": str(one.place),
            }
            for one in of
        ]
    if rows:
        yield from table(columns, rows)


def target(one: Indicator) -> str:
    """What an indicator is to reach, with its unit: "at least 12 lớp"."""
    return one.aim.words(one.unit) if one.relation is not Relation.WATCHED else _("not stated")


def _figure(value: Decimal | None) -> str:
    return "" if value is None else say_number(value)
