"""What does not agree among the stated money of a document: `workflow.targets.money` finds it, once one knows what is the same figure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from directives.figures.found import Money
from workflow.targets.money import Amount, Difference, Key, Source
from workflow.targets.money import differences as told


def settled(money: list[Money]) -> list[Money]:
    """Money whose sum names no source is the state budget's where central and local budgets, and nobody else, make it (to a tenth)."""
    for lines in _statements(money).values():
        by = {one.source: one for one in lines}
        if set(by) == {Source.TOTAL, Source.CENTRAL, Source.LOCAL} and len(lines) == 3:
            whole, made = by[Source.TOTAL], by[Source.CENTRAL].amount + by[Source.LOCAL].amount
            if abs(made - whole.amount) * 10 <= whole.amount:
                whole.source = Source.STATE
    return money


def differences(money: list[Money]) -> list[Difference]:
    """Figures told twice, sums of sources and beneficiaries, and sums of items, that do not agree; each once."""
    statements = _statements(money)
    same = _restated(statements)
    amounts = []
    for one in money:
        first = same.get(one.statement)
        alike = first is not None and one.period == statements[one.statement][0].period
        key = first.key._replace(source=one.source) if first and alike else one.key
        amounts.append(Amount(key, one.amount, str(one.place)))
    found = told(amounts)
    own = told([Amount(one.key, one.amount, str(one.place)) for one in money])
    found += [one for one in own if one.kind == "sources" and one not in found and not _known(one, found)]
    return found + _items(money)


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
