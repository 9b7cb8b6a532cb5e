"""The money of a directive as a table: for what, for whom and from which source, from what is needed to what is paid out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from workflow.targets.money import Amount, Source, Stage
from workflow.targets.term import term_days


@dataclass(frozen=True)
class Balance:
    """One row of the table in đồng; None is what nobody states, or states of times that overlap (`unclear` names those stages)."""

    purpose: str
    beneficiary: str
    source: Source
    needed: int | None
    planned: int | None
    allocated: int | None
    paid: int | None
    unclear: tuple[Stage, ...] = ()

    @property
    def allocated_rate(self) -> Decimal | None:
        """What is allocated in percent of what is planned, to one decimal."""
        return rate(self.allocated, self.planned)

    @property
    def paid_rate(self) -> Decimal | None:
        """What is paid out in percent of what is allocated, to one decimal."""
        return rate(self.paid, self.allocated)


def funding_table(amounts: Iterable[Amount]) -> list[Balance]:
    """Rows by purpose, beneficiary (all together first) and source; of what is stated twice, what was stated first."""
    stated: dict[tuple[str, str, Source], dict[Stage, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    order: dict[str, int] = {}
    for one in amounts:
        key = one.key
        order.setdefault(key.purpose, len(order))
        order.setdefault(key.beneficiary, len(order) if key.beneficiary else -1)
        stated[key.purpose, key.beneficiary, key.source][key.stage].setdefault(key.period, one.amount)
    sources = list(Source)
    rows = sorted(stated, key=lambda row: (order[row[0]], bool(row[1]), order[row[1]], sources.index(row[2])))
    return [_balance(*row, stated[row]) for row in rows]


def rate(part: int | None, whole: int | None) -> Decimal | None:
    """A part in percent of the whole, to one decimal; None where either is not stated or the whole is nought."""
    if part is None or not whole:
        return None
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _balance(purpose: str, beneficiary: str, source: Source, stages: dict[Stage, dict[str, int]]) -> Balance:
    sums = {stage: _together(stages.get(stage, {})) for stage in Stage}
    unclear = tuple(stage for stage in Stage if stages.get(stage) and sums[stage] is None)
    return Balance(
        purpose, beneficiary, source, **{stage.value: amount for stage, amount in sums.items()}, unclear=unclear
    )


def _together(periods: dict[str, int]) -> int | None:
    """What the amounts of several times make: those that lie within another are parts of it, and those that follow each other add up."""
    if len(periods) < 2:
        return next(iter(periods.values()), None)
    if "" in periods:
        return None
    days = {key: term_days(key) for key in periods}
    outer = [
        key
        for key, (first, last) in days.items()
        if not any(a <= first and last <= b for other, (a, b) in days.items() if other != key)
    ]
    outer.sort(key=lambda key: days[key])
    apart = all(days[one][1] < days[following][0] for one, following in pairwise(outer))
    return sum(periods[key] for key in outer) if apart else None
