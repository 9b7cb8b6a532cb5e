"""The whole way of an answer: our letter over SMTP into a mailbox, an answer back over SMTP, read over IMAP, recorded, and answered."""

from __future__ import annotations

import email
import email.policy
import re
import smtplib
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage

import httpx2 as httpx
import pytest
from sqlmodel import select

from notifications import mailer
from notifications.tick import Ticked
from reports import overdue, screen
from tests import make
from tests.conftest import Office, Run, need
from tests.forms import filled
from tests.post_office import PostOffice, dovecot
from tests.walks.test_main_job import served
from workflow import queries, reach
from workflow.agency import FocalPoint, add_focal_point
from workflow.duties.note import Note
from workflow.duties.request import Request
from workflow.message import Incoming, Message, MessageStatus
from workflow.snapshot import snapshot
from workflow.standing import Status

HOST = "langson.example"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


class Town:
    """An office, the agencies that it writes to, and the mail servers between them."""

    def __init__(self, office: Office, post: PostOffice) -> None:
        self.office, self.post = office, post

    def tick(self, moment: str) -> Ticked:
        return self.office.tick(moment, mailer.for_office(self.office.settings, self.office.keys))

    def mailbox(self, local: str) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in self.post.inbox(local)]  # type: ignore[misc]

    def answer(self, letter: EmailMessage, words: str, *, sender: str, files: dict[str, bytes] | None = None) -> None:
        """Answer a letter as a mail program does, with the letter quoted below."""
        made = EmailMessage(policy=email.policy.SMTP)
        made["From"], made["To"], made["Subject"] = sender, letter["Reply-To"], f"Re: {letter['Subject']}"
        made["Message-ID"], made["In-Reply-To"] = email.utils.make_msgid(domain=HOST), letter["Message-ID"]
        quoted = "\n".join(f"> {line}" for line in text_of(letter).splitlines())
        made.set_content(f"{words}\n\nVào 26/9/2025 08:00, Đôn đốc đã viết:\n{quoted}\n")
        for name, content in (files or {}).items():
            made.add_attachment(content, maintype="application", subtype="pdf", filename=name)
        with smtplib.SMTP("127.0.0.1", self.post.smtp_port, timeout=10) as smtp:
            smtp.send_message(made)

    def status(self) -> Status:
        with self.office.database.transaction() as session:
            return make.occurrence(session).status


def text_of(letter: EmailMessage) -> str:
    return str(letter.get_body(("plain",)).get_content())  # type: ignore[union-attr]


@pytest.fixture
def post() -> Iterator[PostOffice]:
    need(dovecot(), "dovecot 2.3", "apt-get install dovecot-imapd")
    with PostOffice(HOST, ("dondoc", "phongnoivu", "lan.hoang", "stc", "truongphong")) as made:
        yield made


