"""The record of targets and money: what is stated, by whom, what stands in the history, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, select

from tests import make
from workflow.access.roles import Grant, Role
from workflow.audit import AuditEntry, By
from workflow.database import Database
from workflow.duties.period_report import close_period
from workflow.errors import NotPermitted, Refused
from workflow.targets.aim import Aim, Relation, read_aim
from workflow.targets.funding import FundingLine, drop_money, find_money, money_lines, state_money
from workflow.targets.indicator import (
    Actual,
    Indicator,
    drop_actual,
    drop_indicator,
    find_actual,
    find_indicator,
    record_actual,
    state_indicator,
    whose,
)
from workflow.targets.money import Key, Source, Stage, differences
from workflow.targets.stating import Change

AT = make.at("2025-10-02 09:00")
HOW: dict[str, Any] = {"by": make.BY, "at": AT}
TODAY = date(2025, 10, 2)
FLOOR = Aim(Relation.AT_LEAST, Decimal(45))
PLAN = Key("Đề án HTX", Stage.PLANNED, "2021-2025", "", Source.LOCAL)


@pytest.fixture
def kept(database: Database) -> Database:
    with database.transaction() as session:
        directive = make.enacted(session, make.task("1", lead="Phòng A"), make.task("2", lead="Phòng B"))
        directive.monitor_id = make.agency(session, "Phòng B").id
        make.agency(session, "Phòng C", new=True)
    return database


def stated(session: Session, aim: Aim = FLOOR, **more: Any) -> Indicator:
    given: dict[str, Any] = {"unit": "HTX", "until": "2025", **more}
    return state_indicator(session, make.directive(session), "Số HTX thành lập mới", aim, **HOW, **given)[0]


def history(session: Session, act: str) -> list[AuditEntry]:
    return list(session.exec(select(AuditEntry).where(AuditEntry.act == act).order_by(AuditEntry.id)))  # type: ignore[arg-type]


def test_an_indicator_is_stated_once_and_corrected(kept: Database) -> None:
    with kept.transaction() as session:
        made = stated(session)
        assert (made.code, made.target, made.until) == ("CT1", Decimal(45), "2025")
        directive = make.directive(session)
        again, change = state_indicator(
            session, directive, "số HTX thành lập mới", FLOOR, **HOW, unit="HTX", until="2025"
        )
        assert again.id == made.id and change is Change.CHANGED  # the spelling of its name
        _same, change = state_indicator(
            session, directive, "số HTX thành lập mới", FLOOR, **HOW, unit="HTX", until="2025", code="ct1"
        )
        assert change is Change.SAME
        _other, change = state_indicator(session, directive, "Tỷ lệ HTX khá, tốt", read_aim("đạt 40% trở lên")[0], **HOW, unit="%")  # fmt: skip
        assert (_other.code, change) == ("CT2", Change.NEW)
    with kept.transaction() as session:
        entries = history(session, "state target")
        assert [(e.subject, (e.after or {})["indicator"]) for e in entries] == [
            ("KH27", "CT1"), ("KH27", "CT1"), ("KH27", "CT2"),
        ]  # fmt: skip
        assert (entries[0].after or {})["target"] == "45"
        assert entries[1].before == {"named": "Số HTX thành lập mới"}
        assert find_indicator(session, make.directive(session), "ct2").target == Decimal(40)


def test_exact_figures_come_back_exact(kept: Database) -> None:
    figures = [Decimal(text) for text in ("59.709", "0.1", "0.000001", "1022000000000", "-3.05", "0", "9000000000000")]
    with kept.transaction() as session:
        stated(session, unit="tỷ đồng")
        for n, value in enumerate(figures):
            record_actual(session, find_indicator(session, make.directive(session), "CT1"), str(2018 + n), value, **HOW, today=TODAY)  # fmt: skip
    with kept.transaction() as session:
        assert list(session.exec(select(Actual.value).order_by(Actual.period))) == figures


def test_a_value_is_corrected_and_the_history_keeps_the_former(kept: Database) -> None:
    with kept.transaction() as session:
        made = stated(session)
        lead = make.agency(session, "Phòng A")
        first, change = record_actual(session, made, "quý III/2025", Decimal(26), **HOW, today=TODAY, agency=lead, note="ước")  # fmt: skip
        assert change is Change.NEW
        second, change = record_actual(session, made, "2025-Q3", Decimal(27), **HOW, today=TODAY, agency=lead)
        assert (second.id, change) == (first.id, Change.CHANGED)
        _same, change = record_actual(session, made, "2025-Q3", Decimal("27.0"), **HOW, today=TODAY, agency=lead)
        assert change is Change.SAME
    with kept.transaction() as session:
        entries = history(session, "record actual")
        about = {"indicator": "CT1", "agency": "Phòng A", "period": "2025-Q3"}
        assert (entries[0].after or {})["remark"] == "ước"
        assert entries[1].before == {"value": "26"}
        assert entries[1].after == {**about, "value": "27"}
        assert len(entries) == 2


def test_agencies_record_their_own_values_and_nobody_elses(kept: Database) -> None:
    with kept.transaction() as session:
        made = stated(session)
        own, monitor, stranger = (make.agency(session, name) for name in ("Phòng A", "Phòng B", "Phòng C"))
        directive = make.directive(session)

        def person(role: Role, agency: Any = None) -> dict[str, Any]:
            return {"by": By("Lê Hoa", "cli", frozenset({Grant(role, agency and agency.id)})), "at": AT}

        def record(who: dict[str, Any], agency: Any) -> None:
            record_actual(session, made, "2025-Q3", Decimal(1), **who, today=TODAY, agency=agency)

        record(person(Role.FOCAL_POINT, own), own)
        record(person(Role.HEAD, own), own)
        record(person(Role.MONITOR, monitor), own)
        record(person(Role.OFFICE), None)
        for who, agency in (
            (person(Role.FOCAL_POINT, own), monitor),
            (person(Role.FOCAL_POINT, own), None),
            (person(Role.FOCAL_POINT, stranger), stranger),  # it has no part in the directive
            (person(Role.MONITOR, own), own),
            (person(Role.LEADER), None),
        ):
            with pytest.raises(NotPermitted):
                record(who, agency)
        assert whose(session, directive, "", by=person(Role.FOCAL_POINT, own)["by"]) == own
        assert whose(session, directive, "", by=person(Role.MONITOR, monitor)["by"]) is None
        assert whose(session, directive, "Phòng C", by=person(Role.OFFICE)["by"]) == stranger
        for act in (
            lambda who: state_indicator(session, directive, "Khác", Aim(), **who),
            lambda who: state_money(session, directive, PLAN, 1, **who),
            lambda who: drop_indicator(session, made, **who, reason="x"),
        ):
            with pytest.raises(NotPermitted):
                act(person(Role.FOCAL_POINT, own))


def test_a_closed_period_takes_no_figure(kept: Database) -> None:
    with kept.transaction() as session:
        made, directive = stated(session), make.directive(session)
        value, _change = record_actual(session, made, "2025-Q2", Decimal(20), **HOW, today=TODAY)
        line, _change = state_money(session, directive, PLAN._replace(period="2025-Q2"), 5, **HOW)
        close_period(session, directive, "2025-Q2", **HOW)
        for act in (
            lambda: record_actual(session, made, "2025-Q2", Decimal(21), **HOW, today=TODAY),
            lambda: record_actual(session, made, "2025-Q2", Decimal(2), **HOW, today=TODAY, agency=make.agency(session, "Phòng A")),
            lambda: drop_actual(session, value, **HOW, reason="nhầm"),
            lambda: drop_indicator(session, made, **HOW, reason="nhầm"),
            lambda: state_money(session, directive, PLAN._replace(period="2025-Q2"), 6, **HOW),
            lambda: drop_money(session, line, **HOW, reason="nhầm"),
        ):  # fmt: skip
            with pytest.raises(Refused, match="Nguyễn Thị An"):
                act()
        assert record_actual(session, made, "2025-Q2", Decimal(20), **HOW, today=TODAY)[1] is Change.SAME


def test_what_is_taken_out_stays_in_the_history(kept: Database) -> None:
    with kept.transaction() as session:
        made = stated(session)
        value, _change = record_actual(session, made, "2025-Q2", Decimal(20), **HOW, today=TODAY)
        record_actual(session, made, "2025-Q3", Decimal(26), **HOW, today=TODAY)
        drop_actual(session, value, **HOW, reason="nhầm kỳ")
        assert find_actual(session, made, None, "2025-Q2") is None
        drop_indicator(session, made, **HOW, reason="nhập hai lần")
    with kept.transaction() as session:
        assert not session.exec(select(Actual)).all() and not session.exec(select(Indicator)).all()
        assert (history(session, "drop actual")[0].before or {})["value"] == "20"
        (entry,) = history(session, "drop target")
        assert (entry.before or {})["target"] == "45" and entry.reason == "nhập hai lần"


def test_money_stated_in_two_places_stands_twice_and_differs(kept: Database) -> None:
    with kept.transaction() as session:
        directive = make.directive(session)
        state_money(session, directive, PLAN, 6_454 * 10**6, **HOW, document_number="1/BC-UBND", place="mục II.1")
        _line, change = state_money(
            session, directive, PLAN._replace(purpose="đề án HTX", period="giai đoạn 2021-2025"), 6_464 * 10**6, **HOW,
            document_number="1/BC-UBND", place="mục III.1",
        )  # fmt: skip
        assert change is Change.NEW
        line, change = state_money(session, directive, PLAN, 6_455 * 10**6, **HOW, document_number="1/BC-UBND", place="mục II.1")  # fmt: skip
        assert change is Change.CHANGED
        (found,) = differences(one.stated() for one in money_lines(session, directive))
        assert (found.stated, found.other) == (6_455 * 10**6, 6_464 * 10**6)
        assert found.where == ("1/BC-UBND, mục II.1", "1/BC-UBND, mục III.1")
        drop_money(session, find_money(session, directive, line.id or 0), **HOW, reason="nhầm")
    with kept.transaction() as session:
        (left,) = session.exec(select(FundingLine)).all()
        assert left.amount == 6_464 * 10**6
        assert (history(session, "state money")[2].before or {})["amount"] == 6_454 * 10**6
