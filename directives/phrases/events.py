"""What hangs on something else: counted from an event, waiting for a condition or a council session, stated elsewhere; and what is no deadline."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from directives.phrases.beside import fixed
from directives.phrases.cycles import AFTER_PERIOD, recurring
from directives.phrases.days import DATE, a_day
from directives.phrases.phrase import COUNT, Phrase, number, search
from workflow.calendar import WorkingCalendar
from workflow.i18n import N_
from workflow.rules import Offset, Unit
from workflow.sessions import NEXT, UNNAMED, CouncilSession
from workflow.timing import Kind, Timing

WAITS_FOR_EVENT = N_("The deadline is counted from an event whose date is not known yet.")
WAITS_FOR_CONDITION = N_("The work waits for a condition; a person says when it is met.")
WAITS_FOR_CYCLE = N_("“Định kỳ” does not say how often; a person sets the cycle.")
STANDS_ELSEWHERE = N_("The deadline stands in another document or row; a person looks it up.")
WAITS_FOR_SESSION = N_("The council session has no date yet; a person enters it.")

_UNITS = {"gio": Unit.HOUR, "ngay lam viec": Unit.WORKING_DAY, "ngay": Unit.DAY, "ngay lich": Unit.DAY, "tuan": Unit.WEEK, "thang": Unit.MONTH, "nam": Unit.YEAR}  # fmt: skip
_TERM = rf"(?<!ngay )(?<![,./])({COUNT})\s*(?:\([^)]*\)\s*)?(ngay\s+lam\s+viec|ngay\s+lich|ngay|gio|tuan|thang(?!\s+\d)|nam)(?!\s+(?:dau|cuoi)\b)"
_ANY_TERM = re.compile(_TERM)
_AFTER = re.compile(
    rf"\b{_TERM}\s*,?\s*(?:(?:ke\s+tu|tinh\s+tu|tu|ke\s+sau|bat\s+dau\s+tu)(?:\s+(?:sau\s+)?(?:khi|luc))?|sau(?:\s+khi)?)\s+(?=[a-z#])"
)
_AFTER_TERM = re.compile(rf"\bsau\s+{_TERM}(?:\s*,?\s*(?:ke\s+tu|tinh\s+tu|tu)(?:\s+khi)?)?\s*")
_BEFORE = re.compile(rf"\b{_TERM}\s*,?\s*(?:truoc|so\s+voi)(?:\s+(?:khi|ngay(?!\s+\d)))?\s+(?!ngay\s+\d)(?=[a-z#])")
_BEFORE_TERM = re.compile(
    rf"\btruoc\s+(?:it\s+nhat\s+|toi\s+thieu\s+)?{_TERM}\s*(?:truoc\s+|so\s+voi\s+|tinh\s+den\s+)?(?:khi\s+)?(?![^,;.]*\bhang\b)"
)
_DAYS = rf"(?<![,./])({COUNT})\s+(ngay\s+lam\s+viec|ngay|tuan)"
_BEFORE_DAY = re.compile(rf"\b{_DAYS}\s+truoc\s+(?:ngay\s+)?(?=\d{{1,2}}(?:[/.]|\s+thang\s))")
_DAY_BEFORE = re.compile(
    rf"\btruoc\s+ngay\s+\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{4}}\s+(?:it\s+nhat\s+|toi\s+thieu\s+)?{_DAYS}"
)
_BEFORE_EVENT = re.compile(
    rf"\btruoc\s+(?=[a-z])(?P<event>(?:(?!it\s|toi\s)[a-z#]+\s+){{1,8}})(?:it\s+nhat|toi\s+thieu)\s+{_DAYS}"
)
_WITHIN = re.compile(rf"\b(?:trong\s+(?:thoi\s+(?:han|gian)|vong)|khong\s+qua|trong)\s+{_TERM}\b")
# The event is the issue of the very document, whose day is known.
_OF_THIS = re.compile(
    r"^(?:ngay\s+)?(?:ky(?:\s+ban\s+hanh)?|(?:duoc\s+)?ban\s+hanh|phat\s+hanh)?\s*(?:(?:ke\s+hoach|cong\s+(?:van|dien)|chi\s+thi|quyet\s+dinh|nghi\s+quyet|thong\s+bao|van\s+ban|chuong\s+trinh|huong\s+dan|ket\s+luan|phuong\s+an|de\s+an)\s+nay(?:\s+(?:duoc\s+)?(?:ban\s+hanh|ky))?)?$"
)
_TAKES_EFFECT = re.compile(r"nhan|hieu\s+luc|tiep\s+nhan")


# How what is no deadline begins, or what it must say somewhere.
_BEGINS = ("uoc", "luy", "tinh", "so lieu", "ky", "thoi", "de nghi", "trong", "thuc", "giai", "nam", "20", "nhiem", "da ", "vua", "ap dung", "co", "bat", "ke", "tu ", "sau ", "trien", "to ")  # fmt: skip
_SAYS = ("tinh tu", "chot", "de nghi chuyen", "khong thuoc")


# Over which days data run; and that something is to be sent by a day all the same.
_DATA = (
    r"^(?:uoc|luy\s+ke|tinh\s+(?:tu|den)|so\s+lieu|(?:thoi\s+)?ky\s+bao\s+cao|thoi\s+(?:ky|diem)\s+(?:bao\s+cao|chot))\b"
    r"|\btinh\s+tu\s+ngay\b.*\bky\s+bao\s+cao\b|\bchot\s+so\s+lieu\b.*\bden\b"
)
_SENT = (
    r"\b(?:gui|bao\s+cao|hoan\s+thanh)\b.*\b(?:truoc|cham\s+nhat)\s+(?:(?:het|la|vao)\s+)*(?:ngay\s+)?\d"
    r"|[,;].*\b(?:gui|nop|bao\s+cao|hoan\s+thanh|trinh|xong|cham\s+nhat|truoc)\b"
)


def no_deadline(phrase: Phrase) -> Timing | None:
    """What stands in a time column and is no deadline: data windows, requests, programme periods, what is done, a beginning."""
    if not phrase.text.startswith(_BEGINS) and not phrase.mentions(*_SAYS):
        return None
    mistaken = any(
        phrase.text.startswith(plain) and not phrase.reads(word) for plain, word in (("ky", "kỳ"), ("tinh", "tính"))
    )
    if not mistaken and phrase.has(_DATA) and not phrase.has(_SENT):
        return phrase.means(Kind.NOT_A_DEADLINE).because(
            N_("The phrase says what span the data cover, not when the work is due.")
        )
    if phrase.has(
        r"^de\s+nghi\s+(?:giao|chuyen|dua|rut|bo|khong|thoi)\b|\bde\s+nghi\s+chuyen\b(?!.*\bky\s+hop\b)|\bkhong\s+thuoc\s+(?:tham\s+quyen|chuc\s+nang|nhiem\s+vu)"
    ):
        return phrase.asks(N_("The phrase asks to hand the task over; it states no deadline."), Kind.NOT_A_DEADLINE)
    if phrase.has(r"^(?:trong\s+|thuc\s+hien\s+)?giai\s+doan\b|^(?:nam\s+)?20\d\d\s*[-–]\s*20\d\d$|^nhiem\s+ky\b"):
        return phrase.asks(N_("The phrase names a programme period, not a due day."), Kind.NOT_A_DEADLINE)
    if phrase.has(r"^(?:da|vua)\s+[a-z]"):
        return phrase.asks(N_("The phrase says what has been done; it states no deadline."), Kind.NOT_A_DEADLINE)
    if phrase.has(
        r"^(?:(?:ap\s+dung|thuc\s+hien|trien\s+khai|to\s+chuc|co\s+hieu\s+luc|thi\s+hanh|bat\s+dau)\s+)*(?:(?:ke\s+)?tu|sau(?=\s+ngay\s))\s+(?:ngay\s+|thang\s+|quy\s+|nam\s+)?(?:\d|i)"
    ) and not phrase.has(
        r"\bden\b|\d\s*[-–]\s*(?:\d|thang|quy)|\bhang\b|\bmoi\b|\btruoc\b|[,;].*\b(?:hoan\s+thanh|xong|ket\s+thuc|nhat)\b"
    ):
        return phrase.means(Kind.ONGOING).because(N_("The phrase says only when the work begins."))
    return None


# With its diacritics, because "ký hợp đồng" is no session; or without any.
_SESSION = re.compile(r"\bkỳ\s+họp\b|\bky\s+hop\b", re.IGNORECASE)


def at_a_session(phrase: Phrase) -> Timing | None:
    """Such as "Kỳ họp giữa năm 2026", "trình HĐND tỉnh tại kỳ họp thứ 25"."""
    if "hop" not in phrase.text or not _SESSION.search(phrase.source):
        return None
    session, event = _session(phrase), phrase.original(phrase.folded.rfind("ky hop"))
    term = _BEFORE.search(phrase.text) or _BEFORE_TERM.search(phrase.text)
    if term:
        return phrase.asks(WAITS_FOR_SESSION, Kind.RELATIVE, session=session, offset=_offset(term, -1), event=event)
    dated = fixed(phrase) if phrase.has(r"\bthang\s+\d|\bquy\s+[i1-4]|\btruoc\b|\d{1,2}/\d{1,2}") else None
    if dated and dated.windows:
        own_day = phrase.has(r"\b(?:truoc|cham\s+nhat|xong)\b(?!\s+ky\s+hop)")
        return dated if own_day else replace(dated, kind=Kind.SESSION, session=session)
    return phrase.asks(WAITS_FOR_SESSION, Kind.SESSION, session=session, event=event)


def _session(phrase: Phrase) -> CouncilSession:
    """Which session the phrase names."""
    named = phrase.has(r"\bky\s+hop\b[^,;.]*?\b(?:(giua)\s+nam|(cuoi)\s+nam|(chuyen\s+de|bat\s+thuong))\b")
    near = phrase.has(r"\bky\s+hop\b.*\b(?:gan\s+nhat|gan\s+day|sap\s+toi|tiep\s+theo|toi)\b")
    kind = (
        next((k for k, g in zip(("mid_year", "year_end", "thematic"), named.groups(), strict=True) if g), NEXT)
        if named
        else NEXT
        if near
        else UNNAMED
    )
    year, month = phrase.has(r"\b(20\d\d)\b"), phrase.has(r"\bthang\s+(\d{1,2})\b")
    nth, level = (
        phrase.has(r"\bky\s+hop\s+(?:lan\s+)?thu\s+(\d{1,3})\b"),
        phrase.has(r"\bhdnd\s+(?:cap\s+)?(tinh|xa|phuong)\b"),
    )
    stated = int(year[1]) if year else phrase.year if kind not in (NEXT, UNNAMED) or month else 0
    return CouncilSession(
        kind,
        stated,
        int(month[1]) if month else 0,
        int(nth[1]) if nth else 0,
        ("tinh" if level[1] == "tinh" else "xa") if level else "",
        phrase.issued if kind == NEXT else None,
        bool(phrase.has(r"\btruoc\s+(?:\w+\s+){0,2}?ky\s+hop\b")),
    )


def from_an_event(phrase: Phrase) -> Timing | None:
    """Such as "05 ngày làm việc kể từ ngày nhận đủ hồ sơ", "ít nhất 02 ngày trước khi họp", "trong 30 ngày kể từ ngày ký"."""
    text = phrase.folded
    if not _ANY_TERM.search(text):
        return None
    back = _BEFORE_DAY.search(text) or _DAY_BEFORE.search(text)
    if back:
        on = DATE.search(text, back.start(), back.end() + 40)
        day = a_day(phrase, on[1], on[2], on[3]) if on else None
        if day:
            return phrase.means(
                Kind.RELATIVE,
                event=phrase.original(on.start(), on.end()) if on else "",
                offset=_offset(back, -1),
                happened_on=day,
            ).because(N_("The day it is counted from is stated: {day}."), day=day)
    at_least = _BEFORE_EVENT.search(text)
    if at_least:
        count, unit = at_least.groups()[1:]
        event = phrase.original(*at_least.span("event"))
        return phrase.asks(WAITS_FOR_EVENT, Kind.RELATIVE, event=event, offset=_counted(count, unit, -1))
    if AFTER_PERIOD.search(phrase.text):
        return recurring(phrase)  # "05 ngày làm việc sau khi kết thúc quý" waits for no event
    for pattern, sign in ((_AFTER, 1), (_AFTER_TERM, 1), (_BEFORE, -1), (_BEFORE_TERM, -1), (_WITHIN, 1)):
        found = pattern.search(text)
        if not found:
            continue
        if found[2].startswith("gio") and pattern is _BEFORE_TERM:
            continue  # an hour of the day
        rest = re.split(r"[;.]|,\s*(?=trinh|bao\s+cao|gui)", text[found.end() :])[0]
        event = phrase.original(found.end(), found.end() + len(rest)) if pattern is not _WITHIN else ""
        offset = _offset(found, sign)
        on = DATE.match(text, found.end()) if sign > 0 else None
        day = a_day(phrase, on[1], on[2], on[3]) if on else None
        if day:
            return phrase.means(Kind.RELATIVE, event=event, offset=offset, happened_on=day).because(
                N_("The day it is counted from is stated: {day}."), day=day
            )
        if sign > 0 and pattern is not _WITHIN and _of_this(rest.strip(" ,)")):
            return phrase.means(Kind.RELATIVE, event=event, offset=offset, happened_on=phrase.issued).because(
                N_("Counted from the issue of the document itself, {issued}."), issued=phrase.issued
            )
        if pattern is _WITHIN and not event:
            other = recurring(phrase) or fixed(phrase)
            if other:
                return other
        return phrase.asks(WAITS_FOR_EVENT, Kind.RELATIVE, event=event, offset=offset)
    return None


def _of_this(event: str) -> bool:
    return bool(event) and not _TAKES_EFFECT.search(event) and bool(_OF_THIS.match(event))


def _offset(found: re.Match[str], sign: int) -> Offset:
    return _counted(found[1], found[2], sign)


def _counted(count: str, unit: str, sign: int) -> Offset:
    return Offset(sign * number(count), _UNITS[re.sub(r"\s+", " ", unit)])


_CONDITION = re.compile(
    r"^khi\b|\btruoc\s+(?:khi|mua|tet|dip|le|dai\s+hoi|bau\s+cu|hoi\s+nghi|vu|nam\s+hoc|khai\s+giang)\b|\bsau\s+khi\b|\bngay\s+(?:sau\s+)?khi\b|\bkhi\s+(?:co|duoc|ban\s+hanh|phat\s+sinh|hoan\s+thanh|can|trung\s+uong|bo|chinh\s+phu|cap|tinh|nhan|xay\s+ra|\w+\s+yeu\s+cau|ket\s+thuc)\b"
    r"|\bcho\s+(?:huong|chinh|van|y\s+kien|bo|trung\s+uong|phe\s+duyet|cap|ket\s+qua)\b|\bdong\s+thoi\s+voi\b|\bcung\s+(?:thoi\s+diem|luc|ngay)\s+voi\b|^(?:theo|khi)\s+yeu\s+cau\b|\bdot\s+xuat\b|\bphu\s+thuoc\b|\bsau\s+(?:ky|hoi\s+nghi|dai\s+hoi)\b"
)


_WAITS = ("khi", "truoc ", "cho ", "dong thoi", "cung", "yeu cau", "dot xuat", "phu thuoc", "sau ")


def on_a_condition(phrase: Phrase) -> Timing | None:
    """Such as "Sau khi có hướng dẫn của Trung ương", "chờ …", "đồng thời với …"; a day or a cycle stated beside it counts."""
    found = _CONDITION.search(phrase.folded) if phrase.mentions(*_WAITS) else None
    if not found:
        return None
    event = phrase.original(found.start())
    # Days inside the condition belong to it: "sau khi Luật Đất đai năm 2024 có hiệu lực".
    clause = search(rf"(?:{_CONDITION.pattern})[^,;.]*", phrase.rest)
    if clause:
        phrase.take(clause)
    other = recurring(phrase) or fixed(phrase)
    if other and (other.windows or other.rules):
        return replace(other, event=event)
    if phrase.has(r"\b(?:dinh\s+ky|thuong\s+xuyen)\b"):
        return None  # "định kỳ, đột xuất khi có yêu cầu"
    together = found[0].startswith(("dong", "cung"))
    return phrase.asks(
        WAITS_FOR_CONDITION, Kind.CONDITIONAL, event=event, offset=Offset(0, Unit.DAY) if together else None
    )


def ongoing(phrase: Phrase) -> Timing | None:
    """Such as "Thường xuyên", "hằng ngày", also where a year stands beside it; a day or a quarter beside it is a deadline."""
    if not phrase.mentions("thuong", "lien tuc", " ngay", "quanh", "lau dai", "suot", "24/"):
        return None
    if not phrase.has(
        r"\bthuong\s+xuyen\b|\blien\s+tuc\b|\b(?:hang|moi)\s+ngay\b|\bquanh\s+nam\b|\blau\s+dai\b|\b(?:trong\s+)?suot\s+(?:qua\s+trinh|nam|thoi\s+gian)\b|\b24/(?:24|7)\b"
    ) or phrase.has(
        r"\bdinh\s+ky\b|\bquy\s+(?:iv|i{1,3}|[1-4])\b|\bthang\s+\d|\d\s*[/.]\s*(?!24\b|7\b)\d|\b(?:hang|moi)\s+(?:tuan|thang|quy)\b|\blan\b"
    ):
        return None
    return phrase.means(Kind.ONGOING).because(N_("Ongoing work has no deadline; the period report covers it."))


def elsewhere(phrase: Phrase) -> Timing | None:
    """Such as "Theo Kế hoạch số …", "theo tiến độ", "nt": the deadline stands in another place, which a person must look up."""
    if phrase.has(
        r"^(?:thuc\s+hien\s+|trien\s+khai\s+|bao\s+cao\s+|hoan\s+thanh\s+)*(?:theo(?!\s+dinh\s+ky)|nhu|can\s+cu|cung)\b|^[-\s]*n(?:hu\s+)?t(?:ren)?[-.\s]*$|^[\"”″〃'’,]+$|\btheo\s+(?:tien\s+do|lo\s+trinh|thoi\s+gian|thoi\s+han|quy\s+dinh|ke\s+hoach|huong\s+dan)\b"
    ) or re.fullmatch(r"[#\s]+", phrase.text):
        return phrase.asks(
            STANDS_ELSEWHERE,
            Kind.BY_REFERENCE,
            event=phrase.original(0),
        )
    return None


def cycle_unknown(phrase: Phrase) -> Timing | None:
    """Such as "Định kỳ" without a cycle."""
    if phrase.has(r"\bdinh\s+ky\b|\bthuong\s+ky\b|\b(?:hang|moi)\s+(?:hoc\s+ky|nam\s+hoc|vu|dot|ky)\b"):
        return phrase.asks(WAITS_FOR_CYCLE, Kind.CYCLE_UNKNOWN)
    return None


def doubtful(phrase: Phrase, timing: Timing) -> Timing:
    """A timing with what a person must look at: days that had passed, days only asked for, words nobody understood."""
    stated = bool(timing.windows or timing.rules)
    if (
        stated
        and phrase.mentions("de nghi", "xin", "kien nghi")
        and phrase.has(
            r"\b(?:de\s+nghi|xin|kien\s+nghi)\b.*\b(?:gia\s+han|lui|keo\s+dai|dieu\s+chinh|chuyen)\b|^xin\s+gia\s+han"
        )
    ):
        timing = _look(timing, N_("The phrase asks for another deadline; it does not set one."))
    if (
        timing.windows
        and phrase.mentions("dau", "giua")
        and phrase.has(r"(?<!thang )\b(?:dau|giua)\s+(?:quy|nam)\b(?!\s+tien)")
    ):
        timing = _look(timing, N_("The beginning or the middle of a quarter or year is no certain day."))
    if stated and phrase.mentions("khoang", "du kien", "am lich", "khong truoc", "chap", "gieng", "hoac"):
        if phrase.has(r"\b(?:khoang|du\s+kien)\b"):
            timing = _look(timing, N_("The phrase itself says that the time is only roughly so."))
        if phrase.has(r"\bam\s+lich\b|\bthang\s+(?:chap|gieng)\b") or re.search(
            r"háng\s+(?:chạp|giêng)", phrase.words, re.I
        ):
            timing = _look(timing, N_("A day of the lunar calendar is meant."))
        if phrase.has(r"\bkhong\s+truoc\b"):
            timing = _look(timing, N_("“không trước” a day says from when, not by when."))
        if phrase.has(r"\bhoac\b(?!\s+(?:dot|khi|theo))") and len(timing.windows) > 1:
            timing = _look(timing, N_("One day or the other is meant; a person says which."))
    counted = timing.resolved(WorkingCalendar()) if timing.happened_on else None
    known = (*timing.windows, *((counted,) if counted else ()))
    far = next((w for w in known if w.due.year > max(phrase.year, phrase.issued.year) + 10), None)
    if far:
        timing = _look(timing, N_("{due} lies more than ten years ahead."), due=far.due)
    left = _RESIDUE.search(phrase.rest) if stated and _SMELLS.search(phrase.rest) else None
    if left:
        timing = _look(timing, N_("“{words}” in the phrase is not understood."), words=left[0].strip())
    late = next((w for w in known if w.due < phrase.issued), None)
    if timing.kind in (Kind.DEADLINE, Kind.SESSION, Kind.RELATIVE) and late:
        timing = _look(
            timing,
            N_("{due} had already passed when the document was issued on {issued}."),
            due=late.due,
            issued=phrase.issued,
        )
    return timing


def _look(timing: Timing, message: str, **args: date | str) -> Timing:
    return replace(timing, needs_person=True).because(message, **args)


# What smells of time in what no rule has taken; first a quick look whether anything does.
_SMELLS = re.compile(r"\d|quy |thang |nam |ngay |hang |moi |tuan ")
_RESIDUE = re.compile(
    r"\bquy\s+[ivx\d]{1,4}\b|\bthang\s+\d+|\bnam\s+\d+|\bngay\s+\d+(?!\d*\s*lan)|\b\d{1,2}\s*/\s*\d{1,4}\b|\b(?:hang|moi)\s+(?:tuan|thang|quy|nam)\b|\b20\d\d\b|/\s*\d|\b(?:quy|tuan) (?:mot|nhat|hai|ba|tu|bon)\b|\btuan \d|\bthang (?:~|(?:mot|hai|ba|tu|bay|tam|chin|muoi)\b)|\bngay (?:mung|muoi|hai muoi|ba muoi|ram)\b|(?<!dinh )\bky \d|\b\d{1,2}\s*,\s*(?:ngay\s+)?~|\b0?\d thang (?:dau|cuoi)\b"
)
