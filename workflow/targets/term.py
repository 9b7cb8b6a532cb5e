"""The time that a target or a sum of money is for: a period of the calendar, a span of years (2021-2025), or none that is said."""

from __future__ import annotations

import re
from datetime import date

from workflow.duties.period_key import period_key
from workflow.errors import BadInput
from workflow.i18n import _
from workflow.names import printable
from workflow.periods import first_day, last_day, show_period

_YEARS = re.compile(r"(?:(?:giai đoạn|giai doan|từ năm|period)\s+)?(\d{4})\s*(?:-|–|đến)\s*(\d{4})", re.IGNORECASE)
_SPAN = re.compile(r"(\d{4})-(\d{4})")


def term_key(text: str) -> str:
    """The key of a time as people type it: 2021-2025, “giai đoạn 2021-2025”, or a period; "" of none. Raises BadInput."""
    words = printable(text)
    found = _YEARS.fullmatch(words)
    if not found:
        return period_key(words) if words else ""
    first, last = int(found[1]), int(found[2])
    if not 1990 <= first < last <= 2100:
        raise BadInput("“{text}” is no span of years; write it like 2021-2025.", text=words)
    return f"{first}-{last}"


def ending(key: str) -> str:
    """The longest period of one year that ends where a day, or a span of months, does; "" where none ends there."""
    try:
        day = last_day(key.split("..")[1]) if ".." in key else date.fromisoformat(key)
    except ValueError:
        return ""
    parts = ("", "-H1", "-Q1", "-Q2", "-Q3", f"-{day.month:02}")
    return next((one for part in parts if last_day(one := f"{day.year}{part}") == day), "")


def term_days(key: str) -> tuple[date, date]:
    """The first and the last day of a time by its key."""
    span = _SPAN.fullmatch(key)
    return (date(int(span[1]), 1, 1), date(int(span[2]), 12, 31)) if span else (first_day(key), last_day(key))


def say_term(key: str) -> str:
    """A time by its key in the current language; "" where none is said."""
    span = _SPAN.fullmatch(key)
    return _("years {first}-{last}", first=span[1], last=span[2]) if span else show_period(key) if key else ""
