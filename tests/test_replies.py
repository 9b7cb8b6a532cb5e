"""Answers by mail: a corpus of letters as mail programs make them; every command is understood or handed to a person, no act is wrong."""

from __future__ import annotations

import email
import email.policy
import json
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from notifications import signing, tags
from notifications.replies import bounces, orders, reading
from notifications.replies.inbox import MemoryInbox
from notifications.replies.mail import Mail
from tests import make
from tests.conftest import Begun, Office
from workflow.agency import add_focal_point
from workflow.duties.note import Note
from workflow.duties.request import Request
from workflow.message import Delivery, Incoming, Message, MessageStatus
from workflow.standing import Status

FOLDER = Path(__file__).parent / "replies"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
MAILBOX, PERSON = "phongnoivu@langson.example", "lan.hoang@langson.example"
READ = "2025-09-26 10:00"


# What a letter means does not depend on the database; that it is recorded on both is shown by the whole corpus and the walks.
ONE_DATABASE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@dataclass
class Scene:
    """An office that has written two letters to one agency: about one task, and about two."""

    office: Office
    one: str  # Message-ID of the letter about one task
    two: str

    def raw(self, name: str) -> bytes:
        keys, settings = self.office.keys, self.office.settings
        known = {
            b"@REPLY@": tags.tagged(keys, settings, tags.REPLY, self.one),
            b"@REPLY2@": tags.tagged(keys, settings, tags.REPLY, self.two),
            b"@BOUNCE@": tags.tagged(keys, settings, tags.BOUNCE, self.one),
            b"@MSGID@": self.one,
        }
        raw = (FOLDER / name).read_bytes()
        for mark, text in known.items():
            raw = raw.replace(mark, text.encode())
        return raw.replace(b"\n", b"\r\n")

    def read(self, *raw: bytes) -> reading.Read:
        office = self.office
        done = reading.read(
            office.database, office.settings, office.keys, MemoryInbox(*raw), clock=lambda: make.at(READ)
        )
        assert not done.problems, done.problems
        return done


@pytest.fixture
def scene(office: Office, begun: Begun) -> Scene:
    office.settings = replace(
        office.settings,
        mail=replace(office.settings.mail, sender="Đôn đốc nhiệm vụ <dondoc@langson.example>"),
        inbox=replace(office.settings.inbox, kind="maildir", address="dondoc@langson.example"),
    )

    def fill() -> None:
        _write_two_letters(office)
        office.database.dispose()

    begun("scene", office.database.url, fill)
    office.keys = signing.load_keys(office.settings.links.key_file)
    with office.database.transaction() as session:
        letters = session.exec(
            select(Message.message_id).where(Message.recipient == MAILBOX).order_by(Message.id)
        ).all()  # type: ignore[arg-type]
    one, two = letters
    return Scene(office, one, two)


def _write_two_letters(office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task("I.1", "Rà soát thủ tục"), when="2025-09-01 09:00")
        agency = make.agency(session, "Phòng Nội vụ")
        agency.mailbox = MAILBOX
        add_focal_point(session, agency, "Hoàng Lan", PERSON)
    office.tick("2025-09-25 08:00")  # three working days before
    with office.database.transaction() as session:
        assert session.exec(select(Message).where(Message.recipient == MAILBOX)).one()
        make.enacted(session, make.task("1", "Tập huấn"), number="28/KH-UBND", when="2025-09-25 15:00")
        task = make.occurrence_task(session, "KH28-1")
        task.code = "KH27-I.2"
    office.tick("2025-09-26 08:00")


def acted(session: Session) -> list[dict[str, Any]]:
    """What the record holds that came from answers."""
    found: list[dict[str, Any]] = []
    for code in ("KH27-I.1", "KH27-I.2"):
        occurrence = make.occurrence(session, code)
        for report in occurrence.submissions:
            on = report.document_on.isoformat() if report.document_on else None
            files = sorted(file.name for file in report.evidence)
            fact = {"act": "done", "code": code, "document": report.document_number or None, "on": on}
            found.append({**fact, "result": report.result, "files": files})
        for request in session.exec(select(Request).where(Request.occurrence_id == occurrence.id)):
            if request.asked_due_on:
                until = request.asked_due_on.isoformat()
                found.append({"act": "extension", "code": code, "until": until, "reason": request.reason})
            else:
                found.append({"act": "not_ours", "code": code, "reason": request.reason})
    return found


