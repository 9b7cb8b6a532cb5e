"""Ways in which duties were once lost, doubled or given to the wrong agency around a succession or by a name."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from directives import amending, importing
from directives.proposal import Proposal
from reports import inherited
from tests import make
from tests.test_register_succession import BASIS, HOW, TODAY, checked, offices, owners, row
from workflow import planner, queries
from workflow.agency import Agency, FocalPoint, add_agency, add_alias, add_focal_point, find_agency
from workflow.audit import By
from workflow.config import ReportSettings
from workflow.database import Database
from workflow.directive import Directive
from workflow.errors import BadInput, Refused
from workflow.finding import choose
from workflow.history.chain import first_fault
from workflow.occurrence import Occurrence
from workflow.register import deciding, groups, handing, inheritance, shipped, steps, table, undoing
from workflow.register.kinds import Kind
from workflow.register.mention import Register
from workflow.report_cycle import cycle_timing
from workflow.snapshot import snapshot
from workflow.standing import OPEN, Status
from workflow.task import Assignment, find_task, open_questions
from workflow.timing import Cycle

LATER: dict[str, Any] = {"by": make.BY, "at": make.at("2025-08-01 08:00")}


def done(session: Session, code: str, period: str | None = None) -> Occurrence:
    found = make.occurrence(session, code, period)
    found.submit(session, by=make.BY, at=make.at("2025-06-20 08:00"), today=date(2025, 6, 20))
    found.confirm(session, by=make.BY, at=make.at("2025-06-21 08:00"))
    return found


def merged(session: Session, *pairs: tuple[str, str]) -> None:
    lines = [row(n, a, "merged", h) for n, (a, h) in enumerate(pairs, 2)]
    handing.apply(session, checked(session, *lines), today=TODAY, **HOW)


def amended(session: Session, *tasks: Any, digest: str = "b") -> None:
    """A corrected copy of the plan, everything in it agreed."""
    copy: Proposal = make.proposal(*tasks, digest=digest)
    directive = session.exec(select(Directive)).one()
    importing.add_agencies(session, copy, importing.unknown_agencies(session, copy))
    changes = amending.compare(session, directive, copy)
    amending.amend(session, directive, copy, changes, importing.Particulars(), **LATER)


def test_a_cycle_is_decided_after_the_former_agency_completed_a_period(database: Database) -> None:
    with database.transaction() as session:
        offices(session, "A", "H")
        make.enacted(session, make.task("1", timing="Hằng quý", lead="Cơ quan A"))
        done(session, "KH27-1", "2025-Q2")
        merged(session, ("A", "H"))
        task = find_task(session, "KH27-1")
        task.decide(session, cycle_timing(Cycle.MONTHLY, ReportSettings()), reason="x", **LATER)
        planner.follow_decision(session, task, reason="x", **LATER)
        alive = [o for o in session.exec(select(Occurrence)) if o.status in OPEN]
        assert alive and {o.agency.code for o in alive} == {"H"}
        amended(session, make.task("1", "Xây dựng báo cáo chuyên đề mới", timing="Hằng quý", lead="Cơ quan A"))


def test_a_finished_task_that_a_later_document_dates_anew_finds_the_heir(database: Database) -> None:
    with database.transaction() as session:
        offices(session, "A", "H")
        make.enacted(session, make.task("1", timing="30/6/2025", lead="Cơ quan A"))
        done(session, "KH27-1")
        merged(session, ("A", "H"))
        amended(session, make.task("1", timing="30/11/2025", lead="Cơ quan A"))
        fresh = session.exec(select(Occurrence).where(Occurrence.due_on == date(2025, 11, 30))).one()
        assert (fresh.agency.code, fresh.issued_to.code) == ("H", "A")


def test_two_parts_of_one_task_at_one_heir_get_one_decided_day(database: Database) -> None:
    with database.transaction() as session:
        offices(session, "A", "B", "H")
        make.enacted(session, make.task("1", timing="31/8/2025", lead="Cơ quan A; Cơ quan B"))
        merged(session, ("A", "H"), ("B", "H"))
        task = find_task(session, "KH27-1")
        with pytest.raises(Refused, match="tiếp nhận từ: A, B"):
            choose(session, task, agency=find_agency(session, "H"), period="2025-08-31")
        assert choose(session, task, agency=find_agency(session, "B")).issued_to.code == "B"
        amended(session, make.task("1", timing="30/9/2025", lead="Cơ quan A; Cơ quan B"))
        days = {o.issued_to.code: o.due_on for o in session.exec(select(Occurrence))}
        assert days == {"A": date(2025, 9, 30), "B": date(2025, 9, 30)}
        amended(session, make.task("1", timing="30/9/2025", lead="Cơ quan A"), digest="c")
        states = {o.issued_to.code: o.status for o in session.exec(select(Occurrence))}
        assert states == {"A": Status.NOT_STARTED, "B": Status.CANCELLED}


def test_an_agency_that_leads_again_has_its_work_back(database: Database) -> None:
    with database.transaction() as session:
        offices(session, "A", "B")
        make.enacted(session, make.task("1", timing="31/8/2025", lead="Cơ quan A"))
        amended(session, make.task("1", timing="31/8/2025", lead="Cơ quan B"))
        assert [o.agency.code for o in session.exec(select(Occurrence))] == ["B"]
        amended(session, make.task("1", timing="31/8/2025", lead="Cơ quan A; Cơ quan B"), digest="c")
        alive = [
            (o.agency.code, o.issued_to.code) for o in session.exec(select(Occurrence).order_by(col(Occurrence.id)))
        ]
        assert alive == [("A", "A"), ("B", "B")]


def test_another_group_in_the_lead_takes_no_begun_work_at_random(database: Database) -> None:
    with database.transaction() as session:
        city = add_agency(session, "UBND thành phố", kind=Kind.COMMITTEE, level="district")
        for name in ("Phòng Kinh tế", "Phòng Nội vụ"):
            add_agency(session, name, kind=Kind.OFFICE, parent=city)
        for name in ("UBND xã Một", "Ủy ban nhân dân xã Hai", "UBND xã Ba"):
            add_agency(session, name, kind=Kind.COMMITTEE, level="commune", parent=city)
        make.enacted(session, make.task("1", timing="31/8/2025", lead="Các phòng"))
        begun = make.occurrence(session, "KH27-1", agency="Phòng Kinh tế")
        begun.start(session, by=make.BY, at=make.at("2025-06-01 08:00"))
        amended(session, make.task("1", timing="31/8/2025", lead="UBND các xã"))
        states = {o.agency.name: o.status for o in session.exec(select(Occurrence))}
        assert states == {
            "Phòng Kinh tế": Status.IN_PROGRESS,
            "Phòng Nội vụ": Status.CANCELLED,
            "UBND xã Một": Status.NOT_STARTED,
            "Ủy ban nhân dân xã Hai": Status.NOT_STARTED,
            "UBND xã Ba": Status.NOT_STARTED,
        }
        assert open_questions(session, find_task(session, "KH27-1")), "a person settles what was begun"


@pytest.mark.parametrize("act", ["import", "amend", "reopen", "decide"])
def test_what_builds_on_a_succession_keeps_it(database: Database, act: str) -> None:
    with database.transaction() as session:
        offices(session, "A", "H")
        make.enacted(session, make.task("1", timing="Hằng quý", lead="Cơ quan A"))
        done(session, "KH27-1", "2025-Q2")
        merged(session, ("A", "H"))
        if act == "import":
            make.enacted(session, make.task("9", lead="Cơ quan A"), number="28/KH-UBND", when="2025-08-01 08:00")
        elif act == "amend":
            amended(session, make.task("1", "Việc khác hẳn của Cơ quan này", timing="Hằng quý", lead="Cơ quan A"))
        elif act == "reopen":
            make.occurrence(session, "KH27-1", "2025-Q2").reopen(session, reason="x", today=date(2025, 8, 1), **LATER)
        else:
            find_task(session, "KH27-1").decide(
                session, cycle_timing(Cycle.YEARLY, ReportSettings()), reason="x", **LATER
            )
        with pytest.raises(Refused, match="không hoàn tác được nữa"):
            undoing.undo(session, 1, by=make.BY, at=make.at("2025-08-02 08:00"))


def test_reopened_work_is_told_of_the_past_as_it_was(database: Database, url: str) -> None:
    with database.transaction() as session:
        offices(session, "A", "H")
        make.enacted(session, make.task("1", timing="30/6/2025", lead="Cơ quan A"))
        done(session, "KH27-1")
        merged(session, ("A", "H"))
        make.occurrence(session, "KH27-1").reopen(session, reason="x", today=date(2025, 8, 1), **LATER)
        heir = find_agency(session, "H")
        assert heir
    with snapshot(url) as view:
        for day, owner in ((date(2025, 6, 25), "A"), (date(2025, 8, 2), "H")):
            looked = queries.AsOf(day, 7, "Asia/Ho_Chi_Minh", past=True)
            assert [r["agency_code"] for r in queries.tasks(view, looked)] == [owner]
            assert len(inherited.rows(view, looked, heir.id or 0)) == (1 if owner == "H" else 0)


def test_a_corrected_decision_leaves_one_trace(database: Database, url: str) -> None:
    with database.transaction() as session:
        offices(session, "A", "H1", "H2", "K")
        lines = (row(2, "A", "split", "H1"), row(3, "A", "split", "H2"))
        handing.apply(session, checked(session, *lines), today=TODAY, **HOW)
        make.enacted(session, make.task("1", timing="Quý IV", lead="Cơ quan A"), when="2025-08-01 08:00")
        task = find_task(session, "KH27-1")
        first, second, none = (find_agency(session, code) for code in ("H1", "H2", "K"))
        assert first and second and none
        how: dict[str, Any] = {"today": date(2025, 8, 2), "by": make.BY, "at": make.at("2025-08-02 08:00")}
        deciding.decide(session, task, first, None, **how)
        deciding.decide(session, task, second, None, **how)
        assert list(owners(session).values()) == ["H2"]
        with pytest.raises(Refused):
            deciding.decide(session, task, none, None, **how)
        ids = [first.id or 0, second.id or 0]
    with snapshot(url) as view:
        looked = queries.AsOf(date(2025, 9, 1), 7, "Asia/Ho_Chi_Minh", past=False)
        assert [len(inherited.rows(view, looked, heir)) for heir in ids] == [0, 1]


def test_people_reach_the_last_heir(database: Database) -> None:
    with database.transaction() as session:
        offices(session, "A", "B", "C")
        a, c = find_agency(session, "A"), find_agency(session, "C")
        assert a and c
        add_focal_point(session, a, "An", "an@example.vn")
        gone = add_focal_point(session, c, "An", "an@example.vn")
        gone.valid_to = date(2024, 12, 31)
        lines = (row(2, "A", "renamed", "B", on="01/3/2025"), row(3, "B", "renamed", "C"))
        handing.apply(session, checked(session, *lines), today=TODAY, **HOW)
        points = {(p.agency_id, p.valid_from, p.valid_to) for p in session.exec(select(FocalPoint))}
        assert (c.id, TODAY, None) in points and (a.id, None, date(2025, 2, 28)) in points
        undoing.undo(session, 1, by=make.BY, at=make.at("2025-07-01 09:00"))
        points = {(p.agency_id, p.valid_from, p.valid_to) for p in session.exec(select(FocalPoint))}
        assert points == {(a.id, None, None), (c.id, None, date(2024, 12, 31))}


def test_heirs_that_ended_are_refused(database: Database) -> None:
    with database.transaction() as session:
        offices(session, "A", "B", "C")
        for lines in (
            (row(2, "A", "merged", "B"), row(3, "B", "renamed", "C")),
            (row(2, "A", "merged", "B"), row(3, "B", "renamed", "C", on="01/3/2025")),
        ):
            with pytest.raises(BadInput, match="B cũng đã kết thúc"):
                checked(session, *lines)
        handing.apply(session, checked(session, row(2, "B", "merged", "C")), today=TODAY, **HOW)
        with pytest.raises(BadInput, match="cũng đã kết thúc"):
            checked(session, row(2, "A", "merged", "B", on="01/5/2025"))
        collective = groups.enter(session, "Các phòng, ban", None)
        with pytest.raises(BadInput, match="không có cơ quan nào"):
            checked(session, row(2, "A", "merged", collective.code))


def test_the_shipped_register_twice_keeps_what_the_office_entered(database: Database) -> None:
    how: dict[str, Any] = {"by": By("An", "cli"), "at": make.at("2025-08-01 08:00")}
    with database.transaction() as session:
        shipped.load(session, "lang-son", today=date(2025, 8, 1), **how)
        office = find_agency(session, "STC")
        assert office
        office.mailbox, office.language = "stc@example.vn", "en"
        add_alias(session, office, "Sở TC tỉnh nhà", "x")
        add_focal_point(session, office, "An", "an@example.vn")
        heir = add_agency(session, "Sở Tài chính và Kế hoạch", code="STCKH")
        heir.valid_from = date(2026, 1, 1)
        handing.apply(
            session, checked(session, row(2, "STC", "renamed", "STCKH", on="01/1/2026")), today=date(2026, 1, 1), **how
        )
        before = table.rows(session)
        shipped.load(session, "lang-son", today=date(2026, 2, 1), **how)
        assert table.rows(session) == before


def test_an_older_sheet_revives_nobody(database: Database, tmp_path: Path) -> None:
    how: dict[str, Any] = {"by": make.BY, "at": make.at("2025-07-02 08:00"), "today": date(2025, 7, 2)}
    with database.transaction() as session:
        offices(session, "A", "H")
        table.export(session, tmp_path / "cu.csv")
        merged(session, ("A", "H"))
        with pytest.raises(BadInput, match="đã kết thúc ngày 30/6/2025"):
            table.load(session, tmp_path / "cu.csv", **how)
        (tmp_path / "nua.csv").write_text("Mã,Tên,Hiệu lực từ\nA,Cơ quan A,01/8/2025\n", encoding="utf-8")
        with pytest.raises(BadInput, match="kết thúc trước khi bắt đầu"):
            table.load(session, tmp_path / "nua.csv", **how)
        (tmp_path / "la.csv").write_text("Mã,Tên,Email\nA,Cơ quan A,a@x.vn\n", encoding="utf-8")
        with pytest.raises(BadInput, match="không nhận ra cột Email"):
            table.load(session, tmp_path / "la.csv", **how)
        (tmp_path / "doi.csv").write_text("Mã,Tên\nA2,Cơ quan H\n", encoding="utf-8")
        assert table.load(session, tmp_path / "doi.csv", **how).twins == [("A2", "H")]


def test_names_that_differ_in_marks_alone_are_two(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(
            session,
            make.task("1", lead="UBND xã Tân Thanh"),
            make.task("2", lead="UBND xã Tân Thành"),
            mailboxes=False,
        )
        names = [o.agency.name for o in session.exec(select(Occurrence).order_by(col(Occurrence.id)))]
        assert names == ["UBND xã Tân Thanh", "UBND xã Tân Thành"]
        only = find_agency(session, "UBND xã Tân Thành")
        assert only and only.name == "UBND xã Tân Thành"
        only.valid_to = date(2025, 6, 30)
        session.flush()
        lines = [row(2, "UBND xã Tân Thanh", "merged", "UBND xã Tân Thành")]
        with pytest.raises(BadInput, match="cột “Cơ quan kế thừa”"):
            checked(session, *lines)


@pytest.fixture
def communes(database: Database) -> Any:
    with database.transaction() as session:
        province = add_agency(session, "UBND tỉnh X", kind=Kind.COMMITTEE, level="province")
        for code, name in (("T1", "UBND xã Tân Thanh"), ("T2", "UBND xã Khác")):
            commune = add_agency(session, name, kind=Kind.COMMITTEE, level="commune", parent=province, code=code)
            add_agency(session, "Phòng Kinh tế", kind=Kind.OFFICE, level="commune", parent=commune, code=f"{code}.KT")
        yield session, province


@pytest.mark.parametrize(
    ("words", "issuer", "code"),
    [
        ("Phòng Kinh tế xã Tân Thành", "X", None),
        ("Phòng Kinh tế xã Tân Thanh", "X", "T1.KT"),
        ("Phòng Kinh tế (xã Khác)", "T1", "T2.KT"),
        ("Phòng Kinh tế (huyện Cao Lộc)", "T1", None),
        ("Phòng Kinh tế (để thực hiện)", "T1", "T1.KT"),
        ("Phòng Kinh tê", "T1", "T1.KT"),
        ("T2.KT", "X", None),
    ],
)
def test_places_in_names_are_heeded(communes: Any, words: str, issuer: str, code: str | None) -> None:
    session, province = communes
    above = province if issuer == "X" else find_agency(session, issuer)
    found = Register.load(session).resolve(words, TODAY, above).agency
    assert (found.code if found else None) == code


def test_a_name_for_everybody_does_not_reach_over_a_border(communes: Any) -> None:
    session, _province = communes
    one, other = find_agency(session, "T1.KT"), find_agency(session, "T2")
    add_alias(session, one, "Phòng KT-HT", "x")
    register = Register.load(session)
    assert register.resolve("Phòng Kinh tế", TODAY, other).agency is find_agency(session, "T2.KT")
    assert register.resolve("Phòng KT-HT", TODAY, other).agency is None
    with pytest.raises(Refused, match="UBND xã Khác"):
        add_alias(session, one, "UBND xã Khác", "x")


def test_a_number_that_does_not_fit_names_nobody(communes: Any) -> None:
    session, province = communes
    three, two = (groups.enter(session, f"UBND {n} xã", province) for n in ("03", "02"))
    assert groups.members(session, three, TODAY) == []
    assert [a.code for a in groups.members(session, two, TODAY)] == ["T2", "T1"]
    with pytest.raises(BadInput, match="cũng là nhóm"):
        groups.list_members(session, two, [three])


def test_a_group_that_named_nobody_is_settled_by_its_members(database: Database) -> None:
    with database.transaction() as session:
        offices(session, "A", "B")
        make.enacted(session, make.task("1", timing="Quý IV", lead="Các đơn vị liên quan"), mailboxes=False)
        task = find_task(session, "KH27-1")
        assert session.exec(select(Occurrence)).all() == [], "a group owes nothing itself"
        assert len(open_questions(session, task)) == 1
        group = session.exec(select(Agency).where(Agency.kind == Kind.COLLECTIVE)).one()
        members = [find_agency(session, code) for code in ("A", "B")]
        groups.list_members(session, group, [m for m in members if m])
        assert deciding.fan_out(session, group, today=TODAY, **HOW) == [task]
        assert list(owners(session).values()) == ["A", "B"] and open_questions(session, task) == []
        assert deciding.fan_out(session, group, today=TODAY, **HOW) == []
        assert first_fault(session) is None


def test_a_copy_with_a_group_and_one_of_its_members_is_no_change(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task("1", lead="Phòng Nội vụ"), make.task("2", lead="Các phòng; Phòng Nội vụ"))
        directive = session.exec(select(Directive)).one()
        copy = make.proposal(
            make.task("1", lead="Phòng Nội vụ"), make.task("2", lead="Các phòng; Phòng Nội vụ"), digest="b"
        )
        assert amending.compare(session, directive, copy) == []


def test_an_office_that_a_late_document_names_ended_with_its_committee(database: Database) -> None:
    with database.transaction() as session:
        city = add_agency(session, "UBND thành phố", kind=Kind.COMMITTEE)
        city.valid_to = date(2025, 6, 30)
        session.flush()
        make.enacted(session, make.task("1", timing="Quý IV", lead="Phòng Tư pháp"), when="2025-08-01 08:00")
        office = find_agency(session, "Phòng Tư pháp")
        assert office and office.valid_to == date(2025, 6, 30)
        asked = open_questions(session, find_task(session, "KH27-1"))
        assert [q.args["agency"] for q in asked] == [office.code]
        heir = add_agency(session, "UBND phường", kind=Kind.COMMITTEE)
        lines = steps.check(session, [row(2, office.code, "merged", heir.code, basis=BASIS)], "x")
        assert inheritance.plan(session, lines).duties()
        parts = session.exec(select(Assignment)).all()
        assert [p.owed_by_id for p in parts] == [None]
