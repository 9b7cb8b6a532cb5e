"""The proof for an inspection: what was told about a task, to whom, when it left, and what the server answered."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from reports.report import Report, Section
from workflow import ledger
from workflow.dossier import task
from workflow.history import entries
from workflow.i18n import _
from workflow.periods import show_day, show_period
from workflow.queries import AsOf, owner
from workflow.snapshot import Row, Snapshot
from workflow.standing import say_status
from workflow.terminal import Column


def build(view: Snapshot, as_of: AsOf, code: str, agency: str | None = None) -> Report:
    """The task as it stands, and every line of the ledger about it."""
    card, zone = task(view, code, as_of), ZoneInfo(as_of.zone)
    title = _("Reminders about {code}, as of {day}", code=card["code"], day=show_day(as_of.day))
    return Report(
        title, as_of.day, [_task(card), _lines(lines(view, as_of, code, agency), zone)], entries.foot(view, as_of)
    )


def lines(view: Snapshot, as_of: AsOf, code: str, agency: str | None = None) -> list[Row]:
    """What the ledger says about a task, up to the end of a day."""
    zone = ZoneInfo(as_of.zone)
    told = ledger.told(view, code, agency)
    return [line for line in told if (line["sent_at"] or line["decided_at"]).astimezone(zone).date() <= as_of.day]


def _task(card: Row) -> Section:
    """What was asked, of whom and by when: the first deadline beside the one that holds."""
    columns = (
        Column("agency", _("Agency"), wide=True),
        Column("period", _("Period"), wide=True),
        Column("first", _("First deadline")),
        Column("due", _("Due")),
        Column("status", _("Status")),
        Column("submitted", _("Reported on")),
    )
    rows = [
        {
            "agency": owner(row),
            "period": show_period(row["period"]),
            "first": _day(row["original_due_on"]),
            "due": _day(row["due_on"]),
            "status": say_status(row["status"]),
            "submitted": _day(row["submitted_on"]),
        }
        for row in card["occurrences"]
        if row["occurrence_id"]
    ]
    what = _("Directive: {number} of {issuer}", number=card["number"], issuer=card["issuer"])
    return Section(f"{what}. {card['text']}", columns, rows)


def _lines(told: list[Row], zone: ZoneInfo) -> Section:
    columns = (
        Column("when", _("When")),
        Column("rung", _("Why"), wide=True),
        Column("due", _("Due")),
        Column("reader", _("To"), wide=True),
        Column("state", _("State"), wide=True),
        Column("message_id", _("Message-ID"), wide=True),
        Column("reply", _("Server's answer"), wide=True),
    )
    sent = sum(row["state"] == "sent" for row in told)
    note = _("{n} lines of the ledger, {sent} of them sent.", n=len(told), sent=sent)
    return Section(_("What was told"), columns, ledger.shown(told, zone), note)


def _day(day: object) -> str:
    return show_day(day) if day else "–"  # type: ignore[arg-type]
