"""The document that a decision rests on: its number and the day it was issued."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from workflow.errors import BadInput
from workflow.names import bounded, printable
from workflow.periods import show_day

_WRITTEN = re.compile(
    r"(?P<number>.*?)[\s,(]*(?:ngày\s+)?(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})\)?\.?"
)


@dataclass(frozen=True)
class Basis:
    """A document by its number and day, such as 120/UBND-VP of 3/9/2025."""

    number: str
    on: date

    @classmethod
    def read(cls, text: str) -> Basis:
        """Read "Công văn 120/UBND-VP ngày 3/9/2025"; raises BadInput where the number or the day is missing."""
        found = _WRITTEN.fullmatch(printable(text))
        number = bounded(found["number"].strip(" ,;("), 200) if found else ""
        try:
            if not found or not re.search(r"\d", number):
                raise ValueError(text)
            on = date(int(found["year"]), int(found["month"]), int(found["day"]))
            if not 1990 <= on.year <= 2100:
                raise ValueError(on)
            return cls(number, on)
        except ValueError as error:
            raise BadInput(
                "“{text}” names no document: write its number and its day, such as “Công văn 120/UBND-VP ngày 3/9/2025”.",
                text=printable(text),
            ) from error

    def __str__(self) -> str:
        from workflow.i18n import _

        return _("{number} of {day}", number=self.number, day=show_day(self.on))

    def to_json(self) -> dict[str, str]:
        """As the history keeps it."""
        return {"number": self.number, "on": self.on.isoformat()}


def need_basis(basis: Basis | None, at: datetime) -> Basis:
    """The basis itself; raises BadInput where a decision was given none, or one that is dated after it."""
    if basis is None:
        raise BadInput("This needs the document it rests on: --basis “Công văn 120/UBND-VP ngày 3/9/2025”.")
    if basis.on > (at + timedelta(hours=14)).date():  # wherever the office is
        raise BadInput("{day} is still to come; give the day that stands on the document.", day=show_day(basis.on))
    return basis


def need_reason(reason: str) -> str:
    """The reason in printable words; raises BadInput where there is none."""
    words = bounded(reason, 2000)
    if not words:
        raise BadInput("This needs a reason; state it.")
    return words
