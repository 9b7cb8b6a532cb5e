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
    """A titled table; every figure said of it is the number of its rows or a sum over them."""

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
    foot: str = ""  # the head of the history when it was made

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
        return cls(told["title"], told["as_of"], sections, told["foot"])
