"""The commands that an answer may begin with, and nothing but those: XONG, GIA HAN, KHONG PHAI, with or without diacritics.

A line that says anything beyond its form is no command: "Xong phần 1" waits for a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from notifications.acts import Choice
from workflow.names import strip_marks

_CODE = r"[a-z][a-z0-9.]*(?:-[a-z0-9.]+)+"
_NUMBER = r"\d{1,6}\s*/\s*(?:\d{4}\s*/\s*)?[^\W\d_][\w&.-]*(?:/[\w&.-]+)*"
_DAY = r"(?P<d>\d{1,2})\s*(?P<s>[/.-])\s*(?P<m>\d{1,2})(?:\s*(?P=s)\s*(?P<y>\d{4}))?(?![\d/.-]*\d)"
_DONE = re.compile(
    rf"xong(?:\s*[:–-])?(?:\s+(?P<code>{_CODE}))?(?:[\s:,–-]+(?:so\s+)?(?P<number>{_NUMBER}))?(?:[\s,]+(?:ngay\s+)?{_DAY})?"
    r"(?:\s+(?:a|roi|roi a|nhe))?\s*[.!]*"
)
_MORE = re.compile(
    rf"gia han(?:\s*[:–-])?(?:\s+(?P<code>{_CODE}))?(?:\s+(?:them\s+)?(?:den|toi)(?:\s+(?:het\s+)?ngay)?|\s+ngay)?\s+{_DAY}"
    r"(?P<reason>(?:[\s,:;.–-].*)?)"
)
_NOT = re.compile(rf"khong phai(?:\s+(?P<code>{_CODE})(?![\w]))?(?P<rest>.*)")
_WHOSE = re.compile(r"\s+(?:nhiem vu|tham quyen|chuc nang|viec|trach nhiem|cong viec)(?:\s+\w+){0,4}?\s+cua\b")
_COMMAND = re.compile(r"(?:xong|gia han|khong phai)\b")


@dataclass(frozen=True)
class Order:
    """One command: `words` is the result of what is done, or the reason."""

    choice: Choice
    code: str = ""
    number: str = ""
    on: date | None = None
    until: date | None = None
    words: str = ""


def orders(own: str, year: int) -> list[Order]:
    """The commands of a sender's own words; none at all unless every line of them is understood for certain.

    `year` is that of a day written without one. Several commands stand below each other, each with its code.
    """
    lines = [" ".join(line.split()) for line in own.splitlines() if line.strip()]
    found: list[Order] = []
    while lines and _COMMAND.match(_plain(lines[0])):
        order = _order(lines[0], year)
        if not order:
            return []
        found.append(order)
        lines.pop(0)
    if not found or (len(found) > 1 and not all(order.code for order in found)):
        return []
    if len({order.code for order in found}) < len(found) or any(_COMMAND.match(_plain(line)) for line in lines):
        return []
    rest = " ".join(lines)
    last = found[-1]
    if rest and last.choice is Choice.DONE and len(found) > 1:
        return []  # whose result it tells is not certain
    told = " ".join(filter(None, (last.words, rest)))
    found[-1] = Order(last.choice, last.code, last.number, last.on, last.until, told)
    return [] if any(order.choice is Choice.MORE_TIME and not order.words for order in found) else found


def attempted(own: str) -> bool:
    """Whether the first line begins with one of the words of a command, whatever follows."""
    return bool(_COMMAND.match(_plain(own.lstrip())))


def _order(line: str, year: int) -> Order | None:
    """One line as a command, if it is one to its last character."""
    plain = _plain(line)
    if len(plain) != len(line):
        return None  # a letter that folds into two: the places in both would not be the same
    done, more, not_ours = _DONE.fullmatch(plain), _MORE.fullmatch(plain), _NOT.fullmatch(plain)
    if done:
        on = _day(done, year) if done["d"] else None
        if done["d"] and not on:
            return None
        number = re.sub(r"\s+", "", line[slice(*done.span("number"))]).upper().rstrip(".") if done["number"] else ""
        return Order(Choice.DONE, _code(done), number, on)
    if more:
        until, reason = _day(more, year), line[slice(*more.span("reason"))]
        if not until or re.search(r"\d{1,2}\s*[/.-]\s*\d{1,2}(?!\d*%)", reason):
            return None
        reason = re.sub(r"^[\s,:;.–-]+", "", reason)
        reason = re.sub(r"^(?:vì|vi|do|lý do|ly do)(?:\s*:|\s)\s*", "", reason, flags=re.IGNORECASE)
        return Order(Choice.MORE_TIME, _code(more), until=until, words=reason.strip())
    if not_ours:
        return _not_ours(line, not_ours)
    return None


def _not_ours(line: str, found: re.Match[str]) -> Order | None:
    """KHONG PHAI alone or with a code; a reason after a separator, in capitals also without; or a whole sentence that says whose."""
    rest, shouted = line[slice(*found.span("rest"))], line[: len("khong phai")].isupper()
    plain = found["rest"]
    if not rest.strip(" .!"):
        return Order(Choice.NOT_OURS, _code(found))
    separated = re.match(r"\s*[:–]\s*|\s+-\s*|\s*-\s+" + (r"|\s*[.,]\s*" if shouted or found["code"] else ""), rest)
    if separated:
        return Order(Choice.NOT_OURS, _code(found), words=rest[separated.end() :].strip())
    if _WHOSE.match(plain):
        return Order(Choice.NOT_OURS, _code(found), words=line)
    if shouted or found["code"]:
        return Order(Choice.NOT_OURS, _code(found), words=rest.strip())
    return None


def _code(found: re.Match[str]) -> str:
    return (found["code"] or "").upper()


def _day(found: re.Match[str], year: int) -> date | None:
    try:
        return date(int(found["y"] or year), int(found["m"]), int(found["d"]))
    except ValueError:
        return None


def _plain(line: str) -> str:
    return strip_marks(line)
