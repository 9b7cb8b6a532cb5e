"""Money by source and stage, and whether what is stated adds up. Amounts are whole đồng.

The state budget is what the central and the local budgets give together (State Budget Law 83/2015/QH13, Article 6).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from workflow.i18n import N_, _
from workflow.targets.term import say_term


class Source(StrEnum):
    """Who gives the money; a sum names the sources that it takes together."""

    TOTAL = "total"  # tổng số
    STATE = "state"  # ngân sách nhà nước
    CENTRAL = "central"  # ngân sách trung ương
    LOCAL = "local"  # ngân sách địa phương
    OWN = "own"  # vốn của đơn vị thụ hưởng, vốn đối ứng
    OTHER = "other"  # vốn huy động khác


class Stage(StrEnum):
    """How far the money has come."""

    NEEDED = "needed"  # nhu cầu
    PLANNED = "planned"  # dự kiến, kế hoạch
    ALLOCATED = "allocated"  # bố trí, phân bổ
    PAID = "paid"  # giải ngân


SOURCES = {
    Source.TOTAL: N_("All sources"),
    Source.STATE: N_("State budget"),
    Source.CENTRAL: N_("Central budget"),
    Source.LOCAL: N_("Local budget"),
    Source.OWN: N_("Beneficiary's own"),
    Source.OTHER: N_("Other sources"),
}
STAGES = {Stage.NEEDED: N_("Needed"), Stage.PLANNED: N_("Planned"), Stage.ALLOCATED: N_("Allocated"), Stage.PAID: N_("Paid out")}  # fmt: skip
# What a sum consists of, finest first choice last: a total of central, local and other money need not name the state budget.
_PARTS = {
    Source.STATE: ((Source.CENTRAL, Source.LOCAL),),
    Source.TOTAL: ((Source.STATE, Source.OWN, Source.OTHER), (Source.CENTRAL, Source.LOCAL, Source.OWN, Source.OTHER)),
}


class Key(NamedTuple):
    """What an amount is of: `beneficiary` "" is all of them together, `period` a key such as 2023 or 2025-Q3 ("": not said)."""

    purpose: str
    stage: Stage
    period: str
    beneficiary: str
    source: Source


@dataclass(frozen=True)
class Amount:
    """One stated amount in đồng, and where it is stated."""

    key: Key
    amount: int
    where: str = ""


@dataclass(frozen=True)
class Difference:
    """Two figures that ought to be the same: stated twice, or a sum and what it consists of. `rounding`: rounding explains it."""

    key: Key
    stated: int
    other: int
    kind: str  # "twice", "sources", "beneficiaries" or "items"
    where: tuple[str, ...] = ()
    rounding: bool = False

    def words(self) -> str:
        """The difference in a sentence, amounts in million đồng."""
        what = {"twice": _("stated elsewhere as"), "sources": _("its sources make"), "beneficiaries": _("its beneficiaries make"), "items": _("its items make")}[self.kind]  # fmt: skip
        told = _("{of}: {stated}, {what} {other} million đồng", of=say_key(self.key), stated=millions(self.stated), what=what, other=millions(self.other))  # fmt: skip
        return told + (_(" (rounding may explain it)") if self.rounding else "")


def say_key(key: Key) -> str:
    """What an amount is of, in words."""
    return ", ".join(filter(None, (key.purpose, _(STAGES[key.stage]).lower(), _(SOURCES[key.source]).lower(), key.beneficiary, say_term(key.period))))  # fmt: skip


def stated_where(document_number: str, place: str) -> str:
    """Where an amount is stated, in words: “243/QĐ-UBND, mục III.1”."""
    return ", ".join(filter(None, (document_number, place)))


def millions(amount: int) -> str:
    """An amount in million đồng as documents write it: 1.147 or 113,76; all that it has of decimals."""
    whole, rest = divmod(abs(amount), 10**6)
    digits = f"{whole:,}".replace(",", ".") + (f",{rest:06d}".rstrip("0") if rest else "")
    return "-" + digits if amount < 0 else digits


def differences(amounts: Iterable[Amount]) -> list[Difference]:
    """What does not agree with itself among stated amounts, in the order in which they are stated."""
    stated: dict[Key, list[Amount]] = defaultdict(list)
    for one in amounts:
        stated[one.key].append(one)
    first = {key: lines[0] for key, lines in stated.items()}
    found = []
    for key, lines in stated.items():
        other = {line.amount: line for line in reversed(lines)}
        other.pop(lines[0].amount)
        found += [_differ(lines[0], [line], "twice") for line in reversed(other.values())]
        found += _sources(first, key)
    return found + _beneficiaries(first)


def _sources(first: dict[Key, Amount], key: Key) -> list[Difference]:
    """A sum against its sources: all of them must make it; some of them must not exceed it."""
    for parts in _PARTS.get(key.source, ()):
        lines = [first[key._replace(source=part)] for part in parts if key._replace(source=part) in first]
        if len(lines) < 2:
            continue
        whole, made = first[key].amount, sum(line.amount for line in lines)
        complete = key.source is Source.STATE or any(line.key.source in (Source.OWN, Source.OTHER) for line in lines)
        if made > whole or (made < whole and complete):
            return [_differ(first[key], lines, "sources")]
        break
    return []


def _beneficiaries(first: dict[Key, Amount]) -> list[Difference]:
    """A sum over all beneficiaries against what is stated of each, where at least two are told."""
    own: dict[Key, list[Amount]] = defaultdict(list)
    for key, line in first.items():
        if key.beneficiary:
            own[key._replace(beneficiary="")].append(line)
    return [
        _differ(first[key], lines, "beneficiaries")
        for key, lines in own.items()
        if key in first and len(lines) > 1 and sum(line.amount for line in lines) != first[key].amount
    ]


def _differ(whole: Amount, lines: Sequence[Amount], kind: str) -> Difference:
    made = sum(line.amount for line in lines)
    places = tuple(dict.fromkeys(filter(None, (line.where for line in (whole, *lines)))))
    return Difference(whole.key, whole.amount, made, kind, places, kind != "twice" and _rounded(whole, lines, made))


def _rounded(whole: Amount, lines: Sequence[Amount], made: int) -> bool:
    """Whether every figure, rounded to its last digit, may hide half a unit of the difference."""
    unit = max(_unit([whole, *lines]), 1)
    return abs(made - whole.amount) * 2 <= unit * (len(lines) + 1)


def _unit(lines: Sequence[Amount]) -> int:
    """The unit to which all of them are given: the greatest power of ten up to a million that divides each."""
    powers = (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)
    return max(power for power in powers if all(line.amount % power == 0 for line in lines))
