"""A report as data: sections with figures and a table, no format."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from workflow.terminal import Column

# What no XML can hold, and so neither Word nor Excel.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def writable(value: object) -> str:
    """A value as text that a file can hold; nothing for None."""
    text = "" if value is None else str(value)
    return _UNWRITABLE.sub("\ufffd", text) if _UNWRITABLE.search(text) else text


@dataclass(frozen=True)
class Section:
    """A titled table; every figure said of it is the number of its rows or a sum over them.

    A row may say under `opens`, for each of its columns, the address within the office's pages of the list that the figure counts,
    and under `sum` that it adds up the others.
    """

    title: str
    columns: tuple[Column, ...]
    rows: list[dict[str, Any]]
    note: str = ""
    warning: str = ""  # stands before everything else


@dataclass(frozen=True)
class Report:
    """A report for one day."""

    title: str
    as_of: date
    sections: list[Section] = field(default_factory=list)
    foot: str = ""  # up to which hour things are known, and the head of the history when it was made
    about: str = ""  # what it was narrowed to

    def to_json(self) -> dict[str, Any]:
        """The report for programs; days stay days."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Report:
        """The report that a server has made."""
        sections = [
            Section(**{**section, "columns": tuple(Column(**column) for column in section["columns"])})
            for section in told["sections"]
        ]
        return cls(told["title"], told["as_of"], sections, told["foot"], told["about"])


def opens(row: dict[str, Any], key: str, base: str) -> str:
    """The whole address of the list behind a figure; nothing for a zero, or where the office's own address is not known."""
    address = row.get("opens", {}).get(key) if base and row.get(key) else None
    return f"{base}{address}" if address else ""


ROOM = 24.7  # centimetres between the margins of A4 across
LETTER, BESIDE = 0.22, 0.42  # centimetres that a letter takes in a table, and that a cell leaves blank


def widths(section: Section) -> list[float]:
    """Column widths in centimetres, `ROOM` at most in all: narrow columns hold their longest word; wide ones share what is left by how
    much they hold, none more than its longest text. The first rows speak for a long table.
    """
    told = [
        [column.title, *(str(row.get(column.key) or "") for row in section.rows[:2000])] for column in section.columns
    ]
    made = [
        min(_wide(max((word for text in texts for word in text.split()), key=len, default="")), 5.0) for texts in told
    ]
    longest = [max(_wide(max(texts, key=len)), word) for texts, word in zip(told, made, strict=True)]
    weight = [min(max(sum(map(len, texts)) / len(texts), 16), 144) ** 0.5 for texts in told]
    waiting = [n for n, column in enumerate(section.columns) if column.wide]
    left = max(ROOM - sum(width for n, width in enumerate(made) if n not in waiting), ROOM / 3)
    while waiting:
        each = left / sum(weight[n] for n in waiting)
        content = [n for n in waiting if longest[n] <= each * weight[n]]
        for n in content or waiting:
            made[n] = max(min(made[n], 2.5), min(longest[n], each * weight[n]))
            left -= made[n]
        waiting = [n for n in waiting if n not in content] if content else []
    return [width * min(ROOM / sum(made), 1) for width in made]


def _wide(text: str) -> float:
    """How wide a cell must be for a line; capitals take more."""
    return BESIDE + LETTER * (len(text) + 0.4 * sum(map(str.isupper, text)))
