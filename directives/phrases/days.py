"""Fixed days and spans: what a phrase says of days, weeks of ten, months, quarters, half-years and years."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from directives.phrases.phrase import Phrase, search
from workflow.i18n import N_
from workflow.periods import (
    Reason,
    Window,
    day_window,
    monday_of,
    month_end,
    month_window,
    quarter_window,
    reason,
    span,
)

ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
QUARTER = r"(?:iv|i{1,3}|0?[1-4])(?![\w/]*/\d{1,2}\b)(?!\w)"
_EACH_QUARTER = re.compile(r"iv|i{1,3}|0?[1-4]")
_FIVE_DIGITS = re.compile(r"\s*/?\d{5,}")
YEAR = r"(?:\s*/{0,2}\s*(?:nam\s+)?(20\d\d)(?!\d))"
_SEP = r"\s*(?:,|;|va|&|-|–|den|/)\s*"

DATE = re.compile(
    r"(?:\bngay\s+)?(?<![\d/.])(?<!thang )(?<!tuan )(?<!thu )(?<!quy )(?<!dot )(?<!lan )(?<!khoa )(?<!ky )(?<!vong )(?<!muc )(?<!mau )(?<!dieu )(?<!khoan )"
    r"(\d{1,2})\s*(?:/{1,2}|\.|-|\s+thang\s+)\s*(\d{1,2})"
    r"(?:\s*(?:/{1,2}|\.|-|,?\s+(?:cua\s+)?nam\s+)\s*(\d{4,5}|\d\d(?!\d)))?(?![\d/]|\.\d)"
)


@dataclass(frozen=True)
class Found:
    """What one piece of the text states: its windows and why, or nothing where there is no such day."""

    windows: tuple[Window, ...]
    reasons: tuple[Reason, ...] = ()
    unsure: bool = False


@dataclass(frozen=True)
class Piece:
    """A place of the text that states days; `found` is None where there is no such day."""

    start: int
    end: int
    found: Found | None


def pieces(phrase: Phrase) -> Iterator[Piece]:
    """Every piece of the text that states days, with its place; the longer forms come first and take their text."""
    for gate, pattern, make in FORMS:
        if gate and gate not in phrase.rest:
            continue
        for found in list(pattern.finditer(phrase.rest)):
            if "~" in found[0]:
                continue
            nonsense = _FIVE_DIGITS.match(phrase.rest, found.end())  # "Quý II/20226"
            made = None if nonsense else make(phrase, found)
            phrase.take(found)
            yield Piece(found.start(), found.end(), made)


def a_day(phrase: Phrase, day: str, month: str, year: str | None) -> date | None:
    """The day that is written, in the plan's year where none is; None where there is none such."""
    try:
        stated = int(year) + (2000 if len(year) == 2 else 0) if year else phrase.year
        found = date(stated, int(month), int(day))
    except ValueError:
        return None
    return found if 1990 <= found.year <= 2100 else None


def _one_day(phrase: Phrase, found: re.Match[str]) -> Found | None:
    day = a_day(phrase, found[1], found[2], found[3])
    if not day:
        return None
    said = () if found[3] else (_year_of_plan(day.year),)
    if phrase.is_before(found.start()):
        due = day - timedelta(days=1)
        why = reason(N_("“trước ngày” {day} ends on the day before: {due}."), day=day, due=due)
        return Found((day_window(due),), (why, *said))
    return Found((day_window(day),), (_due(day), *said))


def _due(day: date) -> Reason:
    return reason(N_("Due on {due}, that day included."), due=day)


def _year_of_plan(year: int) -> Reason:
    return reason(N_("The year {year} comes from the plan."), year=year)


def _iso(phrase: Phrase, found: re.Match[str]) -> Found | None:
    """A spreadsheet's date; one on the first of a month was a month before the spreadsheet "corrected" it."""
    day = a_day(phrase, found[3], found[2], found[1])
    if not day:
        return None
    if day.day > 1:
        return Found((day_window(day),), (_due(day),))
    window = month_window(day.year, day.month)
    why = reason(N_("A spreadsheet turned a month into its first day; due on {due}."), due=window.due)
    return Found((window,), (why,), unsure=True)


def _from_to(first: date | None, last: date | None) -> Found | None:
    if not first or not last or last < first:
        return None
    return Found((day_window(last, first),), (reason(N_("From {opens} to {due}."), opens=first, due=last),))


