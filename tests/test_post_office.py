"""The mail office of the tests does what the tests believe it does."""

from __future__ import annotations

import contextlib
import imaplib
import smtplib
import ssl
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from tests import post_office as mail
from tests.conftest import need
from tests.post_office import PostOffice, mailbox

post_office = mail.post_office

LETTER = "From: {0}\r\nTo: {1}\r\nSubject: Nhắc việc\r\nMessage-ID: <1@test>\r\n\r\nKính gửi\r\n.\r\n"


def send(post: PostOffice, sender: str, *recipients: str) -> bytes:
    text = LETTER.format(sender, recipients[0]).encode()
    with smtplib.SMTP("127.0.0.1", post.smtp_port, timeout=10) as smtp:
        smtp.sendmail(sender, recipients, text)
    return text


def report(raw: bytes) -> tuple[EmailMessage, list[dict[str, str]], bytes]:
    """A report, what it says of each recipient, and the headers that it gives back."""
    message = message_from_bytes(raw, policy=policy.default)
    assert (
        message.get_content_type() == "multipart/report"
        and message["Content-Type"].params["report-type"] == "delivery-status"
    )
    words, status, returned = message.iter_parts()
    assert words.get_content_type() == "text/plain" and returned.get_content_type() == "text/rfc822-headers"
    _of_message, *of_recipients = status.iter_parts()
    return message, [dict(one.items()) for one in of_recipients], returned.get_payload(decode=True)


def test_a_letter_to_a_tag_reaches_its_account_under_an_envelope(post_office: PostOffice) -> None:
    text = send(post_office, "so@tinh.example", "DonDoc+abc.7=x@langson.example", "so@tinh.example")
    (got,) = post_office.inbox("dondoc")
    assert got.startswith(
        b"Return-Path: <so@tinh.example>\r\nDelivered-To: DonDoc+abc.7=x@langson.example\r\nReceived: from "
    )
    assert got.endswith(b"\r\n" + text)
    assert post_office.outside == [("so@tinh.example", text)]
    assert post_office.inbox("phongnoivu") == []


def test_letters_keep_their_order_and_reading_them_changes_nothing(post_office: PostOffice) -> None:
    for number in range(5):
        send(post_office, f"n{number}@tinh.example", "dondoc@langson.example")
    post_office.put("dondoc", b"Subject: put\r\n\r\nby hand\r\n", flags=r"(\Seen)")
    got = post_office.inbox("dondoc")
    assert [one.split(b"@")[0] for one in got[:5]] == [f"Return-Path: <n{number}".encode() for number in range(5)]
    assert got == post_office.inbox("dondoc") and got[5] == b"Subject: put\r\n\r\nby hand\r\n"
    assert post_office.flags("dondoc") == [set()] * 5 + [{r"\Seen"}]


def test_an_unknown_name_comes_back_to_the_envelope_sender(post_office: PostOffice) -> None:
    send(
        post_office,
        "dondoc+b7@langson.example",
        "lac@langson.example",
        "ma@langson.example",
        "phongnoivu@langson.example",
    )
    (raw,) = post_office.inbox("dondoc")
    assert raw.startswith(b"Return-Path: <>\r\nDelivered-To: dondoc+b7@langson.example\r\n")
    message, recipients, returned = report(raw)
    assert message["Auto-Submitted"] == "auto-replied" and message["To"] == "dondoc+b7@langson.example"
    assert [(one["Final-Recipient"], one["Action"], one["Status"]) for one in recipients] == [
        ("rfc822; lac@langson.example", "failed", "5.1.1"),
        ("rfc822; ma@langson.example", "failed", "5.1.1"),
    ]
    assert "Message-ID: <1@test>" in returned.decode() and "Nhắc việc" in returned.decode()
    assert "Kính gửi" not in raw.decode()
    assert len(post_office.inbox("phongnoivu")) == 1


def test_full_and_slow_addresses_are_reported_and_a_null_sender_hears_nothing(post_office: PostOffice) -> None:
    post_office.full.add("phongnoivu@langson.example")
    post_office.slow.add("so@tinh.example")
    send(post_office, "dondoc@langson.example", "phongnoivu+1@langson.example", "so@tinh.example")
    send(post_office, "", "ma@langson.example")
    send(post_office, "khac@tinh.example", "ma@langson.example")
    told = [report(raw) for raw in post_office.inbox("dondoc")]
    assert [(one["Action"], one["Status"]) for _message, (one,), _returned in told] == [
        ("failed", "5.2.2"),
        ("delayed", "4.4.1"),
    ]
    assert "Will-Retry-Until" in told[1][1][0]
    assert post_office.inbox("phongnoivu") == [] == post_office.outside


def test_over_tls_the_certificate_holds_for_localhost_and_a_wrong_password_does_not(post_office: PostOffice) -> None:
    trust = ssl.create_default_context(cafile=str(post_office.certificate))
    trust.verify_flags |= ssl.VERIFY_X509_STRICT
    for host in ("localhost", "127.0.0.1"):
        with imaplib.IMAP4_SSL(host, post_office.imaps_port, ssl_context=trust, timeout=10) as imap:
            imap.login("dondoc@langson.example", post_office.password)
    with (
        pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"),
        imaplib.IMAP4("localhost", post_office.imap_port) as imap,
    ):
        imap.login("dondoc@langson.example", "wrong")
    with pytest.raises(ssl.SSLCertVerificationError):
        imaplib.IMAP4_SSL("localhost", post_office.imaps_port, ssl_context=ssl.create_default_context(), timeout=10)


def test_imap_goes_away_and_comes_back_with_what_was_sent_meanwhile(post_office: PostOffice) -> None:
    with contextlib.suppress(imaplib.IMAP4.abort, OSError), post_office.session("dondoc") as imap:
        imap.select()
        post_office.stop_imap()
        with pytest.raises((imaplib.IMAP4.abort, OSError)):
            imap.noop()
    with pytest.raises(ConnectionRefusedError):
        post_office.inbox("dondoc")
    send(post_office, "so@tinh.example", "dondoc@langson.example")
    post_office.start_imap()
    assert len(post_office.inbox("dondoc")) == 1


def test_folders_are_found_by_their_vietnamese_names(post_office: PostOffice) -> None:
    with post_office.session("dondoc") as imap:
        imap.create(mailbox('Đã "đọc" & xong'))
        imap.append(mailbox('Đã "đọc" & xong'), "", "", b"Subject: x\r\n\r\n")
    assert post_office.folder("dondoc", 'Đã "đọc" & xong') == [b"Subject: x\r\n\r\n"]
    with pytest.raises(AssertionError, match="no folder"):
        post_office.folder("dondoc", "Missing")


def test_two_offices_at_once_know_nothing_of_each_other_and_leave_nothing() -> None:
    need(mail.dovecot(), "dovecot 2.3", "apt-get install dovecot-imapd")
    with PostOffice("a.example", ("an",)) as one, PostOffice("b.example", ("binh",)) as other:
        send(one, "an@a.example", "binh@b.example")
        assert (
            len({one.imap_port, one.imaps_port, one.smtp_port, other.imap_port, other.imaps_port, other.smtp_port}) == 6
        )
        assert len(one.outside) == 1 and other.inbox("binh") == []
    assert not one.home.exists() and not other.home.exists()
