"""From a proposal to the record: whole or not at all."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import Session, select

from directives import importing
from directives.proposal import Basis, issue
from tests import make
from workflow import planner
from workflow.agency import Agency, find_agency
from workflow.database import Database
from workflow.directive import Directive, directive_code
from workflow.errors import BadInput, Refused
from workflow.occurrence import Occurrence
from workflow.periods import day_window
from workflow.rules import Rule
from workflow.task import Assignment, Question, Task
from workflow.timing import Kind, Timing

PARTICULARS = importing.Particulars()
HOW = {"by": make.BY, "at": make.at("2025-04-11 09:00")}


def test_two_quarters_give_two_occurrences_and_a_group_one_for_each_member(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(
            session,
            make.task(timing="Quý II và IV", lead="Phòng Nội vụ; Phòng Tư pháp"),
            make.task("I.2", timing="Thường xuyên", lead="Các phòng, ban, đơn vị"),
        )
        rows = session.exec(select(Occurrence).join(Task).where(Task.code == "KH27-I.1")).all()
        assert sorted((o.agency.name, o.period, o.due_on.isoformat()) for o in rows if o.due_on) == [
            ("Phòng Nội vụ", "2025-Q2", "2025-06-30"),
            ("Phòng Nội vụ", "2025-Q4", "2025-12-31"),
            ("Phòng Tư pháp", "2025-Q2", "2025-06-30"),
            ("Phòng Tư pháp", "2025-Q4", "2025-12-31"),
        ]
        rows = session.exec(select(Occurrence).join(Task).where(Task.code == "KH27-I.2")).all()
        assert [(o.period, o.due_on, o.agency.name) for o in rows] == [
            ("ongoing", None, "Phòng Nội vụ"),
            ("ongoing", None, "Phòng Tư pháp"),
        ]
        assert [a.words for a in rows[0].task.assignments if a.group_id is None] == ["Các phòng, ban, đơn vị"]


@pytest.mark.parametrize("words", ["Định kỳ", "Quý I", "Khi có yêu cầu", "31/02/2025"])
def test_what_waits_for_a_person_gets_no_date(database: Database, words: str) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task(timing=words))
        assert session.exec(select(Occurrence)).all() == []
        assert session.exec(select(Task)).one().undecided


def decided(session: Session, code: str, timing: Timing) -> list[str]:
    task = session.exec(select(Task).where(Task.code == code)).one()
    task.decide(session, timing, **HOW, reason="CV 5/UBND")  # type: ignore[arg-type]
    changed = planner.follow_decision(session, task, **HOW, reason="CV 5/UBND")  # type: ignore[arg-type]
    assert planner.follow_decision(session, task, **HOW, reason="CV 5/UBND") == [], "twice is once"  # type: ignore[arg-type]
    return [str(o.due_on) for o in changed]


def on(day: str) -> Timing:
    return Timing("", Kind.DEADLINE, (day_window(date.fromisoformat(day)),))


def every(months: int) -> Timing:
    return Timing("", Kind.RECURRING, rules=(Rule(months=months),))


def test_a_person_decides(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(
            session,
            make.task(timing="Định kỳ"),
            make.task("I.2", timing="Quý I"),
            make.task("I.3", timing=None),
            make.task("I.4"),
        )
        assert decided(session, "KH27-I.1", every(6)) == [
            "2025-06-30",
            "2025-12-31",
        ]
        assert decided(session, "KH27-I.2", on("2025-12-01")) == ["2025-12-01"]
        assert decided(session, "KH27-I.3", on("2025-11-01")) == ["2025-11-01"]
        assert decided(session, "KH27-I.3", Timing("", Kind.ONGOING)) == ["None"]
        for code in ("KH27-I.2", "KH27-I.3"):
            assert len(session.exec(select(Occurrence).join(Task).where(Task.code == code)).all()) == 1


def test_a_later_decision_moves_the_deadline_and_keeps_the_first(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task())
        assert decided(session, "KH27-I.1", on("2025-10-15")) == ["2025-10-15"]
        found = make.occurrence(session)
        assert (found.due_on, found.original_due_on) == (date(2025, 10, 15), date(2025, 9, 30))
        assert len(session.exec(select(Occurrence)).all()) == 1


def test_another_cycle_cancels_what_nobody_had_begun(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task(timing="Định kỳ"))
        decided(session, "KH27-I.1", every(3))
        make.occurrence(session, period="2025-Q2").start(session, **HOW)
        decided(session, "KH27-I.1", every(6))
        states = {o.period: o.status.value for o in session.exec(select(Occurrence))}
    assert states == {
        "2025-Q2": "in_progress",
        "2025-Q3": "cancelled",
        "2025-Q4": "cancelled",
        "2025-H1": "not_started",
        "2025-H2": "not_started",
    }


@pytest.mark.parametrize("day", ["2052-12-31", "2025-01-01", "2019-01-01"])
def test_days_outside_the_plan_are_refused(database: Database, day: str) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task(timing="Định kỳ"))
        with pytest.raises(BadInput, match="2025"):
            decided(session, "KH27-I.1", on(day))
        assert session.exec(select(Task)).one().undecided


def test_codes_are_checked(database: Database) -> None:
    with database.transaction() as session:
        made = make.proposal(make.task())
        importing.add_agencies(session, made, importing.unknown_agencies(session, made))
        with pytest.raises(BadInput, match="cv x"):
            importing.enact(session, made, importing.Particulars(code="cv x/1"), **HOW)
        importing.enact(session, made, importing.Particulars(code="KH88"), **HOW)
        with pytest.raises(Refused, match="KH88"):
            importing.enact(
                session, make.proposal(make.task(), number="9/KH"), importing.Particulars(code="KH88"), **HOW
            )


def test_thirty_rows_of_one_number_are_all_kept(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, *(make.task("1", text=f"Việc thứ {n}") for n in range(30)))
        assert len(set(session.exec(select(Task.code)))) == 30


def test_recurring_tasks_get_their_next_occurrences_once(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task(timing="Hằng quý"))
        assert [o.period for o in session.exec(select(Occurrence))] == ["2025-Q2", "2025-Q3", "2025-Q4"], (
            "the first quarter was over"
        )
        for expected in (1, 0):
            assert (
                planner.plan_recurring(session, date(2026, 1, 2), horizon_days=92, at=make.at("2026-01-02 08:00"))
                == expected
            )


def test_the_same_document_again_is_named(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task())
    with pytest.raises(Refused, match="KH27"), database.transaction() as session:
        make.enacted(session, make.task())
    with pytest.raises(Refused, match="KH27"), database.transaction() as session:
        make.enacted(session, make.task(), digest="another scan of it")


def test_a_failure_in_the_middle_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction() as session:
        make.enacted(session, make.task(), make.task("I.2"))
        raise RuntimeError
    with database.transaction() as session:
        for table in (Directive, Task, Agency, Occurrence, Assignment):
            assert session.exec(select(table)).all() == []


def test_missing_particulars_and_unknown_agencies_are_refused(database: Database) -> None:
    with database.transaction() as session:
        blank = make.proposal(make.task())
        with pytest.raises(BadInput, match="Phòng Nội vụ"):
            importing.enact(session, blank, PARTICULARS, **HOW)
        blank.head.number = None
        with pytest.raises(BadInput, match="--number"):
            importing.enact(session, blank, PARTICULARS, **HOW)
        blank.head.number, blank.head.issued = "1/KH", None
        with pytest.raises(BadInput, match="--issued"):
            importing.enact(session, blank, PARTICULARS, **HOW)
        with pytest.raises(BadInput, match="nhiệm vụ nào"):
            importing.enact(session, make.proposal(), PARTICULARS, **HOW)


def test_questions_bases_and_doubled_numbers_are_kept(database: Database) -> None:
    with database.transaction() as session:
        made = make.proposal(make.task(), make.task(text="Việc trùng số"))
        made.tasks[0].issues.append(issue("Nobody is named to lead."))
        made.head.basis.append(Basis("71-CTr/TU", date(2023, 3, 9), "Chương trình số 71-CTr/TU"))
        importing.add_agencies(session, made, importing.unknown_agencies(session, made))
        directive = importing.enact(session, made, PARTICULARS, **HOW)
        assert [t.code for t in session.exec(select(Task).order_by(Task.position))] == ["KH27-I.1", "KH27-I.1B"]  # type: ignore[arg-type]
        assert session.exec(select(Question)).one().message == "Nobody is named to lead."
        assert [b.number for b in directive.bases] == ["71-CTr/TU"]


def test_spellings_of_one_agency_are_one_agency(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task(lead="Phòng Tài chính - Kế hoạch; Phòng Tài chính-KH"))
        assert [a.name for a in session.exec(select(Agency))] == ["UBND thành phố", "Phòng Tài chính - Kế hoạch"]
        assert find_agency(session, "PHÒNG TÀI CHÍNH – KẾ HOẠCH")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("153/KH-UBND", "KH153"),
        ("1026/UBND-KT", "CV1026"),
        ("71-CTr/TU", "CTR71"),
        ("02/2026/NQ-HĐND", "NQ2"),
        ("068/TTr-VPUBND", "TTR68"),
        ("12/QĐ-TTg", "QD12"),
        ("không số", "CVkhôngsố"),
    ],
)
def test_codes_of_directives(database: Database, number: str, code: str) -> None:
    with database.transaction() as session:
        assert directive_code(session, number, date(2025, 1, 1)) == code


def test_the_second_of_a_number_gets_its_year(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task())
        second = make.enacted(session, make.task(), issued=date(2026, 4, 11))
        assert second.code == "KH27.2026"
