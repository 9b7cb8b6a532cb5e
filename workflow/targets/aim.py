"""What a directive aims at with a figure (“từ 45 HTX trở lên”), how agencies' figures make the whole, and how far one has come."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from workflow.errors import BadInput
from workflow.i18n import N_, _
from workflow.names import printable, strip_marks
from workflow.targets.numbers import PLACES, measured, number, say_quantity
from workflow.targets.term import term_days


class Relation(StrEnum):
    """What an actual value must be to its target."""

    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"
    EQUAL = "equal"
    RANGE = "range"
    WATCHED = "watched"  # no target: the figure is only looked at


class Whole(StrEnum):
    """How the actual values of agencies make the whole."""

    SUM = "sum"
    AVERAGE = "average"
    LAST = "last"  # the one that was told last


class State(StrEnum):
    """How an indicator stands on a day."""

    REACHED = "reached"
    SO_FAR = "so_far"  # within its limit, and its time is not over
    NOT_YET = "not_yet"
    MISSED = "missed"
    UNTOLD = "untold"  # its time is over, and nobody has told what it came to
    WATCHED = "watched"
    NO_FIGURE = "no_figure"
    INCOMPLETE = "incomplete"  # agencies have not told theirs, and the whole hangs on them


RELATIONS = {
    Relation.AT_LEAST: N_("at least"),
    Relation.MORE_THAN: N_("more than"),
    Relation.AT_MOST: N_("at most"),
    Relation.LESS_THAN: N_("less than"),
    Relation.EQUAL: N_("exactly"),
    Relation.RANGE: N_("between two limits"),
    Relation.WATCHED: N_("only watched"),
}
AIMS = {
    Relation.AT_LEAST: N_("from {target} up"),
    Relation.MORE_THAN: N_("more than {target}"),
    Relation.AT_MOST: N_("at most {target}"),
    Relation.LESS_THAN: N_("less than {target}"),
    Relation.EQUAL: N_("exactly {target}"),
    Relation.RANGE: N_("from {target} to {upper}"),
    Relation.WATCHED: N_("only watched"),
}
WHOLES = {Whole.SUM: N_("sum of the agencies"), Whole.AVERAGE: N_("average of the agencies"), Whole.LAST: N_("what was told last")}  # fmt: skip
STATES = {
    State.REACHED: N_("reached"),
    State.SO_FAR: N_("within its limit so far"),
    State.NOT_YET: N_("not reached yet"),
    State.MISSED: N_("not reached in time"),
    State.UNTOLD: N_("its time is over, and no final figure is told"),
    State.WATCHED: N_("only watched"),
    State.NO_FIGURE: N_("no figure yet"),
    State.INCOMPLETE: N_("not all agencies have told theirs"),
}


@dataclass(frozen=True)
class Aim:
    """A target in the unit of its indicator; `upper` is the other end of a range."""

    relation: Relation = Relation.WATCHED
    target: Decimal | None = None
    upper: Decimal | None = None

    @classmethod
    def of(cls, relation: str, target: Decimal | None, upper: Decimal | None = None) -> Aim:
        """An aim whose parts fit together; raises BadInput."""
        if relation not in list(Relation):
            raise BadInput("“{value}” is none of: {known}.", value=relation, known=", ".join(Relation))
        made = cls(Relation(relation), target, upper)
        ranged, watched = made.relation is Relation.RANGE, made.relation is Relation.WATCHED
        if (
            (target is None) != watched
            or (upper is None) == ranged
            or (target is not None and upper is not None and target > upper)
        ):
            raise BadInput("A target needs its figure, and a range a lower and an upper one.")
        return made

    def met(self, value: Decimal) -> bool:
        """Whether a value is what is aimed at; nothing is asked of one that is only watched."""
        target = self.target if self.target is not None else value
        return {
            Relation.AT_LEAST: value >= target,
            Relation.MORE_THAN: value > target,
            Relation.AT_MOST: value <= target,
            Relation.LESS_THAN: value < target,
            Relation.EQUAL: value == target,
            Relation.RANGE: target <= value <= (self.upper if self.upper is not None else value),
            Relation.WATCHED: True,
        }[self.relation]

    def percent(self, value: Decimal) -> Decimal | None:
        """A value in percent of the target, to one decimal; None where a limit or a range is aimed at."""
        if not self.target or self.relation not in (Relation.AT_LEAST, Relation.MORE_THAN, Relation.EQUAL):
            return None
        return (value * 100 / self.target).quantize(Decimal("0.1"), ROUND_HALF_UP)

    def state(self, value: Decimal | None, period: str, until: str, today: date) -> State:
        """How a value of a period stands to an aim that is for the end of `until` ("": no day is named)."""
        if value is None:
            return State.NO_FIGURE
        if self.relation is Relation.WATCHED:
            return State.WATCHED
        floor = self.relation in (Relation.AT_LEAST, Relation.MORE_THAN)
        final = not until or term_days(until)[1] <= term_days(period)[1]
        over = bool(until) and term_days(until)[1] < today
        if self.met(value):
            return State.REACHED if floor or final else State.UNTOLD if over else State.SO_FAR
        return State.NOT_YET if not over else State.MISSED if final else State.UNTOLD

    def words(self, unit: str) -> str:
        """The aim in the current language: “từ 45 HTX trở lên”."""
        told = {"target": self.target, "upper": self.upper}
        figures = {name: say_quantity(value, unit) for name, value in told.items() if value is not None}
        return _(AIMS[self.relation], **figures)


_A, _B = r"(?P<a>-?\d[\d.,]*)", r"(?P<b>-?\d[\d.,]*)"
_UP = r"\b(?:trở lên|tro len|up|and more|or more)\b"
_DOWN = r"\b(?:trở xuống|tro xuong)\b"
# What the words around a figure say of it, in their folded form; the first that fits.
_SAID = (
    (Relation.RANGE, rf"(?:tu |from )?{_A}[^\d(,;]{{0,30}}?\s*(?:-|–|\bden|\bto)\s*{_B}"),
    (Relation.AT_LEAST, rf"(?:≥|>=|it nhat|toi thieu|khong duoi|khong it hon|at least)\s*{_A}"),
    (Relation.AT_MOST, rf"(?:≤|<=|toi da|nhieu nhat|khong qua|khong vuot qua|at most|con)\s*{_A}"),
    (Relation.AT_LEAST, rf"(?:tu |from )?{_A}(?=.*{_UP})"),
    (Relation.AT_MOST, rf"(?:tu |from )?{_A}(?=.*{_DOWN})"),
    (Relation.MORE_THAN, rf"(?:>|tren|hon|more than)\s*{_A}"),
    (Relation.LESS_THAN, rf"(?:<|duoi|less than)\s*{_A}"),
    (Relation.EQUAL, rf"(?:=|bang|dung|exactly)\s*{_A}"),
    (Relation.AT_LEAST, rf"(?:tu )?{_A}"),
)


def read_aim(text: str, unit: str = "") -> tuple[Aim, str]:
    """The aim that words state, and its unit: the one that is given, or else the one in the words. Raises BadInput.

    A bare figure is a floor; empty words, and “theo dõi”, mean that the figure is only watched.
    """
    words = printable(text)
    folded = re.sub(r"^(?:(?:dat|phan dau|duy tri|o muc|co)\s+)+", "", strip_marks(words))
    folded = re.sub(r"^(?:giam )?(?:xuong )?con\s+(?=\D)|^giam (?:xuong )?(?=con\b)", "", folded)
    if folded in ("", "theo doi", "only watched", Relation.WATCHED):
        return Aim(), unit
    for relation, pattern in _SAID:
        found = re.match(pattern, folded)
        if found:
            written = _unit(_tail(words, folded, found.end()))
            if re.search(r"(?<!\w)\d", written):
                break
            figures = [found[name].rstrip(".,") for name in ("a", "b") if found.groupdict().get(name)]
            values = [measured(f"{one} {written}", unit) if unit else number(one) for one in figures]
            return Aim.of(relation, *values), unit or written
    raise BadInput("“{text}” states no target; write it like “từ 45 trở lên”, “dưới 5%” or “30-40%”.", text=words)


def _unit(tail: str) -> str:
    """The unit at the head of what stands behind a figure."""
    return re.split(rf"{_UP}|{_DOWN}|[(;]", tail, maxsplit=1)[0].strip(" .,")


def _tail(words: str, folded: str, end: int) -> str:
    """What stands behind the figure, as written: folding keeps the number of letters."""
    return words[len(words) - len(folded) + end :].strip(" .,;")


def combine(whole: Whole, values: Sequence[Decimal]) -> Decimal | None:
    """What the values of agencies make together, in the order in which they were told; None of none."""
    if not values:
        return None
    if whole is Whole.LAST:
        return values[-1]
    total = sum(values, Decimal())
    if whole is Whole.AVERAGE:
        total = (total / len(values)).quantize(Decimal(1).scaleb(-PLACES), ROUND_HALF_UP)
    return total.normalize() + 0
