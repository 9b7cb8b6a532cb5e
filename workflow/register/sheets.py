"""Tables that an office edits in a spreadsheet: read from .xlsx or .csv with row numbers, and written as either.

Columns are found by their titles in either language, in any order. A column that is left out says nothing of its values; an
empty cell says that there is none.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from workflow.errors import BadInput
from workflow.i18n import _
from workflow.names import fold
from workflow.periods import show_day
from workflow.terminal import day, output_file

# What a spreadsheet program would take for a formula when it opens a .csv.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Line:
    """One row of a table: its number as the spreadsheet program shows it, and its texts by column key."""

    number: int
    cells: dict[str, str]


@dataclass
class Faults:
    """What is wrong in a table, by row and column; `settle` refuses the whole table if there is anything.

    Of a `form` only the field is named, and once: its rows are nothing that a person has written. `sheet` is named where a file
    has several, which then share what is `found`.
    """

    name: str
    titles: dict[str, str]
    found: list[str] = field(default_factory=list)
    form: bool = False
    sheet: str = ""

    def add(self, line: Line, column: str, problem: str) -> None:
        """Note one fault."""
        title = _(self.titles[column])
        if self.sheet:
            where = {"sheet": self.sheet, "n": line.number, "column": title}
            self.found.append(_("sheet “{sheet}”, row {n}, column “{column}”: {problem}", **where, problem=problem))
        elif not self.form:
            self.found.append(_("row {n}, column “{column}”: {problem}", n=line.number, column=title, problem=problem))
        elif (told := _("{column}: {problem}", column=title, problem=problem)) not in self.found:
            self.found.append(told)

    def day(self, line: Line, column: str) -> date | None:
        """The day in a cell; None where it is empty or no day, which is noted."""
        try:
            return day(line.cells[column]) if line.cells.get(column) else None
        except BadInput as problem:
            self.add(line, column, str(problem))
            return None

    def settle(self) -> None:
        """Raise BadInput with every fault (the first thirty in words)."""
        if self.found:
            more = len(self.found) - 30
            lines = self.found[:30] + ([_("and {n} more", n=more)] if more > 0 else [])
            raise BadInput(
                "{name} was not loaded, nothing was changed. {n} errors:\n{errors}",
                name=self.name,
                n=len(self.found),
                errors="\n".join(f"  {line}" for line in lines),
            )


def read(path: Path, titles: dict[str, str], needed: Sequence[str]) -> list[Line]:
    """Return the rows of a table whose columns are `titles` (key → English title); raises BadInput naming what lacks."""
    rows = _csv(path) if path.suffix.lower() == ".csv" else _xlsx(path)
    return lines_of(rows, titles, needed, path.name)


def read_book(path: Path) -> dict[str, list[list[Any]]]:
    """The rows of every sheet of a spreadsheet by the sheet's folded name; raises BadInput."""
    import python_calamine as calamine

    path.open("rb").close()  # its own error does not say which file
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        return {fold(name): book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except OSError:
        raise
    except Exception as error:  # calamine's errors share no base class
        raise BadInput("{name} is no readable spreadsheet (.xlsx or .csv).", name=path.name) from error


def lines_of(rows: list[list[Any]], titles: dict[str, str], needed: Sequence[str], name: str) -> list[Line]:
    """The rows of a sheet under its titles; raises BadInput naming the columns of `name` that lack or are not known."""
    head = [fold(str(cell)) for cell in rows[0]] if rows else []
    places = {}
    for key, title in titles.items():
        place = next((head.index(fold(known)) for known in (_(title), title, key) if fold(known) in head), None)
        if place is not None:
            places[key] = place
    known = {fold(word) for key, title in titles.items() for word in (_(title), title, key)}
    strange = [
        str(cell).strip()
        for cell, title in zip(rows[0] if rows else [], head, strict=True)
        if title and title not in known
    ]
    doubled = [str(cell).strip() for n, cell in enumerate(rows[0] if rows else []) if head[n] and head[n] in head[:n]]
    if strange or doubled:
        raise BadInput(
            "{name}: the columns {columns} are not known or stand twice; known are: {known}.",
            name=name,
            columns=", ".join(strange + doubled),
            known=", ".join(_(title) for title in titles.values()),
        )
    lacking = [_(titles[key]) for key in needed if key not in places]
    if lacking:
        raise BadInput("{name}: the columns {columns} are missing.", name=name, columns=", ".join(lacking))
    lines = []
    for number, row in enumerate(rows[1:], 2):
        cells = {key: _text(row[place]) if place < len(row) else "" for key, place in places.items()}
        if any(cells.values()):
            lines.append(Line(number, cells))
    return lines


def write(path: Path, titles: dict[str, str], rows: Iterable[dict[str, str]], sheet: str) -> None:
    """Write a table as .csv or .xlsx, every cell as text."""
    if path.suffix.lower() in (".csv", ".xlsx"):
        output_file(path)
    if path.suffix.lower() == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow([_(title) for title in titles.values()])
            writer.writerows([[_tame(row.get(key, "")) for key in titles] for row in rows])
        return
    if path.suffix.lower() != ".xlsx":
        raise BadInput("{name} is neither .xlsx nor .csv.", name=path.name)
    write_book(path, {sheet: (titles, rows)})


def write_book(path: Path, sheets: Mapping[str, tuple[dict[str, str], Iterable[dict[str, str]]]]) -> None:
    """Write tables as the sheets of one .xlsx, every cell as text; also what is typed below them stays the text that was typed."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF5", "text_wrap": True, "border": 1, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "border": 1, "valign": "top", "num_format": "@"})
        typed = book.add_format({"num_format": "@"})
        for sheet, (titles, rows) in sheets.items():
            page = book.add_worksheet(sheet)
            page.freeze_panes(1, 2)
            written = list(rows)
            for column, (key, title) in enumerate(titles.items()):
                longest = max((len(row.get(key, "")) for row in written), default=0)
                page.set_column(column, column, min(max(longest, len(_(title)), 8) + 1, 46), typed)
                page.write_string(0, column, _(title), bold)
                for number, row in enumerate(written, 1):
                    page.write_string(number, column, row.get(key, ""), plain)
            page.autofilter(0, 0, max(len(written), 1), len(titles) - 1)


def _csv(path: Path) -> list[list[Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput("{name} is not UTF-8; save it as “CSV UTF-8” or as .xlsx.", name=path.name) from error
    mark = max(",;\t", key=text.split("\n", 1)[0].count)
    try:
        rows: list[list[Any]] = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error as error:  # a cell longer than any that is kept
        raise BadInput("{name} is no readable spreadsheet (.xlsx or .csv).", name=path.name) from error
    return [[cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA else cell for cell in row] for row in rows]


def _xlsx(path: Path) -> list[list[Any]]:
    return next(iter(read_book(path).values()))


def _tame(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _text(value: object) -> str:
    """A cell as text: days and figures as people write them, with a comma before decimals; line breaks stay, to be seen and refused."""
    if isinstance(value, datetime | date):
        return show_day(value.date() if isinstance(value, datetime) else value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, float):
        return format(Decimal(f"{value:.15g}"), "f").replace(".", ",")
    return unicodedata.normalize("NFC", str(value)).strip() if value is not None else ""
