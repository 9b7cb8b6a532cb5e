"""Periods and days inside a text, with where they stand: "giai đoạn 2021-2025", "quý II/2025", "đến 30/9/2023", "6 tháng đầu năm"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_YEAR = r"(?:19|20)\d\d"
_TIME = re.compile(
    rf"""
    (?P<lead>(?:(?:vào|trước|từ|trong|đến|tới|hết|cuối|ngày|giai\ đoạn|thời\ kỳ|năm|cả)\s+){{0,4}})
    (?:
      (?P<from>{_YEAR})\s*(?:[-–—÷]|đến(?:\ hết)?(?:\ năm)?)\s*(?P<to>{_YEAR})(?!\d)
    | (?P<day>\d{{1,2}})\s?/\s?(?P<month>\d{{1,2}})\s?/\s?(?P<year>{_YEAR})(?!\d)
    | (?P<day2>\d{{1,2}})\s+tháng\s+(?P<month2>\d{{1,2}})\s+năm\s+(?P<year2>{_YEAR})(?!\d)
    | quý\s+(?P<quarter>IV|I{{1,3}}|[1-4])(?!\w)(?:\s*[/-]?\s*(?:năm\s+)?(?P<qyear>{_YEAR})(?!\d))?
    | (?:6|06|sáu)\s+tháng\s+(?P<half>đầu|cuối)\s+năm(?:\s+(?P<hyear>{_YEAR})(?!\d))?
    | (?:9|09|chín)\s+tháng(?:\s+đầu)?(?P<nine>\s+năm)(?:\s+(?P<nyear>{_YEAR})(?!\d))?
    | tháng\s+(?P<month3>\d{{1,2}})\s*(?:/|\s+năm\s+)\s*(?P<year3>{_YEAR})(?!\d)
    | (?P<alone>{_YEAR})(?![\d/]|[.,]\d|\s*%)
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Numbers of documents with their day, of articles, annexes and houses: figures of nothing.
_CITED = re.compile(
    r"(?:(?:[Ss]ố|SỐ) )?(?:\b\d[\w.]{0,12}(?:/\d{4})?/[A-ZĐ][\wĐ&,-]{0,30}|\b\d{1,5}-[A-ZĐ][\wĐ]{0,10}/[A-ZĐ]\w{0,10})"
    r"(?:,? (?:ngày|NGÀY) (?:\d{1,2}/\s?\d{1,2}/\s?\d{4}|\d{1,2} tháng \d{1,2} năm \d{4}))?"
    r"|(?<!\w)(?:(?<!tổng )[Ss]ố(?! \d+ (?:HTX|THT|LHHTX|người|hộ|xã))|[Đđ]iều|[Kk]hoản|[Mm]ục|[Pp]hụ lục|[Tt]iêu chí số|[Bb]iểu|[Bb]ảng|lần thứ|[Kk]hóa|[Cc]ấp độ|[Mm]ức độ)"
    r" \d{1,6}(?![\d%.,]|\s*(?:%|HTX|người|xã|hộ))|[Gg]iai đoạn [1-9](?!\d)"
)
_QUARTERS = {"I": 1, "II": 2, "III": 3, "IV": 4}


@dataclass(frozen=True)
class Time:
    """A period or day, where its words begin and end, and whether it says until when."""

    key: str
    start: int
    end: int
    until: bool = False


def times(text: str, year: str = "", *, bare: bool = False) -> list[Time]:
    """The periods and days of a text; `year` completes "quý II". `bare`: a year that stands alone is one, as in the head of a table."""
    found = []
    for one in _TIME.finditer(text):
        if one.start() and (text[one.start() - 1].isalnum() or text[one.start() - 1] in "/.,-"):
            continue
        if one["alone"] and not (bare or re.search(r"năm|đến|tới|kỳ", one["lead"], re.IGNORECASE)):
            continue
        key = _key(one, year)
        if key:
            found.append(
                Time(key, one.start(), one.end(), bool(re.search("đến|tới|trước|hết", one["lead"], re.IGNORECASE)))
            )
    return found


def _key(one: re.Match[str], year: str) -> str:
    """The key of a period, as the record names it; "" for days that are none and for a quarter of no known year."""
    if one["from"]:
        return f"{one['from']}-{one['to']}" if one["from"] != one["to"] else one["from"]
    for name in ("", "2"):
        if one[f"day{name}"]:
            try:
                return date(int(one[f"year{name}"]), int(one[f"month{name}"]), int(one[f"day{name}"])).isoformat()
            except ValueError:
                return ""
    if one["quarter"]:
        return _of(one["qyear"] or year, f"Q{_QUARTERS.get(one['quarter'].upper()) or one['quarter']}")
    if one["half"]:
        return _of(one["hyear"] or year, "H1" if one["half"].lower() == "đầu" else "H2")
    if one["nine"]:
        stated = one["nyear"] or year
        return f"{stated}-01..{stated}-09" if stated else ""
    if one["month3"]:
        return _of(one["year3"], f"{int(one['month3']):02}") if 1 <= int(one["month3"]) <= 12 else ""
    return one["alone"]


def _of(year: str, part: str) -> str:
    return f"{year}-{part}" if year else ""


def year_of(key: str) -> str:
    """The year in which a period ends; "" where there is none."""
    years = re.findall(_YEAR, key)
    return str(years[-1]) if years else ""


def without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with blanks in the place of spans, so that everything else stays where it stands."""
    letters = list(text)
    for start, end in spans:
        letters[start:end] = " " * (end - start)
    return "".join(letters)


def spoken(text: str, year: str = "") -> tuple[str, list[Time]]:
    """The text with blanks for its periods, days and numbers of documents; and those periods and days, but not what it compares with."""
    bare = without(text, [one.span() for one in _CITED.finditer(text)])
    when = times(bare, year)
    compared = re.compile(r"so với(?: cùng kỳ| thực hiện)?\s*$", re.IGNORECASE)
    said = [time for time in when if not compared.search(bare[max(0, time.start - 40) : time.start])]
    return without(bare, [(time.start, time.end) for time in when]), said
