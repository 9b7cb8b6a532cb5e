"""Letters on their way to a mail server that fails in every way mail servers fail: none is lost, and copies are counted."""

from __future__ import annotations

import email
import email.policy
import shutil
import socket
import ssl
import subprocess
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from notifications import letters
from notifications.tick import Ticked
from tests import make
from tests.conftest import Office, need
from tests.crashing import DAY, MORNING, outbox, posting, sent, sound, undelivered, written
from tests.sink import Sink
from workflow.agency import add_focal_point
from workflow.message import Delivery, Message, MessageStatus

resolve = socket.getaddrinfo
SEPARATORS = ("\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f", "\x85", "\u2028", "\u2029")


def rest(office: Office, first: str = "08:05", every: int = 5) -> list[Ticked]:
    """Tick until nothing waits, within the working day."""
    moment, done = make.at(f"{DAY} {first}"), list[Ticked]()
    while moment < make.at(f"{DAY} 17:00"):
        done.append(sent(office, str(moment.replace(tzinfo=None))))
        if not statuses(office)["queued"]:
            break
        moment += timedelta(minutes=every)
    sound(office.database)
    return done


def statuses(office: Office) -> Counter[str]:
    return Counter(one.status.value for one in outbox(office.database).values())


def test_every_third_letter_refused_for_now_arrives_later(office: Office) -> None:
    office = written(office, 12)
    with Sink({"tempfail": 3}) as sink:
        done = rest(posting(office, sink))
        assert done[0].delivered.later == 4 and len(done) > 2
        assert undelivered(office.database, sink) == set()
        assert set(sink.copies().values()) == {1}


def test_pauses_grow_up_to_their_limit(office: Office) -> None:
    office = written(office, 1)
    with Sink({"tempfail": 1}) as sink:
        office = posting(office, sink)
        for _n in range(7):
            (letter,) = outbox(office.database).values()
            sent(office, f"{letter.next_at.astimezone(make.ZONE):%Y-%m-%d %H:%M:%S}")
    with office.database.transaction() as session:
        at = session.exec(select(Delivery.at).order_by(col(Delivery.id))).all()
    assert [(b - a).seconds for a, b in zip(at, at[1:], strict=False)] == [300, 600, 1200, 2400, 4000, 4000]


@pytest.mark.parametrize("fault", ["refused", "toobig"])
def test_a_letter_refused_for_good_stops_no_other_and_is_not_tried_again(office: Office, fault: str) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task(lead="Phòng số 1"), make.task("I.2", lead="Phòng số 2"))
        for name in ("an", "binh"):
            add_focal_point(session, make.agency(session, "Phòng số 1"), name, f"{name}@example.vn")
    with Sink() as sink:
        office = posting(office, sink)
        if fault == "refused":
            sink.refused.add("an@example.vn")
        else:
            sink.faults["toobig"] = 3
        done = sent(office, MORNING)
        assert (done.delivered.sent, done.delivered.failed, len(done.delivered.problems)) == (3, 1, 1)
        asked = sink.messages
        rest(office)
        assert sink.messages == asked, "what is refused for good is not tried again"
        (parked,) = (one for one in outbox(office.database).values() if one.status is MessageStatus.FAILED)
        assert parked.reason == {"refused": "550 no such user", "toobig": "552 message too big"}[fault]
        assert undelivered(office.database, sink) == {parked.message_id}
        assert set(sink.copies().values()) == {1}


def test_greylisted_readers_get_their_letter_on_a_later_try(office: Office) -> None:
    office = written(office, 12)
    with Sink({"grey": 1}) as sink:
        done = rest(posting(office, sink))
        assert [(one.delivered.later, one.delivered.sent) for one in done] == [(12, 0), (0, 12)]
        assert undelivered(office.database, sink) == set()
        assert set(sink.copies().values()) == {1}


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
def test_a_connection_lost_around_the_text_loses_nothing_and_is_counted(office: Office, fault: str) -> None:
    office = written(office, 12)
    with Sink({fault: 5}) as sink:
        rest(posting(office, sink))
        assert undelivered(office.database, sink) == set()
        twice = {one: copies for one, copies in sink.copies().items() if copies > 1}
        doubts = {number: one.doubts for number, one in outbox(office.database).items() if one.doubts}
        assert set(twice.values()) == ({2} if fault == "drop_after" else set())
        assert len(doubts) >= 2 and set(doubts.values()) == {1}
        assert fault == "drop_before" or set(doubts) == set(twice)
        assert len(set(sink.kept)) == 12, "a second copy is the same letter"


