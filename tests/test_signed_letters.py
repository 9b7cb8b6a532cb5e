"""A signed letter by e-mail: with its file, over a real mail server, each address once, nothing of what is confidential."""

from __future__ import annotations

import email
import email.policy
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from notifications import outbox, signed
from notifications.mailer import for_settings
from reports import drafting
from tests import doors, make
from tests import test_notifications_outbox as outbox_tests
from tests.conftest import Office, Run
from tests.doors import FOCAL, HEAD, MONITOR, PDF, House, hidden
from tests.test_letter_pages import plain
from tests.test_notifications_outbox import Post
from workflow import dispatch, ledger
from workflow.access import people
from workflow.agency import FocalPoint, add_focal_point
from workflow.audit import AuditEntry, By
from workflow.basis import Basis
from workflow.config import MailSettings
from workflow.errors import BadInput, NotPermitted, Refused
from workflow.evidence import EvidenceStore
from workflow.history.chain import first_fault
from workflow.message import Message, MessageStatus, Reminder
from workflow.queries import AsOf
from workflow.snapshot import Snapshot

post = outbox_tests.post
AT = make.at("2025-10-15 09:00")
HOW: dict[str, Any] = {"by": make.BY, "at": AT}
TODAY = AT.date()
NOW = AsOf.at(AT, "Asia/Ho_Chi_Minh", 7)
SIGNED = PDF + b" x" * 60_000


@pytest.fixture
def letter(office: Office) -> Iterator[int]:
    """A letter of reminder to two agencies that has its number."""
    with office.database.transaction() as session:
        doors.register(session)
        duties = tuple(make.occurrence(session, code).id or 0 for code in ("KH27-I.1", "KH27-I.2"))
        wish = drafting.Wish("press", duties=duties, answer_by=date(2025, 10, 31))
        made = drafting.draft(session, wish, as_of=NOW, **HOW)
        dispatch.give_number(session, made, Basis("120/STC-TCHCSN", TODAY), **HOW)
        number = made.id or 0
    yield number


def mail(office: Office, number: int, content: bytes | None = SIGNED, name: str = "Công văn đã ký.pdf", **more: Any) -> signed.Mailed:  # fmt: skip
    store = EvidenceStore(office.settings.evidence)
    how = {**HOW, "today": TODAY, **more}

    def bring() -> Any:
        return store.keep(name, io.BytesIO(content or b""))

    with office.database.transaction() as session:
        found = dispatch.find_dispatch(session, number, lock=True)
        return signed.mail(session, office.settings, found, bring if content else None, **how)


def deliver(office: Office, settings: MailSettings, minutes: int = 0) -> outbox.Delivered:
    told = replace(office.settings, mail=settings)
    return outbox.deliver(office.database, for_settings(settings), told, clock=lambda: AT + timedelta(minutes=minutes))


def messages(office: Office) -> list[Message]:
    with office.database.transaction() as session:
        return list(session.exec(select(Message).where(Message.kind == "dispatch").order_by(col(Message.id))))


def test_it_arrives_with_its_file_and_twice_is_once(office: Office, letter: int, post: tuple[Post, MailSettings]) -> None:  # fmt: skip
    handler, settings = post
    done = mail(office, letter)
    assert sorted(done.recipients) == sorted(["pnv@example.vn", FOCAL, "ptp@example.vn", doors.OTHER])
    assert not done.unreachable and not done.before
    kept = messages(office)
    assert all(len(one.content) < 20_000 for one in kept), "the file lies in the store once"
    assert deliver(office, settings).sent == 4
    assert sorted(address for address, _content in handler.accepted) == sorted(done.recipients)
    for address, content in handler.accepted:
        read = email.message_from_bytes(content, policy=email.policy.default)
        assert read["Subject"] == (
            "Văn bản số 120/STC-TCHCSN ngày 15/10/2025: đôn đốc thực hiện nhiệm vụ quá hạn, sắp đến hạn"
        )
        assert read["To"] == address
        (file,) = read.iter_attachments()
        assert file.get_content_type() == "application/pdf" and file.get_content() == SIGNED
        assert file.get_filename() == "van-ban-120-stc-tchcsn.pdf"
        text = read.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "31/10/2025" in text and ("KH27-I.1" in text) is (address in ("pnv@example.vn", FOCAL))
        assert not read.defects and all(not part.defects for part in read.walk())
        assert max(map(len, content.split(b"\r\n"))) <= 998
    again = mail(office, letter)
    assert (again.recipients, sorted(again.before)) == ([], sorted(done.recipients))
    assert deliver(office, settings, 60).sent == 0 and len(handler.accepted) == 4
    with office.database.transaction() as session:
        entries = list(session.exec(select(AuditEntry).where(AuditEntry.act == "send letter")))
        assert len(entries) == 1 and sorted((entries[0].after or {})["recipients"]) == sorted(done.recipients)
        assert first_fault(session) is None
        view = Snapshot.within(session)
        view.sees = None
        told = ledger.told(view, "KH27-I.1")
        assert sorted((row["recipient"], row["state"]) for row in told) == [(FOCAL, "sent"), ("pnv@example.vn", "sent")]
        assert {ledger.say_rung(row["rung"]) for row in told} == {"gửi văn bản đã ký"}


