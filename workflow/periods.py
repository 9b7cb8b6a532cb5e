"""Spans of days and what they are called: weeks, months, quarters, half-years, years; how days and periods are written."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from workflow.i18n import N_, _

MSGID = "msgid:"
ROMAN = ("", "I", "II", "III", "IV")

# Keys of what has no period of the calendar, and of council sessions ("2026-mid_year").
ONGOING, UNTIMED, EVENT = "ongoing", "untimed", "event"
NAMED = {ONGOING: N_("ongoing"), UNTIMED: N_("no deadline"), EVENT: N_("counted from the event")}
SESSIONS = {
    "mid_year": N_("mid-year council session of {year}"),
    "year_end": N_("year-end council session of {year}"),
    "thematic": N_("thematic council session of {year}"),
    "next": N_("next council session"),
}


@dataclass(frozen=True)
class Reason:
    """Why something was understood so: a message key and its arguments, put into words by `str`.

    Days in the arguments are ISO text; one that begins with MSGID is itself a message key.
    """

    message: str
    args: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return say(self.message, dict(self.args))


def say(message: str, args: dict[str, Any]) -> str:
    """A stored message with its stored arguments in the current language."""
    return _(message, **{name: _told(str(value)) for name, value in args.items()})


def _told(value: str) -> str:
    return _(value.removeprefix(MSGID)) if value.startswith(MSGID) else show_days(value)


def reason(message: str, /, **args: object) -> Reason:
    """A reason with its arguments as text."""
    return Reason(message, tuple((name, str(value)) for name, value in args.items()))


@dataclass(frozen=True)
class Window:
    """One span in which the work is due: from `opens` (if stated) to `due`, both included.

    `key` names the period for ever ("2025-Q2", "2025-07", "2025", "2025-07-14") and is unique within a task, whatever becomes
    of its days. `doubtful` marks a day that rests on a calendar not announced yet or on days that were swapped.
    """

    due: date
    opens: date | None
    key: str
    reasons: tuple[Reason, ...] = ()
    doubtful: bool = False

    def told(self) -> Iterator[str]:
        """How its day was counted, in the current language, and that it is doubtful where it is."""
        yield from (str(one) for one in self.reasons)
        if self.doubtful:
            yield _(UNSETTLED)


UNSETTLED = N_("⚠ The count rests on swapped days, or on a year whose days off are not announced yet.")


def month_end(year: int, month: int) -> date:
    """Return the last day of a month; months past 12 run into the following years."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, calendar.monthrange(year, month)[1])


def add_months(day: date, months: int) -> date:
    """The same day so many months later or earlier; where that month is shorter, its last day (Civil Code 2015, Article 148)."""
    last = month_end(day.year, day.month + months)
    return last.replace(day=min(day.day, last.day))


def month_window(year: int, month: int) -> Window:
    """The window of one calendar month."""
    return span(date(year, month, 1), month_end(year, month))


def quarter_window(year: int, quarter: int) -> Window:
    """The window of one calendar quarter (1 to 4)."""
    return span(date(year, 3 * quarter - 2, 1), month_end(year, 3 * quarter))


def span(opens: date, ends: date) -> Window:
    """The window of whole months from `opens` to `ends`."""
    return Window(ends, opens, period_key(opens, ends))


def day_window(day: date, opens: date | None = None) -> Window:
    """The window of work due on one day."""
    return Window(day, opens, day.isoformat())


def last_day(key: str) -> date:
    """The last day of the period that a key of the calendar names; raises ValueError for any other text."""
    first = first_day(key)
    if "-W" in key:
        return first + timedelta(days=6)
    months = {"Q": 3, "H": 6}.get(key[5:6], 1) if "-" in key else 12
    return month_end(first.year, first.month + months - 1)


def first_day(key: str) -> date:
    """The first day of the period that a key of the calendar names; raises ValueError for any other text."""
    week = re.fullmatch(r"(\d{4})-W(\d\d)", key)
    if week:
        return date.fromisocalendar(int(week[1]), int(week[2]), 1)
    found = re.fullmatch(r"(\d{4})(?:-(?:Q([1-4])|H([12])|(0[1-9]|1[0-2])))?", key)
    if not found or not 1990 <= int(found[1]) <= 2100:
        raise ValueError(key)
    month = int(found[4]) if found[4] else 3 * int(found[2]) - 2 if found[2] else 6 * int(found[3] or 1) - 5
    return date(int(found[1]), month, 1)


def period_key(opens: date, ends: date) -> str:
    """Name a span of whole months: 2025, 2025-H1, 2025-Q2, 2025-07, or 2025-01..2025-09."""
    length = (ends.year - opens.year) * 12 + ends.month - opens.month + 1
    if length == 12 and opens.month == 1:
        return f"{opens.year}"
    if length == 6 and opens.month in (1, 7):
        return f"{opens.year}-H{1 if opens.month == 1 else 2}"
    if length == 3 and opens.month % 3 == 1:
        return f"{opens.year}-Q{opens.month // 3 + 1}"
    if length == 1:
        return f"{opens:%Y-%m}"
    return f"{opens:%Y-%m}..{ends:%Y-%m}"


def week_key(monday: date) -> str:
    """Name a calendar week by ISO 8601: 2025-W28."""
    year, week, _weekday = monday.isocalendar()
    return f"{year}-W{week:02}"


def monday_of(day: date) -> date:
    """The Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


def show_day(day: date) -> str:
    """Write a day the way offices do: 14/7/2025."""
    return f"{day.day:02}/{day.month}/{day.year}" if day.month > 2 else f"{day.day:02}/{day.month:02}/{day.year}"


def show_days(value: str) -> str:
    """Days in a text, one or several, as offices write them."""
    return re.sub(r"\b\d{4}-\d\d-\d\d\b", _day_shown, value)


def _day_shown(found: re.Match[str]) -> str:
    try:
        return show_day(date.fromisoformat(found[0]))
    except ValueError:
        return found[0]  # "2025-02-30" in the words of a document


def show_period(key: str) -> str:
    """Say a period key in the current language; "/2" marks a second duty of the same period."""
    key, _slash, number = key.partition("/")
    if number:
        return f"{show_period(key)} ({number})"
    year, _dash, part = key.partition("-")
    if key in NAMED:
        return _(NAMED[key])
    if not part:
        return _("year {year}", year=year)
    if part in SESSIONS:
        return _(SESSIONS[part], year=year)
    if part[0] == "Q":
        return _("quarter {quarter} of {year}", quarter=ROMAN[int(part[1])], year=year)
    if part[0] == "H":
        return _("first half of {year}", year=year) if part[1] == "1" else _("second half of {year}", year=year)
    if part[0] == "W":
        return _("week {week} of {year}", week=part[1:], year=year)
    if len(part) == 2:
        return _("month {month} of {year}", month=int(part), year=year)
    if ".." in part:
        first, last = (f"{int(month[5:7])}/{month[:4]}" for month in key.split(".."))
        return f"{first} – {last}"
    return show_day(date.fromisoformat(key))