def wanted(one: dict[str, Any]) -> dict[str, Any]:
    """An expected act as the record tells it."""
    made = {**one, "code": one["code"] or "KH27-I.1"}
    if one["act"] == "done":
        bare = not (one["result"] or one["document"] or one["files"])
        made["result"] = "Báo hoàn thành qua thư điện tử" if bare else one["result"]
        made["files"] = sorted(name for name in one["files"] if name.endswith((".pdf", ".docx")))
        if one["files"] and not made["files"] and not (one["result"] or one["document"]):
            made["result"] = "Báo hoàn thành qua thư điện tử"
    if one["act"] == "not_ours":
        made["reason"] = one["reason"] or "Không phải nhiệm vụ của cơ quan này."
    return made


@pytest.mark.parametrize("name", [name for name in EXPECTED if EXPECTED[name]["verdict"] in ("acts", "comment")])
@ONE_DATABASE
def test_what_a_known_sender_answers_is_done_or_waits_for_a_person(scene: Scene, name: str) -> None:
    expected, mail = EXPECTED[name], Mail(scene.raw(name))
    done = scene.read(scene.raw(name))
    assert done.became == {expected["verdict"]: 1}, (orders.orders(mail.own, 2025), mail.own)
    with scene.office.database.transaction() as session:
        notes = session.exec(select(Note)).all()
        if expected["verdict"] == "acts":
            assert acted(session) == [wanted(one) for one in expected["acts"]]
            return
        assert acted(session) == [], "0 wrong acts"
        assert {make.occurrence(session, f"KH27-I.{n}").status for n in (1, 2)} == {Status.NOT_STARTED}
        assert len(notes) == 1
        begins = expected["begins"]
        if begins:
            assert " ".join(mail.own.split())[: len(begins)] == begins
            assert notes[0].words.startswith(begins)


@pytest.mark.parametrize(
    "name", [name for name in EXPECTED if EXPECTED[name]["verdict"] in ("unverified", "automatic")]
)
@ONE_DATABASE
def test_what_nobody_known_wrote_moves_nothing_and_is_not_answered(scene: Scene, name: str) -> None:
    with scene.office.database.transaction() as session:
        before = len(session.exec(select(Message)).all())
    done = scene.read(scene.raw(name))
    assert done.became == {EXPECTED[name]["verdict"]: 1}
    with scene.office.database.transaction() as session:
        assert acted(session) == [] and len(session.exec(select(Message)).all()) == before
        notes = session.exec(select(Note)).all()
        assert [note.kind.value for note in notes] == ["unverified"] * (EXPECTED[name]["verdict"] == "unverified")


@pytest.mark.parametrize("name", [name for name in EXPECTED if EXPECTED[name]["verdict"] == "bounce"])
@ONE_DATABASE
def test_a_report_of_a_failure_belongs_to_the_letter_that_failed(scene: Scene, name: str) -> None:
    expected = EXPECTED[name]
    told = bounces.bounce(Mail(scene.raw(name)))
    assert told and told.kind == expected["kind"]
    if expected["status"]:
        assert (told.status, told.recipient) == (expected["status"], expected["recipient"])
    assert scene.read(scene.raw(name)).became == {"bounce": 1}
    with scene.office.database.transaction() as session:
        letter = session.exec(select(Message).where(Message.message_id == scene.one)).one()
        ours = expected["recipient"] == MAILBOX  # not of somebody to whom it was passed on
        assert (letter.status is MessageStatus.FAILED) == (ours and expected["kind"] == "hard")
        outcomes = [d.outcome for d in session.exec(select(Delivery).where(Delivery.message_id == letter.id))]
        assert outcomes[1:] == ({"hard": ["bounced"], "soft": ["delayed"]}.get(expected["kind"], []) if ours else [])


