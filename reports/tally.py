"""The official two by two as a table, by agency, document or field: each figure with the list that it opens, each rate with its parts."""

from __future__ import annotations

from typing import Any

from reports.report import Section
from workflow import listing, queries
from workflow.figures import LABELS
from workflow.i18n import N_, _, language
from workflow.queries import AsOf, Wanted
from workflow.snapshot import Row
from workflow.terminal import Column

COLUMNS = ("total", "done_on_time", "done_late", "waiting", "open_in_time", "overdue", "no_deadline")
NAMED = {"agency": N_("Agency"), "directive": N_("Document"), "section": N_("Field")}


def parts(of: str) -> tuple[str, ...]:
    """The figures of which a rate is made, beside those that every table has: what is done, and of what fell due or of all given."""
    return ("done",) if of == "given" else ("done", "due")


def rate(row: Row, of: str) -> str:
    """The share of what is done, of the duties that have fallen due or of all that were given; empty where that is none."""
    whole = row["total"] if of == "given" else row["due"]
    return f"{100 * row['done'] / whole:.1f}%".replace(".", "," if language() == "vi" else ".") if whole else ""


def lists(as_of: AsOf, wanted: Wanted, figures: tuple[str, ...], **narrower: str) -> dict[str, str]:
    """The address of the list behind each of some figures."""
    return {figure: listing.address(as_of, wanted, figure=figure, **narrower) for figure in figures}


def table(
    title: str, by: str, tally: list[Row], as_of: AsOf, wanted: Wanted, of: str = "due", before: list[Row] | None = None
) -> Section:
    """A tally with its total; with how many more or fewer are overdue than there were `before`, the same tally of an earlier day."""
    shown = COLUMNS + parts(of)
    columns = [Column("name", _(NAMED[by]), wide=True), *(Column(name, _(LABELS[name]), right=True) for name in shown)]
    columns.append(Column("rate", _("Rate"), right=True))
    if before is not None:
        columns.append(Column("change", _("Change in overdue"), right=True))
    was = {row["code"]: row["overdue"] for row in before or ()}
    rows: list[dict[str, Any]] = []
    for one in tally:
        row = queries.summed([one])
        narrower = {by: str(one["code"] or queries.NO_SECTION)}
        told = {
            "name": one["name"] or _("(no section)"),
            "rate": rate(row, of),
            "opens": lists(as_of, wanted, shown, **narrower),
        }
        rows.append(row | told | {"code": one["code"], "change": f"{row['overdue'] - was.get(one['code'], 0):+d}"})
    if rows:
        sum_ = queries.summed(tally)
        change = f"{sum_['overdue'] - sum(was.values()):+d}"
        told = {
            "name": _("Total"),
            "rate": rate(sum_, of),
            "opens": lists(as_of, wanted, shown),
            "change": change,
            "sum": True,
        }
        rows.append(sum_ | told)
    return Section(title, tuple(columns), rows)


def note(tally: list[Row], of: str) -> str:
    """The rate of everything in words, with both its parts."""
    now = queries.summed(tally)
    whole = now["total"] if of == "given" else now["due"]
    if not now["total"]:
        return _("Nothing to count here: no task fits what was chosen.")
    if not whole:
        return _("None of them has fallen due yet.")
    told = _("Done, of all that were given") if of == "given" else _("Done, of those that have fallen due")
    return f"{told}: {now['done']}/{whole} = {rate(now, of)}."