def test_who_could_not_be_reached_is_told_and_gets_it_once_they_can_be(office: Office, letter: int) -> None:
    with office.database.transaction() as session:
        own = make.agency(session, "Phòng Tư pháp")
        own.mailbox = None
        for person in session.exec(select(FocalPoint).where(FocalPoint.agency_id == own.id)):
            person.valid_to = date(2025, 10, 14)
    first = mail(office, letter)
    assert first.unreachable == ["Phòng Tư pháp"] and "ptp@example.vn" not in first.recipients
    assert "Phòng Tư pháp" in first.lines()[-1]
    with office.database.transaction() as session:
        add_focal_point(session, make.agency(session, "Phòng Tư pháp"), "Bùi Mới", "moi@example.vn")
    second = mail(office, letter, None)
    assert second.recipients == ["moi@example.vn"] and not second.unreachable and len(messages(office)) == 3


def test_an_address_of_two_agencies_has_one_letter_and_a_line_for_each_duty(office: Office, letter: int) -> None:
    with office.database.transaction() as session:
        for name in ("Phòng Tư pháp", "Phòng Nội vụ"):
            make.agency(session, name).mailbox = "chung@example.vn"
    mail(office, letter)
    assert [one.recipient for one in messages(office)].count("chung@example.vn") == 1
    with office.database.transaction() as session:
        lines = session.exec(select(Reminder).where(Reminder.recipient == "chung@example.vn")).all()
        assert len(lines) == 2 and {line.rung for line in lines} == {f"letter:{letter}"}


def test_a_copy_goes_to_the_office_alone_where_it_has_a_mailbox(office: Office, letter: int) -> None:
    with pytest.raises(BadInput, match="office.mailbox"):
        mail(office, letter, copy=True)
    with_box = replace(office.settings, office=replace(office.settings.office, mailbox="vp@example.vn"))
    office.settings = with_box
    assert "vp@example.vn" in mail(office, letter, copy=True).recipients
    assert mail(office, letter, None, copy=True).recipients == []


def test_what_is_not_possible_leaves_nothing(office: Office, letter: int) -> None:
    with office.database.transaction() as session:
        duty = make.occurrence(session, "KH27-I.1").id or 0
        wish = drafting.Wish("press", duties=(duty,), answer_by=date(2025, 10, 31))
        blank = drafting.draft(session, wish, as_of=NOW, **HOW).id or 0
    with pytest.raises(Refused, match="số"):
        mail(office, blank)
    with pytest.raises(BadInput, match="ký"):
        mail(office, letter, None)
    with pytest.raises(BadInput):
        mail(office, letter, b"<html>", name="a.pdf")
    with office.database.transaction() as session:
        focal = people.acting(session, FOCAL, "cli", TODAY)
    with pytest.raises(NotPermitted):
        mail(office, letter, by=focal)
    assert messages(office) == []
    mail(office, letter)
    with pytest.raises(Refused, match="Công văn đã ký.pdf"):
        mail(office, letter, PDF + b" khac")
    with office.database.transaction() as session:
        for agency in ("Phòng Tư pháp", "Phòng Nội vụ"):
            make.agency(session, agency).mailbox = None
        for person in session.exec(select(FocalPoint)):
            person.valid_to = date(2025, 10, 14)
    with pytest.raises(Refused, match="Phòng"):
        mail(office, letter, None)


