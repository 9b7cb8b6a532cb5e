"""One row of the register's table: its cells as values, every fault noted by row and column."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflow.address import checked_address
from workflow.agency import CODE, POLICIES, Agency, working_hours
from workflow.errors import BadInput
from workflow.i18n import LANGUAGES, N_, _
from workflow.names import fold, printable
from workflow.register.kinds import KIND_LABELS, LEVEL_LABELS, Kind
from workflow.register.sheets import Faults, Line

TITLES = {
    "code": N_("Code"),
    "name": N_("Name"),
    "short_name": N_("Short name"),
    "aliases": N_("Other names"),
    "kind": N_("Kind"),
    "level": N_("Level"),
    "parent": N_("Belongs to"),
    "valid_from": N_("Valid from"),
    "valid_to": N_("Valid to"),
    "identifier": N_("Identifier"),
    "scheme": N_("Identifier scheme"),
    "mailbox": N_("Mailbox"),
    "deputy_mailbox": N_("Deputy mailbox"),
    "head_mailbox": N_("Mailbox of the head"),
    "focal_points": N_("Focal points"),
    "language": N_("Language"),
    "working_hours": N_("Working hours"),
    "link_policy": N_("Rule for links"),
    "source": N_("Source"),
}
PLAIN = ("short_name", "identifier", "scheme", "source")
_POINT = re.compile(
    r"(?P<name>[^<>\[\]]+?)\s*<(?P<email>[^<>]+)>\s*(?:\((?P<position>[^\[\]]*)\))?\s*"
    r"(?:\[(?P<from>[^\[\]–]*)–(?P<to>[^\[\]–]*)\])?"
)


@dataclass(frozen=True)
class Entry:
    """One row after reading: the values its columns state, ready to be set."""

    line: Line
    code: str
    values: dict[str, Any]


def read(line: Line, faults: Faults) -> Entry:
    cells = line.cells
    values: dict[str, Any] = {key: printable(cells[key]) for key in PLAIN if key in cells}
    code = cells["code"]
    if not CODE.fullmatch(code):
        faults.add(
            line, "code", _("“{code}” is not a code: letters, digits, dots and dashes only.", code=printable(code))
        )
    values["name"] = printable(cells["name"])
    if not values["name"]:
        faults.add(line, "name", _("is empty"))
    for key, labels in (("kind", KIND_LABELS), ("level", LEVEL_LABELS)):
        if key in cells:
            values[key] = _choice(line, key, labels, faults)
    if "parent" in cells:
        values["parent"] = cells["parent"]
    for key in ("valid_from", "valid_to"):
        if key in cells:
            values[key] = faults.day(line, key)
    if (values.get("valid_from") or date.min) > (values.get("valid_to") or date.max):
        faults.add(line, "valid_to", _("it ends before it begins"))
    for key in ("mailbox", "deputy_mailbox", "head_mailbox"):
        if key in cells:
            values[key] = _address(line, key, cells[key], faults)
    if "language" in cells:
        values["language"] = cells["language"] or None
        if cells["language"] and cells["language"] not in LANGUAGES:
            faults.add(
                line,
                "language",
                _("“{value}” is none of: {known}.", value=cells["language"], known=", ".join(LANGUAGES)),
            )
    if "working_hours" in cells:
        values["working_hours"] = cells["working_hours"] or None
        if cells["working_hours"] and not working_hours(cells["working_hours"]):
            faults.add(
                line, "working_hours", _("“{value}” are no hours; write them like 7-17.", value=cells["working_hours"])
            )
    if "link_policy" in cells:
        values["link_policy"] = cells["link_policy"] or None
        if cells["link_policy"] and cells["link_policy"] not in POLICIES:
            faults.add(
                line,
                "link_policy",
                _("“{value}” is none of: {known}.", value=cells["link_policy"], known=", ".join(POLICIES)),
            )
    if "aliases" in cells:
        values["aliases"] = [name for part in cells["aliases"].split(";") if (name := printable(part))]
    if "focal_points" in cells:
        values["points"] = _points(line, faults)
    return Entry(line, code, values)


def _choice(line: Line, key: str, labels: dict[Any, str], faults: Faults) -> str | None:
    """A kind or level by its label in either language or its value; kinds default to a plain agency."""
    said = fold(line.cells[key])
    if not said:
        return Kind.AGENCY.value if key == "kind" else None
    labels = {value: label for value, label in labels.items() if value != Kind.COLLECTIVE}
    for value, label in labels.items():
        if said in (fold(_(label)), fold(label), fold(value)):
            return str(value)
    known = ", ".join(_(label) for label in labels.values())
    faults.add(line, key, _("“{value}” is none of: {known}.", value=line.cells[key], known=known))
    return None


def _address(line: Line, key: str, text: str, faults: Faults) -> str | None:
    try:
        return checked_address(text) if text else None
    except BadInput as problem:
        faults.add(line, key, str(problem))
        return None


def _points(line: Line, faults: Faults) -> list[dict[str, Any]]:
    """The people in a cell: "Name <e-mail> (position) [from – to]; …"."""
    points: list[dict[str, Any]] = []
    for part in filter(str.strip, line.cells["focal_points"].split(";")):
        found = _POINT.fullmatch(part.strip())
        if not found:
            told = _(
                "“{value}” is no focal point; write it like: An <an@langson.gov.vn> (chuyên viên) [01/3/2025 – ]",
                value=printable(part),
            )
            faults.add(line, "focal_points", told)
            continue
        days = {
            name: faults.day(Line(line.number, {"focal_points": (found[name] or "").strip()}), "focal_points")
            for name in ("from", "to")
        }
        address = _address(line, "focal_points", found["email"], faults)
        points.append(
            {
                "name": printable(found["name"]),
                "email": address,
                "position": printable(found["position"] or ""),
                "valid_from": days["from"],
                "valid_to": days["to"],
            }
        )
    return points


def check_codes(entries: list[Entry], known: dict[str, Agency], faults: Faults) -> None:
    """No code twice; every parent is in the register or in the table."""
    first: dict[str, int] = {}
    for entry in entries:
        earlier = first.setdefault(entry.code.upper(), entry.line.number)
        if earlier != entry.line.number:
            faults.add(entry.line, "code", _("{code} stands in row {n} already", code=entry.code, n=earlier))
    for entry in entries:
        parent = entry.values.get("parent")
        if parent and parent.upper() not in first and parent.upper() not in known:
            faults.add(entry.line, "parent", _("no agency has the code {code}", code=parent))


def check_lines(entries: list[Entry], known: dict[str, Agency], faults: Faults) -> None:
    """Nobody belongs to itself, at whatever remove."""
    codes = {a.id: a.code.upper() for a in known.values()}
    above = {a.code.upper(): codes.get(a.parent_id, "") for a in known.values() if a.parent_id}
    above.update({e.code.upper(): (e.values["parent"] or "").upper() for e in entries if "parent" in e.values})
    for entry in entries:
        seen, at = set(), entry.code.upper()
        while at and at not in seen:
            seen.add(at)
            at = above.get(at, "")
        if at and at == entry.code.upper():
            faults.add(entry.line, "parent", _("{code} would belong to itself", code=entry.code))


def check_mailboxes(entries: list[Entry], known: dict[str, Agency], faults: Faults) -> None:
    """No two agencies that exist on the same day share a mailbox: a letter must say for whom it is."""
    stated = {entry.code.upper(): entry for entry in entries}
    users: dict[str, list[tuple[str, date, date, Line | None]]] = defaultdict(list)
    for code in dict.fromkeys([*known, *stated]):
        agency, entry = known.get(code), stated.get(code)
        now = {
            key: entry.values[key] if entry and key in entry.values else getattr(agency, key, None)
            for key in ("mailbox", "valid_from", "valid_to")
        }
        if now["mailbox"]:
            span = (now["valid_from"] or date.min, now["valid_to"] or date.max)
            users[now["mailbox"].lower()].append((code, *span, entry.line if entry else None))
    for address, shared in users.items():
        for at, (_code, begins, ends, line) in enumerate(shared):
            other = next((o for o in shared[:at] if o[1] <= ends and begins <= o[2]), None)
            if other and (line or other[3]):
                faults.add(
                    line or other[3] or Line(0, {}),
                    "mailbox",
                    _("{code} has the mailbox {mailbox} too", code=other[0] if line else _code, mailbox=address),
                )
