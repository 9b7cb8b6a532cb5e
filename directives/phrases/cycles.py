"""Recurring duties: how often, and on which day of each period."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from directives.phrases.beside import fixed
from directives.phrases.days import DATE, QUARTER, a_day, quarters_in
from directives.phrases.phrase import COUNT, WEEKDAY, WEEKDAYS, Phrase, number, search
from workflow.i18n import N_
from workflow.rules import Rule
from workflow.timing import Kind, Timing

_EACH = r"(?:hang|moi)\s+"
_OPEN = r"(?:cua\s+)?(?:hang\s+|moi\s+)?"
_PERIOD = r"(thang|quy|6 thang|nam)"
_NTH = r"(dau|cuoi|giua|thu\s+(?:nhat|hai|ba|[123]))(?:\s+(?:tien|cung))?"
_NEXT = r"(?:sau|tiep\s+theo|ke\s+tiep|lien\s+ke|lien\s+sau)"
_UNIT = r"(?:0?[36] thang|nua\s+nam|0?9 thang|tuan|thang(?!\s+\d)|quy(?!\s+(?:iv|i{1,3}|[1-4]|dinh|che|trinh|hoach|mo|dat)\b)|nam(?!\s+(?:20|hoc)))(?!\w)"
_LISTED = rf"{_UNIT}(?:\s*(?:,|;|va|/|-|hoac|\+)\s*(?:dinh\s+ky\s+)?(?:{_EACH})?{_UNIT})"
_UNITS = re.compile(
    rf"\b(?:dinh\s+ky\s+(?:{_EACH}|theo\s+)?|{_EACH}|(?:trong\s+)?(?:cuoi|het)\s+{_EACH}){_LISTED}*"
    rf"|^(?:(?:bao\s+cao|dinh\s+ky|so\s+ket|tong\s+ket|theo)\s+)*{_LISTED}+$"
    r"|^bao\s+cao\s+(?:thang|quy|6 thang|nam)$|\bhop\s+thang\b"
)
_EVERY_YEAR = re.compile(r"\b(?:hang|moi|dinh ky|thuong ky|bao cao nam|tong ket nam)\b")
_EVERY_MONTH = re.compile(r"\b(?:hang|moi|dinh ky|thuong ky|bao cao|so lieu|thang truoc)\b")
LENGTHS = {"thang": 1, "quy": 3, "nua nam": 6, "nam": 12, "6 thang": 6, "3 thang": 3, "9 thang": 9}
_ORDINALS = {"dau": 1, "nhat": 1, "1": 1, "hai": 2, "giua": 2, "2": 2, "ba": 3, "3": 3, "cuoi": 0, "4": 4, "tu": 4}
_WEEKDAY = rf"{WEEKDAY}\b"
_ONE_WEEKDAY = re.compile(r"(?:^|\b(?:ngay|chieu|sang|toi|vao|truoc|nhat)\s+)thu\s")  # and not "đại hội lần thứ 5"
_FREE_DAY = re.compile(r"\bngay\s+(\d{1,2})(?!\s*[/.\-]|\d|\s+(?:thang|lam)\b)")

# The words of which one must occur in every recurring phrase.
_HINTS = re.compile(
    r"\b(?:hang|moi|dinh ky|thuong ky|lan|thu (?:[2-7]|hai|ba|tu|nam|sau|bay)|tuan|dau thang|cuoi thang|ngay lam viec|ke tiep|tiep theo)\b"
    r"|(?:thang|ngay) (?:dau|cuoi|sau)|nam sau|so ket|bao cao|\b(?:quy|thang|nam)\s*(?:,|;|va\b|$)"
)


def recurring(phrase: Phrase) -> Timing | None:
    """The recurrence that a phrase states; None where it states none."""
    if not _HINTS.search(phrase.text):
        return None
    rules: list[Rule] = []
    unsure = False
    for gate, form, make in FORMS:
        for piece in list(form.finditer(phrase.rest)) if gate in phrase.rest else ():
            made = make(phrase, piece)
            if made is None:
                continue
            if not made:
                return phrase.asks(N_("There is no such day."))
            phrase.take(piece)
            rules += made
            # "ngày 05 tháng sau" by itself may be one day, or one of every month.
            once = make is _in_month and piece[2] and not _EVERY_MONTH.search(phrase.text)
            unsure = unsure or make in DOUBTFUL or bool(once)
    counted = _counted(phrase)
    if isinstance(counted, Timing):
        return counted
    if counted and all(rule.months != counted.months for rule in rules):
        rules += _with_day(phrase, counted, 0, len(phrase.text))
    timing = _with_units(phrase, rules, unsure)
    if timing is None or not timing.rules:
        return timing
    return _limited(phrase, timing)


def _with_units(phrase: Phrase, rules: list[Rule], unsure: bool) -> Timing | None:
    """The rules with a stated day, and one for each period that is named without a day of its own."""
    spoken = list(_UNITS.finditer(phrase.rest))
    bare = list(dict.fromkeys(unit for found in spoken for unit in _units(found[0])))
    for found in spoken:
        phrase.take(found)
    alone = (
        phrase.names_weekday()
        and search(_WEEKDAY, phrase.rest)
        and _ONE_WEEKDAY.search(phrase.rest)
        and not bare
        and not rules
        and not search(r"\d\s*[/.]\s*\d|\bthang\b", phrase.text)
    )
    if "tuan" in bare or alone:
        rules = [*rules, Rule(weeks=1, day=_weekday(phrase))]
        # "trước thứ Sáu" may mean that day or the one before; with an hour of the day it is plain.
        unsure = unsure or bool(search(r"\btruoc\s+(?:ngay\s+)?thu\b", phrase.text))
    have = {rule.months for rule in rules if not rule.only} | ({12, 3} if any(rule.only for rule in rules) else set())
    for place, found in enumerate(spoken):
        units = _units(found[0])
        start = 0 if place == 0 and len(spoken) == 1 else found.end()
        end = spoken[place + 1].start() if place + 1 < len(spoken) else len(phrase.text)
        for unit in units:
            months = LENGTHS.get(unit, 0)
            if not months or months in have:
                continue
            have.add(months)
            # "6 tháng, năm" are the half-year's report and the year's, which covers the second half.
            only = (1,) if months == 9 or (months == 6 and "nam" in bare) else ()
            rule = Rule(months=months, only=only)
            rules = [*rules, *(_with_day(phrase, rule, start, end) if unit == units[-1] else [rule])]
    if not rules:
        return None
    late = phrase.has(r"\b(?:dau|giua)\s+(?:hang|moi)\s+(?:thang|quy|nam)\b")
    timing = phrase.means(Kind.RECURRING, rules=tuple(dict.fromkeys(rules)), needs_person=unsure or bool(late))
    return replace(timing, reasons=tuple(dict.fromkeys(one for rule in timing.rules for one in rule.said())))


def _units(text: str) -> list[str]:
    """The periods of a list such as "hang thang, quy, 6 thang va nam"."""
    return [unit.lstrip("0") for unit in re.findall(_UNIT, text)]


def _with_day(phrase: Phrase, rule: Rule, start: int, end: int) -> list[Rule]:
    """The rule with the day that stands free beside its period: "hằng năm (trước 20/12)", "hàng tháng, ngày 25"."""
    if rule.months >= 6:
        days = [
            day
            for day in DATE.finditer(phrase.rest, start, end)
            if not day[3] and a_day(phrase, day[1], day[2], "2024")
        ]
        for day in days:
            phrase.take(day)
        if len(days) != 1:
            return [_yearly(phrase, day, several=True) for day in days] or [rule]
        one = _yearly(phrase, days[0], several=False)
        return [replace(one, months=rule.months, only=(1,) if rule.months < 12 else ())]
    free = _FREE_DAY.search(phrase.rest, start, end)
    if rule.months == 1 and free and 1 <= int(free[1]) <= 31:
        phrase.take(free)
        return [replace(rule, day=int(free[1]), before=phrase.is_before(free.start()))]
    return [rule]


def _weekday(phrase: Phrase) -> int:
    """The day of the week that the rest of a phrase names (1 Monday), taken from it; 0 where it names none."""
    found = search(_WEEKDAY, phrase.rest) if phrase.names_weekday() else None
    if not found:
        return 0
    phrase.take(found)
    return WEEKDAYS[found[1]]


def _counted(phrase: Phrase) -> Rule | Timing | None:
    """Such as "02 lần/năm", "mỗi tháng một lần", "03 tháng/lần", "định kỳ 6 tháng", "2 tuần một lần"."""
    if "lan" not in phrase.text and not search(r"\bdinh ky (?:moi )?\d", phrase.text):
        return None
    unit = r"(tuan|thang|quy|nam)"
    found = (
        phrase.has(rf"\b(?P<times>{COUNT}) lan\s*(?:/|trong|moi|tren|hang)\s*(?:(?:1|mot|0?1) )?{unit}\b")
        or phrase.has(
            rf"\b(?:moi|hang|1|0?1|mot|trong) {unit}\s*,?\s*(?:it nhat |toi thieu |to chuc |hop |bao cao )?(?P<times>{COUNT}) lan\b"
        )
        or phrase.has(rf"\b(?P<every>{COUNT}) (tuan|thang|quy|nam|ngay)\s*(?:/|(?:1|0?1|mot) |moi )\s*lan\b")
        or phrase.has(rf"\b{unit}\s*/?\s*(?:(?P<times>1|0?1|mot) )?lan\b")
        or phrase.has(r"\bdinh ky (?:moi )?(?P<every>(?!0?[369]\b)\d{1,2}) (tuan|thang|nam)(?!\s*(?:,|;|va|dau|cuoi))")
    )
    if not found or phrase.has(r"\bquy\s+(?:iv|i{1,3}|[1-4])\b"):
        return None
    named = found.groupdict()
    unit = next(g for g in found.groups() if g in ("tuan", "thang", "quy", "nam", "ngay"))
    times, every = number(named.get("times") or "1"), number(named.get("every") or "1")
    if unit == "ngay" and every and every % 7 == 0:
        unit, every = "tuan", every // 7
    length = {"tuan": 0, "thang": 1, "quy": 3, "nam": 12}.get(unit, 0) * every
    if unit == "tuan" and times == 1 and 1 <= every <= 52:
        phrase.take(found)
        return Rule(weeks=every, anchor=phrase.issued if every > 1 else None, day=_weekday(phrase))
    if (
        not length
        or times not in (1, 2, 4, 6, 12)
        or length % times
        or 12 % max(length // times, 1)
        or length // times > 12
    ):
        return phrase.asks(N_("How often it recurs is said, but not when; a person sets the days."), Kind.RECURRING)
    phrase.take(found)
    return Rule(months=length // times)


def _ordinal(text: str) -> int:
    return _ORDINALS[text.rsplit(maxsplit=1)[-1]]


def _in_quarter(phrase: Phrase, found: re.Match[str]) -> list[Rule] | None:
    """Such as "ngày 15 (của) tháng cuối quý", "ngày 05 tháng đầu của quý sau"."""
    day, month = int(found[1]), _ordinal(found[2])
    if not 1 <= day <= 31:
        return []
    if found[4]:
        month += 3
    months = 6 if found[3] == "ky" and phrase.has(r"\b6 thang\b") else 3
    return [Rule(months=months, month=month, day=day, before=phrase.is_before(found.start(1)))]


def _in_month(phrase: Phrase, found: re.Match[str]) -> list[Rule] | None:
    """Such as "ngày 25 hằng tháng", "từ ngày 01 đến ngày 05 hằng tháng", "ngày 05 tháng sau"."""
    day = int(found[1])
    if not 1 <= day <= 31:
        return []
    return [Rule(months=1, month=2 if found[2] else 0, day=day, before=phrase.is_before(found.start(1)))]


def _days_of_month(phrase: Phrase, found: re.Match[str]) -> list[Rule] | None:
    """Such as "ngày 05, 15, 25 hằng tháng": each of them is due."""
    days = sorted({int(day) for day in re.findall(r"\d{1,2}", found[1])})
    if not 1 <= days[0] <= days[-1] <= 31:
        return []
    before = phrase.is_before(found.start(1))
    return [Rule(months=1, day=day, before=before, by_day=True) for day in days]


def _yearly(phrase: Phrase, found: re.Match[str], *, several: bool, after: bool = False) -> Rule:
    day, month, before = int(found[1]), int(found[2]), phrase.is_before(found.start())
    if several:
        return Rule(months=1, only=(month,), day=day, before=before)
    return Rule(months=12, month=month + 12 * after, day=day, before=before)


def _every_year(phrase: Phrase, found: re.Match[str]) -> list[Rule] | None:
    """Such as "trước ngày 15/6 và 15/12 hằng năm", "ngày 15/01 năm sau"."""
    days = list(DATE.finditer(phrase.rest, found.start(), found.end()))
    if not _EVERY_YEAR.search(phrase.text):
        return None  # "trước ngày 15/01 năm sau" by itself is one day
    if not days or any(day[3] for day in days):
        return None
    if not all(a_day(phrase, day[1], day[2], "2024") for day in days):
        return []
    after = "hang" not in found[0] and "moi" not in found[0]
    return [_yearly(phrase, day, several=len(days) > 1, after=after) for day in days]


def _months_of_year(_phrase: Phrase, found: re.Match[str]) -> list[Rule] | None:
    """Such as "tháng 6 và tháng 12 hằng năm": due on the last day of each."""
    numbers = sorted({int(n) for n in re.findall(r"\d{1,2}", found[1])})
    return [Rule(months=1, only=tuple(numbers))] if all(1 <= n <= 12 for n in numbers) else []


def _quarters_of_year(phrase: Phrase, found: re.Match[str]) -> list[Rule] | None:
    """Such as "quý I và quý III hằng năm", "định kỳ mỗi năm hai lần vào quý I và quý III"."""
    if not phrase.has(r"\bdinh\s+ky\b|\b(?:hang|moi)\s+nam\b"):
        return None
    phrase.rest = re.sub(
        rf"\b(?:{_EACH}|dinh\s+ky\s+)+nam\b(?:\s+{COUNT}\s+lan)?", lambda f: "~" * len(f[0]), phrase.rest
    )
    return [Rule(months=3, only=tuple(sorted(set(quarters_in(found[1])))))]


def _first_days(_phrase: Phrase, found: re.Match[str]) -> list[Rule] | None:
    """Such as "05 ngày làm việc đầu quý", "05 ngày đầu tháng", "03 ngày làm việc cuối tháng"."""
    count, months = number(found[1]), LENGTHS[found[4]]
    month = (1 if found[3] == "dau" else 0) + (months if found[5] else 0)
    if found[3] == "cuoi":
        return [Rule(months=months)]
    return [Rule(months=months, month=month, **{"working_day" if found[2] else "day": count})]  # type: ignore[arg-type]


def _working_day(_phrase: Phrase, found: re.Match[str]) -> list[Rule] | None:
    """Such as "ngày làm việc cuối cùng của tháng", "ngày làm việc thứ 5 của tháng sau"."""
    if found[2] == "tuan":
        return [Rule(weeks=1, day=1 if found[1].startswith("dau") else 5)]
    months = LENGTHS[found[2]]
    if found[1].startswith("cuoi"):
        return [Rule(months=months, working_day=-1)]
    nth = 1 if found[1].startswith("dau") else number(found[1].split()[-1])
    return [Rule(months=months, month=1 + (months if found[3] else 0), working_day=nth)]


def _after_period(_phrase: Phrase, found: re.Match[str]) -> list[Rule] | None:
    """Such as "05 ngày làm việc sau khi kết thúc quý": the first day after the period is day 1."""
    months = LENGTHS[found[3]]
    return [Rule(months=months, month=months + 1, **{"working_day" if found[2] else "day": number(found[1])})]  # type: ignore[arg-type]


def _week_of_month(phrase: Phrase, found: re.Match[str]) -> list[Rule] | None:
    """Such as "tuần đầu tiên của tháng": which days that is, no rule says."""
    week, months = _ordinal(found[1]) or -1, LENGTHS[found[2]]
    return [Rule(months=months, month=1 if week > 0 else 0, week=week, weekday=_weekday(phrase))]


def _weekday_of_month(_phrase: Phrase, found: re.Match[str]) -> list[Rule] | None:
    """Such as "thứ Hai đầu tiên của tháng", "thứ Sáu cuối cùng hằng tháng"."""
    return [Rule(months=1, week=_ordinal(found[2]) or -1, weekday=WEEKDAYS[found[1]])]


def _last_day(_phrase: Phrase, found: re.Match[str]) -> list[Rule] | None:
    return [Rule(months=LENGTHS[found[1]])]


_COUNTED_DAYS = rf"({COUNT}) ngay( lam viec)?"
_AND = r"(?:\s*(?:,|;|va|hoac)\s*)"
_A_DAY = r"(?:truoc\s+|cham nhat\s+|vao\s+)?(?:ngay\s+)?\d{1,2}\s*(?:/|\.|\s+thang\s+)\s*\d{1,2}"
AFTER_PERIOD = re.compile(
    rf"\b{_COUNTED_DAYS}\s*,?\s*(?:ke tu |tu |sau )(?:khi |ngay )?(?:ket thuc|het)\s+{_OPEN}{_PERIOD}\b(?!\s+(?:\d|i|hoc))"
)
# Gate (a text that must occur), pattern, maker.
FORMS: tuple[tuple[str, re.Pattern[str], Callable[[Phrase, re.Match[str]], list[Rule] | None]], ...] = (
    ("ngay", AFTER_PERIOD, _after_period),
    ("ngay", re.compile(rf"\b{_COUNTED_DAYS} (dau|cuoi)(?:\s+tien)?\s+{_OPEN}{_PERIOD}\b(?:\s+({_NEXT})\b)?(?!\s+(?:\d|i|hoc))"), _first_days),
    ("ngay lam viec", re.compile(rf"\bngay lam viec (dau(?:\s+tien)?|cuoi(?:\s+cung)?|thu\s+{COUNT})\s+{_OPEN}(thang|quy|nam|tuan)\b(?:\s+({_NEXT})\b)?(?!\s+(?:\d|i|hoc))"), _working_day),
    ("thang", re.compile(rf"\b(?:ngay )?(\d{{1,2}}) (?:cua )?thang {_NTH}\s+{_OPEN}(quy|ky)\b(?:\s+bao cao)?(?:\s+({_NEXT})\b)?(?!\s+(?:\d|i|hoc))"), _in_quarter),
    ("thang", re.compile(rf"\b(?:ngay )?(\d{{1,2}}(?:{_AND}(?:ngay )?\d{{1,2}})+) (?:cua )?{_EACH}thang\b"), _days_of_month),
    ("thang", re.compile(rf"\b(?:tu (?:ngay )?\d{{1,2}}\s*(?:den|-)\s*)?(?:ngay )?(\d{{1,2}}) (?:(?:cua )?{_EACH}thang|(?:cua )?thang ({_NEXT}))\b"), _in_month),
    ("nam", re.compile(rf"\b{_A_DAY}(?:{_AND}{_A_DAY})*\s*,?\s*(?:cua\s+)?(?:{_EACH}nam|nam {_NEXT})\b"), _every_year),
    ("nam", re.compile(rf"\bthang (\d{{1,2}}(?:{_AND}(?:thang )?\d{{1,2}})*)\s*,?\s*(?:cua )?{_EACH}nam\b"), _months_of_year),
    ("nam", re.compile(rf"{_EACH}nam\s*[,(]?\s*(?:vao |trong )?thang (\d{{1,2}}(?:{_AND}(?:thang )?\d{{1,2}})*)(?!\s*[/\d])"), _months_of_year),
    ("quy", re.compile(rf"\bquy ({QUARTER}(?:\s*(?:,|;|va|&|-)\s*(?:quy )?{QUARTER})*)(?!\s*/?\s*(?:nam )?20)"), _quarters_of_year),
    ("tuan", re.compile(rf"\btuan (?:thu )?{_NTH}\s+{_OPEN}(thang|quy)\b(?!\s+(?:\d|i|hoc))"), _week_of_month),
    ("thu", re.compile(rf"{_WEEKDAY} (?:tuan )?{_NTH}\s+{_OPEN}thang\b(?!\s+\d)"), _weekday_of_month),
    ("ngay cuoi", re.compile(rf"\bngay cuoi(?:\s+cung)?\s+{_OPEN}{_PERIOD}\b(?!\s+(?:\d|i|thu))"), _last_day),
)  # fmt: skip
DOUBTFUL = (_week_of_month,)


def _limited(phrase: Phrase, timing: Timing) -> Timing:
    """A year or a span beside a recurrence says from when until when it holds; a day beside it is a deadline of its own."""
    beside = fixed(phrase)
    if not beside:
        return timing
    if not beside.windows:
        return beside
    if len(beside.windows) > 1:
        return replace(timing, windows=beside.windows, needs_person=True, reasons=(*timing.reasons, *beside.reasons))
    window = beside.windows[0]
    if window.opens is None and not phrase.has(r"\bden\s+(?:het\s+)?(?:ngay\s+)?\d|\btu\s+(?:ngay\s+)?\d"):
        return replace(timing, windows=beside.windows, reasons=(*timing.reasons, *beside.reasons))
    starts = phrase.has(r"\b(?:bat dau|ke tu|tu)\s+(?:tu\s+)?(?:ngay|thang|quy|nam|\d)") and not phrase.has(
        r"\bden\b|\d\s*-\s*\d"
    )
    ends = phrase.has(r"\bden\s+(?:het\s+|cuoi\s+)?(?:ngay\s+|thang\s+|quy\s+|nam\s+)?(?:\d|i)") and not phrase.has(
        r"\btu\s+(?:ngay\s+|thang\s+|quy\s+|nam\s+)?(?:\d|i)"
    )
    since: date | None = None if ends else window.opens or (window.due if starts else None)
    until = None if starts else window.due
    rules = tuple(replace(rule, since=since, until=until) for rule in timing.rules)
    limited = replace(timing, rules=rules, needs_person=timing.needs_person or beside.needs_person)
    if until:
        return limited.because(N_("Until {until}."), until=until)
    return limited.because(N_("From {since} on."), since=since)
