"""The register as a table: imported from a spreadsheet, all or nothing and by code, and exported as one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from workflow import audit
from workflow.agency import Agency, AgencyAlias, FocalPoint
from workflow.audit import By
from workflow.i18n import _
from workflow.names import fold
from workflow.periods import show_day
from workflow.register import entry, sheets
from workflow.register.entry import PLAIN, TITLES, Entry
from workflow.register.kinds import KIND_LABELS, LEVEL_LABELS, Kind, Manner
from workflow.register.sheets import Faults
from workflow.register.succession import in_force
from workflow.register.wording import words_of

_STATED = (
    *("name", "kind", "level", "valid_from", "valid_to"),
    *("mailbox", "deputy_mailbox", "head_mailbox", "language", "working_hours", "link_policy"),
)


@dataclass
class Changes:
    """What an import would do or did: codes that are new, and fields that change (before, after) by code."""

    added: list[str] = field(default_factory=list)
    changed: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    same: int = 0
    twins: list[tuple[str, str]] = field(default_factory=list)  # codes of a new agency and an older one of its name


def load(session: Session, path: Path, *, by: By, at: datetime, today: date, gentle: bool = False) -> Changes:
    """Enter or update every agency of a table in the caller's transaction; raises BadInput with every fault by row.

    A last day that a recorded succession gave stays: a table that says otherwise is refused, or, if `gentle`, not heeded there.
    """
    lines = sheets.read(path, TITLES, ("code", "name"))
    faults = Faults(path.name, TITLES)
    known = {a.code.upper(): a for a in session.exec(select(Agency))}
    before = {row["code"]: row for row in rows(session)}
    entries = [entry.read(line, faults) for line in lines]
    entry.check_codes(entries, known, faults)
    entry.check_lines(entries, known, faults)
    entry.check_mailboxes(entries, known, faults)
    _keep_ends(session, entries, known, faults, gentle)
    faults.settle()
    agencies: dict[str, Agency] = {}
    for one in entries:
        agencies[one.code] = known.get(one.code.upper()) or Agency(code=one.code, name="", folded="")
        session.add(agencies[one.code])
        _set(agencies[one.code], one.values)
    session.flush()
    known |= {code.upper(): agency for code, agency in agencies.items()}
    for one in entries:
        if "parent" in one.values:
            parent = one.values["parent"]
            agencies[one.code].parent_id = known[parent.upper()].id if parent else None
    stated = {agencies[one.code].id or 0: one.values for one in entries}
    _set_names(session, {key: v["aliases"] for key, v in stated.items() if "aliases" in v}, path.name)
    _set_points(session, {key: v["points"] for key, v in stated.items() if "points" in v}, today)
    session.flush()
    changes = _told(session, entries, before, path.name, by=by, at=at)
    changes.twins = _twins(agencies, known, set(before), today)
    return changes


def _twins(
    entered: dict[str, Agency], known: dict[str, Agency], before: set[str], today: date
) -> list[tuple[str, str]]:
    """New agencies whose name an older one of the register bears today, as (new code, old code)."""
    older: dict[tuple[str, ...], list[Agency]] = defaultdict(list)
    for agency in known.values():
        if agency.code in before and agency.code not in entered and agency.valid_on(today):
            older[words_of(agency.name)].append(agency)
    return [
        (code, old.code)
        for code, agency in entered.items()
        if code not in before
        for old in older.get(words_of(agency.name), ())
    ]


def _keep_ends(session: Session, entries: list[Entry], known: dict[str, Agency], faults: Faults, gentle: bool) -> None:
    ended = {s.former_id for s in in_force(session) if s.kind != Manner.TRANSFERRED}
    for one in entries:
        agency = known.get(one.code.upper())
        begins, ends = (one.values.get(key, getattr(agency, key, None)) for key in ("valid_from", "valid_to"))
        stated = {"valid_from", "valid_to"} & one.values.keys()
        if agency and stated and (begins or date.min) > (ends or date.max) and len(stated) == 1:
            faults.add(one.line, stated.pop(), _("it ends before it begins"))
        if agency and agency.id in ended and one.values.get("valid_to", agency.valid_to) != agency.valid_to:
            if gentle:
                del one.values["valid_to"]
            else:
                day = _shown(agency.valid_to)
                faults.add(one.line, "valid_to", _("a recorded succession ended it on {day}", day=day))


def _set(agency: Agency, values: dict[str, Any]) -> None:
    for key in (*PLAIN, *_STATED):
        if key in values:
            value = values[key]
            setattr(agency, key, value or None if key in ("identifier", "scheme") else value)
    agency.folded = fold(agency.name)


def _set_names(session: Session, wanted: dict[int, list[str]], source: str) -> None:
    """Make the names that everybody may use exactly those of the table; what a person said for one issuer stays."""
    by_agency: dict[int, dict[str, AgencyAlias]] = defaultdict(dict)
    for alias in session.exec(select(AgencyAlias).where(col(AgencyAlias.scope_id).is_(None))):
        by_agency[alias.agency_id][alias.folded] = alias
    for agency_id, names in wanted.items():
        had, folded = by_agency[agency_id], {fold(name): name for name in names}
        for key in had.keys() - folded.keys():
            session.delete(had[key])
        for key in folded.keys() - had.keys():
            session.add(AgencyAlias(agency_id=agency_id, folded=key, words=folded[key], source=source))


def _set_points(session: Session, wanted: dict[int, list[dict[str, Any]]], today: date) -> None:
    """Make the people who answer for an agency those of the table; whoever is not in it any more ends yesterday."""
    by_agency: dict[int, dict[str, FocalPoint]] = defaultdict(dict)
    for point in session.exec(select(FocalPoint)):
        by_agency[point.agency_id][point.email] = point
    for agency_id, points in wanted.items():
        had = by_agency[agency_id]
        for email in had.keys() - {p["email"] for p in points}:
            if (had[email].valid_to or date.max) >= today:
                had[email].valid_to = today - timedelta(days=1)
        for values in points:
            point = had.get(values["email"]) or FocalPoint(agency_id=agency_id, name="", email="")
            for key, value in values.items():
                setattr(point, key, value)
            session.add(point)


def _told(
    session: Session, entries: list[Entry], before: dict[str, dict[str, str]], source: str, *, by: By, at: datetime
) -> Changes:
    """Compare with what was, and write it into the history."""
    changes, codes = Changes(), {one.code.upper() for one in entries}
    for row in rows(session):
        if row["code"].upper() not in codes:
            continue
        was = before.get(row["code"])
        differs = {key: (was[key], row[key]) for key in TITLES if was and was[key] != row[key]}
        if not was:
            changes.added.append(row["code"])
            audit.record(
                session, "add agency", row["code"], by=by, at=at, after={"name": row["name"], "source": source}
            )
        elif differs:
            changes.changed[row["code"]] = differs
            old, new = ({key: pair[side] for key, pair in differs.items()} for side in (0, 1))
            audit.record(
                session, "change agency", row["code"], by=by, at=at, before=old, after={**new, "source": source}
            )
        else:
            changes.same += 1
    return changes


def rows(session: Session) -> list[dict[str, str]]:
    """The register as texts by column, one row for each agency, in the order it was entered.

    Groups are left out: documents and `dondoc groups set` make them.
    """
    agencies = list(session.exec(select(Agency).where(Agency.kind != Kind.COLLECTIVE).order_by(col(Agency.id))))
    codes = {a.id: a.code for a in agencies}
    names: dict[int, list[str]] = defaultdict(list)
    for alias in session.exec(
        select(AgencyAlias).where(col(AgencyAlias.scope_id).is_(None)).order_by(col(AgencyAlias.id))
    ):
        names[alias.agency_id].append(alias.words)
    people: dict[int, list[str]] = defaultdict(list)
    for point in session.exec(select(FocalPoint).order_by(col(FocalPoint.id))):
        people[point.agency_id].append(_person(point))
    found = []
    for agency in agencies:
        row = {key: str(getattr(agency, key, None) or "") for key in TITLES}
        row["kind"] = _(KIND_LABELS[Kind(agency.kind)])
        row["level"] = next((_(label) for level, label in LEVEL_LABELS.items() if level == agency.level), "")
        row["parent"] = codes.get(agency.parent_id, "")
        row["valid_from"], row["valid_to"] = _shown(agency.valid_from), _shown(agency.valid_to)
        row["aliases"] = "; ".join(names[agency.id or 0])
        row["focal_points"] = "; ".join(people[agency.id or 0])
        found.append(row)
    return found


def export(session: Session, path: Path) -> int:
    """Write the register as .xlsx or .csv, as `load` reads it; returns how many agencies."""
    written = rows(session)
    sheets.write(path, TITLES, written, _("Register"))
    return len(written)


def _person(point: FocalPoint) -> str:
    days = f" [{_shown(point.valid_from)} – {_shown(point.valid_to)}]" if point.valid_from or point.valid_to else ""
    position = f" ({point.position})" if point.position else ""
    return f"{point.name} <{point.email}>{position}{days}"


def _shown(day: date | None) -> str:
    return show_day(day) if day else ""
