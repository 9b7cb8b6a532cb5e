"""The bytes of a letter and of a calendar file, read back with the standard parser and with icalendar."""

from __future__ import annotations

import email
import email.policy
import re
import time
from datetime import date, timedelta
from email.message import EmailMessage
from email.utils import getaddresses

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications import ics, wire
from tests import make

AT = make.at("2025-09-30 08:00")
SENDER = wire.sender("Đôn đốc nhiệm vụ <dondoc@example.vn>")
OURS = {
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "X-Dondoc-Loop"),
    *("List-Id", "Precedence", "List-Unsubscribe", "MIME-Version", "Content-Type"),
}
WORDS = st.text(st.characters(codec="utf-8"), max_size=200)
NASTY = ("\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f", "\x85", "\u2028", "\u2029", "\r\n")


def mail(**change: object) -> wire.Mail:
    made = wire.Mail("a@example.vn", "Nhắc việc", "Chữ\n", "<p>Chữ</p>", "<abc@example.vn>", AT, "Asia/Ho_Chi_Minh")
    return made._replace(**change)  # type: ignore[arg-type]


def parsed(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)  # type: ignore[return-value]


def body(read: EmailMessage, kind: str) -> str:
    return read.get_body((kind,)).get_payload(decode=True).decode()  # type: ignore[union-attr,no-any-return]


def canonical(text: str) -> str:
    """Text as it must lie in a letter: every line ends with CRLF (RFC 2045, section 6.8)."""
    return re.sub("\r\n|\r|\n", "\r\n", text)


@settings(max_examples=400, deadline=None)
@given(WORDS, WORDS, WORDS, st.booleans())
def test_what_is_written_is_what_the_standard_parser_reads(subject: str, text: str, html: str, calendar: bool) -> None:
    sent = mail(subject=subject, text=text, html=html, calendar="BEGIN:VCALENDAR\r\n" if calendar else "")
    content = wire.content(SENDER, sent, bulk=True)
    read = parsed(content)
    assert read["Subject"] == wire.one_line(subject)
    assert body(read, "plain") == canonical(text) and body(read, "html") == canonical(html)
    assert set(read.keys()) == OURS
    assert [part.get_content_type() for part in read.iter_attachments()] == ["text/calendar"] * calendar
    assert not read.defects and all(not part.defects for part in read.walk())
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 998 and b"\n" not in b"".join(lines) and b"\r" not in b"".join(lines)
    assert all(len(line) <= 78 for line in lines if b"=?utf-8?b?" in line)
    content.decode("ascii")


@given(st.text(max_size=60), st.sampled_from(NASTY), st.text(max_size=60))
def test_no_line_break_adds_a_header(before: str, breaker: str, after: str) -> None:
    for header in (
        f"{before}{breaker}Bcc: x@evil.example{breaker}{after}",
        f"=?utf-8?q?=0D=0ABcc:_x?={breaker}{after}",
    ):
        read = parsed(wire.content(SENDER, mail(subject=header, recipient=f"a@example.vn{breaker}Bcc: x"), bulk=True))
        assert set(read.keys()) == OURS
        assert read["Bcc"] is None


@pytest.mark.parametrize(
    "name", ["Đôn đốc", "Sở Tài chính, phòng 2", "A.B.C", "Plain name", 'Ngoặc "kép"', "a@b.vn", ""]
)
def test_the_sender_is_one_address_with_its_name(name: str) -> None:
    written = wire.sender(
        f"{email.utils.quote(name) and chr(34) + email.utils.quote(name) + chr(34)} <dondoc@example.vn>"
    )
    read = parsed(wire.content(written, mail(), bulk=False))
    assert [address for _name, address in getaddresses([str(read["From"])])] == ["dondoc@example.vn"]
    assert read["From"].addresses[0].display_name == name


def test_automatic_mail_says_so_and_only_what_comes_by_the_calendar_is_bulk() -> None:
    bulk, single = (parsed(wire.content(SENDER, mail(), bulk=b, answer_to="vp@example.vn")) for b in (True, False))
    for read in (bulk, single):
        assert read["Auto-Submitted"] == "auto-generated"
        assert read["X-Auto-Response-Suppress"] == "All"
        assert read["X-Dondoc-Loop"] == "example.vn"
        assert read["List-Id"] == "<dondoc.example.vn>"
    assert bulk["Precedence"] == "bulk" and "vp@example.vn" in bulk["List-Unsubscribe"]
    assert single["Precedence"] is None and single["List-Unsubscribe"] is None


def test_references_name_the_first_letters() -> None:
    read = parsed(wire.content(SENDER, mail(references=("<1@x.vn>", "<2@x.vn>")), bulk=True))
    assert read["References"].split() == ["<1@x.vn>", "<2@x.vn>"]


def test_a_body_cannot_end_the_letter() -> None:
    text = "\n.\n\r\n.\r\nMAIL FROM:<x>\n" + "dài " * 5000
    content = wire.content(SENDER, mail(text=text, html=text), bulk=True)
    assert b"\r\n.\r\n" not in content
    assert body(parsed(content), "plain") == canonical(text)


def test_the_form_is_made_at_least_twenty_times_as_fast_as_with_the_standard_library() -> None:
    text, html = "Kính gửi: Sở Tài chính\n" * 20, "<p>Kính gửi: Sở Tài chính</p>" * 20

    def ours() -> None:
        wire.content(SENDER, mail(text=text, html=html), bulk=True)

    def standard() -> None:
        message = EmailMessage(policy=email.policy.SMTP)
        message["From"], message["To"], message["Subject"] = "dondoc@example.vn", "a@example.vn", "Nhắc việc"
        message["Message-ID"], message["Date"] = "<abc@example.vn>", "Tue, 30 Sep 2025 08:00:00 +0700"
        message.set_content(text)
        message.add_alternative(html, subtype="html")
        message.as_bytes()

    def seconds(work: object, times: int) -> float:
        begun = time.process_time()
        for _n in range(times):
            work()  # type: ignore[operator]
        return (time.process_time() - begun) / times

    ratio = max(seconds(standard, 20) / seconds(ours, 300) for _n in range(3))
    assert ratio >= 20, ratio


DAYS = st.builds(
    ics.Day,
    st.integers(1, 10**6),
    st.dates(date(2000, 1, 1), date(2100, 12, 30)),
    st.integers(0, 50),
    st.text(max_size=120),
    st.text(max_size=200),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(DAYS, max_size=4, unique_by=lambda day: day.occurrence_id), st.text(max_size=60))
def test_a_calendar_reads_back_with_icalendar(days: list[ics.Day], name: str) -> None:
    file = ics.calendar(days, domain="example.vn", at=AT, name=name, hours=6)
    assert all(len(line.encode()) <= 75 for line in file.split("\r\n"))
    read = icalendar.Calendar.from_ical(file)
    events = list(read.walk("VEVENT"))
    assert len(events) == len(days)
    for event, day in zip(events, days, strict=True):
        assert event["UID"] == f"occurrence-{day.occurrence_id}@example.vn"
        assert int(event["SEQUENCE"]) == day.sequence
        assert event["DTSTART"].params["VALUE"] == "DATE"
        assert event.decoded("DTSTART") == day.due
        assert event.decoded("DTEND") == day.due + timedelta(days=1), "the end is not included"
        assert str(event["SUMMARY"]).split() == ics._CONTROL.sub(" ", day.title).split()