def _days(phrase: Phrase, found: re.Match[str]) -> Found | None:
    return _from_to(a_day(phrase, found[1], found[3], found[4]), a_day(phrase, found[2], found[3], found[4]))


def _range(phrase: Phrase, found: re.Match[str]) -> Found | None:
    """Such as "01/5 – 30/6/2025"; without a year of its own the first day may lie in the year before ("từ 15/12 đến 15/01/2026")."""
    year = found[6] or found[3]
    last = a_day(phrase, found[4], found[5], year)
    first = a_day(phrase, found[1], found[2], found[3] or year)
    if first and last and last < first and not found[3]:
        before = a_day(phrase, found[1], found[2], str(last.year - 1))
        first = before if before and (last - before).days < 184 else first
    return _from_to(first, last)


def quarters_in(text: str) -> list[int]:
    """The numbers of the quarters that a list names; a dash or "đến" fills what lies between."""
    numbers = [ROMAN[q] if q in ROMAN else int(q) for q in _EACH_QUARTER.findall(text)]
    if search(r"den|[-–]", text) and len(numbers) == 2 and numbers[0] < numbers[1]:
        return list(range(numbers[0], numbers[1] + 1))
    return numbers


def _quarters(phrase: Phrase, found: re.Match[str]) -> Found | None:
    """Quarters that follow each other are one span of work ("Quý III, IV"); others stand for themselves ("Quý II và IV")."""
    numbers, year = quarters_in(found[1]), int(found[2] or phrase.year)
    if numbers != sorted(numbers):  # "Quý IV và Quý I năm 2026": of which years?
        made = _spans(phrase, found.start(), [quarter_window(year, q) for q in numbers], found[2])
        return replace(made, unsure=True)
    if len(numbers) in (2, 3) and all(b == a + 1 for a, b in pairwise(numbers)):
        whole = span(date(year, 3 * numbers[0] - 2, 1), month_end(year, 3 * numbers[-1]))
        return _spans(phrase, found.start(), [whole], found[2])
    return _spans(phrase, found.start(), [quarter_window(year, q) for q in numbers], found[2])


def _months(phrase: Phrase, found: re.Match[str]) -> Found | None:
    """Months that follow each other or are joined by a dash are one span of work; others stand for themselves."""
    numbers = [int(m) for m in re.findall(r"\d{1,2}", found[1])]
    if any(not 1 <= m <= 12 for m in numbers):
        return None
    year, before = int(found[2] or phrase.year), phrase.text[: found.start()]
    part = search(
        r"\b(\d{1,2} ngay dau|\d{1,2} ngay cuoi|nua dau|nua cuoi|dau|giua|thuong tuan|trung tuan|ha tuan)\s+(?:cua\s+)?$",
        before,
    )
    if part and len(numbers) == 1:
        return _part_of_month(year, numbers[0], part[1])
    spanned = search(r"den|[-–]", found[1]) or all(b == a + 1 for a, b in pairwise(numbers))
    windows = [month_window(year, m) for m in numbers]
    if len(numbers) > 1 and spanned and numbers[0] < numbers[-1]:
        windows = [span(date(year, numbers[0], 1), month_end(year, numbers[-1]))]
    made = _spans(phrase, found.start(), windows, found[2])
    a_week = search(r"\btuan\s+(?:thu\s+)?\w+(?:\s+(?:tien|cung))?\s+(?:cua\s+)?$", before)
    return replace(made, unsure=True) if a_week else made


def _part_of_month(year: int, month: int, part: str) -> Found | None:
    """The beginning of a month is its first day, the middle its 15th (Civil Code 2005, Article 151): a person looks at them.

    "Thượng tuần", "trung tuần" and "hạ tuần" are its first, second and last ten days.
    """
    last = month_end(year, month).day
    if part[0].isdigit():
        count = min(int(part.split(maxsplit=1)[0]), last)
        return _from_to(
            *(date(year, month, d) for d in ((1, count) if part.endswith("dau") else (last - count + 1, last)))
        )
    if " " in part:
        halves = {"nua dau": (1, 15), "nua cuoi": (16, last)}
        opens, ends = {"thuong tuan": (1, 10), "trung tuan": (11, 20), "ha tuan": (21, last), **halves}[part]
        return _from_to(date(year, month, opens), date(year, month, ends))
    day = date(year, month, 1 if part == "dau" else 15)
    why = reason(N_("The beginning of a month is its 1st, the middle its 15th: {due}."), due=day)
    return Found((day_window(day),), (why,), unsure=True)


