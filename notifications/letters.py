"""The words of letters: one template for each language and part, rendered into the bytes that are sent."""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime
from email import message_from_string
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from workflow.config import Settings
from workflow.message import Message
from workflow.periods import show_day, show_period

TEMPLATES = Path(__file__).parent / "templates"


@lru_cache
def _environment(*, html: bool) -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(day=show_day, period=show_period)
    return made


def render(language: str, name: str, context: dict[str, Any]) -> tuple[str, str, str]:
    """Return subject, text and HTML of a letter."""
    subject = _environment(html=False).get_template(f"{language}/{name}.subject.j2").render(context)
    text = _environment(html=False).get_template(f"{language}/{name}.txt.j2").render(context)
    html = _environment(html=True).get_template(f"{language}/{name}.html.j2").render(context)
    return one_line(subject), text.strip() + "\n", html


def compose(
    settings: Settings, recipient: str, subject: str, text: str, html: str, *, message_id: str, at: datetime
) -> bytes:
    """Return the letter as it goes over the wire: text first, HTML second, and the headers of automatic mail (RFC 3834)."""
    message = EmailMessage(policy=SMTP.clone(max_line_length=200))
    name, address = parseaddr(settings.mail.sender)
    user, _at, domain = address.partition("@")
    message["From"] = Address(one_line(name), user, domain)
    message["To"] = recipient
    message["Subject"] = one_line(subject)
    message["Date"] = format_datetime(at.astimezone(ZoneInfo(settings.time_zone)))
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["X-Dondoc-Loop"] = domain
    message["List-Id"] = f"<dondoc.{domain}>"
    message.set_content(text, cte="base64")
    message.add_alternative(html, subtype="html", cte="base64")
    return message.as_bytes()


def message(
    settings: Settings, key: str, recipient: str, subject: str, text: str, html: str, *, at: datetime
) -> Message:
    """A letter for the outbox; its Message-ID follows from what it is for and stays the same however often it is sent."""
    domain = settings.mail.sender.rpartition("@")[2].strip("> ") or "localhost"
    message_id = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"
    content = compose(settings, recipient, subject, text, html, message_id=message_id, at=at)
    return Message(
        key=key, recipient=recipient, subject=subject, message_id=message_id, queued_at=at, next_at=at, content=content
    )


def masked(content: str) -> str:
    """A letter for the eyes of the office: the links in it, which act for whoever has them, are blacked out."""
    letter = message_from_string(content, policy=SMTP)
    for part in letter.walk():
        if part.get_content_maintype() == "text":
            words = re.sub(r"/v/[\w.~-]+", "/v/…", part.get_content())
            part.set_content(words, subtype=part.get_content_subtype(), cte="8bit")
    return letter.as_bytes(policy=SMTP.clone(cte_type="8bit")).decode("utf-8", "replace").replace("\r\n", "\n")


def one_line(text: str) -> str:
    """Fold every character that any mail program takes for a line break, so that no header can be added through a title."""
    return " ".join(re.sub("[\x00-\x1f\x7f\x85\u2028\u2029]", " ", text).split())


def days_between(today: date, due: date) -> int:
    """Calendar days left until the due day; negative once it has passed."""
    return (due - today).days
