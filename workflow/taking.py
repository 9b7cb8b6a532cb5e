"""Taking evidence out of the store: who may, what is in quarantine, and the line of the history that says so."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from workflow import audit, queries
from workflow.access.permits import permit_office
from workflow.audit import By
from workflow.errors import NotFound, Refused
from workflow.evidence import EvidenceStore
from workflow.snapshot import Row, Snapshot


def take_out(session: Session, store: EvidenceStore, number: int, *, by: By, at: datetime, quarantined: bool) -> Row:
    """The file of this number, noted in the history as taken out; raises where it is not there, waits or may not be taken.

    What nobody has confirmed yet is handed out only to somebody who says that they want it all the same (`quarantined`).
    """
    view = Snapshot.within(session)
    view.sees = by.agencies
    found = next((row for row in queries.evidence(view, None) if row["id"] == number), None)
    if not found:
        raise NotFound("There is no file number {n}; see `dondoc evidence list`.", n=number)
    if found["quarantined"] and not quarantined:
        raise Refused(
            "{name} is in quarantine: nobody has confirmed its report yet. Say --quarantined to take it all the same.",
            name=found["name"],
        )
    label = f"{found['code']}/{found['period']}" if found["code"] else f"note {found['note']}"
    permit_office(by, "export_evidence", subject=label, monitor=found["monitor_id"])
    if not store.intact(found["sha256"]):
        raise Refused("{name} is missing or is not what was sent; see `dondoc doctor`.", name=found["name"])
    told = {"file": found["name"], "digest": found["sha256"]}
    audit.record(session, "export evidence", label, by=by, at=at, occurrence_id=found["occurrence_id"], after=told)
    return found
