"""The bytes of a letter, as they go over the wire, from a form prepared once for each sender.

The standard library's `EmailMessage` says the same fifty times slower; tests read every letter back with it. Text first, HTML
second, both in base64, so that no line of a body means anything to a mail server (RFC 5321, 5322, 2045, 2047); the headers of
automatic mail follow RFC 3834 and RFC 2919.
"""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from workflow.address import named_address

LOOP = "X-Dondoc-Loop"
PLACE = b"=_file_="  # where the content of a file comes; no line of base64 says so
_BREAKS = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")


class Sender(NamedTuple):
    """Who sends: the header as it is written, the bare address, its domain."""

    header: str
    address: str
    domain: str


class Mail(NamedTuple):
    """One letter: what differs from letter to letter.

    `references` are Message-IDs; `calendar` is an .ics file or empty; `reply_to` an address; `answers` the Message-ID of the letter
    that this one answers, if it answers one; `file` the name (plain ASCII) and media type of a file whose content comes with `filled`.
    """

    recipient: str
    subject: str
    text: str
    html: str
    message_id: str
    at: datetime
    zone: str
    references: tuple[str, ...] = ()
    calendar: str = ""
    reply_to: str = ""
    answers: str = ""
    file: tuple[str, str] = ("", "")


@lru_cache
def sender(setting: str) -> Sender:
    """The sender of `mail.sender`."""
    name, address = named_address(one_line(setting))
    domain = address.rpartition("@")[2] or "localhost"
    shown = f"{_words(name, len('From: '), _NAME)}\r\n <{address}>" if name else address
    return Sender(shown, address, domain)


def content(sender_: Sender, mail: Mail, *, bulk: bool, answer_to: str = "") -> bytes:
    """The whole letter; `bulk` marks what comes by the calendar and not for one act (RFC 3834, RFC 2076)."""
    # What both sides of a boundary can hold is base64, which has no "=_": it ends nothing before its time.
    boundary = f"=_i{mail.message_id.strip('<>').partition('@')[0]}"
    headers = [
        f"From: {sender_.header}",
        f"To: {one_line(mail.recipient)}",
        f"Subject: {_words(one_line(mail.subject), len('Subject: '))}",
        f"Date: {format_datetime(mail.at.astimezone(ZoneInfo(mail.zone)))}",
        f"Message-ID: {mail.message_id}",
    ]
    if mail.references:
        headers.append("References: " + "\r\n ".join(mail.references))
    if mail.reply_to:
        headers.append(f"Reply-To: {mail.reply_to}")
    if mail.answers:
        headers.append(f"In-Reply-To: {mail.answers}")
    headers.append(f"Auto-Submitted: {'auto-replied' if mail.answers else 'auto-generated'}")
    headers += _automatic(sender_, answer_to, bulk=bulk)
    headers += ["MIME-Version: 1.0"]
    alternative = _alternative(boundary, mail.text, mail.html)
    parts = [alternative]
    if mail.calendar:
        parts.append(_part('text/calendar; charset="utf-8"', "han-nhiem-vu.ics", _base64(mail.calendar)))
    if mail.file[0]:
        parts.append(_part(mail.file[1], mail.file[0], PLACE + b"\r\n"))
    if len(parts) == 1:
        return ("\r\n".join(headers) + "\r\n").encode() + alternative
    outer = boundary.replace("=_i", "=_o", 1)
    begin = f"--{outer}\r\n".encode()
    head = ("\r\n".join(headers) + f'\r\nContent-Type: multipart/mixed; boundary="{outer}"\r\n\r\n').encode()
    return head + begin + (b"\r\n" + begin).join(parts) + f"--{outer}--\r\n".encode()


def _part(kind: str, name: str, coded: bytes) -> bytes:
    """A file as a part of a letter."""
    return (
        f'Content-Type: {kind}; name="{name}"\r\nContent-Disposition: attachment; filename="{name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    ).encode() + coded


def filled(content_: bytes, file: bytes) -> bytes:
    """A letter with the content of its file in the place that was left for it."""
    coded = b64encode(file)
    lines = b"\r\n".join(coded[n : n + 76] for n in range(0, len(coded), 76))
    return content_.replace(PLACE, lines, 1)


@lru_cache
def _automatic(sender_: Sender, answer_to: str, *, bulk: bool) -> list[str]:
    lines = [
        "X-Auto-Response-Suppress: All",
        f"{LOOP}: {sender_.domain}",
        f"List-Id: <dondoc.{sender_.domain}>",
    ]
    if bulk:
        ask = quote("Đề nghị thay đổi số lần nhắc việc")
        lines += ["Precedence: bulk", f"List-Unsubscribe: <mailto:{answer_to or sender_.address}?subject={ask}>"]
    return lines


def _alternative(boundary: str, text: str, html: str) -> bytes:
    inner = boundary.encode()
    return b"".join(
        (
            b'Content-Type: multipart/alternative; boundary="' + inner + b'"\r\n\r\n--' + inner + b"\r\n",
            b'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n',
            _base64(text),
            b"--" + inner + b"\r\n",
            b'Content-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n',
            _base64(html),
            b"--" + inner + b"--\r\n",
        )
    )


def _base64(text: str) -> bytes:
    canonical = _LINE_END.sub("\r\n", text)  # RFC 2045, section 6.8
    coded = b64encode(canonical.encode("utf-8", "replace"))
    return b"".join(coded[n : n + 76] + b"\r\n" for n in range(0, len(coded), 76))


_LINE_END = re.compile("\r\n|\r|\n")
_PLAIN = re.compile(r"[A-Za-z0-9 ,.:;!()/_+-]*")
_NAME = re.compile(r"[A-Za-z0-9 ]*")  # commas and dots would end a name


def _words(text: str, used: int, plain: re.Pattern[str] = _PLAIN) -> str:
    """A header's text: as it is where it is short and plain, else encoded words of at most 75 characters (RFC 2047)."""
    if len(text) + used <= 76 and plain.fullmatch(text):
        return text
    lines, start, size, room = [], 0, 0, (74 - used - 12) // 4 * 3
    for place, character in enumerate(text):
        wide = len(character.encode())
        if size + wide > room:
            lines.append(text[start:place])
            start, size, room = place, 0, 45
        size += wide
    lines.append(text[start:])
    return "\r\n ".join(f"=?utf-8?b?{b64encode(line.encode()).decode()}?=" for line in lines)


def one_line(text: str) -> str:
    """Fold every character that any mail program takes for a line break, so that no header can be added through a title."""
    return " ".join(_BREAKS.sub(" ", text).split())
