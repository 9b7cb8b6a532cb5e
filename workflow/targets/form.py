"""Targets and money as a spreadsheet that an office fills in: three sheets and one that says which directive; everything or nothing.

A row that stands as it was written says nothing, one that was changed or added is stated; none takes anything out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlmodel import Session

from workflow.directive import Directive, find_directive
from workflow.errors import BadInput, NotPermitted, Problem, Refused
from workflow.i18n import N_, _
from workflow.names import fold
from workflow.register.sheets import Faults, Line, lines_of, read_book, write_book
from workflow.snapshot import Row, Snapshot
from workflow.targets.aim import WHOLES, Aim, Relation, Whole
from workflow.targets.money import SOURCES, STAGES, Source, Stage, millions
from workflow.targets.numbers import say_number
from workflow.targets.showing import indicators, money_lines
from workflow.targets.stating import Change
from workflow.targets.typed import MILLIONS, type_actual, type_indicator, type_money

INDICATORS, VALUES, MONEY, DIRECTIVE = N_("Indicators"), N_("Values"), N_("Money"), N_("Directive")
TITLES = {
    INDICATORS: {
        "code": N_("Code"), "name": N_("Indicator"), "unit": N_("Unit"), "target": N_("Target"), "until": N_("Time of the target"),
        "baseline": N_("Baseline"), "whole": N_("The whole is"), "task": N_("Task"), "words": N_("Words of the document"),
        "place": N_("Place in the document"),
    },
    VALUES: {
        "code": N_("Code"), "name": N_("Indicator"), "agency": N_("Agency"), "period": N_("Period"), "value": N_("Value"),
        "note": N_("Note"), "document_number": N_("Document number"),
    },
    MONEY: {
        "purpose": N_("Purpose"), "beneficiary": N_("Beneficiary"), "stage": N_("Stage"), "source": N_("Source"),
        "period": N_("Period"), "amount": N_("Amount (million đồng)"), "document_number": N_("Document number"),
        "place": N_("Place in the document"),
    },
}  # fmt: skip
# What stands beside a row that was read from a document, for the eyes of who corrects it; nothing of it is taken.
REMARKS = {"remarks": N_("To look at")}
NEEDED = {
    INDICATORS: ("name", "target"),
    VALUES: ("period", "value"),
    MONEY: ("purpose", "stage", "source", "amount"),
}
# Where a fault stands that no cell names.
BLAMED = {INDICATORS: "name", VALUES: "value", MONEY: "amount"}


@dataclass
class Taken:
    """What taking a form did: for each sheet how many rows were new, changed and the same."""

    directive: str
    sheets: dict[str, dict[Change, int]] = field(default_factory=dict)

    def to_json(self) -> Row:
        """All of it, for programs."""
        return {
            "directive": self.directive,
            "sheets": {name.lower(): dict(counts) for name, counts in self.sheets.items()},
        }


def write_form(path: Path, view: Snapshot, directive: Row, *, today: date, period: str = "") -> int:
    """Write the form of a directive (`id`, `code`) with all that is stated; a row for each value that is missing of a period by its key."""
    rows = {sheet: [cells for _number, cells in own] for sheet, own in stand(view, directive["id"], today).items()}
    if period:
        rows[VALUES] += _asked(view, directive["id"], today, period)
    write_book(path, {_(sheet): (TITLES[sheet], rows[sheet]) for sheet in TITLES} | about(directive["code"]))
    return sum(len(own) for own in rows.values())


def about(code: str) -> dict[str, tuple[dict[str, str], list[dict[str, str]]]]:
    """The sheet that says of which directive a form is."""
    return {_(DIRECTIVE): ({"key": DIRECTIVE, "code": code}, [])}


def fresh(path: Path) -> Path:
    """A spreadsheet that is not there yet; raises BadInput or Refused."""
    if path.suffix.lower() != ".xlsx":
        raise BadInput("{name} must end in .xlsx.", name=path.name)
    if path.exists():
        raise Refused("{file} exists already; name another file.", file=str(path))
    return path


def stand(view: Snapshot, directive: int, today: date) -> dict[str, list[tuple[int, dict[str, str]]]]:
    """The rows of the form as the record stands, each with the number of what it is of."""
    told = indicators(view, directive, today=today)
    return {
        INDICATORS: [(row["id"], _indicator(row)) for row in told],
        VALUES: [(value["number"], _value(row, value)) for row in told for value in row["every"]],
        MONEY: [(row["number"], _money(row)) for row in money_lines(view, directive)],
    }


def take(session: Session, path: Path, *, hidden: frozenset[int], today: date, named: str = "", **how: Any) -> Taken:
    """Write what a filled-in form states, in the caller's transaction; raises BadInput with every fault by sheet, row and cell."""
    book = read_book(path)
    directive = find_directive(session, named or _named(book, path), hidden)
    present = {sheet: rows for sheet in TITLES if (rows := _sheet(book, sheet)) is not None}
    if not present:
        known = ", ".join(_(sheet) for sheet in TITLES)
        raise BadInput("{name} has none of the sheets {known}; begin with `dondoc targets form`.", name=path.name, known=known)  # fmt: skip
    made, found = Taken(directive.code), list[str]()
    before = stand(Snapshot.within(session), directive.id or 0, today)
    for sheet, rows in present.items():
        name = _(sheet)
        lines = lines_of(rows, TITLES[sheet] | REMARKS, NEEDED[sheet], f"{path.name}, {name}")
        faults = Faults(path.name, TITLES[sheet], found, sheet=name)
        typed = _typing(session, directive, sheet, today, how)
        made.sheets[sheet] = _take(lines, before[sheet], typed, faults, BLAMED[sheet])
    Faults(path.name, {}, found).settle()
    return made


