"""Tables of indicators: what each row is to reach, what it reached, and in which period, by the headings of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from directives.figures.bounds import Bound, bounds
from directives.figures.found import Indicator, distinct
from directives.figures.grids import OF_WHICH, Grid, Line, folded, parents
from directives.figures.indicators import NEAR, NO_UNIT, POINT
from directives.figures.numbers import is_doubtful
from directives.figures.times import times, without, year_of
from directives.proposal import Issue, issue
from workflow.errors import BadInput
from workflow.i18n import N_
from workflow.targets.aim import Relation
from workflow.targets.numbers import number as read_number

SHARE = N_("{figure} may be a share or a percentage.")

_RATIO = re.compile(r"so sanh|so voi|\bty le\b|%|\btang\b|\bgiam\b|muc do|danh gia|/\s*(?:kh|ke hoach)")
_ROLE = re.compile(
    r"(?P<target>\b(?:ke hoach|kh|muc tieu|chi tieu|du kien|phan dau|giao|duoc giao)\b)|(?P<actual>\b(?:thuc hien|th|uoc|ket qua|dat|hien trang|nam goc)\b)"
)


@dataclass(frozen=True)
class _Column:
    index: int
    role: str  # "target", "actual" or "share" of the plan
    period: str


def in_table(grid: Grid, caption: str, year: str) -> Iterator[Indicator]:
    """The indicators of a table; `caption` are the words above it, `year` that of the plan."""
    columns = list(_columns(grid, caption, year))
    if not any(one.role in ("target", "actual") for one in columns):
        return
    above, unit = parents(grid.lines), ""
    names: dict[int, str] = {}
    for index, line in enumerate(grid.lines):
        own = line.cells[grid.unit] if grid.unit is not None else ""
        unit = unit if own in ("", '"', "″", "''", "-", "nt") and line.depth >= 8 else "" if own in ("-", "nt") else own
        names[index] = OF_WHICH.sub("", line.label, count=1).lstrip("-+•* ").strip(" :")
        told = {one: read for one in columns if (read := _figure(line.cells[one.index], unit))}
        if not told or not names[index]:
            continue
        parent = _named_above(grid.lines, above, names, index)
        yield from _of_row(line, names[index], parent, unit, told)


def is_measured(grid: Grid) -> bool:
    """Whether a table is one of indicators: it has units by row, or says that it lists indicators."""
    return grid.unit is not None or bool(re.search(r"\bchi tieu\b|\bmuc tieu\b", folded(grid.titles[grid.label])))


def _columns(grid: Grid, caption: str, year: str) -> Iterator[_Column]:
    aimed = bool(re.search(r"\b(?:muc tieu|chi tieu|ke hoach)\b", folded(caption)))
    for index in grid.values():
        title = folded(grid.titles[index])
        when = times(grid.titles[index], year, bare=True)
        period = when[-1].key if when else ""
        role = _ROLE.search(title)
        if _RATIO.search(title):
            if re.search(r"\b(?:kh|ke hoach)\b", title) and re.search(r"%|dat|ty le|so sanh|so voi", title):
                yield _Column(index, "share", period)
        elif role:
            yield _Column(index, role.lastgroup or "", period)
        elif when and aimed:
            yield _Column(index, "target", period)


def _named_above(lines: tuple[Line, ...], above: list[int | None], names: dict[int, str], index: int) -> str:
    """The row that a row is part of; a heading of a section is no indicator, and "Trong đó" stands for the row above it."""
    parent = above[index]
    if parent is None or lines[index].depth <= 3:
        return ""
    return names[parent] or _named_above(lines, above, names, parent)


def _of_row(line: Line, name: str, parent: str, unit: str, told: dict[_Column, Bound]) -> Iterator[Indicator]:
    """The indicators of a row: one for each target, with what was reached in its period and before it; else what was reached."""
    targets = [one for one in told if one.role == "target"]
    reached = [one for one in told if one.role == "actual"]
    shares = [one for one in told if one.role == "share"]
    for one in targets:
        bound = told[one]
        made = Indicator(
            name, unit or bound.unit, bound.relation, bound.value, bound.upper, period=one.period, part_of=parent
        )
        same = [a for a in reached if a.period == one.period or not (a.period and one.period)]
        earlier = sorted(
            (a for a in reached if a.period and one.period and year_of(a.period) < year_of(one.period)),
            key=lambda a: year_of(a.period),
        )
        made.actual = told[same[-1]].value if same else None
        made.baseline = told[earlier[-1]].value if earlier else bound.baseline
        made.of_plan = told[shares[0]].value if shares and len(targets) == 1 else None
        yield _finished(made, line, [told[a] for a in (one, *same[-1:], *earlier[-1:])])
    if not targets:
        for one in reached[-1:]:
            made = Indicator(
                name,
                unit or told[one].unit,
                Relation.WATCHED,
                actual=told[one].value,
                period=one.period,
                part_of=parent,
            )
            made.of_plan = told[shares[0]].value if shares else None
            yield _finished(made, line, [told[one]])


def _finished(made: Indicator, line: Line, read: list[Bound]) -> Indicator:
    made.words, made.place = " | ".join(cell for cell in line.cells if cell)[:400], line.place
    made.issues = distinct(_doubts(made, line, read))
    return made


def _doubts(made: Indicator, line: Line, read: list[Bound]) -> Iterator[Issue]:
    for one in read:
        if one.near:
            yield issue(NEAR, line.place)
        if one.doubtful:
            yield issue(POINT, line.place, text=one.doubtful, number=one.value)
        if made.unit == "%" and 0 < abs(one.value) < 1:
            yield issue(SHARE, line.place, figure=one.value)
    if not made.unit:
        yield issue(NO_UNIT, line.place)


def _figure(cell: str, unit: str) -> Bound | None:
    """What a cell says: a figure, or one with its bound ("≥ 95", "45 trở lên"); None for dashes, crosses and words."""
    text = without(cell, [(time.start, time.end) for time in times(cell)])[:200]
    plain = text.strip().rstrip("%").strip()
    try:
        value = read_number(plain)
    except BadInput:
        found = bounds(text)
        return found[0] if len(found) == 1 and not re.search(r"[^\W\d_]{3,}", text[: found[0].start]) else None
    return Bound(
        value,
        Relation.EQUAL,
        "%" if text.rstrip().endswith("%") else "",
        0,
        len(text),
        doubtful=plain if is_doubtful(plain) else "",
    )


def amount_of(cell: str) -> Decimal | None:
    """The figure of a cell that holds nothing else; None for anything other."""
    found = _figure(cell, "")
    return found.value if found and not found.stated else None
