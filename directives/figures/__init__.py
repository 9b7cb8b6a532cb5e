"""The figures of a document: what it aims at and what was reached, the money it states, and what of that does not agree."""

from __future__ import annotations

import re
from pathlib import Path

from directives import letterhead, readers
from directives.document import Document, Paragraph, Table
from directives.figures import budgets, measured
from directives.figures.found import Figures, Indicator, Money
from directives.figures.funds import Funds
from directives.figures.grids import grid
from directives.figures.indicators import indicators
from directives.figures.passages import Passage, passages
from directives.figures.sums import settled
from directives.proposal import issue
from workflow.i18n import N_

ENDLESS = N_("The paragraph is longer than what is looked at for figures.")

__all__ = ["Figures", "Indicator", "Money", "propose", "read"]


def read(path: Path, max_megabytes: int = 50, name: str = "") -> Figures:
    """Return the figures of a file (called `name`, if that is not the name of its path); raises BadInput where it cannot be read."""
    document = readers.read(path, max_megabytes, name)
    found = propose(document)
    found.number = letterhead.read(document).number or ""
    return found


def propose(document: Document) -> Figures:
    """Return the indicators and the money that a document states."""
    found, funds = Figures(document.name), Funds()
    above: list[Passage] = []  # the lines over a table: its title and its unit
    last = Passage(Paragraph(""))
    for block in passages(document):
        if isinstance(block, Table):
            _table(block, above, last, found, funds)
            above = []
            continue
        above, last = [*above[-3:], block], block
        found.indicators += indicators(block)
        found.money += funds.read(block)
        if block.is_endless:
            found.issues.append(issue(ENDLESS, block.paragraph.place))
    settled(found.money)
    return found


def _table(table: Table, above: list[Passage], last: Passage, found: Figures, funds: Funds) -> None:
    """Take a table as one of indicators or of money; one of neither says nothing."""
    made = grid(table)
    if not made:
        return
    over = " ".join(one.text for one in above)
    year, caption = last.year, _caption(above, last)
    if measured.is_measured(made):
        listed = list(measured.in_table(made, caption, year))
        found.indicators += listed
        if listed:
            return
    money, issues = budgets.in_table(made, caption, over, year, funds.statement.counted + 1)
    found.money += money
    found.issues += issues
    if money:
        funds.statement.counted += len(made.lines)
        funds.statement.open = False


def _caption(above: list[Passage], last: Passage) -> str:
    """The title over a table: the nearest lines that are short and no unit, no reference and no sentence; else the nearest heading."""
    told: list[str] = []
    for one in reversed(above):
        text = one.text
        if (
            text.startswith("(")
            or _is_unit(one.paragraph)
            or re.fullmatch(r"(?:Phụ lục|PHỤ LỤC|Biểu|BIỂU|Mẫu|MẪU)(?: số)?[ \w./-]{0,12}", text)
        ):
            continue
        if len(text) > 250 or text.endswith((".", ";")):
            break
        told.insert(0, text)
        if len(told) == 2 or not text.isupper():
            break
    return " ".join(told) or (last.headings[-1].text if last.headings else "")


def _is_unit(paragraph: Paragraph) -> bool:
    return paragraph.text.strip().casefold().startswith(("đvt", "đơn vị"))
