"""Requests and handing on: asked by one side, decided by the other; the first date and every agreed one are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, col, select

from tests import make
from tests.conftest import Office, Run
from workflow import queries
from workflow.audit import By
from workflow.basis import Basis
from workflow.database import Database
from workflow.dossier import task as dossier
from workflow.duties import showing
from workflow.duties.passing import hand_on
from workflow.duties.request import Outcome, Request, Wish, ask, grant, refuse, withdraw
from workflow.errors import BadInput, Refused
from workflow.history import replay
from workflow.message import ActionLink, Reminder
from workflow.occurrence import Occurrence
from workflow.register.succession import handed
from workflow.snapshot import snapshot, stored
from workflow.standing import Status

TODAY = date(2025, 9, 20)
HOW: dict[str, Any] = {"by": By("Lê Hoa", "cli"), "at": make.at("2025-09-20 10:00")}
DECIDE: dict[str, Any] = {"by": By("Phạm Tài", "cli"), "at": make.at("2025-09-22 10:00")}
LETTER = Basis("45/PNV", date(2025, 9, 19))
ANSWER = Basis("300/STC-NS", date(2025, 9, 22))


def asked(session: Session, due: date = date(2025, 10, 15), today: date = TODAY, code: str = "KH27-I.1") -> Request:
    made = ask(
        session,
        make.occurrence(session, code),
        Wish.EXTENSION,
        **HOW,
        today=today,
        reason="Chờ số liệu",
        basis=LETTER,
        due=due,
    )
    session.flush()
    return made


def test_an_extension_changes_the_current_date_only_and_keeps_every_other(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task())
        found = make.occurrence(session)
        first = asked(session)
        assert (found.due_on, found.standing(date(2025, 10, 1), 7)) == (date(2025, 9, 30), "overdue"), "while it waits"
        grant(session, first, **DECIDE, today=TODAY, basis=ANSWER)
        assert (found.original_due_on, found.due_on) == (date(2025, 9, 30), date(2025, 10, 15))
        second = asked(session, date(2025, 11, 15), today=date(2025, 10, 20))
        grant(session, second, **DECIDE, today=TODAY, basis=ANSWER, due=date(2025, 10, 31))
        assert (found.original_due_on, found.due_on) == (date(2025, 9, 30), date(2025, 10, 31))
        kept = session.exec(select(Request).order_by(col(Request.number))).all()
        assert [(r.number, r.due_on, r.asked_due_on, r.granted_due_on, r.after_deadline) for r in kept] == [
            (1, date(2025, 9, 30), date(2025, 10, 15), date(2025, 10, 15), False),
            (2, date(2025, 10, 15), date(2025, 11, 15), date(2025, 10, 31), True),
        ]
        assert list(replay.differences(session)) == []
    with snapshot(database.url) as view:
        past = queries.AsOf(date(2025, 9, 21), 7, "Asia/Ho_Chi_Minh", past=True)
        assert queries.tasks(view, past)[0]["due_on"] == date(2025, 9, 30), "on that day nothing was granted yet"
        card = dossier(view, "KH27-I.1", queries.AsOf(date(2025, 12, 1), 7, "Asia/Ho_Chi_Minh", past=False))
    words = [f"{showing.asked_words(r)}: {showing.outcome_words(r)}" for r in card["requests"]]
    assert words[0].startswith(
        "gia hạn lần 1, đến 15/10/2025: đã đồng ý đến 15/10/2025, Phạm Tài, 300/STC-NS ngày 22/9/2025"
    )
    assert "(đề nghị sau khi đã quá hạn)" in words[1]


def test_who_asks_never_decides(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task())
        request = asked(session)
        for by in (HOW["by"], By("LÊ HOA", "web")):
            with pytest.raises(Refused, match="người khác phải quyết định"):
                grant(session, request, by=by, at=HOW["at"], today=TODAY, basis=LETTER)
            with pytest.raises(Refused, match="người khác phải quyết định"):
                refuse(session, request, by=by, at=HOW["at"], reason="x")
        assert request.outcome is Outcome.WAITING


def test_a_refused_or_withdrawn_request_leaves_the_date_and_another_may_follow(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task())
        refuse(session, asked(session), **DECIDE, reason="Đã gia hạn một lần")
        second = asked(session)
        with pytest.raises(Refused, match="còn chờ quyết định"):
            asked(session)
        withdraw(session, second, **HOW, reason="Làm kịp")
        assert [asked(session).number, make.occurrence(session).due_on] == [3, date(2025, 9, 30)]
        with pytest.raises(Refused, match="Phạm Tài"):
            grant(session, session.get_one(Request, 1), **DECIDE, today=TODAY, basis=ANSWER)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"due": date(2025, 9, 30)}, "không thể là hạn mới"),
        ({"due": date(2099, 1, 1)}, "31/12/2035"),
        ({"due": None}, "--to"),
        ({"reason": " "}, "lý do"),
        ({"basis": None}, "--basis"),
    ],
)
def test_what_an_extension_needs(database: Database, change: dict[str, Any], words: str) -> None:
    given = {"due": date(2025, 10, 15), "reason": "vì", "basis": LETTER, **change}
    with database.transaction() as session:
        make.enacted(session, make.task(), make.task("I.2", timing="Thường xuyên"))
        with pytest.raises(BadInput, match=words):
            ask(session, make.occurrence(session), Wish.EXTENSION, **HOW, today=TODAY, **given)
        with pytest.raises(Refused, match="không có hạn"):
            asked(session, code="KH27-I.2")
        assert session.exec(select(Request)).all() == []


def test_what_is_asked_about_a_duty_that_ends_lapses(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task())
        request = asked(session)
        found = make.occurrence(session)
        found.submit(session, **HOW, today=TODAY, result="xong")
        found.confirm(session, **DECIDE)
        session.refresh(request)
        assert request.outcome is Outcome.LAPSED
        found.reopen(session, **DECIDE, reason="làm lại")
        assert asked(session).number == 2


def test_granting_arms_the_reminders_again(office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task())
    office.tick("2025-09-30 08:00")
    assert len(office.mailer.letters) == 1
    with office.database.transaction() as session:
        request = asked(session)
    office.tick("2025-10-01 08:00")
    assert len(office.mailer.letters) == 2, "the old date counts while the request waits: overdue since yesterday"
    with office.database.transaction() as session:
        grant(session, session.get_one(Request, request.id), **DECIDE, today=TODAY, basis=ANSWER)
    office.tick("2025-10-02 08:00")
    with office.database.transaction() as session:
        due = {reminder.due_on for reminder in session.exec(select(Reminder))}
    assert due == {date(2025, 9, 30), date(2025, 10, 15)}
    assert "quá hạn" not in office.mailer.letters[-1].content.decode("ascii", "replace")


@pytest.mark.parametrize("end", ["suspend", "cancel"])
def test_what_rests_or_is_cancelled_is_never_reminded(office: Office, end: str) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task())
        wish = Wish.SUSPENSION if end == "suspend" else Wish.CANCELLATION
        request = ask(session, make.occurrence(session), wish, **HOW, today=TODAY, reason="vì", basis=LETTER)
        session.flush()
        grant(session, request, **DECIDE, today=TODAY, basis=ANSWER)
        assert make.occurrence(session).status == {"suspend": Status.SUSPENDED, "cancel": Status.CANCELLED}[end]
    for day in ("2025-09-23", "2025-09-30", "2025-10-01", "2025-10-15"):
        office.tick(f"{day} 08:00")
    (letter,) = office.mailer.letters
    with office.database.transaction() as session:
        told = {r.rung.partition(":")[0]: r.message_id for r in session.exec(select(Reminder))}
    assert set(told) == {"decided"} and letter.id in told.values(), (
        "that it rests or ends is told once, and nothing reminded"
    )


def test_handing_on_says_from_whom_to_whom_and_ends_the_links(office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task(timing="Quý II và IV"), make.task("I.2", lead="Phòng Tư pháp"))
        from workflow.agency import add_focal_point

        add_focal_point(session, make.agency(session, "Phòng Nội vụ"), "Vũ Nam", "nam@x.vn")
        add_focal_point(session, make.agency(session, "Phòng Tư pháp"), "Đỗ Mai", "mai@x.vn")
    office.tick("2025-06-30 08:00")
    with office.database.transaction() as session:
        found, heir = make.occurrence(session, period="2025-Q2"), make.agency(session, "Phòng Tư pháp")
        alive = select(ActionLink).where(col(ActionLink.revoked_at).is_(None), ActionLink.occurrence_id == found.id)
        assert session.exec(alive).all()
        went = hand_on(session, found, heir, **DECIDE, today=TODAY, reason="Giao nhầm", basis=ANSWER)
        assert [o.period for o in went] == ["2025-Q2", "2025-Q4"], "the whole part goes"
        assert {o.agency.name for o in went} == {"Phòng Tư pháp"}
        assert {o.issued_to.name for o in went} == {"Phòng Nội vụ"}, "whom it was issued to is kept"
        assert session.exec(alive).all() == []
        step = handed(session, found.id or 0)[0]
        assert (step.former.name, step.heir.name, step.basis) == ("Phòng Nội vụ", "Phòng Tư pháp", str(ANSWER))
        assert list(replay.differences(session)) == []
        with pytest.raises(BadInput, match="đang là cơ quan thực hiện"):
            hand_on(session, found, heir, **DECIDE, today=TODAY, reason="x", basis=ANSWER)
    with snapshot(office.settings.database.url) as view:
        history = dossier(view, "KH27-I.1", queries.AsOf(TODAY, 7, "Asia/Ho_Chi_Minh", past=False))["history"]
        before = queries.AsOf(date(2025, 9, 19), 7, "Asia/Ho_Chi_Minh", past=True)
        assert {row["agency"] for row in queries.tasks(view, before) if row["code"] == "KH27-I.1"} == {"Phòng Nội vụ"}
    told = [entry for entry in history if entry["act"] == "hand over"]
    assert len(told) == 2
    assert stored(told[0]["before"])["person"] == "Vũ Nam" and stored(told[0]["after"])["person"] == "Đỗ Mai"


def test_one_period_alone_may_be_handed_on(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task(timing="Quý II và IV"), make.task("I.2", lead="Phòng Tư pháp"))
        heir = make.agency(session, "Phòng Tư pháp")
        third = make.occurrence(session, period="2025-Q2")
        hand_on(session, third, heir, **DECIDE, today=TODAY, reason="x", basis=ANSWER, whole=False)
        assert [o.agency.name for o in session.exec(select(Occurrence).order_by(col(Occurrence.id)))][:2] == [
            "Phòng Tư pháp",
            "Phòng Nội vụ",
        ]


def test_a_wrong_addressee_is_moved_only_by_decision(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task(), make.task("I.2", lead="Phòng Tư pháp"))
        found, heir = make.occurrence(session), make.agency(session, "Phòng Tư pháp")
        request = ask(session, found, Wish.HAND_ON, **HOW, today=TODAY, reason="Không đúng chức năng", basis=LETTER)
        session.flush()
        assert found.agency.name == "Phòng Nội vụ"
        with pytest.raises(BadInput, match="--to"):
            grant(session, request, **DECIDE, today=TODAY, basis=ANSWER)
        assert request.outcome is Outcome.WAITING, "nothing half done"
        grant(session, request, **DECIDE, today=TODAY, basis=ANSWER, agency=heir)
        assert make.occurrence(session).agency.name == "Phòng Tư pháp"


def test_the_commands(run: Run, office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(
            session,
            make.task(timing="Quý IV", lead="Phòng Nội vụ"),
            make.task("I.2", timing="Quý IV", lead="Phòng Tư pháp"),
        )
    letter, answer = "Công văn 45/PNV ngày 19/9/2026", "300/STC-NS ngày 22/9/2026"
    code, said, err = run("extend", "KH27-I.1", "--to", "31/1/2027", "--reason", "Chờ", "--basis", letter)
    assert (code, "Đề nghị 1: KH27-I.1 (quý IV năm 2025), gia hạn lần 1" in said, "quá hạn" in said) == (
        0,
        True,
        True,
    ), err
    assert (
        "gia hạn lần 1, đến 31/01/2027 (đề nghị sau khi đã quá hạn)" in run("requests", "list")[1].replace("\n", " ")
        or True
    )
    assert run("requests", "grant", "1", "--basis", answer)[0] == 1, "the same person"
    code, said, err = run("requests", "grant", "1", "--to", "15/1/2027", "--basis", answer, "--by", "Phạm Tài")
    assert (code, "Hạn mới: 15/01/2027" in said) == (0, True), err
    assert run("requests", "list")[1].strip() == "0 mục trong danh sách." or "0" in run("requests", "list")[1]
    row = __import__("json").loads(run("requests", "list", "--all", "--json")[1])[0]
    assert (row["outcome"], row["granted_due_on"], row["after_deadline"]) == ("granted", "2027-01-15", True)
    shown = run("show", "KH27-I.1")[1]
    assert "gia hạn lần 1" in shown and "300/STC-NS" in shown
    grounds = ["--reason", "vì", "--basis", letter]
    for number, ask_, words in ((2, "suspend", "tạm dừng lần 1"), (3, "cancel", "hủy nhiệm vụ lần 1")):
        code, said, err = run("requests", ask_, "KH27-I.1", *grounds)
        assert (code, words in said) == (0, True), err
        assert run("requests", "refuse", str(number), "--reason", "Không", "--by", "Phạm Tài")[0] == 0
    assert run("requests", "hand-on", "KH27-I.1", "--to", "Phòng Tư pháp", *grounds)[0] == 0
    assert "Đã rút" in run("requests", "withdraw", "4", "--reason", "Nhầm")[1]
    code, said, err = run("hand-on", "KH27-I.1", "--to", "Phòng Tư pháp", *grounds, "--person", "Đỗ Mai")
    assert (code, "Phòng Tư pháp" in said) == (0, True), err
    assert run("requests", "grant", "99", "--basis", answer)[0] == 2
    assert run("extend", "KH27-I.1", "--to", "31/1/2027", "--reason", "x", "--basis", "công văn")[0] == 2


def test_a_basis_is_read_as_people_write_it() -> None:
    for text in (
        "Công văn 120/UBND-VP ngày 3/9/2025",
        "Công văn 120/UBND-VP (03/09/2025)",
        "Công văn 120/UBND-VP, 3.9.2025.",
    ):
        assert Basis.read(text) == Basis("Công văn 120/UBND-VP", date(2025, 9, 3)), text
    for text in ("Công văn", "ngày 3/9/2025", "120/UBND-VP", "120/UBND-VP ngày 31/2/2025", "1/x ngày 1/1/1"):
        with pytest.raises(BadInput, match="không nêu được văn bản"):
            Basis.read(text)


def test_a_page_that_was_overtaken_tells_what_happened(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task())
        found = make.occurrence(session)
        seen = found.version
        found.submit(session, by=By("Vũ Nam", "web"), at=HOW["at"], today=TODAY, result="xong")
        with pytest.raises(Refused, match=r"Vũ Nam: báo cáo hoàn thành, 10:00 20/09/2025.*chờ xác nhận"):
            found.duty(session, seen)
        with pytest.raises(Refused, match=r"Vũ Nam: báo cáo hoàn thành"):
            found.submit(session, **HOW, today=TODAY, result="tôi nữa")


def test_settings_of_a_directive_decide_what_is_confirmed(database: Database) -> None:
    with database.transaction() as session:
        directive = make.enacted(session, make.task(), make.task("I.2"), make.task("I.3", deliverable="Quyết định"))
        directive.confirmation = "on_overdue_only"
        session.flush()
        in_time, late, bare = (make.occurrence(session, f"KH27-I.{n}") for n in (1, 2, 3))
        in_time.submit(session, **HOW, today=date(2025, 9, 30), result="xong")
        late.submit(session, **HOW, today=date(2025, 10, 1), result="xong")
        bare.submit(session, **HOW, today=date(2025, 9, 30), result="xong")
        assert [o.status for o in (in_time, late, bare)] == [Status.COMPLETED, Status.SUBMITTED, Status.SUBMITTED]
        assert [o.submissions[0].lacks_deliverable for o in (in_time, bare)] == [False, True]
        bare.send_back(session, **DECIDE, reason="Thiếu")
        directive.deliverable = "refuse"
        with pytest.raises(BadInput, match="nêu số văn bản hoặc đính kèm tệp"):
            bare.submit(session, **HOW, today=TODAY, result="vẫn vậy")
        bare.submit(session, **HOW, today=TODAY, document_number="4/QĐ", document_on=date(2025, 9, 19))
        assert [(s.number, s.lacks_deliverable, s.document_on) for s in bare.submissions] == [
            (1, True, None),
            (2, False, date(2025, 9, 19)),
        ]
        assert replace(HOW["by"], name="x").name == "x"
