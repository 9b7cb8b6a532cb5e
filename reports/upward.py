"""The report upward as it is asked for: what, of which period, of which kind, to whom."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reports import progress, progress_paper
from reports.progress import Kind
from reports.report import Report
from workflow.duties.period_key import period_key
from workflow.errors import BadInput
from workflow.queries import AsOf, directive_id
from workflow.snapshot import Snapshot

if TYPE_CHECKING:
    from workflow.config import Settings


class Asked(NamedTuple):
    """One report upward; `to` is empty for whoever issued the directive (dots, where that agency has ended)."""

    directive: str
    period: str
    kind: Kind
    to: str


def asked(directive: str, period: str | None, kind: str, to: str) -> Asked:
    """What is asked for; raises BadInput for a period or kind that there is none of."""
    if kind not in list(Kind):
        raise BadInput("“{value}” is none of: {known}.", value=kind, known=", ".join(Kind))
    return Asked(directive, period_key(period) if period else "", Kind(kind), to)


def report(view: Snapshot, as_of: AsOf, what: Asked) -> Report:
    """The draft for screen, page, spreadsheet and PDF."""
    return progress.report(view, as_of, progress.draft(view, as_of, what.directive, what.period, what.kind))


def write(settings: Settings, view: Snapshot, as_of: AsOf, what: Asked, target: Path) -> None:
    """Write the draft as the Word document that is signed."""
    made = progress.draft(view, as_of, what.directive, what.period, what.kind)
    own = view.rows(
        "select d.issuer, a.valid_to as ended_on from directive d left join agency a on a.id = d.issuer_id where d.id = :id",
        id=directive_id(view, what.directive),
    )[0]
    gone = own["ended_on"] and own["ended_on"] <= as_of.day
    to = what.to or (not gone and own["issuer"]) or "…"
    progress_paper.write(settings, made, as_of, to, target, settings.links.base_url.rstrip("/"))
