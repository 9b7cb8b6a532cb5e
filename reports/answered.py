"""What the agencies answered to the call for a report of a period: who has sent it, the texts, and who has not."""

from __future__ import annotations

from reports.report import Report, Section
from workflow import listing
from workflow.history import entries
from workflow.i18n import _
from workflow.periods import show_day
from workflow.queries import AsOf
from workflow.reporting import fields
from workflow.snapshot import Snapshot
from workflow.terminal import Column


def build(view: Snapshot, as_of: AsOf, code: str) -> Report:
    """The report of a day; raises NotFound where no report of this code was called for."""
    rows = fields.answers(view, code, as_of)
    columns = (
        Column("agency", _("Agency"), wide=True),
        Column("state", _("State"), wide=True),
        Column("number", _("Document number")),
        *(Column(key, _(title), wide=True) for key, title in fields.TEXTS.items()),
    )
    shown = [
        {**{key: row[key] if row["sent"] else "" for key in fields.TEXTS}, "agency": row["agency"], "state": fields.say_answer(row),
         "number": row["document_number"] or "", "opens": {"agency": f"/answers/{row['occurrence_id']}"}}
        for row in rows
    ]  # fmt: skip
    sent = sum(row["sent"] for row in rows)
    note = _("{code}: {sent} of {n} agencies have sent their report.", code=code.upper(), sent=sent, n=len(rows))
    title = _("Reports of agencies {code}, as of {day}", code=code.upper(), day=show_day(as_of.day))
    counts = [
        {"what": _("Asked"), "n": len(rows), "opens": {"n": f"/calls/{code.upper()}"}},
        {"what": _("Have sent"), "n": sent, "opens": {"n": f"/calls/{code.upper()}"}},
    ]
    summary = Section(
        _("Summary"), (Column("what", _("Agencies"), wide=True), Column("n", _("Count"), right=True)), counts
    )
    return Report(
        title,
        as_of.day,
        [summary, Section(_("Answers"), columns, shown, note)],
        entries.foot(view, as_of),
        listing.card(as_of, code.upper()),
    )
