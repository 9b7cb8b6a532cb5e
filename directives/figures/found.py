"""What was found of a document's figures: indicators and stated money, each with the words, the place and what is doubtful."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from directives.document import Place
from directives.proposal import Issue
from workflow.targets.aim import Aim, Relation
from workflow.targets.money import Difference, Key, Source, Stage


@dataclass
class Indicator:
    """One indicator; figures are in `unit`. `upper` ends a range, `of_plan` is the stated share of a plan in percent.

    `relation` is “watched” where only what was reached is stated. `period` is 2023, 2025-Q3, 2021-2025 or a day in ISO form, "" where nothing is said; `part_of` names the indicator above it.
    """

    name: str
    unit: str = ""
    relation: Relation = Relation.WATCHED
    target: Decimal | None = None
    upper: Decimal | None = None
    baseline: Decimal | None = None
    actual: Decimal | None = None
    of_plan: Decimal | None = None
    period: str = ""
    part_of: str = ""
    words: str = ""
    place: Place = field(default_factory=Place)
    issues: list[Issue] = field(default_factory=list)

    @property
    def aim(self) -> Aim:
        """What it is to come to."""
        return Aim(self.relation, self.target, self.upper)

    @property
    def full_name(self) -> str:
        """Its name behind that of the indicator above it."""
        return f"{self.part_of} – {self.name}" if self.part_of else self.name

    def row(self) -> dict[str, Any]:
        """The indicator as a row of plain values, the same that a spreadsheet has."""
        figures = ("target", "upper", "baseline", "actual", "of_plan")
        told = {name: None if (value := getattr(self, name)) is None else format(value, "f") for name in figures}
        return {"name": self.name, "part_of": self.part_of, "unit": self.unit, "relation": str(self.relation), **told, "period": self.period, "words": self.words}  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        return _placed(self)


@dataclass
class Money:
    """One stated amount in đồng; `statement` numbers the statement that it is a part of, `above` the one whose sum
    that one belongs to (0: none), `near` says that it is given as about so much, `told` that its own words, and no
    heading, say what it is for.
    """

    purpose: str
    stage: Stage
    source: Source
    amount: int
    period: str = ""
    beneficiary: str = ""
    near: bool = False
    told: bool = False
    statement: int = 0
    above: int = 0
    words: str = ""
    place: Place = field(default_factory=Place)
    issues: list[Issue] = field(default_factory=list)

    @property
    def key(self) -> Key:
        """What the amount is of."""
        return Key(self.purpose, self.stage, self.period, self.beneficiary, self.source)

    def row(self) -> dict[str, Any]:
        """The amount as a row of plain values, the same that a spreadsheet has."""
        return {"purpose": self.purpose, "stage": str(self.stage), "period": self.period, "beneficiary": self.beneficiary, "source": str(self.source), "amount": self.amount, "words": self.words}  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        return _placed(self)


@dataclass
class Figures:
    """The figures of one document, in reading order."""

    file_name: str
    number: str = ""  # of the document, where its head states one
    indicators: list[Indicator] = field(default_factory=list)
    money: list[Money] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def differences(self) -> list[Difference]:
        """What does not agree: a figure told twice, a sum and its parts; places in the current language."""
        from directives.figures.sums import differences

        return differences(self.money)

    def rows(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Indicators and money as rows of plain values, for a form that a person corrects."""
        return [one.row() for one in self.indicators], [one.row() for one in self.money]

    def to_json(self) -> dict[str, Any]:
        return {
            "indicators": [one.to_json() for one in self.indicators],
            "money": [one.to_json() for one in self.money],
            "differences": [_told(one) for one in self.differences()],
            "issues": [i.to_json() for i in self.issues],
        }


def _placed(one: Indicator | Money) -> dict[str, Any]:
    return one.row() | {"where": one.place.to_json(), "issues": [i.to_json() for i in one.issues]}


def _told(one: Difference) -> dict[str, Any]:
    key = {name: str(value) for name, value in one.key._asdict().items()}
    return key | {"kind": one.kind, "stated": one.stated, "other": one.other, "rounding": one.rounding, "where": list(one.where), "words": one.words()}  # fmt: skip


def distinct(issues: Iterable[Issue]) -> list[Issue]:
    """Issues without those that say the same."""
    return list({(one.message, one.args): one for one in issues}.values())
