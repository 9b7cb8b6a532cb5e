"""Tables of money: by source, year and stage in the columns, by beneficiary or item in the rows; in the unit that stands above them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from directives.figures.found import Money
from directives.figures.funds import PURPOSE_OPEN, STAGE_OPEN
from directives.figures.grids import OF_WHICH, WHOLE, Grid, folded, parents
from directives.figures.measured import amount_of
from directives.figures.numbers import scale
from directives.figures.sources import FUND, source_in, stage_in
from directives.figures.times import times
from directives.proposal import Issue, issue
from workflow.i18n import N_
from workflow.targets.money import Source, Stage

NO_MONEY_UNIT = N_("The table states money without its unit; its figures are left out.")
BROKEN = N_("“{text}” does not make whole đồng.")

_STATED_UNIT = re.compile(
    r"(?:ĐVT|Đơn vị(?: tính)?|đơn vị(?: tính)?)\s*:?\s*((?:1\.?000\s+|nghìn |ngàn )?(?:nghìn|ngàn|triệu|tr\.?đ?|tỷ|tỉ)?\s*(?:đồng|VNĐ|đ)?)(?!\w)|\(\s*((?:nghìn |ngàn )?(?:nghìn|ngàn|triệu|tỷ|tỉ)?\s*đồng|tr\.?đ)\s*\)",
    re.IGNORECASE,
)
_NOTED = re.compile(
    r"ghi chu|so luong|don gia|ty le|%|dien tich|so nguoi|so ho|thoi gian|can cu|dinh muc|so lop|quy mo\b(?! von)"
)
_WHO = re.compile(
    r"\b(?:hop tac xa|htx|tho huong|thu huong|don vi|dia phuong|huyen|xa|phuong|thanh pho|chu dau tu|co quan|so,? nganh|truong)\b"
)


@dataclass(frozen=True)
class _Column:
    index: int
    source: Source
    stage: Stage | None
    period: str
    unit: int


def in_table(grid: Grid, caption: str, above: str, year: str, statement: int) -> tuple[list[Money], list[Issue]]:
    """The money of a table, and what keeps it from being read; `above` are the lines over it, the unit among them.

    Every row is a statement of its own, numbered on from `statement`.
    """
    unit = _unit(
        " ".join((above, *grid.titles, *(cell for line in grid.lines[:2] for cell in line.cells if not line.number)))
    )
    columns = list(_columns(grid, unit))
    if not columns:
        return [], []
    if not any(one.unit for one in columns):
        return [], [issue(NO_MONEY_UNIT, grid.place)]
    return list(_money(grid, [one for one in columns if one.unit], caption, year, statement)), []


def _unit(words: str) -> int:
    """How many đồng a figure is worth by the words around a table; 0 where they do not say."""
    return next(
        (
            worth
            for one in _STATED_UNIT.finditer(words[-4000:])
            if (worth := scale(" ".join((one[1] or one[2] or "").split())))
        ),
        0,
    )


def _columns(grid: Grid, unit: int) -> Iterator[_Column]:
    """The columns of money; without a word of money in any title a table is one of something else."""
    titles = [grid.titles[i] for i in grid.values()]
    if not any(FUND.search(title) or source_in(title) not in (None, Source.TOTAL) for title in titles):
        return
    for index in grid.values():
        title = grid.titles[index]
        plain = folded(title)
        if _NOTED.search(plain):
            continue
        when = times(title, bare=True)
        source = _source(title)
        if source or when or FUND.search(title) or stage_in(title):
            yield _Column(
                index, source or Source.TOTAL, stage_in(title), when[-1].key if when else "", _unit(title) or unit
            )


def _source(title: str) -> Source | None:
    """The source that a title names: its last words count, those above them only lead to it."""
    plain = folded(title)
    if re.search(r"\b(?:khac|tin dung|von vay|xa hoi hoa|huy dong)$", plain):
        return Source.OTHER
    if re.search(r"\b(?:tong(?: so| cong| von| kinh phi)?|cong)$", plain):
        return Source.TOTAL
    if re.search(r"\b(?:htx|hop tac xa|doi ung|tu co|nguoi dan|nhan dan|doanh nghiep)$", plain):
        return Source.OWN
    return source_in(title)


def _money(grid: Grid, columns: list[_Column], caption: str, year: str, statement: int) -> Iterator[Money]:
    above = parents(grid.lines)
    children = {parent for parent in above if parent is not None}
    named = bool(_WHO.search(folded(grid.titles[grid.label])))
    purpose = " ".join(re.sub(r"\((?:Kèm theo|kèm theo|ĐVT|Đơn vị)[^)]*\)", "", caption).split())
    when = [one.key for one in times(caption, year) if len(one.key) < 10]
    for index, line in enumerate(grid.lines):
        label = OF_WHICH.sub("", line.label, count=1).lstrip("-+•* ").strip(" :")
        whole = line.depth == 0 and bool(WHOLE.match(folded(label)))
        leaf = named and not whole and index not in children
        for column in columns:
            figure = amount_of(line.cells[column.index])
            if figure is None or not (label or whole):
                continue
            made = Money("", Stage.PLANNED, column.source, 0, statement=statement + index, place=line.place, told=True)
            made.above = statement + parent if (parent := above[index]) is not None else 0
            made.purpose = purpose if whole or leaf else label
            made.beneficiary = label if leaf else ""
            stage = column.stage or stage_in(caption)
            made.stage, made.period = stage or Stage.PLANNED, column.period or (when[-1] if when else year)
            made.words = " | ".join(cell for cell in line.cells if cell)[:400]
            made.issues = [
                *([] if stage else [issue(STAGE_OPEN, line.place)]),
                *([] if made.purpose else [issue(PURPOSE_OPEN, line.place)]),
            ]
            yield _valued(made, figure, column.unit)


def _valued(made: Money, figure: Decimal, unit: int) -> Money:
    """The amount in đồng; one that is not whole is rounded and said."""
    exact = figure * unit
    made.amount = int(exact.to_integral_value())
    if exact != made.amount:
        made.issues.append(issue(BROKEN, made.place, text=figure))
    return made
