"""Sending over a real SMTP server that can refuse, vanish, hang and forget."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from sqlmodel import select

from notifications import outbox
from notifications.mailer import Fate, FolderMailer, Letter, MemoryMailer, Outcome, SmtpMailer, for_settings
from tests import make
from tests.conftest import Office
from workflow.config import MailSettings
from workflow.message import Delivery, Message, MessageStatus

AT = make.at("2025-09-30 08:00")


class Post:
    """A mail server that keeps what it accepts and can be told to misbehave."""

    def __init__(self) -> None:
        self.accepted: list[tuple[str, bytes]] = []
        self.answers: dict[str, str] = {}
        self.data_answers: list[str] = []
        self.connections = 0

    async def handle_EHLO(
        self, server: SMTP, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        answer = self.data_answers.pop(0) if self.data_answers else "250 kept"
        if answer.startswith("250"):
            self.accepted += [(address, envelope.content) for address in envelope.rcpt_tos]
        return answer


@pytest.fixture
def post() -> Iterator[tuple[Post, MailSettings]]:
    handler = Post()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield (
            handler,
            MailSettings(
                transport="smtp",
                host="127.0.0.1",
                port=port,
                sender="Đôn đốc <dondoc@example.vn>",
                timeout_seconds=5,
                connections=3,
            ),
        )
    finally:
        controller.stop()


def waiting(office: Office, *recipients: str) -> None:
    with office.database.transaction() as session:
        for n, recipient in enumerate(recipients):
            session.add(
                Message(
                    key=f"k{n}",
                    kind="office",  # a letter that is not of one day only
                    recipient=recipient,
                    subject="Nhắc",
                    content=f"Message-ID: <{n}@x>\r\nSubject: t\r\n\r\nNội dung {n}\r\n".encode(),
                    message_id=f"<{n}@x>",
                    queued_at=AT,
                    next_at=AT,
                )
            )


def deliver(office: Office, settings: MailSettings, minutes: int = 0) -> outbox.Delivered:
    told = replace(office.settings, mail=settings)
    return outbox.deliver(office.database, for_settings(settings), told, clock=lambda: AT + timedelta(minutes=minutes))


def statuses(office: Office) -> dict[str, str]:
    with office.database.transaction() as session:
        return {m.recipient: m.status.value for m in session.exec(select(Message))}


def test_letters_arrive_over_few_kept_connections(office: Office, post: tuple[Post, MailSettings]) -> None:
    handler, settings = post
    waiting(office, *(f"a{n}@example.vn" for n in range(30)))
    done = deliver(office, settings)
    assert (done.sent, len(handler.accepted), handler.connections) == (30, 30, 3)
    assert "Nội dung 7".encode() in dict(handler.accepted)["a7@example.vn"]
    assert deliver(office, settings).sent == 0


def test_temporary_refusals_are_tried_again_with_growing_pauses(
    office: Office, post: tuple[Post, MailSettings]
) -> None:
    handler, settings = post
    waiting(office, "a@example.vn")
    handler.answers["a@example.vn"] = "450 greylisted"
    assert deliver(office, settings).later == 1
    assert deliver(office, settings, 4).later == 0, "not before five minutes"
    assert deliver(office, settings, 6).later == 1
    assert deliver(office, settings, 15).later == 0, "then ten minutes"
    handler.answers.clear()
    assert deliver(office, settings, 17).sent == 1
    with office.database.transaction() as session:
        assert [d.outcome for d in session.exec(select(Delivery).order_by(Delivery.id))] == ["later", "later", "sent"]  # type: ignore[arg-type]


def test_pauses_are_capped_and_hope_ends(office: Office, post: tuple[Post, MailSettings]) -> None:
    handler, settings = post
    waiting(office, "a@example.vn")
    handler.answers["a@example.vn"] = "451 later"
    short = replace(settings, retry_seconds=60, longest_retry_seconds=120, give_up_days=1)
    for minutes in (0, 2, 5, 8, 11):
        assert deliver(office, short, minutes).later == 1
    assert deliver(office, short, 24 * 60 + 1).failed == 1
    assert statuses(office) == {"a@example.vn": "failed"}


def test_permanent_refusals_stop_and_say_why(office: Office, post: tuple[Post, MailSettings]) -> None:
    handler, settings = post
    waiting(office, "bad@example.vn", "good@example.vn")
    handler.answers["bad@example.vn"] = "550 no such user"
    done = deliver(office, settings)
    assert (done.sent, done.failed) == (1, 1)
    assert "550" in done.problems[0]
    assert deliver(office, settings, 600).failed == 0


def test_a_refusal_after_the_text_keeps_the_connection_usable(office: Office, post: tuple[Post, MailSettings]) -> None:
    handler, settings = post
    waiting(office, *(f"a{n}@example.vn" for n in range(6)))
    handler.data_answers = ["451 busy", "552 too big"]
    done = deliver(office, replace(settings, connections=1))
    assert (done.sent, done.later, done.failed) == (4, 1, 1)


def test_an_absent_server_loses_nothing_and_is_asked_no_further(
    office: Office, post: tuple[Post, MailSettings]
) -> None:
    handler, settings = post
    waiting(office, *(f"a{n}@example.vn" for n in range(50)))
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        away = replace(settings, port=closed.getsockname()[1])
    done = deliver(office, away)
    assert done.sent == 0 and 0 < done.later <= settings.connections, "so many ask, nobody after them"
    assert Counter(statuses(office).values()) == {"queued": 50}
    deliver(office, settings, 10)
    assert Counter(recipient for recipient, _content in handler.accepted) == {f"a{n}@example.vn": 1 for n in range(50)}


def test_a_server_that_says_421_is_away(office: Office, post: tuple[Post, MailSettings]) -> None:
    handler, settings = post
    waiting(office, "a@example.vn")
    handler.answers["a@example.vn"] = "421 closing"
    assert deliver(office, settings).later == 1
    handler.answers.clear()
    assert deliver(office, settings, 6).sent == 1


def test_a_silent_server_costs_bounded_time(office: Office) -> None:
    waiting(office, "a@example.vn")
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        settings = MailSettings(
            transport="smtp", host="127.0.0.1", port=mute.getsockname()[1], timeout_seconds=1, connections=1
        )
        assert deliver(office, settings).later == 1
    assert statuses(office) == {"a@example.vn": "queued"}


def test_login_with_the_password_of_the_environment(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def check(server: SMTP, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        seen.append((data.login, data.password))
        return AuthResult(success=data.password == b"mat khau")

    handler = Post()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port, authenticator=check, auth_require_tls=False)
    controller.start()
    try:
        settings = MailSettings(
            transport="smtp", host="127.0.0.1", port=port, username="dondoc", timeout_seconds=5, connections=1
        )
        waiting(office, "a@example.vn")
        monkeypatch.setenv("DONDOC_SMTP_PASSWORD", "sai")
        assert deliver(office, settings).later == 1
        monkeypatch.setenv("DONDOC_SMTP_PASSWORD", "mat khau")
        assert deliver(office, settings, 6).sent == 1
    finally:
        controller.stop()
    assert seen[-1] == (b"dondoc", b"mat khau")


def test_a_claim_that_died_is_taken_back(office: Office, post: tuple[Post, MailSettings]) -> None:
    _handler, settings = post
    waiting(office, "a@example.vn")
    with office.database.transaction() as session:
        assert len(outbox.claim(session, office.settings, at=AT, done=outbox.Delivered(), limit=20)) == 1
    assert deliver(office, settings, 5).sent == 0, "somebody may still be sending it"
    assert deliver(office, settings, 11).sent == 1


def test_two_claims_never_hold_the_same_letter(office: Office) -> None:
    waiting(office, *(f"a{n}@example.vn" for n in range(30)))
    with office.database.transaction() as session:
        one = {letter.id for letter in outbox.claim(session, office.settings, at=AT, done=outbox.Delivered(), limit=20)}
    with office.database.transaction() as session:
        two = {letter.id for letter in outbox.claim(session, office.settings, at=AT, done=outbox.Delivered(), limit=20)}
    assert (len(one), len(two), one & two) == (20, 10, set())


def test_letters_in_a_folder_open_in_a_mail_program(tmp_path: Path) -> None:
    mailer = FolderMailer(tmp_path / "thu")
    letter = Letter(7, "a@example.vn", "<abc/../x@y>", b"Subject: =?utf-8?b?TmjhuqFj?=\r\n\r\nx\r\n")
    for _n in range(2):
        assert asyncio.run(mailer.send(letter)).fate is Fate.SENT
    files = list((tmp_path / "thu").iterdir())
    assert [f.name for f in files] == ["000007-abcx.eml"]
    assert email.message_from_bytes(files[0].read_bytes(), policy=email.policy.default)["Subject"] == "Nhạc"


def test_the_transport_follows_the_settings() -> None:
    assert isinstance(for_settings(MailSettings()), FolderMailer)
    assert isinstance(for_settings(MailSettings(transport="smtp")), SmtpMailer)
    assert Outcome(Fate.SENT).reply == ""
    assert MessageStatus.SENT == "sent"


def test_a_transport_that_fails_on_its_own_strands_nothing(office: Office, tmp_path: Path) -> None:
    waiting(office, "a@example.vn")
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    broken = MailSettings(folder=tmp_path / "file" / "thu")
    assert deliver(office, broken).later == 1
    assert statuses(office) == {"a@example.vn": "queued"}
    assert deliver(office, MailSettings(folder=tmp_path / "thu"), 6).sent == 1


def test_no_more_letters_a_minute_than_the_server_allows(office: Office, post: tuple[Post, MailSettings]) -> None:
    handler, settings = post
    waiting(office, *(f"a{n}@example.vn" for n in range(12)))
    slow = replace(settings, per_minute=5)
    assert deliver(office, slow).sent == 5
    assert deliver(office, slow).sent == 0, "the same minute, counted over every process"
    assert deliver(office, slow, 2).sent == 5
    assert deliver(office, slow, 4).sent == 2
    assert len(handler.accepted) == 12


def test_one_round_takes_no_longer_than_it_may(office: Office) -> None:
    class Slow(MemoryMailer):
        async def send(self, letter: Letter) -> Outcome:
            await asyncio.sleep(0.2)
            return await super().send(letter)

    waiting(office, *(f"a{n}@example.vn" for n in range(200)))
    told = replace(office.settings, mail=replace(office.settings.mail, connections=2, round_seconds=1))
    done = outbox.deliver(office.database, Slow(), told, clock=lambda: AT)
    assert 2 <= done.sent <= 12, "what is left goes with the next round"
    with office.database.transaction() as session:
        assert {m.attempts for m in session.exec(select(Message)) if m.status == "queued"} == {0}
    outbox.deliver(office.database, MemoryMailer(), office.settings, clock=lambda: AT)
    assert Counter(statuses(office).values()) == {"sent": 200}


def test_a_letter_that_may_have_arrived_is_counted(office: Office) -> None:
    class Lost(MemoryMailer):
        async def send(self, letter: Letter) -> Outcome:
            return Outcome(Fate.AWAY, "connection lost", doubtful=True)

    waiting(office, "a@example.vn")
    outbox.deliver(office.database, Lost(), office.settings, clock=lambda: AT)
    outbox.deliver(office.database, MemoryMailer(), office.settings, clock=lambda: AT + timedelta(minutes=6))
    with office.database.transaction() as session:
        (row,) = session.exec(select(Message))
        assert (row.status, row.doubts, row.attempts) == (MessageStatus.SENT, 1, 2)