def test_no_word_of_what_is_confidential_leaves_by_mail(office: Office, post: tuple[Post, MailSettings]) -> None:
    """Not alone, and not beside a task that everybody may see: the file would bring both to both."""
    handler, settings = post
    with office.database.transaction() as session:
        doors.register(session)
        duties = tuple(make.occurrence(session, code).id or 0 for code in ("KH27-I.1", "KH28-I.1"))
        seer = By("Ai đó", "cli")  # while nobody's roles are asked for, who sees everything
        wish = drafting.Wish("press", duties=duties, answer_by=date(2025, 10, 31))
        made = drafting.draft(session, wish, as_of=NOW, by=seer, at=AT)
        dispatch.give_number(session, made, Basis("121/STC", TODAY), by=seer, at=AT)
        number = made.id or 0
    with pytest.raises(Refused, match="mật"):
        mail(office, number)
    assert deliver(office, settings).sent == 0 and handler.accepted == [] and messages(office) == []


def test_a_file_that_is_lost_stops_its_letter_and_no_other(office: Office, letter: int, post: tuple[Post, MailSettings]) -> None:  # fmt: skip
    handler, settings = post
    mail(office, letter)
    for file in office.settings.evidence.folder.glob("??/*"):
        file.write_bytes(b"changed")
    outbox_tests.waiting(office, "a@example.vn")
    done = deliver(office, settings)
    assert (done.sent, done.failed) == (1, 4) and [a for a, _c in handler.accepted] == ["a@example.vn"]
    assert all(one.status is MessageStatus.FAILED and one.reason for one in messages(office))
    assert done.problems == [outbox.LOST]


def test_the_command_mails_here(run: Run, office: Office, letter: int, tmp_path: Path) -> None:
    file = tmp_path / "ky.pdf"
    file.write_bytes(SIGNED)
    me = ("--by", "Hà Theo Dõi")
    code, out, err = run("letter", "send", str(letter), "--file", str(file), *me)
    assert code == 0 and "4" in out and FOCAL in out, err
    assert len(messages(office)) == 4
    code, out, err = run("letter", "send", str(letter), *me)
    assert code == 0 and "đã có" in out.lower(), (out, err)
    assert run("letter", "send", str(letter), "--file", str(tmp_path / "nope.pdf"), *me)[0] == 2
    assert run("letter", "send", "99", *me)[0] == 2 and run("letter", "send", str(letter), "--by", "Lê Hoa")[0] == 3
    assert "4 địa chỉ" in run("letter", "list")[1]
    assert "gửi văn bản đã ký" in run("report", "proof", "KH27-I.1")[1]


def test_the_page_mails_the_file(office: Office, letter: int) -> None:
    house = House(office)
    with house.client:
        browser = house.signed_in(MONITOR)
        page = browser.get("/letters").text
        seal = hidden(page, "seal")
        assert f'action="/letters/{letter}/send"' in page
        lacks = browser.post(f"/letters/{letter}/send", data={"seal": seal})
        assert lacks.status_code == 422 and messages(office) == []
        sent = browser.post(f"/letters/{letter}/send", data={"seal": seal}, files={"file": ("ký.pdf", SIGNED)})
        assert sent.status_code == 303 and sent.headers["location"] == f"/letters?mailed={letter}"
        assert len(messages(office)) == 4
        assert FOCAL in plain(browser.get(f"/letters?mailed={letter}"))
        again = browser.post(f"/letters/{letter}/send", data={"seal": seal})
        assert again.status_code == 303 and len(messages(office)) == 4
        other = browser.post(f"/letters/{letter}/send", data={"seal": seal}, files={"file": ("khác.pdf", PDF)})
        assert other.status_code == 409
        head = house.signed_in(HEAD)
        assert head.get(f"/letters?mailed={letter}").status_code == 403
        seal = hidden(head.get("/overdue").text, "seal")
        assert head.post(f"/letters/{letter}/send", data={"seal": seal}, files={"file": ("a.pdf", SIGNED)}).status_code == 403  # fmt: skip
        assert browser.post("/letters/99/send", data={"seal": seal}).status_code in (403, 404)