def test_the_whole_corpus_twice_is_the_corpus_once(scene: Scene) -> None:
    names = sorted(name for name in EXPECTED if EXPECTED[name]["verdict"] != "acts")
    first = scene.read(*(scene.raw(name) for name in names))
    assert first.became == dict(Counter(EXPECTED[name]["verdict"] for name in names))
    assert scene.read(*(scene.raw(name) for name in names)).became == {}
    with scene.office.database.transaction() as session:
        assert len(session.exec(select(Incoming)).all()) == len(names) > 60
        assert acted(session) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("XONG", True),
        ("xong ạ.", True),
        ("Xong: 45/bc-ubnd", True),
        ("XONG 45/BC-UBND ngày 31/9/2025", False),
        ("XONG 45/BC-UBND ngày 25/9", True),
        ("Xong hết rồi", False),
        ("XONG - còn thiếu phụ lục", False),
        ("GIA HẠN: đến hết ngày 30/10/2025: chờ số liệu", True),
        ("GIA HAN 30/10 chờ số liệu", True),
        ("GIA HAN chờ số liệu đến 30/10/2025", False),
        ("GIA HAN 30/10/2025", False),
        ("KHONG PHAI", True),
        ("Không phải, hôm nay mới ký", False),
        ("KHÔNG PHẢI, của Phòng Kinh tế", True),
        ("không phải - của Phòng Kinh tế", True),
        ("Không phải nhiệm vụ nào cũng xong ngay", False),
        ("XONGG", False),
        ("", False),
    ],
)
def test_the_form_of_a_command(line: str, expected: bool) -> None:
    assert bool(orders.orders(line, 2025)) == expected


def test_a_command_keeps_what_was_written() -> None:
    made = orders.orders("Xong: kh27-i.1 45/bc-ubnd ngày 25/9/2025", 2025)[0]
    assert (made.code, made.number, made.on) == ("KH27-I.1", "45/BC-UBND", date(2025, 9, 25))
    made = orders.orders("GIA HẠN 30/10 vì Sở Nội vụ chưa trả lời", 2025)[0]
    assert (made.until, made.words) == (date(2025, 10, 30), "Sở Nội vụ chưa trả lời")


def test_a_maildir_is_read_once_and_keeps_everything(scene: Scene, tmp_path: Path) -> None:
    box = tmp_path / "Maildir"
    for part in ("new", "cur", "tmp"):
        (box / part).mkdir(parents=True)
    (box / "new" / "1.a").write_bytes(scene.raw("01-outlook-xong.eml"))
    (box / "cur" / "2.b:2,S").write_bytes(scene.raw("11-gmail-khong-phai-alone.eml"))
    (box / "cur" / "3.c:2,S").write_bytes(b"From: a@b.example\r\nSubject: read long ago\r\n\r\nhello\r\n")
    (box / "new" / "4.d").write_bytes(b"From: a@b.example\r\n\r\n" + b"x" * 2_000_000)
    office = scene.office
    inbox = replace(office.settings.inbox, path=box, max_megabytes=1)
    office.settings = replace(office.settings, inbox=inbox)
    done = office.tick("2025-09-26 10:00").read
    assert (done.became, done.problems) == ({"acts": 1, "comment": 1, "unverified": 1}, []), "the report came first"
    assert sorted(file.name for file in (box / "cur").iterdir()) == ["1.a:2,PS", "2.b:2,PS", "3.c:2,PS", "4.d:2,PS"]
    assert office.tick("2025-09-26 10:05").read.letters == 0
    office.settings = replace(office.settings, inbox=replace(inbox, path=tmp_path / "nowhere"))
    assert "Maildir" in office.tick("2025-09-26 10:10").read.problems[0]


def test_a_sender_whom_the_own_server_calls_forged_is_unknown(scene: Scene) -> None:
    raw = scene.raw("01-outlook-xong.eml")
    passed, failed = (b"Authentication-Results: mx.langson.example; dmarc=%s\r\n" % one for one in (b"pass", b"fail"))
    assert scene.read(failed + passed + raw).became == {"unverified": 1}
    assert scene.read(passed + failed + raw).became == {"acts": 1}, "only the topmost is our server's"