def _take(
    lines: list[Line],
    before: list[tuple[int, dict[str, str]]],
    typed: Callable[[dict[str, str]], tuple[Any, Change]],
    faults: Faults,
    blamed: str,
) -> dict[Change, int]:
    """State the rows of one sheet that do not stand in the record as they are; note what is wrong."""
    counts = dict.fromkeys(Change, 0)
    seen: set[int] = set()
    for line in lines:
        if not any((line.cells | dict.fromkeys(REMARKS, "")).values()):
            continue
        for name in REMARKS:
            line.cells.pop(name, None)
        if "value" in line.cells and not line.cells["value"]:
            if any(_of(cells) == _of(line.cells) for _number, cells in before):
                faults.add(line, "value", _("An empty cell takes nothing out; see `dondoc targets drop`."))
            continue
        number = next((number for number, cells in before if _same(line.cells, cells)), 0)
        try:
            row, change = (None, Change.SAME) if number else typed(line.cells)
        except NotPermitted:
            raise
        except Problem as problem:
            faults.add(line, getattr(problem, "cell", "") or blamed, str(problem))
            continue
        number = number or (row.id if row else 0)
        if number in seen:
            faults.add(line, blamed, _("It stands in the list twice; leave one line."))
        seen.add(number)
        counts[change] += 1
    return counts


def _typing(
    session: Session, directive: Directive, sheet: str, today: date, how: dict[str, Any]
) -> Callable[[dict[str, str]], tuple[Any, Change]]:
    """How a row of a sheet is stated."""
    if sheet == INDICATORS:
        return lambda cells: type_indicator(session, directive, cells, **how)
    if sheet == VALUES:
        return lambda cells: type_actual(session, directive, cells, today=today, **how)
    return lambda cells: type_money(session, directive, cells, unit=MILLIONS, **how)


def _asked(view: Snapshot, directive: int, today: date, period: str) -> list[dict[str, str]]:
    """Rows without a value for who has not told theirs of a period."""
    rows = []
    for row in indicators(view, directive, today=today, period=period):
        told = {value["agency_code"] for value in row["values"]}
        for code in row["asked"] or [""]:
            if code not in told and None not in told:
                rows.append({"code": row["code"], "name": row["name"], "agency": code, "period": period})
    return rows


def aim_cell(aim: Aim, unit: str) -> str:
    """An aim as it is typed into a form: without its unit, which has a column, but with the sign of a percentage."""
    return aim.words(_sign(unit))


def figure_cell(value: Decimal | None, unit: str) -> str:
    """A figure as it is typed into a form; "" of none."""
    return "" if value is None else say_number(value) + _sign(unit)


def _sign(unit: str) -> str:
    return "%" if unit == "%" else ""


def _indicator(row: Row) -> dict[str, str]:
    return {
        "code": row["code"],
        "name": row["name"],
        "unit": row["unit"],
        "target": aim_cell(Aim(Relation(row["relation"]), row["target"], row["upper"]), row["unit"]),
        "until": row["until"],
        "baseline": figure_cell(row["baseline"], row["unit"]),
        "whole": _(WHOLES[Whole(row["whole"])]),
        "task": row["task"] or "",
        "words": row["words"],
        "place": row["place"].get("told", ""),
    }


def _value(row: Row, value: Row) -> dict[str, str]:
    return {
        "code": row["code"],
        "name": row["name"],
        "agency": value["agency_code"] or "",
        "period": value["period"],
        "value": figure_cell(value["value"], row["unit"]),
        "note": value["note"],
        "document_number": value["document_number"],
    }


def _money(row: Row) -> dict[str, str]:
    told = {name: row[name] for name in ("purpose", "beneficiary", "period", "document_number", "place")}
    return {
        **told,
        "stage": _(STAGES[Stage(row["stage"])]),
        "source": _(SOURCES[Source(row["source"])]),
        "amount": millions(row["amount"]),
    }


def _same(cells: dict[str, str], stands: dict[str, str]) -> bool:
    """Whether a row stands in the record as it is; columns that were left out say nothing."""
    return all(stands.get(name, "") == text for name, text in cells.items())


def _of(cells: dict[str, str]) -> tuple[str, ...]:
    """Which value a row is of."""
    return tuple(cells.get(name, "").strip().upper() for name in ("code", "agency", "period"))


def _sheet(book: dict[str, list[list[Any]]], sheet: str) -> list[list[Any]] | None:
    """A sheet by its name in either language; None where there is none."""
    return next((book[name] for name in (fold(_(sheet)), fold(sheet)) if name in book), None)


def _named(book: dict[str, list[list[Any]]], path: Path) -> str:
    """The code of the directive that a form is of."""
    rows = _sheet(book, DIRECTIVE)
    if not rows or len(rows[0]) < 2:
        raise BadInput("{name} does not say of which directive it is; name it with --directive.", name=path.name)
    return str(rows[0][1])
