"""The verbs of an occurrence on both databases: what moves, what is recorded, what is refused."""

from __future__ import annotations

import io
import threading
from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import col, select

from tests import make
from tests.conftest import Office
from workflow.audit import AuditEntry, By
from workflow.database import Database
from workflow.errors import BadInput, Problem, Refused
from workflow.evidence import EvidenceStore
from workflow.finding import choose
from workflow.history.chain import first_fault
from workflow.lifecycle import Decision
from workflow.occurrence import Occurrence
from workflow.standing import Status
from workflow.task import find_task

HOW = {"by": make.BY, "at": make.at("2025-09-20 10:00")}
TODAY = date(2025, 9, 20)


def test_reported_confirmed_and_on_record(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task())
        found = make.occurrence(session)
        found.start(session, **HOW)
        found.submit(session, **HOW, today=TODAY, result="Đã xong")
        found.confirm(session, by=By("Sở Tài chính", "web"), at=make.at("2025-10-05 08:00"))
    with database.transaction() as session:
        found = make.occurrence(session)
        assert (found.status, found.submitted_on) == (Status.COMPLETED, TODAY)
        assert found.submissions[0].decision == Decision.CONFIRMED
        acts = session.exec(
            select(AuditEntry.act).where(AuditEntry.occurrence_id == found.id).order_by(col(AuditEntry.id))
        ).all()
        assert acts == ["open", "start", "submit", "confirm"]
        assert first_fault(session) is None


def test_a_returned_report_is_kept_beside_the_next(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task())
        found = make.occurrence(session)
        found.submit(session, **HOW, today=TODAY, result="Lần đầu")
        found.send_back(session, **HOW, reason="Thiếu quyết định")
        assert (found.status, found.submitted_on) == (Status.RETURNED, None)
        found.submit(session, **HOW, today=date(2025, 9, 28), result="Lần hai")
    with database.transaction() as session:
        found = make.occurrence(session)
        assert [(s.number, s.result, s.decision) for s in found.submissions] == [
            (1, "Lần đầu", "returned"),
            (2, "Lần hai", "waiting"),
        ]
        assert found.submitted_on == date(2025, 9, 28)


@pytest.mark.parametrize("verb", ["send_back", "reopen", "suspend", "cancel"])
def test_decisions_need_a_reason(database: Database, verb: str) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task())
        found = make.occurrence(session)
        with pytest.raises(BadInput, match="lý do"):
            getattr(found, verb)(session, **HOW, reason="  ")


def test_a_deliverable_needs_words_a_number_or_a_file(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task(deliverable="Kế hoạch"))
        found = make.occurrence(session)
        with pytest.raises(BadInput, match="Kế hoạch"):
            found.submit(session, **HOW, today=TODAY, result="  ")
        assert found.status == Status.NOT_STARTED
        found.submit(session, **HOW, today=TODAY, document_number="12/KH")
        assert found.status == Status.SUBMITTED


def test_a_directive_without_confirmation_completes_at_once(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task()).confirmation = "none"
        found = make.occurrence(session)
        found.submit(session, **HOW, today=TODAY)
        assert found.status == Status.COMPLETED


def test_suspend_resume_cancel_reopen(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task())
        found = make.occurrence(session)
        found.suspend(session, **HOW, reason="chờ")
        found.resume(session, **HOW)
        assert found.status == Status.NOT_STARTED
        found.start(session, **HOW)
        found.suspend(session, **HOW, reason="chờ")
        found.resume(session, **HOW)
        assert found.status == Status.IN_PROGRESS
        found.cancel(session, **HOW, reason="không còn")
        found.reopen(session, **HOW, reason="nhầm")
        assert found.status == Status.IN_PROGRESS


def test_an_illegal_move_changes_nothing_and_leaves_no_entry(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task())
    with database.transaction() as session:
        before = len(session.exec(select(AuditEntry)).all())
    with pytest.raises(Refused), database.transaction() as session:
        make.occurrence(session).confirm(session, **HOW)
    with database.transaction() as session:
        assert make.occurrence(session).status == Status.NOT_STARTED
        assert len(session.exec(select(AuditEntry)).all()) == before


