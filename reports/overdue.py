"""The overdue review: what is late, longest first, or counted by agency or directive."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reports import tally
from reports.report import Report, Section
from workflow import listing, queries, reach
from workflow.duties import showing
from workflow.history import entries
from workflow.i18n import _
from workflow.periods import show_day
from workflow.snapshot import Row, Snapshot
from workflow.standing import say_status
from workflow.terminal import Column


def build(view: Snapshot, as_of: queries.AsOf, wanted: queries.Wanted | None = None, by: str | None = None) -> Report:
    """Return the review of a day: the list, or the tally by "agency" or "directive"."""
    title = _("Overdue tasks as of {day}", day=show_day(as_of.day))
    section = _tally(view, as_of, by, wanted or queries.Wanted()) if by else _list(view, as_of, wanted)
    return Report(title, as_of.day, [section], entries.foot(view, as_of))


def _tally(view: Snapshot, as_of: queries.AsOf, by: str, wanted: queries.Wanted) -> Section:
    rows = queries.tally(view, as_of, by, wanted)
    return replace(tally.table("", by, rows, as_of, wanted), note=tally.note(rows, "due"))


def found(view: Snapshot, as_of: queries.AsOf, wanted: queries.Wanted | None = None) -> list[Row]:
    """What is overdue, and for today also whom each waits for and whether more time is asked for."""
    rows = queries.overdue(view, as_of, wanted)
    return rows if as_of.past else showing.with_pending(view, rows)


def _list(view: Snapshot, as_of: queries.AsOf, wanted: queries.Wanted | None) -> Section:
    rows = found(view, as_of, wanted)
    columns = (
        Column("code", _("Task")),
        Column("agency", _("Agency"), wide=True),
        Column("due", _("Due")),
        Column("late", _("Days late"), right=True),
        Column("status", _("Status")),
        *([Column("remark", _("Remark"), wide=True)] if any(map(showing.pending_words, rows)) else ()),
        Column("text", _("What is to be done"), wide=True),
    )
    agencies = len({row["agency_code"] for row in rows})
    note = (
        _("{n} overdue, owed by {agencies} agencies.", n=len(rows), agencies=agencies)
        if rows
        else _("Nothing is overdue.")
    )
    shown = [_shown(row) | {"opens": {"code": listing.card(as_of, row["code"])}} for row in rows]
    return Section("", columns, shown, note, unreachable(view, as_of, rows))


def unreachable(view: Snapshot, as_of: queries.AsOf, rows: list[Row]) -> str:
    """Who of them cannot be written to stands before everything else: nobody has reminded them."""
    if as_of.past or not rows:
        return ""
    codes = {row["agency_code"] for row in rows}
    found = [row for row in reach.unreachable(view, as_of.day, as_of.zone) if row["code"] in codes]
    names = "; ".join(f"{row['name']} ({row['why']})" for row in found)
    return _("⚠ Letters do not reach: {names}. Press them by telephone.", names=names) if found else ""


def _shown(row: Row) -> dict[str, Any]:
    return {
        "code": row["code"],
        "agency": queries.owner(row),
        "due": show_day(row["due_on"]),
        "late": -row["days_left"],
        "status": say_status(row["status"]),
        "remark": showing.pending_words(row),
        "text": row["text"],
    }
