"""The only caller of the system clock; everything below the edge is given the time as an argument."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)


def local_day(at: datetime, zone: str) -> date:
    """Return the civil day of an aware instant in `zone` (an IANA name)."""
    return at.astimezone(ZoneInfo(zone)).date()