def test_of_two_who_report_at_once_one_wins_and_the_other_is_told(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task())
    barrier, ends = threading.Barrier(2), []

    def report(name: str) -> None:
        barrier.wait()
        try:
            with database.transaction() as session:
                make.occurrence(session).submit(session, by=By(name, "cli"), at=HOW["at"], today=TODAY, result=name)  # type: ignore[arg-type]
            ends.append("done")
        except Problem as problem:
            ends.append(type(problem).__name__)

    threads = [threading.Thread(target=report, args=(f"người {n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told, done = sorted(ends)
    assert done == "done" and told in ("Overtaken", "Refused")  # by the version, or by the state that it finds
    with database.transaction() as session:
        assert len(make.occurrence(session).submissions) == 1
        assert first_fault(session) is None


def test_which_occurrence_a_person_means(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(
            session,
            make.task(timing="Quý II và IV"),
            make.task("I.2", lead="Phòng Nội vụ; Phòng Tư pháp"),
            make.task("I.3", timing="Định kỳ"),
        )
        both = find_task(session, "kh27-i.1")
        assert choose(session, both, today=date(2025, 6, 1)).period == "2025-Q2", "the fourth quarter has not begun"
        assert choose(session, both, period="2025-q4", today=date(2025, 6, 1)).period == "2025-Q4"
        with pytest.raises(Refused, match="2025-Q2, 2025-Q4"):
            choose(session, both, today=date(2025, 11, 1))
        choose(session, both, period="2025-Q2").submit(session, **HOW, today=TODAY)
        with pytest.raises(Refused, match="chờ xác nhận"):
            choose(session, both, today=date(2025, 11, 1))
        assert choose(session, both, statuses=(Status.SUBMITTED,), today=date(2025, 11, 1)).period == "2025-Q2"
        assert choose(session, both, period="2025-Q4").period == "2025-Q4"
        with pytest.raises(Refused, match="Phòng Tư pháp"):
            choose(session, find_task(session, "KH27-I.2"))
        with pytest.raises(Refused, match="deadline set"):
            choose(session, find_task(session, "KH27-I.3"))
        with pytest.raises(BadInput, match="KH27-I.1"):
            find_task(session, "KH27-I.11")
        with pytest.raises(BadInput, match="2025-Q4"):
            choose(session, both, period="2031")


def test_evidence_is_kept_by_content(office: Office) -> None:
    store = EvidenceStore(replace(office.settings.evidence, max_megabytes=1))
    with office.database.transaction() as session:
        make.enacted(session, make.task(deliverable="Báo cáo"))
        found = make.occurrence(session)
        kept = store.keep("../../etc/báo cáo.pdf", io.BytesIO(b"%PDF-1.7 noi dung"))
        found.submit(session, **HOW, today=TODAY, evidence=[kept])
    assert kept.name == "báo cáo.pdf"
    with store.open(kept.sha256) as content:
        assert content.read() == b"%PDF-1.7 noi dung"
    assert store.intact(kept.sha256)
    with pytest.raises(BadInput, match="rỗng"):
        store.keep("a", io.BytesIO(b""))
    with pytest.raises(BadInput, match="1 MB"):
        store.keep("b", io.BytesIO(b"x" * 1_000_001))
    assert [p.name for p in office.settings.evidence.folder.iterdir()] == [kept.sha256[:2]], (
        "nothing half written is left"
    )


def test_the_first_due_day_is_kept(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task(timing="trước ngày 15/7/2025"))
        found = make.occurrence(session)
        assert (found.original_due_on, found.due_on) == (date(2025, 7, 14), date(2025, 7, 14))
        assert isinstance(found, Occurrence)
        assert found.standing(date(2025, 7, 14), 7) == "due_today"
