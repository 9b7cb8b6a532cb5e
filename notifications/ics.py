"""Deadlines as a calendar file (RFC 5545): whole days, an identity that stays, a sequence that rises with each new deadline.

A day is a date without an hour or a zone, and its end is the day after, which the file does not include: so no calendar program
moves it. Tests read it back with the `icalendar` library.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from workflow.i18n import _


class Day(NamedTuple):
    """One deadline: `sequence` counts its changes."""

    occurrence_id: int
    due: date
    sequence: int
    title: str
    details: str


def calendar(days: Iterable[Day], *, domain: str, at: datetime, name: str = "", hours: int | None = None) -> str:
    """The file; with a `name` it is one that programs subscribe to and ask for anew after so many `hours`."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//dondoc//dondoc//VI", "CALSCALE:GREGORIAN"]
    if name:
        lines += [f"X-WR-CALNAME:{_text(name)}", f"NAME:{_text(name)}"]
    if hours:
        lines += [f"REFRESH-INTERVAL;VALUE=DURATION:PT{hours}H", f"X-PUBLISHED-TTL:PT{hours}H"]
    stamp = f"DTSTAMP:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    for day in days:
        lines += [
            "BEGIN:VEVENT",
            f"UID:occurrence-{day.occurrence_id}@{domain}",
            stamp,
            f"SEQUENCE:{day.sequence}",
            f"DTSTART;VALUE=DATE:{day.due:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day.due + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_text(day.title)}",
            f"DESCRIPTION:{_text(day.details)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(_folded(line) for line in lines)


def title(code: str, text: str, *, confidential: bool) -> str:
    """What the entry of a day is called: the code, and the words of the task where they may be seen."""
    return f"[{code}] " + (_("confidential") if confidential else text[:200])


_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")


def _text(text: str) -> str:
    kept = _CONTROL.sub(" ", text).replace("\\", "\\\\")
    return kept.replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """A line in pieces of at most 75 octets, cut between characters."""
    octets = line.encode()
    if len(octets) <= 75:
        return line + "\r\n"
    pieces, start, room = [], 0, 75
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:  # inside a character
            end -= 1
        pieces.append(octets[start:end].decode())
        start, room = end, 74
    pieces.append(octets[start:].decode())
    return "\r\n ".join(pieces) + "\r\n"
