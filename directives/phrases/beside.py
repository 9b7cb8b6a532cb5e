"""Several days in one phrase: which belong together, which only describe, which contradict each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from directives.phrases.days import Found, Piece, pieces
from directives.phrases.phrase import HOUR, WEEKDAY, WEEKDAYS, Phrase, search
from workflow.i18n import N_
from workflow.periods import Window, day_window, reason, span
from workflow.timing import Kind, Timing

_JOINED = re.compile(rf"\s*(?:[-–]|\bden(?:\s+(?:het|cuoi|ngay))*)\s*(?:{HOUR})?\Z")
_PREFACE = re.compile(
    r"\b(?:truoc|nhat|den|het|xong|hoan thanh|vao|trong|tu|thanh|sang)(?:\s+(?:la|den|vao|het|ngay|trong|cuoi|thang|quy))*\s*\Z"
)
_LIMIT = re.compile(r"\b(?:truoc|nhat|den|xong)(?:\s+(?:la|den|vao|het|ngay|trong))*\s*\Z")
# What a year or a quarter is only an attribute of: "kế hoạch vốn năm 2025 trước ngày 31/01/2026".
_DESCRIBED = re.compile(
    r"\b(?:ke hoach|von|ket qua|so lieu|du toan|quyet toan|ngan sach|bao cao|chi tieu|cong tac|tinh hinh|chuong trinh|danh muc|phan bo|giai ngan"
    r"|nghi quyet|luat|de an|bien che|xep loai|danh gia|thi dua|dau tu|cai cach|chuyen doi)\b[^,;:.()]*\Z"
)
# What was stated before these words no longer holds: "Tháng 6/2026 (gia hạn đến 15/7/2026)".
_MOVED = re.compile(r"\b(?:gia han|lui(?: thoi han)?|keo dai|dieu chinh)\s+(?:den|sang|thanh)\b")
_HELD = re.compile(r"\b(?:hoi nghi|dai hoi|le|phien hop|ky hop)\b[^,;:.()]*\Z")
# Clauses whose days are none of the task's: over what the data run, and which deadline is replaced.
_ASIDE = re.compile(
    r"\b(?:so lieu|luy ke|tinh den|uoc den|chot)\b[^,;(]*(?=[,;(])|\bthay (?:cho|vi|the)\b[^,;)]*|\btu (?:ngay |thang |quy )?[\di][^,;]*?(?=\s(?:thanh|sang)\b)|\b(?:lui|chuyen) tu [^,;)]*"
    r"|^(?:[a-z]+ ){0,3}?(?:bat dau )?(?:ke )?tu (?:ngay |thang |quy |nam )?[\di][^,;]*(?=[,;][^,;]*\b(?:nhat|xong|hoan thanh|ket thuc|truoc|den)\b)"
)
_A_WEEKDAY = rf"(?:{WEEKDAY}|\b(chu nhat))"
_WEEKDAY_BEFORE = re.compile(rf"{_A_WEEKDAY}\s*,?\s*\(?\s*(?:ngay\s+)?\Z")
_WEEKDAY_AFTER = re.compile(rf"\s*,?\s*\(\s*{_A_WEEKDAY}\s*\)")
_SOME_TIME = re.compile(r"\d|\bquy |\bnam\b|\bnay\b")
_BLANK_DATE = re.compile(r"\bngay[\s.…_/-]*thang[\s.…_/-]*(?:\d{1,2}[\s.…_/-]*)?nam\b")


def fixed(phrase: Phrase) -> Timing | None:
    """The fixed days and spans that the rest of a phrase states, as one timing; None where it states none."""
    if phrase.mentions(
        "so lieu", "luy ke", "tinh den", "uoc den", "chot", "thay", "thanh", "sang", "lui", "chuyen", "tu "
    ):
        for aside in list(_ASIDE.finditer(phrase.rest)):
            phrase.take(aside)
    if not _SOME_TIME.search(phrase.rest):
        return None
    if _BLANK_DATE.search(phrase.rest):
        return phrase.asks(N_("The day is left blank in the document."))
    found = (piece for piece in pieces(phrase) if not _is_fraction(phrase, piece))
    every = _joined(phrase, sorted(found, key=lambda piece: piece.start))
    if not every:
        return None
    if any(piece.found is None for piece in every):
        return phrase.asks(N_("There is no such day."))
    known = [found for found in (piece.found for piece in _refined(phrase, _own(phrase, every))) if found]
    unique = {window.key: window for found in known for window in found.windows}
    return phrase.means(
        Kind.DEADLINE,
        windows=tuple(sorted(unique.values(), key=lambda w: (w.due, w.key))),
        needs_person=any(found.unsure for found in known),
        reasons=tuple(dict.fromkeys(one for found in known for one in found.reasons)),
    )


def _joined(phrase: Phrase, every: list[Piece]) -> list[Piece]:
    """Two pieces joined by "đến" or a dash are one span: "tháng 8/2026 - 14/9/2026"."""
    out: list[Piece] = []
    for piece in every:
        held = out[-1] if out else None
        if held and held.found and piece.found and _JOINED.match(phrase.text[held.end : piece.start]):
            whole = _whole(held.found, piece.found)
            if whole:
                out[-1] = Piece(held.start, piece.end, whole)
                continue
        out.append(piece)
    return out


def _whole(first: Found, last: Found) -> Found | None:
    """The span from the opening of the first to the end of the last; None where they do not follow each other."""
    opens, ends = first.windows[0].opens or first.windows[0].due, last.windows[-1]
    if len(first.windows) > 1 or opens > ends.due:
        return None
    window = span(opens, ends.due) if opens.day == 1 and _is_span(ends) else day_window(ends.due, opens)
    stated = tuple(r for r in last.reasons if "year" in dict(r.args))
    why = reason(N_("From {opens} to {due}."), opens=opens, due=ends.due)
    return Found((window,), (why, *stated), first.unsure or last.unsure)


def _is_span(window: Window) -> bool:
    """Whether it is a span of whole months and no day."""
    return len(window.key) < 10 or ".." in window.key


def _own(phrase: Phrase, every: list[Piece]) -> Iterator[Piece]:
    """The pieces that are the task's own; a span that only describes something is dropped beside a deadline, and doubtful alone."""
    described = [_describes(phrase, piece) for piece in every]
    moved = _MOVED.search(phrase.text)
    if moved and any(piece.start > moved.start() for piece in every):
        described = [one or piece.start < moved.start() for one, piece in zip(described, every, strict=True)]
    for piece, only_describes in zip(every, described, strict=True):
        if not only_describes:
            yield _suspected(phrase, piece)
        elif all(described):
            yield _doubted(piece, N_("The span says what the work is about, perhaps not when it is due."))


