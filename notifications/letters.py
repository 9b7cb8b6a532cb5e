"""A letter as data, and as the text and the HTML page that it is sent as: one template for each, so that both say the same."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_string
from email.policy import SMTP
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from notifications import tags, wire
from notifications.signing import Keys
from workflow.address import is_address
from workflow.config import Settings
from workflow.i18n import _, language

TEMPLATES = Path(__file__).parent / "templates"
CALENDAR_KINDS = ("digest", "weekly", "office")  # come by the calendar, not for one act
RED, AMBER, BLUE, GREEN = "#b3261e", "#8a5300", "#134f8c", "#1e6b3a"


@dataclass(frozen=True)
class Entry:
    """One task in a letter: lines of words, and the link that reports it."""

    code: str
    title: str
    facts: tuple[str, ...] = ()
    due: str = ""
    notes: tuple[str, ...] = ()
    link: str = ""


@dataclass(frozen=True)
class Cell:
    """A figure or a name in a table, and the address that opens its list."""

    text: str
    link: str = ""


@dataclass(frozen=True)
class Table:
    """A small table; the first column names, the others count."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Section:
    """A titled part of a letter; `more` says what was left out and where it stands."""

    title: str
    colour: str = BLUE
    entries: Sequence[Entry] = ()
    lines: tuple[str, ...] = ()
    table: Table | None = None
    more: str = ""


@dataclass(frozen=True)
class Words:
    """What a letter says, in the language that was spoken when it was made."""

    subject: str
    greeting: str
    intro: str
    sections: list[Section]
    closing: tuple[str, ...]
    office: str
    language: str = field(default_factory=language)
    button: str = field(default_factory=lambda: _("Report on this task"))
    automatic: str = field(default_factory=lambda: _("This letter was sent automatically."))


@lru_cache
def _template(name: str, *, escape: bool) -> Template:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return made.get_template(name)


def render(words: Words) -> tuple[str, str, str]:
    """Return subject, text and HTML of a letter."""
    text = _template("letter.txt.j2", escape=False).render(letter=words)
    html = _template("letter.html.j2", escape=True).render(letter=words)
    return wire.one_line(words.subject), text.strip() + "\n", html


def row(
    settings: Settings,
    key: str,
    recipient: str,
    words: Words,
    *,
    kind: str,
    at: datetime,
    references: Sequence[str] = (),
    calendar: str = "",
    keys: Keys | None = None,
    answers: str = "",
    file: tuple[str, str] = ("", ""),
) -> dict[str, Any]:
    """A letter for the outbox; its Message-ID follows from what it is for and stays the same however often it is sent.

    With `keys` it can be answered: the address for that is signed. Raises ValueError for a reader that is not one plain address.
    """
    if not is_address(recipient):
        raise ValueError(f"{recipient!r} is not an address")
    subject, text, html = render(words)
    blank = _blank(settings, key, recipient, kind=kind, at=at)
    number = blank["message_id"]
    reply_to = tags.tagged(keys, settings, tags.REPLY, number) if keys else ""
    told = (recipient, subject, text, html, number, at, settings.time_zone, tuple(references), calendar)
    sender, answer_to = wire.sender(settings.mail.sender), settings.office.mailbox
    mail = wire.Mail(*told, reply_to=reply_to, answers=answers, file=file)
    content = wire.content(sender, mail, bulk=kind in CALENDAR_KINDS, answer_to=answer_to)
    return {**blank, "subject": subject, "content": content}


def parked(settings: Settings, key: str, recipient: str, reason: str, *, kind: str, at: datetime) -> dict[str, Any]:
    """The row of a letter that could not be made: it waits for a person, with its reason."""
    return {**_blank(settings, key, recipient, kind=kind, at=at), "status": "failed", "reason": reason[:500]}


def _blank(settings: Settings, key: str, recipient: str, *, kind: str, at: datetime) -> dict[str, Any]:
    domain = wire.sender(settings.mail.sender).domain
    return {
        "key": key,
        "kind": kind,
        "recipient": recipient,
        "subject": "",
        "message_id": f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>",
        "content": b"",
        "status": "queued",
        "queued_at": at,
        "next_at": at,
        "attempts": 0,
        "doubts": 0,
        "reason": None,
    }


def moment(settings: Settings, at: datetime) -> str:
    """An instant as letters say it, in the zone of the office."""
    return f"{at.astimezone(ZoneInfo(settings.time_zone)):%d/%m/%Y %H:%M}"


def masked(content: str) -> str:
    """A letter for the eyes of the office: links, codes and its signed address, which act for whoever has them, are blacked out."""
    letter = message_from_string(content, policy=SMTP)
    if letter["Reply-To"]:
        letter.replace_header("Reply-To", re.sub(r"\+[^@]*@", "+…@", str(letter["Reply-To"])))
    for part in letter.walk():
        if part.get_content_maintype() == "text" and not part.get_filename():
            words = re.sub(r"/v/[\w.~-]+", "/v/…", part.get_content())
            words = re.sub(r"(?<![\d.])\d{3} \d{3}(?![\d.])", "… …", words)  # the code of a link
            part.set_content(words, subtype=part.get_content_subtype(), cte="8bit")
    return letter.as_bytes(policy=SMTP.clone(cte_type="8bit")).decode("utf-8", "replace").replace("\r\n", "\n")
