"""The overdue pack: the official two by two with its rates, by agency, document and field, who is late again and again, and every overdue
task with what was told, asked and granted. Counted by the very predicates that list.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from reports import overdue
from reports.report import Report, Section
from workflow import queries, reviewing
from workflow.duties import showing
from workflow.history import entries
from workflow.i18n import N_, _, language
from workflow.periods import show_day
from workflow.queries import AsOf, Wanted
from workflow.reviewing import Sift
from workflow.snapshot import Row, Snapshot
from workflow.standing import say_status
from workflow.terminal import Column

AGAIN = 2  # so many late tasks of one agency are a pattern
FIGURE_LABELS = {
    "done_on_time": N_("Done on time"),
    "done_late": N_("Done late"),
    "open_in_time": N_("Open, in time"),
    "overdue": N_("Overdue"),
    "waiting": N_("Waiting for confirmation"),
    "no_deadline": N_("No deadline"),
    "total": N_("Given"),
}


def build(view: Snapshot, as_of: AsOf, wanted: Wanted, *, of: str = "due") -> Report:
    """The pack of a day for what is wanted; rates are of the duties that have fallen due (`of`: “due”) or of all given (“given”)."""
    directive = queries.directive_id(view, wanted.directive) if wanted.directive else None
    before = reviewing.before(view, as_of, directive)
    tallies = {by: queries.tally(view, as_of, by, wanted) for by in ("agency", "directive")}
    rows, _total = reviewing.found(view, as_of, Sift(wanted))
    rows = reviewing.with_facts(view, as_of, rows)
    fields = [_by(_("By field"), queries.tally(view, as_of, "section", wanted), _("Field"), of)] if directive else []
    sections = [
        _whole(tallies["directive"], before, of),
        _by(_("By agency"), tallies["agency"], _("Agency"), of),
        _by(_("By document"), tallies["directive"], _("Document"), of),
        *fields,
        _again(tallies["agency"]),
        _late(view, as_of, rows),
    ]
    title = _("Overdue tasks as of {day}", day=show_day(as_of.day))
    return Report(title, as_of.day, sections, entries.foot(view))


def rate(row: Row, of: str) -> str:
    """The share of what is done, of the duties that have fallen due or of all that were given; empty where that is none."""
    done = row["done_on_time"] + row["done_late"]
    whole = row["total"] if of == "given" else done + row["overdue"]
    return f"{100 * done / whole:.1f}%".replace(".", "," if language() == "vi" else ".") if whole else ""


def _whole(tally: list[Row], before: Row | None, of: str) -> Section:
    """The two by two and what lies outside it, with the change since the last review that was closed."""
    now, was = queries.summed(tally), queries.summed(before["figures"]["directive"]) if before else None
    columns = [Column("what", _("Tasks"), wide=True), Column("n", _("Number"), right=True)]
    if before:
        columns.append(Column("change", _("Change since {day}", day=show_day(before["held_on"])), right=True))
    rows = [
        {"what": _(label), "n": now[name], "change": f"{now[name] - was[name]:+d}" if was else None}
        for name, label in FIGURE_LABELS.items()
    ]
    whole = now["total"] if of == "given" else now["due"]
    told = _("Done, of all that were given") if of == "given" else _("Done, of those that have fallen due")
    note = (
        f"{told}: {now['done']}/{whole} = {rate(now, of)}."
        if whole
        else _("Nothing to count here: no task fits what was chosen.")
    )
    return Section(_("Summary"), tuple(columns), rows, note)


def _by(title: str, tally: list[Row], named: str, of: str) -> Section:
    columns = (
        Column("name", named, wide=True),
        *(Column(name, _(FIGURE_LABELS[name]), right=True) for name in ("total", "done_on_time", "done_late", "waiting", "open_in_time", "overdue", "no_deadline")),
        Column("rate", _("Rate"), right=True),
    )  # fmt: skip
    rows = [{**row, "name": row["name"] or _("(no section)"), "rate": rate(row, of)} for row in tally]
    total = queries.summed(tally)
    return Section(title, columns, [*rows, {"name": _("Total"), **total, "rate": rate(total, of)}] if rows else [])


def _again(tally: list[Row]) -> Section:
    """Which agencies are late with several tasks."""
    late = [{**row, "late": row["overdue"] + row["done_late"]} for row in tally]
    rows = sorted((row for row in late if row["late"] >= AGAIN), key=lambda row: (-row["late"], row["name"]))
    columns = (
        Column("name", _("Agency"), wide=True),
        Column("late", _("Late in all"), right=True),
        Column("overdue", _("Overdue"), right=True),
        Column("done_late", _("Done late"), right=True),
        Column("total", _("Given"), right=True),
    )
    note = "" if rows else _("No agency is late with {n} tasks or more.", n=AGAIN)
    return Section(_("Late with several tasks"), columns, rows, note)


def _late(view: Snapshot, as_of: AsOf, rows: list[Row]) -> Section:
    """Every overdue task with its reason, its requests with their letters, and who was told last."""
    columns = (
        Column("no", _("No."), right=True),
        Column("agency", _("Agency"), wide=True),
        Column("code", _("Task")),
        Column("text", _("What is to be done"), wide=True),
        Column("first", _("First deadline")),
        Column("due", _("Due")),
        Column("late", _("Days late"), right=True),
        Column("status", _("Status")),
        Column("told", _("Last told"), wide=True),
        Column("asked", _("Asked and granted"), wide=True),
        Column("reason", _("Reason given"), wide=True),
    )
    zone = ZoneInfo(as_of.zone)
    shown = [_shown(n, row, zone) for n, row in enumerate(rows, 1)]
    agencies = len({row["agency_code"] for row in rows})
    note = _("{n} overdue, owed by {agencies} agencies.", n=len(rows), agencies=agencies) if rows else _("Nothing is overdue.")  # fmt: skip
    return Section(_("Overdue tasks"), columns, shown, note, overdue.unreachable(view, as_of, rows))


def _shown(number: int, row: Row, zone: ZoneInfo) -> dict[str, Any]:
    told, asked = row["told"], row["requests"]
    last = (
        f"{show_day(told[0]['sent_at'].astimezone(zone).date())}, {told[0]['recipient']} ({len(told)})" if told else ""
    )
    return {
        "no": number,
        "agency": queries.owner(row),
        "code": row["code"],
        "text": row["text"],
        "first": show_day(row["original_due_on"]) if row["original_due_on"] else "",
        "due": show_day(row["due_on"]),
        "late": -row["days_left"],
        "status": say_status(row["status"]),
        "told": last,
        "asked": "; ".join(f"{showing.asked_words(one)} ({one['basis_number']}): {showing.outcome_words(one)}" for one in asked),
        "reason": "; ".join(filter(None, [*(one["reason"] for one in asked[:1]), *(one["words"] for one in row["notes"])])),
    }  # fmt: skip
