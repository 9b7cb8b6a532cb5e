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


def widths(section: Section, room: float) -> list[float]:
    """Column widths in centimetres that add up to `room`: narrow ones hold their longest word, wide ones share by what they hold."""
    told = [[column.title, *(str(row.get(column.key) or "") for row in section.rows)] for column in section.columns]
    needs = [0.22 * max(len(word) for text in texts for word in (text.split() or [""])) + 0.5 for texts in told]
    narrow = [min(need, 5.0) for need, column in zip(needs, section.columns, strict=True) if not column.wide]
    weights = [min(max(sum(map(len, texts)) / len(texts), 16), 144) ** 0.5 for texts in told]
    shared = sum(weight for weight, column in zip(weights, section.columns, strict=True) if column.wide)
    rest = max(room - sum(narrow), room / 3) if shared else 0
    made = [
        rest * weight / shared if column.wide else min(need, 5.0)
        for need, weight, column in zip(needs, weights, section.columns, strict=True)
    ]
    return [width * min(room / sum(made), 1) for width in made]
