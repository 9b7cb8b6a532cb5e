"""What does not agree among the stated money of a document: `workflow.targets.money` finds it, once one knows what is the same figure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from directives.figures.found import Money
from workflow.targets.money import Amount, Difference, Key, Source
from workflow.targets.money import differences as told


def settled(money: list[Money]) -> list[Money]:
    """A sum in running text that names no source is the state budget's where central and local budgets, and nobody else, make it (to a tenth)."""
    for lines in _statements([one for one in money if one.place.row is None]).values():
        by = {one.source: one for one in lines}
        if set(by) == {Source.TOTAL, Source.CENTRAL, Source.LOCAL} and len(lines) == 3:
            whole, made = by[Source.TOTAL], by[Source.CENTRAL].amount + by[Source.LOCAL].amount
            if abs(made - whole.amount) * 10 <= whole.amount:
                whole.source = Source.STATE
    return money


def differences(money: list[Money]) -> list[Difference]:
    """Figures told twice, sums of sources, beneficiaries and items that do not agree; each once.

    Two statements can only be of the same money where each says itself what it is for, or where they share their amounts.
    """
    statements = _statements(money)
    same = _restated(statements)
    together: list[Amount] = []
    found: list[Difference] = []
    for number, lines in statements.items():
        first, period = same.get(number), lines[0].period
        own = _amounts(lines)
        if first is None and all(one.told for one in lines):
            together += own
            continue
        found += told(own)
        if first:
            together += [
                replace(one, key=first.key._replace(source=one.key.source)) for one in own if one.key.period == period
            ]
        elif any(same_as is lines[0] for same_as in same.values()):
            together += own
    joined = told(together)
    found = [*joined, *(one for one in found if not _known(one, joined))]
    return found + _items(money)


def _amounts(lines: list[Money]) -> list[Amount]:
    """What a statement says, amounts of one source (of the province and of the communes) as their sum."""
    sums: dict[Key, Amount] = {}
    for one in lines:
        before = sums.get(one.key)
        sums[one.key] = Amount(one.key, one.amount + (before.amount if before else 0), str(one.place))
    return list(sums.values())


def _known(one: Difference, found: list[Difference]) -> bool:
    return any((other.stated, other.other, other.kind) == (one.stated, one.other, one.kind) for other in found)


def _statements(money: list[Money]) -> dict[int, list[Money]]:
    lines: dict[int, list[Money]] = defaultdict(list)
    for one in money:
        lines[one.statement].append(one)
    return lines


def _restated(statements: dict[int, list[Money]]) -> dict[int, Money]:
    """Statements that repeat an earlier one, with its first line: two sources have the very same amounts, none of them a round one."""
    same: dict[int, Money] = {}
    seen: dict[tuple[Source, int], list[int]] = defaultdict(list)
    for number, lines in statements.items():
        shared: dict[int, int] = defaultdict(int)
        pairs = {(one.source, one.amount) for one in lines if _telling(one.amount)}
        for pair in pairs:
            for earlier in seen[pair][-20:]:
                shared[earlier] += 1
        best = max(shared, key=lambda at: shared[at], default=None)
        if best is not None and shared[best] >= 2:
            same[number] = same.get(best) or statements[best][0]
        for pair in pairs:
            seen[pair].append(number)
    return same


def _telling(amount: int) -> bool:
    """Whether an amount has three digits or more that tell it from others."""
    return len(str(amount).rstrip("0")) >= 3


def _items(money: list[Money]) -> list[Difference]:
    """A sum over items against what the rows below it make."""
    parts: dict[tuple[int, Source, str, str], list[Money]] = defaultdict(list)
    for one in money:
        if one.above:
            parts[one.above, one.source, one.stage, one.period].append(one)
    found = []
    for one in money:
        lines = parts.get((one.statement, one.source, one.stage, one.period), [])
        beneficiaries = any(line.beneficiary and line.purpose == one.purpose for line in lines)
        if len(lines) > 1 and not beneficiaries:
            place = Key("", one.stage, one.period, "", one.source)
            whole = [
                Amount(place, one.amount, str(one.place)),
                *(
                    Amount(place._replace(beneficiary=str(n)), line.amount, str(line.place))
                    for n, line in enumerate(lines, 1)
                ),
            ]
            found += [replace(differ, key=one.key, kind="items") for differ in told(whole)]
    return found