def _day_of_months(phrase: Phrase, found: re.Match[str]) -> Found | None:
    """Such as "ngày 10 các tháng 3, 6, 9, 12"."""
    days = [a_day(phrase, found[1], month, found[3]) for month in re.findall(r"\d{1,2}", found[2])]
    known = [day for day in days if day]
    if len(known) < len(days):
        return None
    dues = [day - timedelta(days=phrase.is_before(found.start())) for day in known]
    said = () if found[3] else (_year_of_plan(phrase.year),)
    return Found(tuple(day_window(due) for due in dues), (*(_due(due) for due in dues), *said))


def _month_year(phrase: Phrase, found: re.Match[str]) -> Found | None:
    if not 1 <= int(found[1]) <= 12:
        return None
    return _spans(phrase, found.start(), [month_window(int(found[2]), int(found[1]))], found[2])


def _now(phrase: Phrase, found: re.Match[str]) -> Found:
    """The week, month, quarter or year of the day of issue ("trong tháng này"); which day ends the week a person says."""
    day = phrase.issued
    if found[1] == "tuan":
        friday = monday_of(day) + timedelta(days=4)
        return Found((day_window(friday),), (_due(friday),), unsure=True)
    window = {
        "thang": month_window(day.year, day.month),
        "quy": quarter_window(day.year, (day.month + 2) // 3),
        "nam": span(date(day.year, 1, 1), date(day.year, 12, 31)),
    }[found[1]]
    return _spans(phrase, found.start(), [window], "stated")


def _next_year(phrase: Phrase, found: re.Match[str]) -> Found | None:
    """Such as "Quý I năm sau", "hết năm tới": the year after that of the issue."""
    year = phrase.issued.year + 1
    if not found[2]:
        windows = [span(date(year, 1, 1), date(year, 12, 31))]
    elif found[1] == "quy":
        windows = [quarter_window(year, quarters_in(found[2])[0])]
    elif found[1] == "thang" and found[2].isdigit() and 1 <= int(found[2]) <= 12:
        windows = [month_window(year, int(found[2]))]
    else:
        return None
    return _spans(phrase, found.start(), windows, str(year))


def _day_next_year(phrase: Phrase, found: re.Match[str]) -> Found | None:
    day = a_day(phrase, found[1], found[2], str(phrase.issued.year + 1))
    if not day:
        return None
    due = day - timedelta(days=phrase.is_before(found.start()))
    return Found((day_window(due),), (_due(due),))


def _half(phrase: Phrase, found: re.Match[str]) -> Found:
    year, first = int(found[2] or phrase.year), 1 if found[1] == "dau" else 7
    return _spans(phrase, found.start(), [span(date(year, first, 1), month_end(year, first + 5))], found[2])


def _first_months(phrase: Phrase, found: re.Match[str]) -> Found | None:
    """Such as "9 tháng đầu năm", "03 tháng cuối năm"."""
    count, year = int(found[1]), int(found[3] or phrase.year)
    if not 1 <= count <= 11:
        return None
    first = 1 if found[2] != "cuoi" else 13 - count
    return _spans(phrase, found.start(), [span(date(year, first, 1), month_end(year, first + count - 1))], found[3])


def _year(phrase: Phrase, found: re.Match[str]) -> Found:
    year = int(found[1] or phrase.year)
    return _spans(phrase, found.start(), [span(date(year, 1, 1), date(year, 12, 31))], found[1])


def _spans(phrase: Phrase, start: int, windows: list[Window], stated_year: str | None) -> Found:
    """Windows of whole months: due on their last day, or before their first where "trước" says so."""
    said = () if stated_year else (_year_of_plan(phrase.year),)
    opens = windows[0].opens
    if opens and phrase.is_before(start) and not search(r"\bhet\s+$", phrase.text[:start]):
        due = opens - timedelta(days=1)
        why = reason(N_("“trước” a period ends on the day before it begins: {due}."), due=due)
        return Found((day_window(due),), (why, *said))
    dues = ", ".join(w.due.isoformat() for w in windows)
    return Found(tuple(windows), (reason(N_("Within the period; due on its last day: {due}."), due=dues), *said))


# Gate (a text that must occur), pattern, maker; the longer forms first.
FORMS: tuple[tuple[str, re.Pattern[str], Callable[[Phrase, re.Match[str]], Found | None]], ...] = (
    (
        "nam",
        re.compile(
            r"\b(?:ngay\s+)?(\d{1,2})(?:/|\s+thang\s+)(\d{1,2})\s*(?:cua\s+)?nam (?:sau|toi|tiep theo|ke tiep)\b"
        ),
        _day_next_year,
    ),
    (
        "nam",
        re.compile(
            r"\b(thang|quy|ca|het|cuoi|trong)?\s*(\d{1,2}|iv|i{1,3})?\s*(?:cua\s+)?nam (?:sau|toi|tiep theo|ke tiep)\b"
        ),
        _next_year,
    ),
    ("-", re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[ t]\d\d:\d\d(?::\d\d)?)?\b"), _iso),
    (
        "",
        re.compile(
            r"(?:\bngay\s+)?(?<![\d/.])(\d{1,2})\s*[/.]\s*(\d{1,2})(?:\s*[/.]\s*(\d{4}))?\s*(?:[-–]|\bden(?:\s+het)?(?:\s+ngay)?)\s*"
            r"(\d{1,2})\s*[/.]\s*(\d{1,2})(?:\s*[/.]\s*(\d{4}))?(?![\d/])"
        ),
        _range,
    ),
    (
        "",
        re.compile(
            r"(?:\bngay\s+)?(?<![\d/])(\d{1,2})\s*(?:[-–]|\bden(?:\s+het)?(?:\s+ngay)?)\s*(\d{1,2})\s*(?:/|\.|\s+thang\s+)\s*(\d{1,2})(?:(?:\s*[/.]\s*|\s+nam\s+)(\d{4}))?(?!\d)"
        ),
        _days,
    ),
    (
        "cac thang",
        re.compile(
            rf"\b(?:ngay\s+)?(\d{{1,2}})\s+(?:cua\s+)?cac thang\s+(\d{{1,2}}(?:\s*(?:,|;|va)\s*\d{{1,2}}(?!\d))*){YEAR}?"
        ),
        _day_of_months,
    ),
    ("", DATE, _one_day),
    ("quy", re.compile(rf"\bquy\s+({QUARTER}(?:{_SEP}(?:quy\s+)?{QUARTER})*){YEAR}?"), _quarters),
    (
        "quy",
        re.compile(r"\bquy\s+(?:v|vi{1,3}|ix|x|0|0?[5-9]|\d\d)\b(?!\s*[/.]\s*\d{1,2}\b(?!\d))"),
        lambda _phrase, _found: None,
    ),
    ("6 thang", re.compile(rf"\b0?6 thang\s+(dau|cuoi)(?:\s+cua)?(?:\s+nam)?{YEAR}?"), _half),
    ("thang", re.compile(rf"\b(\d{{1,2}}) thang\s+(dau|cuoi)\s+(?:cua\s+)?nam{YEAR}?"), _first_months),
    ("9 thang", re.compile(rf"\b0?(9) thang(?:\s+(dau))?(?:\s+nam)?{YEAR}?(?!\s*/)"), _first_months),
    (
        "thang",
        re.compile(
            rf"\bthang\s+(\d{{1,2}}(?!\d)(?:(?:\s*(?:,|;|va|-|–|den)\s*)(?:thang\s+)?\d{{1,2}}(?!\d|/\d{{1,2}}(?!\d)))*){YEAR}?"
        ),
        _months,
    ),
    ("/", re.compile(r"(?<![\d/.])(\d{1,2})\s*/{1,2}\s*(20\d\d)(?!\d)"), _month_year),
    ("nay", re.compile(r"\b(tuan|thang|quy|nam) nay\b"), _now),
    ("nam", re.compile(rf"\b(?:ca|het|cuoi|trong)\s+nam(?!\s+(?:hoc|tiep|sau)){YEAR}?"), _year),
    ("nam", re.compile(r"\bnam\s+(20\d\d)(?!\d)(?!\s*[-–]\s*\d)"), _year),
    ("20", re.compile(r"^(?:den|het|trong|truoc)?\s*(20\d\d)\.?$"), _year),
)
