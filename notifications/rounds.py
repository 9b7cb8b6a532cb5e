"""One round of deciding: which rungs and occasions are new, who is told, and what was told before.

Everything is selected by ranges of days and of the history, never by "is it today": what a stop left out comes with the next round,
the newest rung only. The unique key of the ledger, not luck, keeps anything from being told twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from notifications import happenings, ladder
from notifications.happenings import Happening
from notifications.material import Draft, Told
from notifications.morning import Due
from notifications.recipients import Book
from workflow.calendar import WorkingCalendar
from workflow.config import Ladder, Settings
from workflow.i18n import N_, _
from workflow.snapshot import Row, Snapshot, listed
from workflow.standing import OPEN

OWN_ACT = N_("It was the own act of whoever reads there.")
NOBODY = N_("Nobody could be written to.")
DONE = N_("Everything it speaks of was done before it was sent.")
REPLACED = N_("It did not leave on its day; the letter of the next morning takes its place.")


class Directive(NamedTuple):
    """What a round needs of a directive."""

    id: int
    ladder: Ladder
    monitor: int | None


class Candidate(NamedTuple):
    """An open occurrence whose deadline may give reason to write."""

    id: int
    agency: int
    due: date | None
    version: int
    directive: int


# Where an occasion stands in a letter; the others stand where the due day of their task puts them.
_SECTION = {"submitted": "waiting", "asked": "waiting", "parts": "parts", "new": "new", "opens": "opens"}

Key = tuple[int, int, str, str]  # occurrence, version of the deadline, rung, recipient


@dataclass
class Round:
    """What is decided in one transaction; `skips` are lines of the ledger without a letter."""

    view: Snapshot
    settings: Settings
    calendar: WorkingCalendar
    book: Book
    today: date
    at: datetime
    drafts: dict[str, Draft] = field(default_factory=dict)
    skips: dict[Key, tuple[Told, str]] = field(default_factory=dict)
    served: set[Key] = field(default_factory=set)
    first_letter: dict[tuple[int, str], int] = field(default_factory=dict)
    carried: dict[Key, int] = field(default_factory=dict)
    without_mailbox: set[int] = field(default_factory=set)
    days: dict[tuple[int, date | None], dict[date, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.count = ladder.Count(self.calendar, self.today)
        self.levels = ladder.levels(self.settings.escalation)
        self.directives = {
            row["id"]: Directive(
                row["id"], ladder.ladder_for(self.settings.reminders, row["kind"], ""), row["monitor_id"]
            )
            for row in self.view.rows("select id, kind, monitor_id from directive")
        }

    def by_calendar(self, dues: Collection[Due], touched: Collection[int] = ()) -> None:
        """Add the rungs and levels that were reached since each agency's last morning."""
        groups: dict[date | None, dict[int, Due]] = defaultdict(dict)
        for one in dues:
            groups[None if one.anew else one.since][one.agency] = one
        known = {one.agency for one in dues}
        for since, group in groups.items():
            for candidate in self._open(self._span(since, group)):
                if candidate.agency in group:
                    self._reached(candidate, since)
        for candidate in self._open(f"o.id in ({listed(touched)})") if touched else ():
            if candidate.agency in known:
                self._reached(candidate, None)

    def by_parts(self, dues: Iterable[Due]) -> None:
        """Add the rungs that parts asked of other agencies have reached, each by its own day."""
        marks = {one.agency: one for one in dues}
        rows = self.view.rows(
            """select p.occurrence_id, p.number, p.agency_id, p.what, p.due_on, o.deadline_version, t.directive_id from part p
            join occurrence o on o.id = p.occurrence_id join task t on t.id = o.task_id where p.status = 'waiting' and p.person = ''
            and p.due_on is not null and o.status in ('not_started', 'in_progress', 'returned') order by p.id"""
        )
        for row in (row for row in rows if row["agency_id"] in marks):
            mark, due = marks[row["agency_id"]], row["due_on"]
            used = self._used(row["agency_id"], row["directive_id"])
            rung = self._fresh(used, None if mark.anew else mark.since).get(due)
            if rung is not None:
                key, now = f"part{row['number']}:{rung}", (row["occurrence_id"], row["deadline_version"], due)
                told = {"what": row["what"], "by": due.isoformat()}
                event = Happening(*now, row["agency_id"], "parts", key, 0, "part due", "", told, "")
                self._to_agency(row["agency_id"], Told(*now, key, "parts", event))

    def of_directives(self, directives: Collection[int]) -> None:
        """Add the rungs that these directives' tasks have reached, whenever that was."""
        for candidate in self._open(f"t.directive_id in ({listed(directives)})"):
            self._reached(candidate, None)

    def by_history(self, told: Iterable[Happening]) -> None:
        """Add what happened, as far as the settings say that it is told."""
        for one in told:
            if one.occasion not in self.settings.reminders.tell:
                continue
            section = _SECTION.get(one.occasion, "owner")
            item = Told(one.occurrence_id, one.version, one.due_on, one.rung, section, one)
            if section == "waiting":
                self._to(self.book.monitor(one.agency_id), item, waits_for=one.agency_id)
            else:
                self._to_agency(one.agency_id, item)

    def _span(self, since: date | None, group: dict[int, Due]) -> str:
        """The condition for the due days at which something was reached since a day."""
        few = f"and o.agency_id in ({listed(group)})" if since is None or len(group) < 50 else ""
        if since is None:
            ahead = max(ladder.horizon(self.today, self.calendar, one) for one in self.ladders())
            return f"o.due_on <= '{ahead}' {few}"
        days = {day for one in self.ladders() for day in self._fresh(one, since)}
        days |= {day for after in self.levels.values() for day in ladder.escalated(self.count, after, since)}
        named = ", ".join(f"'{day}'" for day in sorted(days))
        return f"o.due_on in ({named or 'null'}) {few}"

    def ladders(self) -> list[Ladder]:
        """Every ladder that a task of the record has."""
        own = self.settings.reminders
        used = {one.ladder for one in self.directives.values() if one.ladder is not own}
        return [own, *used, *own.agencies.values()]

    def _fresh(self, one: Ladder, since: date | None) -> dict[date, int]:
        key = (id(one), since)
        if key not in self.days:
            self.days[key] = ladder.fresh(self.count, one, since)
        return self.days[key]

    def _open(self, where: str) -> Iterator[Candidate]:
        query = f"""select o.id, o.agency_id, o.due_on, o.deadline_version, t.directive_id from occurrence o
            join task t on t.id = o.task_id where o.status in ('not_started', 'in_progress', 'returned') and {where} order by o.id"""
        return (Candidate(*row.values()) for row in self.view.rows(query))

    def _reached(self, one: Candidate, since: date | None) -> None:
        if one.due is None:
            return
        directive, used = self.directives[one.directive], self._used(one.agency, one.directive)
        rung = self._fresh(used, since).get(one.due)
        if rung is None and since is None and one.due < self.count.days[0]:
            rung = (ladder.signed(used) or [None])[-1]  # type: ignore[list-item]
        if rung is not None:
            self._to_agency(one.agency, Told(one.id, one.version, one.due, str(rung)))
        late = -self.count.left(one.due)
        before = -1 if since is None else late - (self.count.today - self.count.index(since))
        for level, after in self.levels.items():
            if before < after <= late and late > 0:
                self._escalate(level, one, directive.monitor)

    def _used(self, agency: int, directive: int) -> Ladder:
        """The ladder of an agency's tasks of a directive."""
        own, kind = self.settings.reminders.agencies, self.directives[directive].ladder
        return own.get(self.book.agencies[agency].code, kind) if own else kind

    def _escalate(self, level: str, one: Candidate, monitor: int | None) -> None:
        item = Told(one.id, one.version, one.due, f"level:{level}", "escalated")
        greeted = {
            "head": _("the head of {name}", name=self.book.called[one.agency]),
            "monitor": self.book.called.get(monitor or 0, ""),
            "leader": _("the leader in charge"),
        }
        self._to(self.book.level(level, one.agency, monitor), item, greeted=greeted[level])

    def _to_agency(self, agency: int, item: Told) -> None:
        recipients = self.book.of(agency)
        if agency in self.book.unreachable:
            self.without_mailbox.add(agency)
        self._to(recipients, item, agency=agency)

    def _to(
        self,
        recipients: list[str],
        item: Told,
        *,
        agency: int | None = None,
        waits_for: int | None = None,
        greeted: str = "",
    ) -> None:
        key = item.occurrence_id, item.version, item.rung
        if not recipients:
            self.skips[(*key, "")] = (item, NOBODY)
        for recipient in recipients:
            event = item.happening
            if event and event.actor and self.book.acted(event.actor, recipient, event.side):
                self.skips[(*key, recipient)] = (item, OWN_ACT)
                continue
            draft = self.drafts.setdefault(recipient, Draft(recipient))
            draft.told.setdefault(key, item)
            if greeted and recipient != self.book.office:
                draft.greeted.add(greeted)
            if agency is not None:
                draft.agencies.add(agency)
                draft.codes.add(self.book.agencies[agency].code)
            if waits_for is not None:
                draft.waits_for.add(waits_for)

    def leave_out_served(self) -> None:
        """Take out what the ledger says was told, and drafts that have nothing new.

        A line that was told to nobody after all is taken up again, in its own row.
        """
        occurrences = {key[0] for draft in self.drafts.values() for key in draft.told} | {key[0] for key in self.skips}
        for block in _blocks(sorted(occurrences)):
            for row in self.view.rows(
                f"""select occurrence_id, deadline_version, rung, recipient, message_id, id, skipped from reminder
                where occurrence_id in ({listed(block)})"""
            ):
                key = (row["occurrence_id"], row["deadline_version"], row["rung"], row["recipient"])
                if row["skipped"] in (DONE, REPLACED):
                    self.carried[key] = row["id"]
                    continue
                self.served.add(key)
                if row["message_id"]:
                    reader = (row["occurrence_id"], row["recipient"])
                    self.first_letter[reader] = min(self.first_letter.get(reader, row["message_id"]), row["message_id"])
        for recipient, draft in list(self.drafts.items()):
            draft.told = {key: told for key, told in draft.told.items() if (*key, recipient) not in self.served}
            if not draft.told:
                del self.drafts[recipient]
        fresh = {(*key, recipient) for recipient, draft in self.drafts.items() for key in draft.told}
        self.skips = {k: skip for k, skip in self.skips.items() if k not in self.served | fresh | set(self.carried)}

    def take_up(self, letters: Collection[int], anew: Collection[int]) -> None:
        """Tell anew what these letters told, where it still holds, to whoever is the right reader now.

        Of agencies that are decided `anew`, also what a server refused or what could be told to nobody at all.
        """
        theirs = f"(o.agency_id in ({listed(anew)}) or d.monitor_id in ({listed(anew)}))"
        refused = "select id from message where status = 'failed' and kind in ('digest', 'urgent')"
        lost = f"{theirs} and (r.skipped = '{NOBODY}' or r.message_id in ({refused}))" if anew else "1 = 0"
        rows = self.view.rows(
            f"""select r.rung, r.deadline_version as told_version, o.id as occurrence_id, o.agency_id, o.due_on,
              o.deadline_version, t.directive_id, o.status from reminder r join occurrence o on o.id = r.occurrence_id
              join task t on t.id = o.task_id join directive d on d.id = t.directive_id
            where r.message_id in ({listed(letters)}) or ({lost}) order by r.id"""
        )
        numbers = [int(n) for row in rows if (n := row["rung"].partition(":")[2]).isdigit()]
        known = {one.rung: one for one in happenings.entries(self.view, numbers, self.today)}
        for row in rows:
            self._again(row, known)

    def _again(self, row: Row, known: dict[str, Happening]) -> None:
        rung, now = row["rung"], (row["occurrence_id"], row["deadline_version"], row["due_on"])
        if rung in known:
            self.by_history([known[rung]])
        elif row["deadline_version"] != row["told_version"] or row["status"] not in OPEN:
            return
        elif rung.startswith("level:"):
            candidate = Candidate(now[0], row["agency_id"], now[2], now[1], row["directive_id"])
            self._escalate(rung.partition(":")[2], candidate, self.directives[row["directive_id"]].monitor)
        elif ":" not in rung:
            self._to_agency(row["agency_id"], Told(*now, rung, rung if rung in ("new", "opens") else ""))


def _blocks(numbers: list[int], size: int = 5000) -> Iterator[list[int]]:
    return (numbers[n : n + size] for n in range(0, len(numbers), size))
