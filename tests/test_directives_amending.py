"""A document that comes again: compared, agreed change by change, nothing lost."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from directives import amending, importing, letterhead
from directives.amending import Sort
from directives.document import Document, Paragraph
from directives.importing import Particulars
from directives.proposal import Basis, Proposal, TaskProposal
from tests import make
from tests.conftest import Office
from workflow.audit import AuditEntry
from workflow.database import Database
from workflow.directive import Directive, Revision
from workflow.errors import BadInput, Refused
from workflow.history.chain import first_fault
from workflow.message import ActionLink
from workflow.occurrence import Occurrence
from workflow.standing import Status
from workflow.task import Question, Task

LATER = date(2025, 8, 20)
HOW: dict[str, Any] = {"by": make.BY, "at": make.at("2025-08-21 09:00")}


def plan(session: Session) -> Directive:
    return make.enacted(
        session,
        make.task("I.1", "Tập huấn kỹ năng số cho công chức phường", "Quý III"),
        make.task("I.2", "Nâng cấp đường truyền của trụ sở các xã", "Tháng 9/2025", "Phòng Văn hóa"),
        make.task("I.3", "Cập nhật số liệu giải ngân lên hệ thống", "Hằng quý", "Phòng Tài chính"),
    )


def amendment(*tasks: TaskProposal, replaces: bool = False) -> Proposal:
    made = make.proposal(*tasks, number="61/QĐ-UBND", issued=LATER)
    made.head.amends, made.head.replaces = Basis("27/KH-UBND", date(2025, 4, 11), "sửa đổi"), replaces
    return made


def taken(session: Session, proposal: Proposal) -> list[amending.Change]:
    """Compare with the record and take over everything."""
    directive = amending.base(session, proposal)
    assert directive
    changes = amending.compare(session, directive, proposal)
    importing.add_agencies(session, proposal, importing.unknown_agencies(session, proposal))
    amending.amend(session, directive, proposal, changes, Particulars(), **HOW)
    return changes


def days(session: Session, code: str) -> list[tuple[str, str, str]]:
    rows = session.exec(select(Occurrence).join(Task).where(Task.code == code).order_by(Occurrence.id))  # type: ignore[arg-type]
    return [(o.agency.name, str(o.due_on), o.status.value) for o in rows]


def test_an_amending_document_says_nothing_of_what_it_leaves_out(database: Database) -> None:
    with database.transaction() as session:
        plan(session)
        later = amendment(
            make.task("1", "Nâng cấp đường truyền của trụ sở các xã", "Tháng 11/2025", "Phòng Văn hóa"),
            make.task("2", "Lắp đặt ki-ốt tra cứu tại Bộ phận Một cửa", "Quý IV", "Phòng Nội vụ"),
        )
        changes = taken(session, later)
        assert [(c.sort, c.code) for c in changes] == [(Sort.CHANGED, "KH27-I.2"), (Sort.ADDED, "")]
        assert changes[0].differences == (("timing", "Tháng 9/2025", "Tháng 11/2025"),), "its numbering is its own"
        assert days(session, "KH27-I.2") == [("Phòng Văn hóa", "2025-11-30", "not_started")]
        moved = make.occurrence(session, "KH27-I.2")
        assert moved.original_due_on == date(2025, 9, 30), "the first deadline is kept"
        assert days(session, "KH27-2") == [("Phòng Nội vụ", "2025-12-31", "not_started")]
        entry = session.exec(
            select(AuditEntry).where(AuditEntry.act == "amend", AuditEntry.subject == "KH27-I.2")
        ).one()
        assert (entry.before, entry.after) == ({"timing": "Tháng 9/2025"}, {"timing": "Tháng 11/2025"})
        assert entry.reason == "61/QĐ-UBND ngày 20/8/2025"
        assert session.exec(select(Revision)).one().amending
        assert first_fault(session) is None


def test_what_vanished_is_asked_and_never_closed(database: Database) -> None:
    with database.transaction() as session:
        plan(session)
        corrected = make.proposal(
            make.task("I.1", "Tập huấn kỹ năng số cho công chức phường.", "Quý III"),
            make.task("I.2", "Cập nhật số liệu giải ngân lên hệ thống", "Hằng quý", "Phòng Tài chính"),
            digest="another copy",
        )
        changes = taken(session, corrected)
        assert [(c.sort, c.code) for c in changes] == [(Sort.CHANGED, "KH27-I.3"), (Sort.GONE, "KH27-I.2")]
        assert changes[0].differences == (("no", "I.3", "I.2"),), "a row that moved up keeps its code"
        assert days(session, "KH27-I.2") == [("Phòng Văn hóa", "2025-09-30", "not_started")]
        question = session.exec(select(Question)).one()
        assert (question.message, question.answered_at) == (amending.GONE, None)
        directive = session.exec(select(Directive)).one()
        assert amending.compare(session, directive, corrected) == [], "it is asked once"
        assert not session.exec(select(Revision)).one().amending
        assert importing.already(session, corrected) == directive


def test_open_work_goes_to_the_new_lead_and_reported_work_stays(database: Database) -> None:
    with database.transaction() as session:
        plan(session)
        make.occurrence(session, "KH27-I.3", "2025-Q2").submit(session, **HOW, today=LATER, result="xong")
        taken(session, amendment(make.task("3", "Cập nhật số liệu giải ngân lên hệ thống", "Hằng quý", "Sở Tài chính")))
        assert days(session, "KH27-I.3") == [
            ("Phòng Tài chính", "2025-06-30", "submitted"),
            ("Sở Tài chính", "2025-09-30", "not_started"),
            ("Sở Tài chính", "2025-12-31", "not_started"),
        ]
        handed = session.exec(select(AuditEntry).where(AuditEntry.act == "hand over")).all()
        assert [entry.after and entry.after["agency"] for entry in handed] == ["Sở Tài chính"] * 2


def test_a_lead_too_many_is_dropped_unless_it_had_begun(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task(lead="Phòng Nội vụ; Phòng Tư pháp; Phòng Y tế"))
        make.occurrence(session, agency="Phòng Y tế").start(session, **HOW)
        taken(session, amendment(make.task(lead="Phòng Nội vụ")))
        assert days(session, "KH27-I.1") == [
            ("Phòng Nội vụ", "2025-09-30", "not_started"),
            ("Phòng Tư pháp", "2025-09-30", "cancelled"),
            ("Phòng Y tế", "2025-09-30", "in_progress"),
        ]
        assert "Phòng Y tế" in session.exec(select(Question)).one().args["agency"], "a person settles it"


def test_a_new_cycle_counts_from_the_amending_document(database: Database) -> None:
    with database.transaction() as session:
        plan(session)
        taken(
            session,
            amendment(make.task("3", "Cập nhật số liệu giải ngân lên hệ thống", "Hằng tháng", "Phòng Tài chính")),
        )
        found = days(session, "KH27-I.3")
    assert ("Phòng Tài chính", "2025-06-30", "not_started") in found, "what was due before is still owed"
    assert [due for _agency, due, status in found if status == "cancelled"] == ["2025-09-30", "2025-12-31"]
    monthly = [due for _agency, due, status in found if status == "not_started"]
    assert monthly == ["2025-06-30", *(f"2025-{end}" for end in ("08-31", "09-30", "10-31", "11-30", "12-31"))]


def test_a_period_fewer_leaves_the_nearest_day(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task(timing="Quý II và IV"))
        taken(session, amendment(make.task(timing="Tháng 12/2025")))
        assert days(session, "KH27-I.1") == [
            ("Phòng Nội vụ", "2025-06-30", "not_started"),
            ("Phòng Nội vụ", "2025-12-31", "not_started"),
        ], "the second quarter was due before the amendment"


def test_what_the_amendment_leaves_open_waits_for_a_person(database: Database) -> None:
    with database.transaction() as session:
        plan(session)
        proposal = amendment(make.task("1", "Tập huấn kỹ năng số cho công chức phường", "Định kỳ"))
        taken(session, proposal)
        task = session.exec(select(Task).where(Task.code == "KH27-I.1")).one()
        assert task.undecided
        assert days(session, "KH27-I.1") == [("Phòng Nội vụ", "2025-09-30", "not_started")], (
            "until then the old day counts"
        )


def test_only_what_was_agreed_is_written_and_a_moved_record_is_refused(database: Database) -> None:
    later = amendment(
        make.task("1", "Nâng cấp đường truyền của trụ sở các xã", "Tháng 11/2025", "Phòng Văn hóa"),
        make.task("2", "Lắp đặt ki-ốt tra cứu tại Bộ phận Một cửa", "Quý IV", "Phòng Nội vụ"),
    )
    with database.transaction() as session:
        directive = plan(session)
        changes = amending.compare(session, directive, later)
        amending.amend(session, directive, later, changes[:1], Particulars(), **HOW)
        assert len(session.exec(select(Task)).all()) == 3
        whole = session.exec(select(AuditEntry).where(AuditEntry.act == "amend", AuditEntry.subject == "KH27")).one()
        assert whole.after and (whole.after["changed"], whole.after["not agreed"]) == (["KH27-I.2"], 1)
    with pytest.raises(Refused, match="KH27"), database.transaction() as session:
        directive = session.exec(select(Directive)).one()
        amending.amend(session, directive, later, changes[:1], Particulars(), **HOW)


def test_a_document_in_the_place_of_the_whole_names_what_is_gone(database: Database) -> None:
    with database.transaction() as session:
        directive = plan(session)
        only = make.task("1", "Tập huấn kỹ năng số cho công chức phường", "Quý III")
        sorts = [c.sort for c in amending.compare(session, directive, amendment(only, replaces=True))]
        assert sorts == [Sort.CHANGED, Sort.GONE, Sort.GONE]
        assert amending.compare(session, directive, amendment(only)) == []


def test_which_directive_is_meant(database: Database) -> None:
    with database.transaction() as session:
        directive = plan(session)
        assert amending.base(session, amendment()) == directive
        other = amendment()
        other.head.amends = Basis("27/KH-UBND", date(2024, 4, 11), "")
        assert amending.base(session, other) is None, "a plan of the same number of another year"
        assert amending.base(session, other, "kh27") == directive
        with pytest.raises(BadInput, match="KH99"):
            amending.base(session, other, "KH99")


def test_links_to_the_former_agency_stop_working(office: Office) -> None:
    with office.database.transaction() as session:
        plan(session)
    office.tick("2025-09-22 08:00")
    with office.database.transaction() as session:
        owed = {o.id for o in session.exec(select(Occurrence).join(Task).where(Task.code == "KH27-I.2"))}
        before = [link for link in session.exec(select(ActionLink)) if link.occurrence_id in owed]
        assert before
        taken(
            session,
            amendment(make.task("2", "Nâng cấp đường truyền của trụ sở các xã", "Tháng 9/2025", "Phòng Nội vụ")),
        )
        assert all(link.revoked_at for link in before)
        assert [s for _a, _d, s in days(session, "KH27-I.2")] == [Status.NOT_STARTED.value]


@pytest.mark.parametrize(
    ("title", "number", "issued", "replaces"),
    [
        ("V/v điều chỉnh, bổ sung Kế hoạch số 27/KH-UBND ngày 11/4/2025", "27/KH-UBND", date(2025, 4, 11), False),
        (
            "QUYẾT ĐỊNH\nVề việc sửa đổi, bổ sung một số nội dung của Kế hoạch số 27/KH-UBND ngày 11 tháng 4 năm 2025",
            "27/KH-UBND",
            date(2025, 4, 11),
            False,
        ),
        ("THÔNG BÁO\nĐính chính Phụ lục ban hành kèm theo Kế hoạch số 27/KH-UBND", "27/KH-UBND", None, False),
        ("Điều 1. Thay thế Phụ lục ban hành kèm theo Kế hoạch số 27/KH-UBND", "27/KH-UBND", None, True),
        ("V/v triển khai Nghị định số 13/2025/NĐ-CP sửa đổi Nghị định số 99/2021/NĐ-CP", None, None, False),
        ("KẾ HOẠCH\nCải cách hành chính năm 2025\nCăn cứ Luật số 65/2025/QH15 sửa đổi, bổ sung", None, None, False),
    ],
)
def test_a_title_tells_what_is_amended(title: str, number: str | None, issued: date | None, replaces: bool) -> None:
    lines = ["ỦY BAN NHÂN DÂN", "TỈNH LẠNG SƠN", "Số: 61/QĐ-UBND", *title.split("\n")]
    head = letterhead.read(Document("a.txt", "text", tuple(Paragraph(line) for line in lines)))
    assert (head.amends and head.amends.number, head.amends and head.amends.issued, head.replaces) == (
        number,
        issued,
        replaces,
    )
