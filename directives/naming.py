"""Whom the names in one document mean: agencies and groups of the register, on the document's day and in its issuer's line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from sqlmodel import Session

from directives.proposal import TaskProposal
from workflow.agency import Agency, kind_of
from workflow.agency import add_agency as add
from workflow.i18n import _
from workflow.names import fold, is_collective
from workflow.periods import show_day
from workflow.register import groups
from workflow.register.kinds import Kind
from workflow.register.mention import Candidate, Register, Resolution
from workflow.register.succession import Lineage, in_force
from workflow.register.wording import words_of

# What belongs to the agency that a document of its names; others stand on their own.
_OWN = (Kind.COMMITTEE, Kind.DEPARTMENT, Kind.OFFICE, Kind.UNIT)


class Names:
    """The names of one document, each resolved once."""

    def __init__(self, session: Session, issuer: str, day: date | None) -> None:
        self.session, self.day, self.issuer_words = session, day, issuer
        self.register = Register.load(session)
        self.lineage = Lineage(in_force(session))
        self.issuer = self.register.issuer(issuer, day)
        self._known: dict[str, Resolution] = {}
        self._members: dict[int | None, list[Agency]] = {}

    def resolve(self, name: str) -> Resolution:
        """What the register knows of a name; a group is found by what it stands for."""
        if name not in self._known:
            group = groups.find(self.session, name, self._owner(name)) if is_collective(name) else None
            found = self.register.resolve(name, self.day, self.issuer)
            self._known[name] = Resolution(name, group, ()) if group else found
        return self._known[name]

    def meant(self, name: str) -> Agency | None:
        """The agency or group a name means for certain."""
        return self.resolve(name).agency

    def enter_group(self, name: str) -> Agency | None:
        """The group a collective stands for, entered where its words say who belongs to it; None for the others."""
        owner = self._owner(name)
        if owner is None or not is_collective(name) or groups.rule_of(name) is None:
            return None
        group = groups.find(self.session, name, owner) or groups.enter(self.session, name, owner)
        self._known[name] = Resolution(name, group, ())
        return group

    def members(self, group: Agency, today: date) -> list[Agency]:
        """Who belongs to a group on the document's day (on `today`, where that is not known)."""
        if group.id not in self._members:
            self._members[group.id] = groups.members(self.session, group, self.day or today, self.register)
        return self._members[group.id]

    def unknown(self, tasks: Iterable[TaskProposal]) -> dict[str, tuple[Candidate, ...]]:
        """The names that a person must be asked about, in order and each once, with the agencies they may mean.

        The issuer comes first: where the others belong is told from it. A collective that only coordinates asks nobody; one that
        leads is asked about where no rule says who belongs to it.
        """
        spellings: dict[tuple[str, ...], str] = {}
        for task in tasks:
            for name in [*task.lead, *(n for n in task.coordinating if not is_collective(n))]:
                spellings.setdefault(words_of(name), name)  # "Phòng Tài chính-KH" is "Phòng Tài chính - Kế hoạch"
        found: dict[str, tuple[Candidate, ...]] = {}
        if self.issuer is None and self.issuer_words:
            found[self.issuer_words] = self.register.resolve(
                self.issuer_words, self.day, None, anywhere=True
            ).candidates
        for name in spellings.values():
            ruled = bool(self.issuer_words) and is_collective(name) and groups.rule_of(name) is not None
            if not ruled and not self.meant(name):
                found[name] = self.resolve(name).candidates
        return found

    def enter(self, name: str) -> Agency:
        """Enter an agency that a document names: what it is and where it belongs, as far as its name and the issuer say."""
        if is_collective(name):
            return groups.enter(self.session, name, self._owner(name))
        kind, level = kind_of(name)
        issues = self.issuer is None and name == self.issuer_words
        parent = self.issuer if self.issuer and kind in _OWN and self.issuer.kind == Kind.COMMITTEE else None
        added = add(self.session, name, kind=kind, level=level or (parent.level if parent else None), parent=parent)
        if parent and parent.valid_to:  # an office ends with its committee at the latest
            added.valid_to = parent.valid_to
        self.register.agencies[added.id or 0] = added
        if issues:
            self.issuer = added
        return added

    def _owner(self, name: str) -> Agency | None:
        return groups.owner_of(name, self.issuer, self.register)

    def heir(self, agency: Agency, today: date) -> Agency | None:
        """The one that stands in an agency's place today; None where it goes on, or where several share its work."""
        found = self.lineage.sole_heir(agency.id or 0, today)
        return self.register.agencies.get(found) if found != agency.id else None

    def ended(self, agency: Agency, today: date) -> bool:
        """Whether an agency no longer exists today and nobody in particular stands in its place."""
        return agency.valid_to is not None and agency.valid_to < today and self.heir(agency, today) is None

    def heirs(self, agency: Agency, today: date) -> list[Agency]:
        """Every agency that took over a part of one that ended."""
        return [self.register.agencies[s.heir_id] for s in self.lineage.heirs(agency.id or 0, today)]

    def told(self, tasks: Iterable[TaskProposal], today: date) -> Iterator[str]:
        """For a person: names that are written otherwise than the register does, groups, and agencies that exist no more."""
        names = dict.fromkeys(name for task in tasks for name in [*task.lead, *task.coordinating])
        for name in names:
            agency = self.meant(name)
            if agency is None or agency.id is None:
                continue
            lines = []
            if agency.kind == Kind.COLLECTIVE:
                who = self.members(agency, today)
                lines.append(_("{n} agencies on the day of the document", n=len(who)) if who else "")
            elif fold(agency.name) != fold(name):
                lines.append(f"{agency.name} ({agency.code})")
            heir = self.heir(agency, today)
            if heir:
                lines.append(_("today {name} ({code})", name=heir.name, code=heir.code))
            elif self.ended(agency, today):
                lines.append(ended_words(agency, self.heirs(agency, today)))
            if any(lines):
                yield f"  {name} → " + "; ".join(filter(None, lines))


def label(agency: Agency, register: Register) -> str:
    """An agency told apart from others of its name: its code, where it belongs, when it existed."""
    parent = register.parent(agency)
    facts = [agency.code, parent.name if parent else ""]
    if agency.valid_to:
        facts.append(_("until {day}", day=show_day(agency.valid_to)))
    elif agency.valid_from:
        facts.append(_("from {day}", day=show_day(agency.valid_from)))
    return f"{agency.name} ({'; '.join(filter(None, facts))})"


def ended_words(agency: Agency, heirs: list[Agency]) -> str:
    """That an agency ended, and who shares its work."""
    shared = ", ".join(f"{heir.name} ({heir.code})" for heir in heirs) or "–"
    day = show_day(agency.valid_to) if agency.valid_to else "?"
    return _("{agency} ended on {day}; its work is shared by: {heirs}", agency=agency.name, day=day, heirs=shared)
