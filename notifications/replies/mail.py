"""A letter that came in, taken apart: who wrote, to which of our addresses, in what words, with which files, and whether a person did.

Source: RFC 3834 (automatic responses), RFC 3464 (delivery reports), RFC 3798 (read receipts), and what mail programs really send.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from functools import cached_property
from typing import Any

from notifications.replies import words
from notifications.wire import LOOP
from workflow.address import is_address

# What nobody's mail program writes: to take it apart would take for ever.
LONGEST_HEADER, LONGEST_HEADERS, MOST_PARTS, LONGEST_TEXT = 2_000, 200_000, 300, 300_000
_PART_HEADER = re.compile(rb"(?im)^content-[a-z-]+:[^\n]*(?:\n[ \t][^\n]*)*")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")
_TO = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-rcpt-to")
_VACATION = re.compile(
    r"(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|autoreply|out of (?:the )?office|vacation|abwesenheit"
    r"|(?:thư )?trả lời tự động|tự động trả lời|thông báo (?:vắng mặt|đi vắng)|vắng mặt)\b\s*(?::|-|–|$)",
    re.IGNORECASE,
)
_BULK = re.compile(r"\b(?:bulk|junk|list|auto[_-]?reply)\b", re.IGNORECASE)


@dataclass(frozen=True)
class File:
    """An attachment as it came."""

    name: str
    content: bytes


class Mail:
    """One letter by its bytes; raises ValueError for one that no mail program makes."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        _refuse_monsters(raw)
        self.parsed: EmailMessage = message_from_bytes(raw, policy=default)

    def header(self, name: str) -> str:
        """The text of a header; empty where it is missing or cannot be read."""
        try:
            return str(self.parsed[name] or "").strip()
        except Exception:  # a malformed header raises whatever its fault happens to hit
            return ""

    @cached_property
    def subject(self) -> str:
        return words.tidy(self.header("Subject"))[:500]

    @cached_property
    def message_id(self) -> str:
        """Its Message-ID, or nothing where that could not be written into an answer."""
        found = re.fullmatch(r"<[!-;=?-~]{3,200}>", self.header("Message-ID"))
        return found[0] if found else ""

    @cached_property
    def sender(self) -> str:
        """The one address that it says it comes from; empty for none, several, or one that is no plain address."""
        try:
            found = self.parsed.get_all("From", [])
            addresses = [address for _name, address in getaddresses([str(one) for one in found])]
        except Exception:  # what cannot be read is nobody's
            return ""
        return addresses[0] if len(found) == 1 and len(addresses) == 1 and is_address(addresses[0]) else ""

    @property
    def forged(self) -> bool:
        """Whether our own mail server, whose words stand on top, says that the sender is not who it says (RFC 8601, DMARC)."""
        said = self.parsed.get_all("Authentication-Results", [""])
        return re.search(r"\bdmarc\s*=\s*fail\b", str(said[0]), re.IGNORECASE) is not None

    @cached_property
    def addressed(self) -> list[str]:
        """Every address of ours that it may have come to."""
        texts = [str(text)[:50_000] for name, text in self.parsed.raw_items() if name.lower() in _TO]
        return list(dict.fromkeys(address for text in texts for address in _ADDRESS.findall(text)))

    @cached_property
    def report_type(self) -> str:
        """What kind of report it is (delivery-status, disposition-notification); empty where it is none."""
        if self.parsed.get_content_type() != "multipart/report":
            return ""
        return str(self.parsed.get_param("report-type", "") or "").lower()

    @property
    def from_nobody(self) -> bool:
        """Whether the delivering server says that it has no sender: what came back, or an automatic answer."""
        return self.header("Return-Path") == "<>"

    @cached_property
    def automatic(self) -> bool:
        """Whether no person wrote it: it is never acted on and never answered."""
        stated = self.header("Auto-Submitted").partition(";")[0].strip().lower()
        bulk = _BULK.search(self.header("Precedence"))
        marks = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "List-Id", "List-Unsubscribe", "Feedback-ID", LOOP)
        return bool(
            stated not in ("", "no")
            or bulk
            or self.from_nobody
            or any(self.parsed[name] is not None for name in marks)
            or self.report_type
            or _VACATION.match(re.sub(r"^(?:(?:re|fwd?|tl|trả lời|vb)\s*:\s*)+", "", self.subject, flags=re.IGNORECASE))
            or any(part.get_content_type() == "text/calendar" for part in self._parts() if not part.get_filename())
        )

    def _parts(self) -> Iterator[Any]:
        """Its own parts; what lies in a letter that is attached is that one's."""
        waiting: list[Any] = [self.parsed]
        while waiting:
            part = waiting.pop(0)
            yield part
            if part.is_multipart() and part.get_content_maintype() == "multipart":
                waiting = [*part.get_payload(), *waiting]

    @cached_property
    def text(self) -> str:
        """What it says in all, quotes included."""
        for kind, reader in (("plain", str), ("html", words.of_html)):
            part = self.parsed.get_body((kind,))
            found = reader(_decoded(part)[:LONGEST_TEXT]) if part else ""
            if found.strip("\n " + words.QUOTE):
                return found
        return ""

    @cached_property
    def own(self) -> str:
        """The sender's own words: what stands above the quote and the signature."""
        return words.own(self.text)

    @cached_property
    def files(self) -> list[File]:
        """The attachments; pictures that belong to the text or the signature, and the signature of the letter itself, are none."""
        return list(self._files())

    def _files(self) -> Iterator[File]:
        for part in self._parts():
            name, kind = part.get_filename(), part.get_content_type()
            if part.get_content_maintype() == "multipart":
                continue
            inline = part.get_content_maintype() == "image" and part["Content-ID"] is not None
            if (
                kind in ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
                or inline
            ):
                continue
            if name is None and part.get_content_disposition() != "attachment":
                continue
            if kind == "message/rfc822":
                inner = part.get_payload(0)
                yield File(name or "letter.eml", inner.as_bytes())
            else:
                yield File(str(name or "file"), _bytes(part))


def _refuse_monsters(raw: bytes) -> None:
    """Raise ValueError for what takes more time to read than anybody's letter: it waits for a person as it is."""
    head = re.split(rb"\r?\n\r?\n", raw[: LONGEST_HEADERS + 4], maxsplit=1)[0]
    short = re.sub(
        rb"(?im)^(?:to|cc|received|references|arc-[a-z-]+|dkim-signature|x-[a-z0-9-]+|authentication-results):[^\n]*(?:\n[ \t][^\n]*)*",
        b"",
        head,
    )
    longest = max((len(one) for one in re.split(rb"\r?\n(?![ \t])", short)), default=0)
    parts = [len(found[0]) for found in _PART_HEADER.finditer(raw)]
    if len(head) > LONGEST_HEADERS or longest > LONGEST_HEADER:
        raise ValueError("headers that are too long")
    if max(parts, default=0) > LONGEST_HEADER or len(parts) > 4 * MOST_PARTS or raw.count(b"boundary=") > 30:
        raise ValueError("more parts than a letter has")


def _bytes(part: Any) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _decoded(part: Any) -> str:
    """The text of a part in the charset that it names, or in one that fits."""
    content, named = _bytes(part), str(part.get_content_charset() or "utf-8")
    for charset in (named, "utf-8"):
        try:
            text = content.decode(charset)
            break
        except (LookupError, ValueError):
            text = content.decode("utf-8", "replace")
    if str(part.get_param("format", "")).lower() == "flowed":  # RFC 3676: a line that ends with a space goes on
        text = re.sub(r"(?m)(?<!^--) \r?\n(?!>)", " ", text)
    return text
