"""A report as data: sections with figures and a table, no format."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workflow.terminal import Column


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