def _describes(phrase: Phrase, piece: Piece) -> bool:
    """Whether a span is only an attribute: "kế hoạch vốn năm 2025", "hội nghị cuối năm 2026"."""
    before = phrase.text[: piece.start]
    if not piece.found or not all(_is_span(w) for w in piece.found.windows) or _PREFACE.search(before):
        return False
    of_a_year = all(len(w.key) == 4 for w in piece.found.windows)
    return bool(_DESCRIBED.search(before) or (of_a_year and _HELD.search(before)))


def _doubted(piece: Piece, message: str, **args: object) -> Piece:
    """The piece, to be looked at by a person, and why."""
    found = piece.found or Found(())
    return replace(piece, found=replace(found, unsure=True, reasons=(*found.reasons, reason(message, **args))))


def _is_fraction(phrase: Phrase, piece: Piece) -> bool:
    """Whether "9/10 xã" or "trực 24/7" only looks like a day: a bare pair of numbers with a noun behind or a duty before."""
    before, after = phrase.text[: piece.start], phrase.text[piece.end :]
    if re.fullmatch(r"\d{1,2}\.\d{1,2}", phrase.text[piece.start : piece.end]):
        return not _PREFACE.search(before) or bool(re.match(r"\s*(?:%|ty|trieu|nghin|diem|ha|km|m2)", after))
    if not re.fullmatch(r"\d{1,2}\s*/\s*\d{1,2}", phrase.text[piece.start : piece.end]):
        return False
    if search(r"\btruc(?: ban)?\s+\Z", before):
        return True
    return not _PREFACE.search(before) and bool(re.match(r"\s*(?!va\b|den\b|hang\b|hoac\b|theo\b|moi\b)[a-z]", after))


