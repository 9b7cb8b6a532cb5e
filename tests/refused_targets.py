"""What is refused of targets and money: who states what, in a fresh record in which KH27 has tasks (`tests.test_refusals`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from sqlmodel import Session

from tests import make
from workflow.audit import By
from workflow.snapshot import Snapshot
from workflow.targets.aim import Aim, Relation
from workflow.targets.form import take, write_form
from workflow.targets.funding import find_money, state_money
from workflow.targets.indicator import find_indicator, record_actual, state_indicator
from workflow.targets.money import Key, Source, Stage
from workflow.targets.numbers import measured, money
from workflow.targets.term import term_key
from workflow.targets.typed import drop_typed, type_indicator, type_money

TODAY = date(2025, 9, 20)
HOW: dict[str, Any] = {"by": By("Lê Hoa", "cli"), "at": make.at("2025-09-20 10:00")}
PLAN = Key("Đề án HTX", Stage.PLANNED, "2025", "", Source.LOCAL)


def typed(session: Session, **texts: str) -> Any:
    return type_indicator(session, make.directive(session), {"name": "Số HTX", "unit": "HTX", **texts}, **HOW)[0]


def money_(session: Session, amount: int = 1, **other: str) -> Any:
    return state_money(session, make.directive(session), PLAN._replace(**other), amount, **HOW)  # type: ignore[arg-type]


def actual(session: Session, period: str = "2025-Q3", **texts: str) -> Any:
    return record_actual(session, typed(session, **texts), period, Decimal(1), **HOW, today=TODAY)


def elsewhere(session: Session) -> None:
    other = make.enacted(session, make.task("1"), number="28/KH-UBND")
    state_indicator(session, other, "Số HTX", Aim(), task=make.occurrence_task(session, "KH27-1"), **HOW)


def form(session: Session, *, drop: int = 0, row: tuple[Any, ...] = ()) -> None:
    """Take a form without some of its sheets, or with a row that will not do."""
    actual(session)
    view, path, directive = Snapshot.within(session), Path("bieu.xlsx"), make.directive(session)
    write_form(path, view, {"id": directive.id, "code": directive.code}, today=TODAY)
    book = load_workbook(path)
    for sheet in book.worksheets[:drop]:
        book.remove(sheet)
    if row:
        book.worksheets[1].append(row)
    book.save(path)
    take(session, path, hidden=frozenset(), today=TODAY, **HOW)


def unnamed(session: Session) -> None:
    book = Workbook()
    book.save("trong.xlsx")
    take(session, Path("trong.xlsx"), hidden=frozenset(), today=TODAY, **HOW)


REFUSED: list[Callable[[Session], object]] = [
    lambda _s: measured("nhiều", ""),
    lambda _s: measured("10.000.000.000.000", ""),
    lambda _s: measured("0,4", "%"),
    lambda _s: measured("5 THT", "HTX"),
    lambda _s: money("5"),
    lambda _s: money("0,5 đồng"),
    lambda _s: term_key("2025-2021"),
    lambda _s: Aim.of("at_least", None),
    lambda _s: Aim.of("nhiều", None),
    lambda _s: Aim.of(Relation.RANGE, Decimal(5), Decimal(4)),
    lambda s: typed(s, target="nhiều"),
    lambda s: typed(s, name=" "),
    lambda s: typed(s, code="CT 1"),
    lambda s: typed(s, unit="1000 con"),
    elsewhere,
    lambda s: (actual(s), typed(s, unit="THT")),
    lambda s: actual(s, "2025-Q4"),
    lambda s: find_indicator(s, make.directive(s), "CT9"),
    lambda s: find_money(s, make.directive(s), 99),
    lambda s: money_(s, -1),
    lambda s: money_(s, purpose=" "),
    lambda s: type_money(s, make.directive(s), {"stage": "tạm ứng"}, **HOW),
    lambda s: drop_typed(s, make.directive(s), "", "", "", None, **HOW, reason="x"),
    lambda s: (actual(s), drop_typed(s, make.directive(s), "CT1", "2025-Q2", "", None, **HOW, reason="x")),
    lambda s: form(s, drop=3),
    unnamed,
]
