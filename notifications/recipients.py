"""Who is written to: the mailbox of an agency and its focal points of the day, whoever stands in for them, and whose act it was.

Looked up when letters are written, and again before each one leaves: people and mailboxes change.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from workflow import reach
from workflow.config import Settings
from workflow.names import printable
from workflow.snapshot import Row, Snapshot

_ADDRESSES = re.compile(r"[^\s,;<>“”]+@[^\s,;<>“”]+")


class Addressee(NamedTuple):
    """An agency as a letter sees it."""

    id: int
    code: str
    name: str
    mailbox: str | None
    deputy_mailbox: str | None
    head_mailbox: str | None
    language: str | None
    link_policy: str | None


@dataclass
class Book:
    """The addresses of one day."""

    agencies: dict[int, Addressee]
    people: dict[int, list[str]]  # addresses of focal points by agency
    named: dict[str, set[tuple[int | None, str]]]  # by the folded name of a person: for which agency, at which address
    refused: frozenset[str]  # addresses that take no letters
    office: str
    leader: str
    unreachable: set[int] = field(default_factory=set)

    def own(self, agency: int) -> list[str]:
        """The agency's mailbox and its focal points; one address in two spellings is one."""
        one = self.agencies[agency]
        return list({a.lower(): a for a in (*self.people.get(agency, ())[::-1], one.mailbox) if a}.values())[::-1]

    def of(self, agency: int) -> list[str]:
        """Whom to write to: its own addresses; where none takes letters also its deputy mailbox, its head, at last the office.

        An agency none of whose own or deputy addresses takes letters is noted as unreachable.
        """
        one, own = self.agencies[agency], self.own(agency)
        if any(a not in self.refused for a in own):
            return own
        instead = [a for a in (one.deputy_mailbox, one.head_mailbox) if a and a not in self.refused][:1]
        if not instead or instead[0] != one.deputy_mailbox:
            self.unreachable.add(agency)
        return list(dict.fromkeys([*own, *(instead or ([self.office] if self.office else []))]))

    def head(self, agency: int) -> list[str]:
        """The head of an agency, else the office."""
        return self._or_office(self.agencies[agency].head_mailbox)

    def monitor(self, agency: int | None) -> list[str]:
        """The addresses of a monitoring agency, else the office."""
        found = [a for a in self.own(agency) if a not in self.refused] if agency in self.agencies and agency else []
        return found or ([self.office] if self.office else [])

    def level(self, level: str, agency: int, monitor: int | None) -> list[str]:
        """Who hears of an agency's long overdue task at a level of escalation."""
        if level == "monitor":
            return self.monitor(monitor)
        return self.head(agency) if level == "head" else self._or_office(self.leader)

    def _or_office(self, address: str | None) -> list[str]:
        known = address if address and address not in self.refused else self.office
        return [known] if known else []

    def reads(self, recipient: str, row: Row) -> bool:
        """Whether a line of the ledger (rung, agency, monitor) still belongs to this reader."""
        kind, _colon, level = row["rung"].partition(":")
        if kind.startswith("part"):
            return True  # whoever was asked for it was asked
        if kind == "level":
            return recipient in self.level(level, row["agency_id"], row["monitor_id"])
        if kind in ("submitted", "asked"):
            return recipient in self.monitor(row["monitor_id"])
        return recipient in self.of(row["agency_id"])

    def acted(self, actor: str, address: str, side: int | None) -> bool:
        """Whether the person who acted for a `side` (an agency, or none) reads at this address: nobody is told of the own act.

        Two people may bear one name, so that it counts only on the side that acted. Through a link it is the mailbox that the link
        was issued to, which the history names.
        """
        wanted, address = printable(actor).casefold(), address.lower()
        named = self.named.get(wanted, ())
        return (None, address) in named or (side, address) in named or address in _ADDRESSES.findall(wanted)

    @cached_property
    def called(self) -> dict[int, str]:
        """The name of every agency."""
        return {one.id: one.name for one in self.agencies.values()}

    def names(self, agencies: Iterable[int]) -> list[str]:
        """The names of agencies, in order."""
        return sorted(self.agencies[one].name for one in agencies)

    def fingerprint(self, agency: int, more: str) -> str:
        """What a morning was decided with: another address, ladder or calendar gives another one."""
        told = "\n".join([*self.of(agency), *self.head(agency), more])
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def book(view: Snapshot, settings: Settings, today: date) -> Book:
    """The addresses of a day."""
    found = view.rows("select id, code, name, mailbox, deputy_mailbox, head_mailbox, language, link_policy from agency")
    agencies = {row["id"]: Addressee(**row) for row in found}
    people: dict[int, list[str]] = defaultdict(list)
    named: dict[str, set[tuple[int | None, str]]] = defaultdict(set)
    for row in view.rows(
        """select agency_id, name, email from focal_point where (valid_from is null or valid_from <= :today)
        and (valid_to is null or valid_to >= :today) order by id""",
        today=today,
    ):
        people[row["agency_id"]].append(row["email"])
        named[printable(row["name"]).casefold()].add((row["agency_id"], row["email"].lower()))
    for row in view.rows("select name, email, agency_id from appointment where email is not null"):
        named[printable(row["name"]).casefold()].add((row["agency_id"], row["email"].lower()))
    for one in agencies.values():  # a command may be run in the name of an agency or of its mailbox
        for name in (one.name, one.mailbox or ""):
            if one.mailbox:
                named[name.casefold()].add((None, one.mailbox.lower()))
    office, leader = settings.office.mailbox, settings.escalation.leader_mailbox
    return Book(agencies, people, named, reach.refused(view, today, settings.time_zone), office, leader)