@pytest.mark.parametrize("trouble", ["closing", "greeting", "gone", "unknown", "certificate", "login"])
def test_a_server_that_is_away_costs_nothing_but_time(
    office: Office, trouble: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = written(office, 12)
    monkeypatch.setenv("DONDOC_SMTP_PASSWORD", "sai")
    monkeypatch.setattr(socket, "getaddrinfo", offline)
    tls = self_signed(tmp_path) if trouble == "certificate" else None
    with Sink(tls=tls, password="mật khẩu" if trouble == "login" else None) as sink, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        mended = posting(office, sink, longest_retry_seconds=900)
        change: dict[str, Any] = {
            "gone": {"port": closed.getsockname()[1]},
            "unknown": {"host": "mail.invalid"},
            "certificate": {"security": "starttls"},
            "login": {"username": "dondoc"},
        }.get(trouble, {})
        broken = replace(mended, settings=replace(mended.settings, mail=replace(mended.settings.mail, **change)))
        if not change:
            sink.faults[trouble] = 1
        for minute in range(5, 60, 5):
            asked = sink.connections
            done = sent(broken, f"{DAY} 08:{minute:02}").delivered
            assert (done.sent, done.failed, statuses(office)) == (0, 0, {"queued": 12})
            assert done.later <= 3 and len(done.problems) <= 1 and sink.connections <= asked + 3
        assert all(one.next_at <= make.at(f"{DAY} 09:10") for one in outbox(office.database).values())
        sink.faults.clear()
        monkeypatch.setenv("DONDOC_SMTP_PASSWORD", "mật khẩu")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        rest(broken if trouble in ("certificate", "login") else mended, "09:10")
        assert undelivered(office.database, sink) == set()
        assert set(sink.copies().values()) == {1}


def offline(host: str, *more: Any, **named: Any) -> Any:
    """What a resolver says that knows this machine only: the test asks nobody outside."""
    if host != "127.0.0.1":
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return resolve(host, *more, **named)


def self_signed(folder: Path) -> ssl.SSLContext:
    """A certificate for 127.0.0.1 that nobody knows; it lies in cert.pem."""
    need(shutil.which("openssl"), "openssl", "apt-get install openssl")
    new = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout key.pem -out cert.pem"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*new.split(), *names], cwd=folder, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@pytest.mark.parametrize("fault", ["hang", "slow"])
def test_a_server_that_hangs_or_crawls_costs_bounded_time_and_stops_no_other_letter(office: Office, fault: str) -> None:
    office = written(office, 12)
    with Sink({fault: 4}) as sink:
        office = posting(office, sink, timeout_seconds=1)
        begun = time.monotonic()
        done = sent(office, f"{DAY} 08:05").delivered
        assert time.monotonic() - begun < 7, "three letters, one after the other on one connection at worst"
        assert (done.sent, done.later, done.failed) == (9, 3, 0)
        rest(office, "08:10")
        assert undelivered(office.database, sink) == set()
        doubts = {number for number, one in outbox(office.database).items() if one.doubts}
        assert {one for one, copies in sink.copies().items() if copies > 1} == (doubts if fault == "hang" else set())
        assert max(sink.copies().values()) <= 2


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_round_ends_when_its_time_is_over(office: Office) -> None:
    """The claims of a round that goes on would be taken back by the next tick, and its letters sent twice."""
    office = written(office, 10)
    with Sink(delay=0.15) as sink:
        office = posting(office, sink, timeout_seconds=1, connections=1, round_seconds=1)
        begun = time.monotonic()
        done = sent(office, f"{DAY} 08:05").delivered
        assert time.monotonic() - begun < 1 + 3, "its time, and that of one letter"
        assert 0 < done.sent < 10 and statuses(office)["queued"] == 10 - done.sent
        sink.delay = 0
        rest(office, "08:10")
        assert (set(sink.copies().values()), len(sink.kept)) == ({1}, 10)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_letter_that_is_lost_after_its_text_each_time_is_given_up(office: Office) -> None:
    at = make.at(MORNING)
    words = letters.Words("Lẻ", "Kính gửi", "", [], (), "Văn phòng")
    with office.database.transaction() as session:
        session.add(Message(**letters.row(office.settings, "k", "a@example.vn", words, kind="office", at=at)))
    with Sink({"drop_after": 1}) as sink:
        office = posting(office, sink, retry_seconds=43_200, longest_retry_seconds=43_200, give_up_days=5)
        for half_day in range(20):
            sent(office, str((at + timedelta(hours=12 * half_day)).replace(tzinfo=None)))
    (letter,) = outbox(office.database).values()
    assert letter.status is MessageStatus.FAILED and letter.reason
    assert letter.doubts == len(sink.kept)


def test_line_breaks_of_every_kind_add_no_header_and_stop_no_letter(office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, *(make.task(f"I.{n}", lead=f"Phòng số {n}") for n in range(len(SEPARATORS))))
        for n, separator in enumerate(SEPARATORS):
            make.agency(session, f"Phòng số {n}").name = f"Phòng{separator}Bcc: x{n}@example.com"
            task = make.occurrence_task(session, f"KH27-I.{n}")
            task.text = f"Một{separator}Bcc: y@example.com{separator}{separator}Hai"
    with Sink() as sink:
        sent(posting(office, sink), MORNING)
        assert undelivered(office.database, sink) == set()
        assert len(sink.kept) == len(SEPARATORS)
        for one in sink.kept:
            message = email.message_from_bytes(one.content, policy=email.policy.default)
            assert message["Bcc"] is None and message["To"] == one.recipients[0] and len(one.recipients) == 1
            assert "Phòng Bcc: x" in message["Subject"] and not message.defects
        sound(office.database)


def test_a_letter_that_no_server_can_take_stops_no_other_and_reaches_nobody_else(office: Office) -> None:
    """Rows as a hand in the database may have left them, and an agency with a mailbox that is none."""
    office = written(office, 3)
    strange = ("ông@example.vn", "ps1@example.vn\nRCPT TO:<b@example.vn>", "ps1@example.vn\r\nx")
    words = letters.Words("Lẻ", "Kính gửi", "", [], (), "Văn phòng")
    with office.database.transaction() as session:
        make.enacted(session, make.task(lead="Phòng số 4"), number="28/KH-UBND")
        make.agency(session, "Phòng số 4").mailbox = "Đà Nẵng@example.vn"
        for n, reader in enumerate(strange):
            row = letters.row(office.settings, f"k{n}", "ps@example.vn", words, kind="office", at=make.at(MORNING))
            session.add(Message(**{**row, "recipient": reader}))
    with Sink() as sink:
        sent(posting(office, sink), MORNING)
        rest(posting(office, sink))
        parked = [one for one in outbox(office.database).values() if one.status is MessageStatus.FAILED]
        assert {one.recipient for one in parked} >= {"ông@example.vn", "Đà Nẵng@example.vn"}
        assert all(one.reason for one in parked)
        assert undelivered(office.database, sink) == {one.message_id for one in parked}
        assert {reader for one in sink.kept for reader in one.recipients} == {f"ps{n}@example.vn" for n in (1, 2, 3)}
        assert set(sink.copies().values()) == {1}


def test_lone_surrogates_in_the_words_of_a_letter_are_replaced(office: Office) -> None:
    words = letters.Words("Lẻ \ud800 loi", "Kính gửi \udfff", "\ud83d", [], ("\udc00",), "Văn phòng \ud800")
    with office.database.transaction() as session:
        row = letters.row(office.settings, "k", "a@example.vn", words, kind="office", at=make.at(MORNING))
        session.add(Message(**row))
    with Sink() as sink:
        sent(posting(office, sink), MORNING)
        (kept,) = sink.kept
    assert email.message_from_bytes(kept.content, policy=email.policy.default)["Subject"] == "Lẻ loi"
    sound(office.database)


def test_two_hundred_readers_of_one_agency_each_get_their_own_letter(office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task())
        for n in range(200):
            add_focal_point(session, make.agency(session, "Phòng Nội vụ"), f"Người {n}", f"a{n}@example.vn")
    readers = ["pnv@example.vn", *(f"a{n}@example.vn" for n in range(200))]
    with Sink() as sink:
        sent(posting(office, sink), MORNING)
        assert sorted(one.recipients for one in sink.kept) == sorted((reader,) for reader in readers)
        assert undelivered(office.database, sink) == set()
        sound(office.database)
