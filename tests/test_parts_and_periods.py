"""Parts of others and reports of periods: whom a lead waits for, one line for each period, locked when it is closed."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from tests import make
from tests.conftest import Office, Run
from workflow import queries
from workflow.audit import AuditEntry, By
from workflow.database import Database
from workflow.duties import showing
from workflow.duties.part import ask_part, drop_part, find_part, give_part
from workflow.duties.period_key import period_key
from workflow.duties.period_report import PeriodReport, close_period, open_period, report_period
from workflow.errors import BadInput, Refused
from workflow.snapshot import snapshot

TODAY = date(2025, 9, 20)
HOW: dict[str, Any] = {"by": By("Lê Hoa", "cli"), "at": make.at("2025-09-20 10:00")}


def test_whom_a_lead_waits_for_is_seen_until_it_is_given(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task(timing="Quý II và IV"), make.task("I.2", lead="Phòng Tư pháp"))
        found, other = make.occurrence(session), make.agency(session, "Phòng Tư pháp")
        early = {**HOW, "at": make.at("2025-06-02 10:00")}
        part = ask_part(session, found, what="Số liệu", **early, agency=other, due=date(2025, 6, 20))
        ask_part(session, found, what="Dự thảo", **HOW, person="Vũ Nam")
        assert [(p.number, p.who()) for p in (part, find_part(session, found, 2))] == [
            (1, "Phòng Tư pháp"),
            (2, "Vũ Nam"),
        ]
    as_of = queries.AsOf(TODAY, 7, "Asia/Ho_Chi_Minh", past=False)
    with snapshot(database.url) as view:
        rows = showing.with_pending(view, queries.overdue(view, as_of))
        assert rows[0]["waiting_for"] == ["Phòng Tư pháp (20/6/2025)", "Vũ Nam"]
        assert showing.pending_words(rows[0]) == "đang chờ Phòng Tư pháp (20/6/2025), Vũ Nam"
        assert len(showing.parts(view, agency="Phòng Tư pháp", waiting=True)) == 1
    with database.transaction() as session:
        found = make.occurrence(session)
        give_part(session, find_part(session, found, 1), **HOW, today=TODAY, result="Đã gửi", document_number="5/PTP")
        drop_part(session, find_part(session, found, 2), **HOW, reason="Không cần")
        with pytest.raises(Refused, match="đã nộp"):
            give_part(session, find_part(session, found, 1), **HOW, today=TODAY, result="lần nữa")
    with snapshot(database.url) as view:
        assert showing.parts(view, waiting=True) == []
        assert [showing.part_words(p) for p in showing.parts(view)] == [
            "đã nộp 20/9/2025: Đã gửi; 5/PTP",
            "không cần nữa",
        ]


def test_nobody_is_waited_for_once_the_duty_has_ended(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task())
        found = make.occurrence(session)
        ask_part(session, found, what="Dự thảo", **HOW, person="Vũ Nam")
        found.cancel(session, **HOW, reason="thôi")
        with pytest.raises(Refused, match="đã kết thúc"):
            give_part(session, find_part(session, found, 1), **HOW, today=TODAY, result="x")
    with snapshot(database.url) as view:
        assert showing.parts(view, waiting=True) == []
        assert [showing.part_words(p) for p in showing.parts(view)] == ["không chờ nữa"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"person": "A", "what": " "}, "--what"),
        ({}, "chỉ một trong hai"),
        ({"person": "A", "agency": "Phòng Tư pháp"}, "chỉ một trong hai"),
        ({"agency": "Phòng Nội vụ"}, "chỉ một trong hai"),
        ({"person": "A", "due": date(2025, 10, 1)}, "sau hạn của cả nhiệm vụ"),
        ({"person": "A", "due": date(2025, 9, 1)}, "đã qua"),
    ],
)
def test_what_asking_for_a_part_needs(database: Database, given: dict[str, Any], words: str) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task(), make.task("I.2", lead="Phòng Tư pháp"))
        known = {**given, **({"agency": make.agency(session, given["agency"])} if "agency" in given else {})}
        with pytest.raises(BadInput, match=words):
            ask_part(session, make.occurrence(session), **{"what": "x", **HOW, **known})
        with pytest.raises(BadInput, match="không có phần việc 7"):
            find_part(session, make.occurrence(session), 7)


def test_how_far_several_agencies_have_come(run: Run, office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task(lead="Phòng A; Phòng B; Phòng C"))
        for name in ("Phòng A", "Phòng B"):
            make.occurrence(session, agency=name).submit(session, **HOW, today=TODAY, result="xong")
    assert "2/3 cơ quan đã báo cáo" in run("show", "KH27-I.1")[1]


def test_an_ongoing_duty_has_one_line_for_each_period(database: Database) -> None:
    with database.transaction() as session:
        directive = make.enacted(session, make.task(timing="Thường xuyên"), make.task("I.2", timing="Quý III"))
        ongoing, dated = make.occurrence(session), make.occurrence(session, "KH27-I.2")
        report_period(session, ongoing, "q2/2025", **HOW, today=TODAY, result="12 thôn")
        line = report_period(session, ongoing, "2025-Q2", **HOW, today=TODAY, nothing_arose=True)
        assert (line.id, line.result, line.nothing_arose) == (1, "", True), "corrected, not added"
        told = session.exec(select(AuditEntry).where(AuditEntry.act == "report period")).all()
        assert (told[1].before or {})["result"] == "12 thôn", "the history keeps what it said before"
        with pytest.raises(BadInput, match="dondoc done"):
            report_period(session, dated, "2025-Q3", **HOW, today=TODAY, result="x")
        with pytest.raises(BadInput, match="chưa bắt đầu"):
            report_period(session, ongoing, "2025-Q4", **HOW, today=TODAY, result="x")
        for both in ({}, {"result": "x", "nothing_arose": True}):
            with pytest.raises(BadInput, match="chỉ một trong hai"):
                report_period(session, ongoing, "2025-Q2", **HOW, today=TODAY, **both)
        dated.submit(session, **HOW, today=TODAY, result="xong")
        with pytest.raises(Refused, match=r"KH27-I\.2"):
            close_period(session, directive, "2025-Q3", **HOW)
        dated.confirm(session, **HOW)
        close_period(session, directive, "2025-Q2", **HOW)
        with pytest.raises(Refused, match="đã được Lê Hoa khóa"):
            report_period(session, ongoing, "2025-Q2", **HOW, today=TODAY, result="muộn")
        with pytest.raises(Refused, match="khóa"):
            close_period(session, directive, "2025-Q2", **HOW)
        open_period(session, directive, "2025-Q2", **HOW, reason="Bổ sung")
        with pytest.raises(Refused, match="chưa khóa"):
            open_period(session, directive, "2025-Q2", **HOW, reason="x")
        report_period(session, ongoing, "2025-Q2", **HOW, today=TODAY, result="bổ sung")
        assert len(session.exec(select(PeriodReport)).all()) == 1


def test_a_closed_period_locks_the_recurring_duty_of_it_too(database: Database) -> None:
    with database.transaction() as session:
        directive = make.enacted(session, make.task(timing="Hằng quý"), make.task("I.2", timing="Quý III"))
        third = make.occurrence(session, period="2025-Q3")
        third.submit(session, **HOW, today=TODAY, nothing_arose=True)
        assert third.submissions[0].nothing_arose
        third.confirm(session, **HOW)
        with pytest.raises(BadInput, match="không phải nhiệm vụ định kỳ"):
            make.occurrence(session, "KH27-I.2").submit(session, **HOW, today=TODAY, nothing_arose=True)
        close_period(session, directive, "2025-Q2", **HOW)
        with pytest.raises(Refused, match="khóa"):
            make.occurrence(session, period="2025-Q2").submit(session, **HOW, today=TODAY, result="muộn")


@pytest.mark.parametrize(
    ("text", "key"),
    [("q3/2025", "2025-Q3"), ("2025-h1", "2025-H1"), ("7/2025", "2025-07"), ("2025", "2025"), ("2025-W28", "2025-W28")],
)
def test_periods_as_people_type_them(text: str, key: str) -> None:
    assert period_key(text) == key


@pytest.mark.parametrize("text", ["", "quý 3", "2025-Q5", "13/2025", "2025-00", "2025-W60", "1025"])
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(BadInput, match="không phải một kỳ"):
        period_key(text)


def test_the_commands(run: Run, office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(
            session, make.task(timing="Thường xuyên"), make.task("I.2", timing="Hằng quý", lead="Phòng Tư pháp")
        )
    assert "đã báo cáo quý III năm 2025" in run("period", "report", "Q3/2025", "KH27-I.1", "--nothing")[1]
    rows = json.loads(run("period", "list", "2025-Q3", "--json")[1])
    assert [(r["code"], r["reported"], r["nothing_arose"]) for r in rows] == [
        ("KH27-I.1", True, True),
        ("KH27-I.2", False, False),
    ]
    said = run("period", "list", "2025-Q3")[1]
    assert "không phát" in said and "quý III năm 2025: 1/2 đã báo cáo." in said
    assert "KH27-I.1" not in run("period", "list", "2025-Q3", "--missing")[1]
    assert "đã khóa quý III" in run("period", "close", "2025-Q3", "--directive", "KH27")[1]
    assert run("period", "report", "Q3/2025", "KH27-I.1", "--result", "x")[0] == 1
    assert json.loads(run("period", "list", "2025-Q3", "--json")[1])[0]["closed"]
    assert "mở lại" in run("period", "open", "2025-Q3", "--directive", "KH27", "--reason", "Bổ sung")[1]
    assert "không phát sinh" in run("show", "KH27-I.1")[1]
    code, said, err = run("parts", "ask", "KH27-I.1", "--agency", "Phòng Tư pháp", "--what", "Số liệu")
    assert (code, "đang chờ Phòng Tư pháp" in said) == (0, True), err
    assert "Phòng Tư pháp" in run("parts", "list")[1]
    assert "đã nộp" in run("parts", "give", "KH27-I.1", "--part", "1", "--result", "Đây")[1]
    assert run("parts", "drop", "KH27-I.1", "--part", "1", "--reason", "x")[0] == 1
    assert json.loads(run("parts", "list", "--all", "--json")[1])[0]["result"] == "Đây"
