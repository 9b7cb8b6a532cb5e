"""What every reader returns: paragraphs and tables in reading order, each with its place."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from workflow.i18n import _


@dataclass(frozen=True)
class Place:
    """Where something stands in a document, as far as the format tells; all numbers count from 1."""

    page: int | None = None
    sheet: str | None = None
    table: int | None = None
    row: int | None = None
    paragraph: int | None = None

    def to_json(self) -> dict[str, int | str]:
        return {name: value for name, value in vars(self).items() if value is not None}

    def __str__(self) -> str:
        parts = [
            self.page and _("page {n}", n=self.page),
            self.sheet and _("sheet {n}", n=self.sheet),
            self.table and _("table {n}", n=self.table),
            self.row and _("row {n}", n=self.row),
            self.paragraph and _("paragraph {n}", n=self.paragraph),
        ]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of running text."""

    text: str
    place: Place = field(default_factory=Place)


@dataclass(frozen=True)
class Row:
    """A table row: one text for each grid column, None where a merged cell covers the column."""

    cells: tuple[str | None, ...]
    place: Place = field(default_factory=Place)

    def texts(self) -> list[str]:
        """The texts that are not empty."""
        return [cell for cell in self.cells if cell]


@dataclass(frozen=True)
class Table:
    """A table as a grid."""

    rows: tuple[Row, ...]
    place: Place = field(default_factory=Place)


@dataclass(frozen=True)
class Document:
    """A document as its reader saw it."""

    name: str
    format: str
    blocks: tuple[Paragraph | Table, ...]
    converted: bool = False  # from an encoding older than Unicode

    def paragraphs(self) -> list[Paragraph]:
        return [block for block in self.blocks if isinstance(block, Paragraph)]

    def tables(self) -> list[Table]:
        return [block for block in self.blocks if isinstance(block, Table)]


def clean(text: str) -> str:
    """Normalise to NFC, drop characters that do not show, and fold white space."""
    text = unicodedata.normalize("NFC", text)
    text = re.sub("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", text)
    return " ".join(re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", " ", text).split())
