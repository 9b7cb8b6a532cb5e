"""The figures of a document as the spreadsheet that `dondoc targets take` reads, for a person to check and correct.

What is doubtful stands beside its row. A figure that the record cannot keep as it is keeps its row: taking it is refused, by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from directives.document import Place
from directives.figures.found import Figures, Indicator, Money
from directives.proposal import Issue
from workflow.duties.period_key import period_key
from workflow.errors import BadInput
from workflow.i18n import _
from workflow.names import fold
from workflow.register.sheets import write_book
from workflow.targets.aim import Relation
from workflow.targets.form import INDICATORS, MONEY, REMARKS, TITLES, VALUES, about, aim_cell, figure_cell
from workflow.targets.money import SOURCES, STAGES, Key, millions, stated_where
from workflow.targets.numbers import say_number
from workflow.targets.term import ending, say_term, term_key

NAME, WORDS = 300, 2000  # characters that the record keeps
DOUBTS = REMARKS["remarks"]
NOTES = {"place": TITLES[MONEY]["place"], **REMARKS}


@dataclass
class _Row:
    """An indicator of the form: what the document aims at with it, or nothing; and the values that it tells of it."""

    name: str
    aimed: Indicator | None
    told: list[Indicator] = field(default_factory=list)

    @property
    def first(self) -> Indicator:
        return self.aimed or self.told[0]


def write(found: Figures, path: Path, *, directive: str = "", document: str = "") -> int:
    """Write the proposal for a directive; `document` is its number, else the one that its head states, else the file's name."""
    document = document or found.number or found.file_name
    rows = _named(_indicators(found.indicators))
    sheets = {
        INDICATORS: [_indicator(row, document) for row in rows],
        VALUES: [_value(row.name, one, document) for row in rows for one in row.told],
        MONEY: list(_money(found.money, document)),
    }
    book = {_(sheet): (TITLES[sheet] | REMARKS, own) for sheet, own in sheets.items()}
    notes = [{"remarks": one.words(), "place": "; ".join(one.where)} for one in found.differences()]
    notes += [{"remarks": str(one), "place": str(one.place)} for one in found.issues]
    write_book(path, book | (about(directive) if directive else {}) | {_(DOUBTS): (NOTES, notes)})
    return sum(len(own) for own in sheets.values())


def _indicators(found: list[Indicator]) -> list[_Row]:
    """A row for each aim, also of one that is stated twice; values without an aim of one name and unit share theirs."""
    rows: list[_Row] = []
    watched: dict[tuple[str, str], _Row] = {}
    for one in found:
        if one.relation is not Relation.WATCHED:
            rows.append(_Row(one.full_name, one, [one] if one.actual is not None else []))
            continue
        row = watched.setdefault((fold(one.full_name), one.unit), _Row(one.full_name, None))
        if not row.told:
            rows.append(row)
        row.told.append(one)
    return rows


_DETAILS: tuple[Callable[[_Row], str], ...] = (
    lambda row: say_term(row.aimed.period) if row.aimed else "",
    lambda row: row.first.unit,
    lambda row: str(row.first.place),
)


def _named(rows: list[_Row]) -> list[_Row]:
    """Rows with names that tell them apart: by the time, the unit, the place, or else by their number."""
    groups: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        groups[fold(_fitted(row.name, NAME - 100))].append(row)
    for group in groups.values():
        if len(group) > 1:
            for row, more in zip(group, _apart(group), strict=True):
                row.name = _fitted(row.name, NAME - 100) + (f" ({more[:90]})" if more else "")
    for row in rows:
        row.name = _fitted(row.name, NAME)
    return rows


def _apart(group: list[_Row]) -> list[str]:
    """The fewest details by which rows of one name differ."""
    for n in range(1, len(_DETAILS) + 1):
        for chosen in combinations(_DETAILS, n):
            told = [", ".join(filter(None, (detail(row) for detail in chosen))) for row in group]
            if len({fold(one) for one in told}) == len(group):
                return told
    return [f"{_place(row.first.place)} – {n}".strip(" –") for n, row in enumerate(group, 1)]