def test_a_report_that_anybody_could_have_written_counts_for_nothing(scene: Scene) -> None:
    raw = scene.raw("116-postfix-user-unknown.eml")
    assert scene.read(raw.replace(b"Return-Path: <>", b"Return-Path: <evil@x.example>")).became == {"automatic": 1}
    told = raw.replace(b"rfc822; phongnoivu@langson.example", b"rfc822; other@x.example")
    told = told.replace(b"rfc822;phongnoivu@langson.example", b"rfc822;other@x.example")
    assert scene.read(told).became == {"bounce": 1}
    with scene.office.database.transaction() as session:
        letter = session.exec(select(Message).where(Message.message_id == scene.one)).one()
        assert letter.status is MessageStatus.SENT


def attached(scene: Scene, name: str) -> bytes:
    """A known sender's command, with another letter attached."""
    made = EmailMessage(policy=email.policy.SMTP)
    made["From"], made["To"] = MAILBOX, scene.raw("01-outlook-xong.eml").split(b"Delivered-To: ")[1].split()[0].decode()
    made["Subject"], made["Message-ID"] = "Re: nhắc việc", "<attached@langson.example>"
    made.set_content("XONG 45/BC-UBND\n")
    made.add_attachment(email.message_from_bytes(scene.raw(name), policy=email.policy.default))
    return b"Return-Path: <x@y.example>\r\n" + made.as_bytes()


@pytest.mark.parametrize(
    "name", ["116-postfix-user-unknown.eml", "114-calendar-accepted.eml", "98-exchange-oof-en.eml"]
)
def test_what_a_person_attaches_does_not_make_the_letter_automatic(scene: Scene, name: str) -> None:
    assert scene.read(attached(scene, name)).became == {"acts": 1}


NESTED = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(400))
HOSTILE = {
    "nul subject": b"Subject: a\0b\r\n\r\nx",
    "coded nul subject": b"Subject: =?utf-8?b?YQBi?=\r\n\r\nx",
    "quotes": b"To: " + b'"' * 100_000 + b"\r\n\r\nx",
    "commas": b"To: " + b"," * 100_000 + b"\r\n\r\nx",
    "parentheses": b"From: " + b"(" * 1000 + b"\r\n\r\nx",
    "parameters": b"Content-Type: text/plain" + b"; a" * 40_000 + b"\r\n\r\nx",
    "nested": NESTED,
    "no charset": b"Content-Type: text/plain; charset=undefined\r\n\r\nx",
    "strange charset": b"Content-Type: text/plain; charset*=utf-8''a%00b\r\n\r\nx",
    "at signs": b"\r\n" + b"abcd<" + b"@" * 100_000,
    "wrote": b"\r\n" + b"\n".join([b"On " + b"a " * 2000] * 500),
    "many parts": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 5000,
    "page": b"Content-Type: text/html\r\n\r\n" + b"<div>" * 50_000,
    "empty": b"",
    "bytes": bytes(range(256)) * 50,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_letter_holds_the_others_up(scene: Scene, name: str) -> None:
    good = scene.raw("01-outlook-xong.eml")
    began = time.monotonic()
    done = scene.read(HOSTILE[name], good)
    assert time.monotonic() - began < 5
    assert done.became.get("acts") == 1 and sum(done.became.values()) == 2
    assert scene.read(HOSTILE[name], good).became == {}, "and it is not read again and again"


def test_a_subject_adds_no_header_to_the_answer(scene: Scene) -> None:
    raw = scene.raw("47-xong-phan-1.eml")
    nasty = b"Subject: =?utf-8?q?a=0D=0ABcc:_x=40evil.example=0D=0A=0D=0Aboo?=\r\n"
    assert scene.read(nasty + raw.replace(b"\r\nSubject:", b"\r\nX-Subject:")).became == {"comment": 1}
    with scene.office.database.transaction() as session:
        answer = session.exec(select(Message).where(Message.kind == "answer")).one()
    read = email.message_from_bytes(answer.content, policy=email.policy.default)
    assert answer.recipient == MAILBOX and read["Bcc"] is None and "boo" in read["Subject"]
    assert read["Auto-Submitted"] == "auto-replied"
