"""Vietnamese time phrases: from the words of a time column or a sentence to a Timing.

Matching is done on text without diacritics, letter for letter as long as the original, so that "Thang 8/2026" reads like
"Tháng 8/2026" and every find can be shown in the words of the document. Numbers of documents are blanked out first: they are
never dates. What is not understood is `undetermined` and waits for a person; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from directives.document import clean
from workflow.i18n import N_
from workflow.names import strip_marks
from workflow.timing import (
    Cycle,
    Kind,
    Timing,
    Window,
    day_window,
    month_end,
    month_window,
    quarter_window,
    span,
)

LONGEST = 2000
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4, "01": 1, "02": 2, "03": 3, "04": 4}

_Q = r"(?:iv|i{1,3}|0?[1-4])(?![\w/]*/\d{1,2}\b)(?!\d)"
_YEAR = r"(?:\s*/{0,2}\s*(?:nam\s+)?(20\d\d)(?!\d))"
_SEP = r"\s*(?:,|;|va|&|-|–|den|/)\s*"
_BEFORE = r"\btruoc\s+(?:het\s+)?"
_BY = r"\b(?:cham\s+nhat|muon\s+nhat|tre\s+nhat)\b(?:\s+(?:la|den|vao|trong|het|truoc))*\s+|\bden\s+(?:het\s+)?"

DATE = re.compile(
    r"(?:\bngay\s+)?(?<![\d/.])(?<!thang )(?<!tuan )(?<!thu )(?<!quy )(\d{1,2})\s*(?:/{1,2}|\.|-|\s+thang\s+)\s*(\d{1,2})(?:\s*(?:/{1,2}|\.|-|\s+nam\s+)\s*(\d{4,5}))?(?![\d/]|\.\d)"
)
ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[ t]\d\d:\d\d(?::\d\d)?)?\b")
DAYS = re.compile(r"(?<![\d/])(\d{1,2})\s*[-–]\s*(\d{1,2})\s*/\s*(\d{1,2})(?:\s*/\s*(\d{4}))?(?!\d)")
QUARTERS = re.compile(rf"\bquy\s+({_Q}(?:{_SEP}(?:quy\s+)?{_Q})*)\b{_YEAR}?")
MONTHS_ = re.compile(
    rf"\b(?:thang|thag)\s+(\d{{1,2}}(?!\d)(?:(?:\s*(?:,|;|va|-|–|den)\s*)(?:thang\s+)?\d{{1,2}}(?!\d))*){_YEAR}?"
)
MONTH_YEARS = re.compile(r"(?<![\d/])(\d{1,2})/(20\d\d)\s*(?:[-–]|den)\s*(\d{1,2})/(20\d\d)(?!\d)")
HALF = re.compile(r"\b0?6\s+thang\s+(dau|cuoi)(?:\s+nam)?" + _YEAR + "?")
NINE = re.compile(r"\b0?9\s+thang(?:\s+dau)?(?:\s+nam)?" + _YEAR + "?")
RANGE = re.compile(
    r"(?:\bngay\s+)?(?<![\d/.])(\d{1,2})\s*[/.]\s*(\d{1,2})(?:\s*[/.]\s*(\d{4}))?\s*(?:[-–]|\bden(?:\s+het)?(?:\s+ngay)?)\s*"
    r"(\d{1,2})\s*[/.]\s*(\d{1,2})(?:\s*[/.]\s*(\d{4}))?(?![\d/])"
)
QUARTER_RANGE = re.compile(
    r"\bquy\s+(iv|i{1,3}|[1-4])\s*/?\s*(?:nam\s+)?(20\d\d)\s*(?:[-–]|\bden)\s*quy\s+(iv|i{1,3}|[1-4])\s*/?\s*(?:nam\s+)?(20\d\d)"
)
WHOLE_YEAR = re.compile(r"\bca\s+nam" + _YEAR + "?")
YEAR = re.compile(r"\b(?:trong\s+)?nam\s+(20\d\d)(?!\d)(?!\s*[-–]\s*\d)")
NUMBER = re.compile(
    r"(?:\bsố\s*:?\s*)?\b\d[\d.]*\s*/\s*(?:\d{4}\s*/\s*)?(?=[A-ZĐ])[A-ZĐ][\wĐđ&,]*(?:\s*[-–/]\s*[A-ZĐ][\wĐđ&]*)*(?:\s+ngày\s+\d{1,2}[/.]\d{1,2}[/.]\d{4})?"
    r"|\bsố\s+\d+[-/][A-ZĐ][\wĐđ]*(?:[-/][A-ZĐ]\w*)*(?:\s+ngày\s+\d{1,2}[/.]\d{1,2}[/.]\d{4})?"
    r"|\b\d+-[A-ZĐ][\wĐđ]*/[A-ZĐ]\w*(?:\s+ngày\s+\d{1,2}[/.]\d{1,2}[/.]\d{4})?"
)


# The reasons that say "a person must set the time".
OPEN_TIMES = frozenset(
    (
        "“Định kỳ” does not say how often; a person sets the cycle.",
        "The phrase is not understood.",
        "The deadline is counted from an event whose date is not known yet.",
        "The work waits for a condition; a person says when it is met.",
        "The council session has no date yet; a person enters it.",
    )
)


def understand(words: str, issued: date, year: int | None = None, *, before_is_exclusive: bool = True) -> Timing:
    """Return what a time phrase means in a document issued on `issued` whose plan is for `year` (default: the year of issue).

    "trước ngày D" ends on the day before D where `before_is_exclusive`. Never raises.
    """
    shown = clean(words)
    if not shown:
        return _ask(shown, N_("No time is stated."))
    if len(shown) > LONGEST:
        return _ask(shown[:LONGEST], N_("The text is too long for a time phrase."))
    return _Reading(shown, issued, year or issued.year, before_is_exclusive).timing()


def timing_of(words: str | None, issued: date, year: int, *, before_is_exclusive: bool) -> Timing:
    """The timing of a task; a text that states no time has no deadline, which is not the same as one that cannot be read."""
    if not words:
        return Timing("", Kind.UNDETERMINED).because(N_("No time is stated."))
    return understand(words, issued, year, before_is_exclusive=before_is_exclusive)


def find(text: str) -> str | None:
    """Return the words of a sentence that state its deadline or period, or None.

    Only what plainly is a deadline counts: a span of data ("giai đoạn …"), a document's date or a bare year does not.
    """
    shown = clean(text)
    folded = _folded(shown)
    for pattern in PROSE:
        every = list(pattern.finditer(folded))
        if every:
            return shown[every[-1].start() : every[-1].end()].strip(" ,;.")
    return None


_HOUR = r"(?:luc\s+)?\d{1,2}\s*(?:gio|h|g)\s*(?:\d{2}\s*(?:phut)?['’]?)?\s*,?\s*"
_UNIT = rf"(?:(?:{_HOUR})?(?:ngay\s+(?:[a-z]+\s+){{0,3}}?)?\d{{1,2}}\s*(?:/|\.|\s+thang\s+)\s*\d{{1,2}}(?:\s*(?:/|\.|\s+nam\s+)\s*\d{{4}})?|thang\s+\d{{1,2}}{_YEAR}?|quy\s+{_Q}{_YEAR}?|nam\s+20\d\d)"
_PART = rf"(?:quy\s+{_Q}|thang\s+\d{{1,2}}){_YEAR}?"
PROSE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:\b(?:hoan\s+thanh|xong|gui|thoi\s+han|bao\s+cao)\s+)?(?:\btruoc\s+(?:het\s+)?|\b(?:cham|muon|tre)\s+nhat(?:\s+(?:la|den|vao|trong|het|truoc))*\s+){_UNIT}(?:\s+hang\s+nam)?",
        r"\b(?:truoc|cham\s+nhat|vao)\s+(?:vao\s+)?ngay\s+\d{1,2}\s+(?:cua\s+)?(?:thang\s+(?:cuoi|dau)\s+(?:cua\s+)?quy|hang\s+(?:thang|quy|tuan)|thang\s+\d{1,2}\s+hang\s+nam)",
        rf"\btu\s+(?:nay|ngay\s+\d{{1,2}}(?:/\d{{1,2}}(?:/\d{{4}})?)?)\s+den\s+(?:het\s+)?{_UNIT}",
        rf"\b(?:hoan\s+thanh|xong|thoi\s+han)\s*:\s*{_UNIT}",
        rf"(?:\b(?:truoc|cham\s+nhat|vao)\s+)?(?:\b{_HOUR})?(?:\b(?:sang|chieu|toi)\s+)?\b(?:thu\s+(?:hai|ba|tu|nam|sau|bay|[2-7])|chu\s+nhat)\s*[,(]?\s*(?:ngay\s+)?\d{{1,2}}/\d{{1,2}}(?:/\d{{4}})?",
        r"\b(?:trong|vao)\s+ngay\s+\d{1,2}/\d{1,2}(?:/\d{4})?",
        rf"\bbat\s+dau\s+tu\s+{_UNIT}",
        rf"\b(?:hoan\s+thanh|thuc\s+hien|to\s+chuc|trinh|ban\s+hanh|xong)\s+(?:trong\s+)?{_PART}(?:\s*(?:,|va|-|den)\s+{_PART})*",
        rf"(?:\bdinh\s+ky\s+)?(?:\b(?:truoc|cham\s+nhat|vao)\s+)?(?:\bvao\s+)?(?:\b{_HOUR})?(?:\b(?:sang|chieu|toi)\s+)?(?:\bngay\s+)?\b(?:thu\s+(?:hai|ba|tu|nam|sau|bay|[2-7])|chu\s+nhat)\s+(?:hang|moi)\s+tuan",
        rf"\b(?:truoc|cham\s+nhat|vao)\s+{_HOUR}(?:hang|moi)\s+ngay\b",
        rf"\btrong\s+{_PART}(?:\s*(?:,|va|-|den)\s+{_PART})*",
        r"(?:^|(?<=[.;]\s))hang\s+(?:tuan|thang|quy|nam)\b",
        r"\bdinh\s+ky\s+(?:hang\s+)?(?:(?:moi\s+)?(?:tuan|thang|quy|nam)\b|0?\d+\s+thang(?:\s*/\s*lan)?)(?:\s*,\s*hang\s+nam)?",
        r"\b(?:trong\s+(?:thoi\s+han\s+|vong\s+)?|(?:cham|muon)\s+nhat\s+)\d{1,3}\s+(?:\([^)]*\)\s*)?ngay(?:\s+lam\s+viec)?\s*,?\s*(?:(?:ke\s+)?tu|sau)\s+[^.;,]{3,60}",
        r"\btai\s+(?:ky|phien)\s+hop\s+[^.;,]{0,40}(?:nam\s+20\d\d|thang\s+\d{1,2}(?:\s*/\s*\d{4})?)",
        r"\b(?:(?:cham|muon)\s+nhat\s+|truoc\s+it\s+nhat\s+)\d{1,3}\s+ngay(?:\s+lam\s+viec)?\s+(?:truoc|so\s+voi)\s+[^.;,]{3,50}",
        r"\b(?:khong\s+qua|trong\s+vong|trong\s+thoi\s+han)\s+\d{1,3}\s+ngay(?:\s+lam\s+viec)?\b",
        r"\btruoc\s+khi\s+bat\s+dau\s+[^.;,]{3,50}",
        r"\bmoi\s+(?:tuan|thang|quy|nam)\s+(?:it\s+nhat\s+)?(?:mot|\d{1,2})\s+lan\b",
        r"\b\d{1,2}\s+lan\s*/\s*(?:tuan|thang|quy|nam)\b",
        r"\btrong\s+nam\s+20\d\d",
        r"\bden\s+(?:het\s+)?ngay\s+\d{1,2}/\d{1,2}/\d{4}",
    )
)


def _ask(words: str, message: str, kind: Kind = Kind.UNDETERMINED) -> Timing:
    return Timing(words, kind, needs_person=True).because(message)


def _folded(text: str) -> str:
    """The text without diacritics, of the same length, with document numbers blanked out."""
    for found in NUMBER.finditer(text):
        text = text[: found.start()] + "#" * (found.end() - found.start()) + text[found.end() :]
    return "".join(strip_marks(c)[:1] or " " for c in text)


class _Reading:
    """One phrase being read; each rule returns a Timing or None, the first that knows decides."""

    def __init__(self, words: str, issued: date, year: int, exclusive: bool) -> None:
        self.words, self.issued, self.year, self.exclusive = words, issued, year, exclusive
        # The short forms of a column: Q.III/2025, T9/2025, quí; spans of this text are never shown, so it may change length.
        text = re.sub(r"\bqui\b", "quy", _folded(words))
        # "trước 16 giờ ngày 15/9" is due on that day itself, unlike "trước ngày 15/9".
        text = re.sub(rf"\btruoc\s+{_HOUR}(?=ngay\s+|thu\s+|\d{{1,2}}/)", "cham nhat ", text)
        text = re.sub(r"\bq\s*\.?\s*(iv|i{1,3}|[1-4])(?=[\s/,.;-]|$)", r"quy \1", text)
        self.text = re.sub(r"\bt\s*\.?\s*(\d{1,2})\s*/\s*(20\d\d)\b", r"thang \1/\2", text)
        self.unsure = False

    def timing(self) -> Timing:
        rules: tuple[Callable[[], Timing | None], ...] = (
            self._not_a_deadline,
            self._session,
            self._relative,
            self._conditional,
            self._recurring,
            self._dated,
            self._bare,
        )
        for rule in rules:
            found = rule()
            if found:
                return self._doubt(found)
        return _ask(self.words, N_("The phrase is not understood."))

    def _doubt(self, timing: Timing) -> Timing:
        """A day that had passed when the document was issued is a question, not a deadline; so is one that is only asked for."""
        if timing.windows and self._has(r"\b(?:de\s+nghi|xin)\b.*\b(?:gia\s+han|lui|keo\s+dai|dieu\s+chinh)\b"):
            timing = replace(timing, needs_person=True).because(
                N_("The phrase asks for another deadline; it does not set one.")
            )
        if timing.windows and self._has(r"(?<!thang )\b(?:dau|giua)\s+(?:quy|nam)\b"):
            timing = replace(timing, needs_person=True).because(
                N_("The beginning or the middle of a quarter or year is no certain day.")
            )
        late = [w for w in timing.windows if w.due < self.issued]
        if timing.kind is Kind.DEADLINE and late:
            timing = replace(timing, needs_person=True)
            return timing.because(
                N_("{due} had already passed when the document was issued on {issued}."),
                due=late[0].due,
                issued=self.issued,
            )
        return timing

    def _has(self, pattern: str) -> re.Match[str] | None:
        return re.search(pattern, self.text)

    def _make(self, kind: Kind, **more: object) -> Timing:
        return Timing(self.words, kind, **more)  # type: ignore[arg-type]

    def _not_a_deadline(self) -> Timing | None:
        if self._has(r"^\s*(uoc\s+den|luy\s+ke|tinh\s+tu)") or self._has(r":\s*tinh\s+tu\s+ngay"):
            return self._make(Kind.NOT_A_DEADLINE).because(
                N_("The phrase says what span the data cover, not when the work is due.")
            )
        if self._has(r"^\s*de\s+nghi\s+(giao|chuyen)|\bde\s+nghi\s+chuyen\b"):
            return _ask(
                self.words, N_("The phrase asks to hand the task over; it states no deadline."), Kind.NOT_A_DEADLINE
            )
        if self._has(r"^\s*giai\s+doan\b"):
            return self._make(Kind.NOT_A_DEADLINE, needs_person=True).because(
                N_("The phrase names a programme period, not a due day.")
            )
        if self._has(r"^\s*(ke\s+)?tu\s+(ngay\s+)?\d") and not self._has(r"\bden\b|[-–]"):
            return self._make(Kind.ONGOING).because(N_("The phrase says only when the work begins."))
        return None

    def _session(self) -> Timing | None:
        if not self._has(r"\bky\s+hop\b"):
            return None
        dated = self._dated() if self._has(r"\bthang\s+\d|\btruoc\b|\d{1,2}/\d{1,2}") else None
        if dated:
            kind = dated.kind if self._has(r"\btruoc\b|\bcham\s+nhat\b") else Kind.SESSION
            return replace(dated, kind=kind)
        return _ask(self.words, N_("The council session has no date yet; a person enters it."), Kind.SESSION)

    def _relative(self) -> Timing | None:
        count = r"\d{1,3}\s*(?:\([^)]*\)\s*)?(?:ngay|gio|thang)(?:\s+lam\s+viec)?"
        if self._has(
            rf"{count}\s*,?\s*(?:ke\s+)?(?:tu|sau|truoc)\s+(?:khi|ngay|luc|thoi\s+diem)|\bsau\s+{count}|\btruoc\s+{count}"
        ):
            return _ask(
                self.words, N_("The deadline is counted from an event whose date is not known yet."), Kind.RELATIVE
            )
        return None

    def _conditional(self) -> Timing | None:
        if self._has(
            r"\bsau\s+khi\b|\bkhi\s+(?:co|duoc|ban\s+hanh)\b|\bcho\s+(?:huong|chinh|van|y\s+kien)|\bdong\s+thoi\s+voi\b"
        ):
            dated, recurring = self._dated(), self._recurring()
            if dated or recurring:
                return recurring if recurring else dated
            return _ask(
                self.words, N_("The work waits for a condition; a person says when it is met."), Kind.CONDITIONAL
            )
        return None

    def _recurring(self) -> Timing | None:
        text = self.text
        quarters = QUARTERS.search(text)
        if quarters and not quarters[2] and re.search(r"\bdinh\s+ky\b|\b(?:hang|moi)\s+nam\b", text):
            numbers = tuple(ROMAN[q] for q in re.findall(r"iv|i{1,3}|0?[1-4]", quarters[1]))
            more = re.search(r"\bquy\s+(iv|i{1,3}|0?[1-4])\b", text[quarters.end() :])
            numbers += (ROMAN[more[1]],) if more and ROMAN[more[1]] not in numbers else ()
            told = ", ".join(str(n) for n in numbers)
            return self._make(Kind.RECURRING, quarters=numbers).because(
                N_("Recurs every year in quarter {quarters}; due on the quarter's last day."), quarters=told
            )
        weekday = re.search(r"\bthu\s+(hai|ba|tu|nam|sau|[2-6])\b", text)
        if weekday and not re.search(r"\d{1,2}\s*[/.]\s*\d{1,2}|\bthang\b", text):
            day = (
                ("hai", "ba", "tu", "nam", "sau").index(weekday[1]) + 1 if weekday[1].isalpha() else int(weekday[1]) - 1
            )
            # "trước thứ Sáu" may mean that day or the one before; with an hour of the day it is plain.
            return replace(
                self._cycle(Cycle.WEEKLY), day=day, needs_person=self._has(r"\btruoc\s+(?:ngay\s+)?thu\b") is not None
            )
        within = re.search(r"(\d{1,2})\s+ngay\s+lam\s+viec\s+dau\s+(?:cua\s+)?(quy|thang)", text)
        if within:
            cycle = Cycle.QUARTERLY if within[2] == "quy" else Cycle.MONTHLY
            return self._cycle(cycle, working_days=int(within[1]), month=1)
        in_quarter = re.search(r"ngay\s+(\d{1,2})\s+(?:cua\s+)?thang\s+(dau|cuoi)\s+(?:cua\s+)?(?:hang\s+)?quy", text)
        if in_quarter:
            return self._cycle(Cycle.QUARTERLY, day=int(in_quarter[1]), month=1 if in_quarter[2] == "dau" else 0)
        in_month = re.search(r"(?:ngay\s+\d{1,2}\s+den\s+)?ngay\s+(\d{1,2})\s+(?:cua\s+)?(?:hang|moi)\s+thang", text)
        if in_month:
            return self._cycle(Cycle.MONTHLY, day=int(in_month[1]))
        if re.search(r"(hang|moi)\s+nam", text) and DATE.search(text):
            return self._yearly()
        listed = MONTHS_.search(text)
        if listed and not listed[2] and re.search(r"\b(?:hang|moi)\s+nam\b", text):
            return _ask(self.words, N_("Several days of every year are stated; a person sets them."), Kind.RECURRING)
        times = re.search(r"\b0?(\d)\s+lan\s*/\s*(?:1\s+)?(tuan|thang|quy|nam)\b", text)
        if times:
            known = {("1", "tuan"): Cycle.WEEKLY, ("1", "thang"): Cycle.MONTHLY, ("1", "quy"): Cycle.QUARTERLY, ("1", "nam"): Cycle.YEARLY,
                     ("2", "nam"): Cycle.HALF_YEARLY, ("4", "nam"): Cycle.QUARTERLY}  # fmt: skip
            often = known.get((times[1], times[2]))
            return self._cycle(often) if often else _ask(self.words, N_("The phrase is not understood."))
        months = re.search(
            r"dinh\s+ky\s+(?:moi\s+)?(\d{1,2})\s+thang|(\d{1,2})\s+thang\s*/\s*(?:1\s+)?lan|(\d{1,2})\s+thang\s+(?:1|mot)\s+lan",
            text,
        )
        if months:
            return self._every(int(months[1] or months[2] or months[3]))
        for pattern, cycle in (
            (r"(hang|moi|/)\s*tuan|tuan\s+(?:1|mot)\s+lan", Cycle.WEEKLY),
            (r"(hang|moi|dinh\s+ky)\s+thang", Cycle.MONTHLY),
            (r"(hang|moi|dinh\s+ky)\s+quy\b", Cycle.QUARTERLY),
            (r"(hang|moi)\s+6\s+thang|nua\s+nam", Cycle.HALF_YEARLY),
            (r"hang\s+nam|dinh\s+ky\s+nam|moi\s+nam\s+(?:1|mot)\s+lan", Cycle.YEARLY),
        ):
            if re.search(pattern, text):
                several = re.search(
                    r"\b(?:tuan|thang)\s*[,;]\s*(?:hang\s+)?(?:quy|6\s+thang|nam)\b|\bquy\s*[,;]\s*(?:hang\s+)?(?:6\s+thang|nam)\b",
                    text,
                )
                return replace(self._cycle(cycle), needs_person=True) if several else self._cycle(cycle)
        return None

    def _cycle(self, cycle: Cycle, day: int = 0, *, month: int = 0, working_days: int = 0) -> Timing:
        if day > 31:
            return _ask(self.words, N_("There is no such day."))
        before = bool(day and re.search(r"\btruoc\s+(?:ngay\s+)?\d", self.text) and self.exclusive)
        timing = self._make(
            Kind.RECURRING,
            cycle=cycle,
            day=day,
            day_before=before,
            month=month,
            working_days=working_days,
            needs_person=bool(working_days),
        )
        timing = timing.because(RECURS[cycle])
        if before:
            timing = timing.because(N_("“trước ngày {day}” ends on the day before."), day=day)
        elif day:
            timing = timing.because(N_("Due on day {day} of the month."), day=day)
        return timing

    def _every(self, months: int) -> Timing:
        known = {1: Cycle.MONTHLY, 3: Cycle.QUARTERLY, 6: Cycle.HALF_YEARLY, 12: Cycle.YEARLY}
        if months in known:
            return self._cycle(known[months])
        if not months or 12 % months:
            return _ask(self.words, N_("The phrase is not understood."))
        return self._make(Kind.RECURRING, every_months=months).because(N_("Recurs every {n} months."), n=months)

    def _yearly(self) -> Timing | None:
        if len(DATE.findall(self.text)) > 1:
            return _ask(self.words, N_("Several days of every year are stated; a person sets them."), Kind.RECURRING)
        found = DATE.search(self.text)
        if not found or not self._day(found[1], found[2], "2024"):
            return _ask(self.words, N_("There is no such day."))
        return self._cycle(Cycle.YEARLY, day=int(found[1]), month=int(found[2]))

    def _bare(self) -> Timing | None:
        if self._has(r"\bdinh\s+ky\b"):
            return _ask(
                self.words, N_("“Định kỳ” does not say how often; a person sets the cycle."), Kind.CYCLE_UNKNOWN
            )
        if self._has(r"\bthuong\s+xuyen\b|\blien\s+tuc\b|\bhang\s+ngay\b"):
            return self._make(Kind.ONGOING).because(N_("Ongoing work has no deadline; the period report covers it."))
        return None

    def _dated(self) -> Timing | None:
        windows: list[Window] = []
        reasons: list[tuple[str, dict[str, object]]] = []
        spans: list[tuple[int, int]] = []
        wrong = False
        for pattern, make in (
            (ISO, self._iso),
            (RANGE, self._range),
            (QUARTER_RANGE, self._quarter_range),
            (MONTH_YEARS, self._month_years),
            (DAYS, self._days),
            (DATE, self._one_day),
            (QUARTERS, self._quarters),
            (HALF, self._half),
            (NINE, self._nine),
            (WHOLE_YEAR, self._whole_year),
            (MONTHS_, self._months),
            (YEAR, self._one_year),
        ):
            for found in pattern.finditer(self.text):
                if any(found.start() < end and start < found.end() for start, end in spans):
                    continue
                spans.append(found.span())
                made = make(found)
                if made is None:
                    wrong = True
                    continue
                windows += made[0]
                reasons += made[1]
        if wrong:
            return _ask(self.words, N_("There is no such day."))
        if not windows:
            return None
        unique = {w.key: w for w in windows}
        timing = self._make(Kind.DEADLINE, windows=tuple(sorted(unique.values())), needs_person=self.unsure)
        for message, args in reasons:
            timing = timing.because(message, **args)
        return timing

    def _before(self, start: int) -> bool:
        return bool(re.search(r"\btruoc\s+(?:het\s+)?(?:ngay\s+)?$", self.text[:start])) and self.exclusive

    def _by(self, start: int) -> bool:
        return bool(re.search(rf"(?:{_BY})$", self.text[:start]))

    def _day(self, day: str, month: str, year: str | None) -> date | None:
        try:
            found = date(int(year) if year else self.year, int(month), int(day))
        except ValueError:
            return None
        return found if 1990 <= found.year <= 2100 else None

    Made = tuple[list[Window], list[tuple[str, dict[str, object]]]] | None

    def _one_day(self, found: re.Match[str]) -> Made:
        day = self._day(found[1], found[2], found[3])
        if not day:
            return None
        said: list[tuple[str, dict[str, object]]] = []
        if not found[3]:
            said.append((N_("The year {year} comes from the plan."), {"year": day.year}))
        if self._before(found.start()):
            due = day - timedelta(days=1)
            return [day_window(due)], [
                (N_("“trước ngày” {day} ends on the day before: {due}."), {"day": day, "due": due}),
                *said,
            ]
        return [day_window(day)], [(N_("Due on {due}, that day included."), {"due": day}), *said]

    def _iso(self, found: re.Match[str]) -> Made:
        day = self._day(found[3], found[2], found[1])
        if not day:
            return None
        if day.day == 1:
            window = month_window(day.year, day.month)
            self.unsure = True
            return [window], [
                (N_("A spreadsheet turned a month into its first day; due on {due}."), {"due": window.due})
            ]
        return [day_window(day)], [(N_("Due on {due}, that day included."), {"due": day})]

    def _days(self, found: re.Match[str]) -> Made:
        first, last = self._day(found[1], found[3], found[4]), self._day(found[2], found[3], found[4])
        if not first or not last:
            return None
        return [day_window(last, first)], [(N_("From {opens} to {due}."), {"opens": first, "due": last})]

    def _month_years(self, found: re.Match[str]) -> Made:
        opens, ends = date(int(found[2]), int(found[1]), 1), month_end(int(found[4]), int(found[3]))
        return [span(opens, ends)], [(N_("From {opens} to {due}."), {"opens": opens, "due": ends})]

    def _range(self, found: re.Match[str]) -> Made:
        year = found[6] or found[3]
        first, last = self._day(found[1], found[2], found[3] or year), self._day(found[4], found[5], year)
        if not first or not last or last < first:
            return None
        return [day_window(last, first)], [(N_("From {opens} to {due}."), {"opens": first, "due": last})]

    def _quarter_range(self, found: re.Match[str]) -> Made:
        first = quarter_window(int(found[2]), ROMAN[found[1]])
        last = quarter_window(int(found[4]), ROMAN[found[3]])
        if not first.opens or last.due < first.due:
            return None
        return [span(first.opens, last.due)], [(N_("From {opens} to {due}."), {"opens": first.opens, "due": last.due})]

    def _whole_year(self, found: re.Match[str]) -> Made:
        year = int(found[1] or self.year)
        return self._spans(found.start(), [span(date(year, 1, 1), date(year, 12, 31))], found[1])

    def _quarters(self, found: re.Match[str]) -> Made:
        """Quarters that follow each other are one span of work ("Quý III, IV"); others stand for themselves ("Quý II và IV")."""
        numbers = [ROMAN[q] for q in re.findall(r"iv|i{1,3}|0?[1-4]", found[1])]
        year = int(found[2] or self.year)
        if re.search(r"den|[-–]", found[1]) and len(numbers) == 2 and numbers[0] < numbers[1]:
            numbers = list(range(numbers[0], numbers[1] + 1))
        together = len(numbers) in (2, 3) and all(b == a + 1 for a, b in pairwise(numbers))
        if together:
            return self._spans(
                found.start(), [span(date(year, 3 * numbers[0] - 2, 1), month_end(year, 3 * numbers[-1]))], found[2]
            )
        return self._spans(found.start(), [quarter_window(year, q) for q in numbers], found[2])

    def _months(self, found: re.Match[str]) -> Made:
        """Months that follow each other or are joined by a dash are one span of work; others stand for themselves."""
        numbers = [int(m) for m in re.findall(r"\d{1,2}", found[1])]
        if any(not 1 <= m <= 12 for m in numbers):
            return None
        year = int(found[2] or self.year)
        if re.search(r"\btuan\s+(?:thu\s+)?\w+\s+(?:cua\s+)?$", self.text[: found.start()]):
            self.unsure = True
        part = self._part(found.start())
        if part and len(numbers) == 1:
            return self._part_of_month(year, numbers[0], part)
        spanned = re.search(r"den|[-–]", found[1]) or all(b == a + 1 for a, b in pairwise(numbers))
        if len(numbers) > 1 and spanned and numbers[0] < numbers[-1]:
            return self._spans(found.start(), [span(date(year, numbers[0], 1), month_end(year, numbers[-1]))], found[2])
        return self._spans(found.start(), [month_window(year, m) for m in numbers], found[2])

    def _part(self, start: int) -> str | None:
        found = re.search(r"\b(dau|giua)\s+$", self.text[:start])
        return found[1] if found else None

    def _part_of_month(self, year: int, month: int, part: str) -> Made:
        """The beginning of a month is its first day, the middle its 15th (Civil Code 2005, Article 151); a person looks at it."""
        self.unsure = True
        day = date(year, month, 1 if part == "dau" else 15)
        return [day_window(day)], [
            (N_("The beginning of a month is its 1st, the middle its 15th: {due}."), {"due": day})
        ]

    def _half(self, found: re.Match[str]) -> Made:
        year, first = int(found[2] or self.year), 1 if found[1] == "dau" else 7
        return self._spans(found.start(), [span(date(year, first, 1), month_end(year, first + 5))], found[2])

    def _nine(self, found: re.Match[str]) -> Made:
        year = int(found[1] or self.year)
        return self._spans(found.start(), [span(date(year, 1, 1), month_end(year, 9))], found[1])

    def _one_year(self, found: re.Match[str]) -> Made:
        return self._spans(found.start(), [span(date(int(found[1]), 1, 1), date(int(found[1]), 12, 31))], found[1])

    def _spans(self, start: int, windows: list[Window], stated_year: str | None) -> Made:
        """Windows of whole months: due on their last day, or before their first where "trước" says so."""
        said: list[tuple[str, dict[str, object]]] = []
        if self._before(start) and windows[0].opens:
            due = windows[0].opens - timedelta(days=1)
            said.append((N_("“trước” a period ends on the day before it begins: {due}."), {"due": due}))
            windows = [day_window(due)]
        else:
            dues = ", ".join(w.due.isoformat() for w in windows)
            said.append((N_("Within the period; due on its last day: {due}."), {"due": dues}))
        if not stated_year:
            said.append((N_("The year {year} comes from the plan."), {"year": self.year}))
        return windows, said


RECURS = {
    Cycle.WEEKLY: N_("Recurs every week; due on Friday unless a day is stated."),
    Cycle.MONTHLY: N_("Recurs every month; due on its last day unless a day is stated."),
    Cycle.QUARTERLY: N_("Recurs every quarter; due on its last day unless a day is stated."),
    Cycle.HALF_YEARLY: N_("Recurs every half-year; due on its last day unless a day is stated."),
    Cycle.YEARLY: N_("Recurs every year; due on its last day unless a day is stated."),
}
