"""Delivery reports: what a server says later of a letter that it had taken.

Source: RFC 3464 (the report), RFC 3463 (its codes). A full mailbox is empty again tomorrow, so that 5.2.2 counts as temporary.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_string
from typing import Any

from notifications.replies.mail import Mail

HARD, SOFT, UNCLEAR = "hard", "soft", "unclear"
_FULL = "5.2.2"


@dataclass(frozen=True)
class Bounce:
    """What became of a letter: `kind` is hard, soft or unclear; `words` the server's own."""

    kind: str
    status: str = ""
    recipient: str = ""
    words: str = ""


def bounce(mail: Mail) -> Bounce | None:
    """What a report says failed or waits; None where it says that all is well, or that it is no report.

    Of a report in words only, which has no sender, it is unclear what it means.
    """
    if mail.report_type == "delivery-status":
        told = [one for fields in _fields(mail) if (one := _told(fields))]
        return next((one for one in told if one.kind == HARD), told[0] if told else None)
    if mail.from_nobody and not mail.report_type and not mail.header("Auto-Submitted"):
        found = re.search(r"(?m)^.*\b[45]\d\d\b.*$", mail.text)
        return Bounce(UNCLEAR, words=found[0].strip()[:300] if found else mail.subject)
    return None


def _told(fields: Any) -> Bounce | None:
    action, status = _field(fields, "Action").lower(), _field(fields, "Status").partition(" ")[0]
    if action not in ("failed", "delayed"):
        return None
    permanent = action == "failed" and status.startswith("5") and status != _FULL
    recipient = _address(_field(fields, "Original-Recipient")) or _address(_field(fields, "Final-Recipient"))
    said = _field(fields, "Diagnostic-Code").partition(";")[2].strip() or action
    return Bounce(HARD if permanent else SOFT, status, recipient, f"{status} {' '.join(said.split())}"[:500])


def _fields(mail: Mail) -> list[Any]:
    """The groups of fields of a report, one for each recipient; the first, about the report itself, has no recipient."""
    found: list[Any] = []
    for part in mail.parsed.iter_parts() if mail.report_type == "delivery-status" else ():
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            groups: Any = part.get_payload()
            if (
                isinstance(groups, list) and len(groups) == 1
            ):  # RFC 6533 names a kind of part that the parser does not split
                groups = [message_from_string(one) for one in re.split(r"\n[ \t]*\n", groups[0].as_string())]
            found += [one for one in groups if one["Action"]] if isinstance(groups, list) else []
    return found


def _field(fields: Any, name: str) -> str:
    return str(fields[name] or "").strip()


def _address(field: str) -> str:
    """The address of "rfc822; name@host"."""
    return field.partition(";")[2].strip().strip("<>").lower()