def _indicator(row: _Row, document: str) -> dict[str, str]:
    one, aimed = row.first, row.aimed
    until, remark = _term(aimed.period, term_key) if aimed else ("", "")
    remarks = [remark]
    if one.relation is Relation.EQUAL and not (one.target == 100 and one.unit == "%"):
        remarks.append(_("Neither a floor nor a limit is said; write “từ … trở lên” or “không quá …” where it is one."))
    if "…" in row.name and "…" not in one.full_name:
        remarks.append(_("The name is shortened."))
    return {
        "name": row.name,
        "unit": one.unit,
        "target": aim_cell(one.aim, one.unit),
        "until": until,
        "baseline": figure_cell(one.baseline, one.unit),
        "words": _fitted(one.words, WORDS),
        "place": _fitted(stated_where(document, _place(one.place)), 200),
        "remarks": _remarks(remarks, one.issues),
    }


def _value(name: str, one: Indicator, document: str) -> dict[str, str]:
    period, remark = _term(one.period, period_key) if one.period else ("", _("The period is not said."))
    share = _("{percent} of the plan", percent=say_number(one.of_plan) + "%") if one.of_plan is not None else ""
    return {
        "name": name,
        "period": period,
        "value": figure_cell(one.actual, one.unit),
        "note": "; ".join(filter(None, (_place(one.place), share))),
        "document_number": document[:100],
        "remarks": _remarks([remark], one.issues),
    }


def _money(found: list[Money], document: str) -> Iterator[dict[str, str]]:
    """A row for each amount; what one statement says of one source in several amounts is their sum, as its differences are told."""
    together: dict[tuple[int, Key, Place], list[Money]] = defaultdict(list)
    for one in found:
        together[one.statement, one.key, one.place].append(one)
    before: dict[Key, tuple[int, str]] = {}
    taken: dict[tuple[Key, str], int] = defaultdict(int)
    for (_statement, key, place), lines in together.items():
        period, remark = _term(key.period, term_key, spent=True)
        amount, where = sum(one.amount for one in lines), _place(place)
        taken[key, where] += 1
        where = f"{where} ({n})".strip() if (n := taken[key, where]) > 1 else where
        remarks = [remark]
        if len(lines) > 1:
            remarks.append(_("One statement names {amounts}; this is their sum.", amounts=" + ".join(millions(one.amount) for one in lines)))  # fmt: skip
        if key in before and before[key][0] != amount:
            remarks.append(_("Stated as {amount} there: {place}. If it is for something else, say for what.", amount=millions(before[key][0]), place=before[key][1] or "–"))  # fmt: skip
        before.setdefault(key, (amount, where))
        yield {
            "purpose": _fitted(key.purpose, NAME),
            "beneficiary": _fitted(key.beneficiary, NAME),
            "stage": _(STAGES[key.stage]),
            "source": _(SOURCES[key.source]),
            "period": period,
            "amount": millions(amount),
            "document_number": document[:200],
            "place": where,
            "remarks": _remarks(remarks, (issue for one in lines for issue in one.issues)),
        }


def _term(key: str, read: Callable[[str], str], *, spent: bool = False) -> tuple[str, str]:
    """A time as the form takes it, and what is to be said of it.

    A day is told by the period that it ends, since a figure is what had been reached by the end of its period; not so with
    money, of which one must know since when.
    """
    try:
        return read(key) if key else "", ""
    except BadInput:
        meant, said = "" if spent else ending(key), say_term(key)
        if meant:
            return meant, _("The document says {time}.", time=said)
        return said, _("“{time}” is no period that can be taken; write the one that is meant.", time=said)


def _remarks(remarks: list[str], issues: Iterable[Issue]) -> str:
    return " ".join(dict.fromkeys(filter(None, [*remarks, *(str(one) for one in issues)])))


def _place(place: Place) -> str:
    return str(place)[:150]


def _fitted(text: str, most: int) -> str:
    """Words as far as the record keeps them."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