@pytest.fixture
def town(office: Office, post: PostOffice, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setenv("DONDOC_IMAP_PASSWORD", post.password)
    settings = office.settings
    mail = replace(
        settings.mail, transport="smtp", host="127.0.0.1", port=post.smtp_port, sender=f"Đôn đốc <dondoc@{HOST}>"
    )
    inbox = replace(
        settings.inbox, kind="imap", host="127.0.0.1", port=post.imap_port, security="none", username=f"dondoc@{HOST}"
    )
    office.settings = replace(settings, mail=mail, inbox=inbox)
    with office.database.transaction() as session:
        directive = make.enacted(session, make.task(deliverable="Báo cáo"), make.task("I.2", lead="Sở Tài chính"))
        agency, monitor = make.agency(session, "Phòng Nội vụ"), make.agency(session, "Sở Tài chính")
        agency.mailbox, monitor.mailbox = f"phongnoivu@{HOST}", f"stc@{HOST}"
        directive.monitor_id = monitor.id
        add_focal_point(session, agency, "Hoàng Lan", f"lan.hoang@{HOST}")
    yield Town(office, post)


def test_an_answer_with_a_file_is_a_report_and_is_answered(town: Town) -> None:
    town.tick("2025-09-25 08:00")
    (letter,) = town.mailbox("phongnoivu")
    assert re.fullmatch(rf"dondoc\+r[a-z2-7]{{42}}@{HOST}", letter["Reply-To"])
    assert letter["Return-Path"].startswith("<dondoc+b"), "a failure comes back to an address of its own"
    assert "XONG 45/BC-UBND" in text_of(letter)
    town.answer(letter, "XONG 45/BC-UBND", sender=f"lan.hoang@{HOST}", files={"báo cáo.pdf": PDF})
    done = town.tick("2025-09-25 09:00")
    assert (done.read.became, done.read.problems) == ({"acts": 1}, [])
    with town.office.database.transaction() as session:
        report = make.occurrence(session).submissions[0]
        assert (report.document_number, [file.name for file in report.evidence]) == ("45/BC-UBND", ["báo cáo.pdf"])
        assert (report.channel, f"lan.hoang@{HOST}" in report.by) == ("mail", True)
    receipts = {local: town.mailbox(local)[-1] for local in ("phongnoivu", "lan.hoang", "stc")}
    for local, receipt in receipts.items():
        assert "45/BC-UBND" in text_of(receipt), local
        assert ("Không phải chúng tôi báo cáo" in text_of(receipt)) == (local != "stc")
    (mine,) = town.mailbox("dondoc")
    assert receipts["lan.hoang"]["In-Reply-To"] == mine["Message-ID"]
    assert receipts["lan.hoang"]["Auto-Submitted"] == "auto-replied"
    assert town.post.flags("dondoc") == [{"\\Seen", "DondocRead"}]
    assert town.tick("2025-09-25 09:05").read.letters == 0, "read once"
    link = re.search(r"http\S+/v/(\S+)", text_of(receipts["phongnoivu"]))
    assert link
    with served(town.office, lambda: make.at("2025-09-25 10:00")) as port, httpx.Client() as client:
        address = f"http://127.0.0.1:{port}/v/{link[1]}"
        page = client.get(address).text
        assert client.post(address, data=filled(page, choice="")).status_code == 422, "a choice is needed here, too"
        assert town.status() is Status.SUBMITTED
        done_ = client.post(address, data=filled(page, choice="not_us", words="gửi nhầm"))
        assert done_.status_code == 200
    assert town.status() is Status.IN_PROGRESS
    town.tick("2025-09-25 10:05")
    assert "Đã rút báo cáo" in str(town.mailbox("stc")[-1]["Subject"])


def test_more_time_and_not_ours_wait_for_the_monitor(town: Town) -> None:
    town.tick("2025-09-25 08:00")
    (letter,) = town.mailbox("phongnoivu")
    town.answer(letter, "gia hạn 30/10/2025 chờ Sở Nội vụ", sender=f"phongnoivu@{HOST}")
    town.answer(letter, "KHÔNG PHẢI: việc của Sở Tài chính", sender=f"phongnoivu@{HOST}")
    assert town.tick("2025-09-25 09:00").read.became == {"acts": 2}
    with town.office.database.transaction() as session:
        asked = [(one.wish.value, one.reason, one.outcome.value) for one in session.exec(select(Request))]
        assert asked == [
            ("extension", "chờ Sở Nội vụ", "waiting"),
            ("hand_on", "việc của Sở Tài chính", "waiting"),
        ]
        assert make.occurrence(session).status is Status.NOT_STARTED


def test_strangers_and_machines_move_nothing(town: Town, run: Run) -> None:
    town.tick("2025-09-25 08:00")
    (letter,) = town.mailbox("phongnoivu")
    town.answer(letter, "XONG 45/BC-UBND", sender=f"ke.la@{HOST}")
    town.answer(letter, "Đơn vị đang tổng hợp, sẽ báo cáo sau", sender=f"phongnoivu@{HOST}")
    before = len(town.mailbox("phongnoivu"))
    done = town.tick("2025-09-25 09:00")
    assert done.read.became == {"unverified": 1, "comment": 1} and town.status() is Status.NOT_STARTED
    assert len(town.mailbox("phongnoivu")) == before, "neither was answered"
    code, said, _err = run("notes", "list")
    assert code == 0 and "người gửi chưa rõ" in said and "đang tổng hợp" in said
    assert run("notes", "settle", "1", "--reason", "Đã gọi lại")[0] == 0
    assert "ke.la@" not in run("notes", "list")[1] and "Đã gọi lại" in run("notes", "list", "--all")[1]
    assert "waits" not in run("inbox", "list")[1] and "chờ xử lý" in run("inbox", "list")[1]
    with town.office.database.transaction() as session:
        assert len(session.exec(select(Note)).all()) == 2


def test_a_mail_server_that_is_away_stops_only_the_reading(town: Town) -> None:
    town.tick("2025-09-24 08:00")
    town.post.stop_imap()
    done = town.tick("2025-09-25 08:00")
    assert done.read.problems and "Không đọc được hộp thư đến" in done.read.problems[0]
    assert done.delivered.sent, "letters leave all the same"
    town.post.start_imap()
    letter = town.mailbox("phongnoivu")[-1]
    town.answer(letter, "XONG 45/BC-UBND", sender=f"phongnoivu@{HOST}")
    assert town.tick("2025-09-25 08:05").read.became == {"acts": 1}


def test_over_tls_with_a_certificate_of_ones_own(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(town.post.certificate))
    inbox = replace(town.office.settings.inbox, host="localhost", port=town.post.imaps_port, security="tls")
    town.office.settings = replace(town.office.settings, inbox=inbox)
    town.tick("2025-09-25 08:00")
    town.answer(town.mailbox("phongnoivu")[0], "XONG 45/BC-UBND", sender=f"phongnoivu@{HOST}")
    assert town.tick("2025-09-25 08:05").read.became == {"acts": 1}
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "certificate" in town.tick("2025-09-25 08:10").read.problems[0].lower(), (
        "a stranger's certificate is refused"
    )


def test_two_letters_that_come_back_for_good_make_the_agency_unreachable(town: Town, run: Run) -> None:
    with town.office.database.transaction() as session:
        agency = make.agency(session, "Phòng Nội vụ")
        agency.mailbox, agency.deputy_mailbox = f"khong.co@{HOST}", None
        agency.head_mailbox = f"truongphong@{HOST}"
        session.delete(session.exec(select(FocalPoint)).one())
    assert town.tick("2025-09-25 08:00").delivered.sent
    assert town.tick("2025-09-25 08:05").read.became == {"bounce": 1}
    with town.office.database.transaction() as session:
        letter = session.exec(select(Message).where(Message.recipient == f"khong.co@{HOST}")).one()
        assert (letter.status, letter.reason and letter.reason[:5]) == (MessageStatus.FAILED, "5.1.1")
    with snapshot(town.office.settings.database.url) as view:
        assert not reach.unreachable(view, make.at("2025-09-26 08:00").date(), "Asia/Ho_Chi_Minh"), "once may be chance"
    town.tick("2025-09-29 08:00")
    assert town.tick("2025-09-29 08:05").read.became == {"bounce": 1}
    assert town.tick("2025-09-30 08:00").queued.without_mailbox == ["Phòng Nội vụ"]
    readers = {one.recipient for one in _letters(town)}
    assert f"truongphong@{HOST}" in readers, "the next rung goes to who stands in"
    with snapshot(town.office.settings.database.url) as view:
        day = queries.AsOf(make.at("2025-10-01 08:00").date(), 7, "Asia/Ho_Chi_Minh", past=False)
        lines = screen.text(overdue.build(view, day)).splitlines()
    assert lines[3] == "⚠ Thư không đến được: Phòng Nội vụ (thư bị trả về). Cần đôn đốc qua điện thoại.", (
        "the first line"
    )
    told = " ".join(run("why-reminded", "KH27-I.1")[1].split())
    assert "từ chối" in told and "5.1.1" in told, "an unreachable agency is not reminded"


def _letters(town: Town) -> list[Message]:
    with town.office.database.transaction() as session:
        return list(session.exec(select(Message)))


def test_what_was_read_stands_in_a_list(town: Town, run: Run) -> None:
    town.tick("2025-09-25 08:00")
    town.answer(town.mailbox("phongnoivu")[0], "XONG 45/BC-UBND", sender=f"phongnoivu@{HOST}")
    town.tick("2025-09-25 08:05")
    with town.office.database.transaction() as session:
        row = session.exec(select(Incoming)).one()
        assert (row.became, row.sender) == ("acts", f"phongnoivu@{HOST}")
    assert '"became": "acts"' in run("inbox", "list", "--json")[1]
    assert run("inbox", "list", "--became", "nothing")[0] == 2