def _suspected(phrase: Phrase, piece: Piece) -> Piece:
    """A day that may be something else is doubtful: "sau ngày 15/8", a weekday that does not fit its day."""
    if not piece.found:
        return piece
    before = phrase.text[: piece.start]
    weekday = None
    if phrase.names_weekday():
        weekday = _WEEKDAY_BEFORE.search(before) or _WEEKDAY_AFTER.match(phrase.text, piece.end)
    stated = piece.found.windows[0].due + timedelta(days=phrase.is_before(piece.start))
    wrong_day = weekday and _weekday(weekday) != stated.isoweekday()
    if wrong_day:
        return _doubted(piece, N_("{day} is not the day of the week that is stated."), day=stated)
    if search(r"(?<!thu )\bsau\s+(?:ngay\s+)?\Z", before):
        return _doubted(piece, N_("“sau” a day says from when, not by when."))
    return piece


def _weekday(found: re.Match[str]) -> int:
    return 7 if found[2] else WEEKDAYS[found[1]]


def _refined(phrase: Phrase, own: Iterator[Piece]) -> Iterator[Piece]:
    """A day that is named right beside its span narrows it: "Quý III/2025 (trước 15/9/2025)"; one outside it contradicts."""
    held: Piece | None = None
    for piece in own:
        if held and held.found and piece.found:
            between = phrase.text[held.end : piece.start]
            refined = _narrowed(held.found, piece.found, between, bool(_LIMIT.search(phrase.text[: piece.start])))
            if refined:
                held = Piece(held.start, piece.end, refined)
                continue
        if held:
            yield held
        held = piece
    if held:
        yield held


def _narrowed(first: Found, second: Found, between: str, limited: bool) -> Found | None:
    """One finding in place of two that speak of the same deadline; None where each stands for itself."""
    if len(first.windows) != 1 or len(second.windows) != 1 or ";" in between:
        return None
    a, b = first.windows[0], second.windows[0]
    if _is_span(a) and _is_span(b) and re.fullmatch(r"\s*\(\s*", between):
        inside = (a.opens or date.min) <= (b.opens or b.due) and b.due <= a.due
        return second if inside else _contradicting(first, second)
    if _is_span(a) == _is_span(b):
        return None
    (whole, day), close = ((a, b) if _is_span(a) else (b, a)), re.fullmatch(r"[\s,:(-]*(?:\b[a-z]+\s*){0,4}", between)
    inside = (whole.opens or date.min) <= day.due <= whole.due
    if inside and close:
        reasons = second.reasons if _is_span(a) else first.reasons
        return Found((Window(day.due, whole.opens, day.key),), reasons, first.unsure or second.unsure)
    if "(" in between:
        return _contradicting(first, second)
    if _is_span(a) and limited and re.fullmatch(r"\s*(?:truoc|cham nhat|muon nhat)?(?:\s+(?:la|ngay))*\s*", between):
        return second  # "báo cáo 9 tháng trước ngày 10/10": the span is what it reports on
    return None


def _contradicting(first: Found, second: Found) -> Found:
    why = reason(N_("What stands in brackets contradicts what stands before it."))
    return Found((*first.windows, *second.windows), (*first.reasons, *second.reasons, why), unsure=True)
