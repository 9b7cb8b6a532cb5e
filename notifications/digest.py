"""What a letter of the morning says: the tasks of its reader as rows of the record, and those rows in words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from notifications import ics
from notifications.happenings import Happening
from notifications.letters import AMBER, BLUE, GREEN, RED, Entry, Section, Words
from notifications.material import Draft, Material, Task, Told, total
from workflow import queries
from workflow.audit_words import say_act, say_value
from workflow.config import Settings
from workflow.i18n import N_, _
from workflow.periods import ONGOING, UNTIMED, show_day, show_days, show_period
from workflow.standing import OPEN, say_status

_DAY = re.compile(r"\d{4}-\d\d-\d\d")  # a period that is its due day says nothing more

TITLES = {
    "overdue": (N_("Overdue ({n})"), RED),
    "today": (N_("Due today ({n})"), AMBER),
    "soon": (N_("Due soon ({n})"), BLUE),
    "new": (N_("Given to you ({n})"), BLUE),
    "decided": (N_("Decided ({n})"), GREEN),
    "waiting": (N_("Waiting for your decision ({n})"), AMBER),
    "parts": (N_("Parts asked of you or given to you ({n})"), BLUE),
    "escalated": (N_("Long overdue, for you to direct ({n})"), RED),
}


class Voice:
    """Puts rows into words for one day, in the language that is spoken."""

    def __init__(self, settings: Settings, today: date, names: Mapping[int, str], links: Mapping[int, str]) -> None:
        self.settings, self.today, self.names, self.links = settings, today, names, links

    def entry(self, task: Task, told: Sequence[Told], *, own: bool) -> Entry:
        """One task; `own`: the reader owes it and may report it."""
        notes = tuple(dict.fromkeys(note for one in told if (note := self._note(one, task))))
        due = (
            _("Due: end of {day} – {left}", day=show_day(task["due_on"]), left=self.left(task))
            if task["due_on"]
            else ""
        )
        if task["confidential"]:
            secret = _(
                "A task of a confidential directive: its words do not stand in letters; please report to the monitoring agency directly."
            )
            return Entry(task["code"], secret, (_("Lead agency: {name}", name=self._owner(task)),), due)
        facts = [
            _("Directive: {number} of {issuer}", number=task["number"], issuer=task["issuer"])
            if task["issuer"]
            else _("Directive: {number}", number=task["number"])
        ]
        facts.append(_("Lead agency: {name}", name=self._owner(task)))
        if task["period"] not in (UNTIMED, ONGOING) and not _DAY.match(task["period"]):
            facts.append(_("Period: {period}", period=show_period(task["period"])))
        if task["deliverable"]:
            facts.append(_("Deliverable: {what}", what=task["deliverable"]))
        if task["timing_words"]:
            facts.append(_("Deadline as written: “{words}”", words=task["timing_words"]))
        if task["original_due_on"] and task["due_on"] and task["original_due_on"] != task["due_on"]:
            facts.append(_("First deadline: {day}", day=show_day(task["original_due_on"])))
        link = self.links.get(task["id"], "") if own else ""
        return Entry(task["code"], task["text"], tuple(facts), due, notes, link)

    def left(self, task: Task) -> str:
        """How far the due day is, in calendar days, or what became of the task."""
        if task["status"] not in OPEN:
            return say_status(task["status"])
        days = (task["due_on"] - self.today).days
        if abs(days) == 1:
            return _("1 day left") if days > 0 else _("1 day late")
        if days < 0:
            return _("{n} days late", n=-days)
        return _("{n} days left", n=days) if days else _("due today")

    def day(self, task: Task) -> ics.Day:
        """The task as a day of a calendar."""
        title = ics.title(task["code"], task["text"], confidential=bool(task["confidential"]))
        details = "" if task["confidential"] else f"{task['number']}\n{self._owner(task)}"
        return ics.Day(task["id"], task["due_on"], task["deadline_version"] - 1, title, details)

    def _owner(self, task: Task) -> str:
        now, first = self.names[task["agency_id"]], self.names[task["issued_to_id"]]
        return queries.owner(
            {
                "agency": now,
                "agency_code": task["agency_id"],
                "issued_to": first,
                "issued_to_code": task["issued_to_id"],
            }
        )

    def _note(self, told: Told, task: Task) -> str:
        """What happened, in a sentence."""
        event = told.happening
        if told.rung.partition(":")[0] == "new":
            return _("New: given to you.")
        if told.rung == "opens":
            return _("Its period has begun.")
        if not event or task["confidential"]:
            return ""
        who, reason = event.actor, event.reason
        if event.act == "return":
            return _("Your report was sent back by {who}: {reason}", who=who, reason=reason)
        if event.act == "confirm":
            return _("Your result was confirmed by {who}.", who=who) + (f" {reason}" if reason else "")
        if event.act == "submit":
            return _("{agency} reports it done: {what}", agency=self.names[task["agency_id"]], what=_said(event))
        if event.act == "part due":
            return _("Asked of you: {what}", what=event.after["what"]) + self._by(event)
        if event.act in ("ask part", "give part"):
            return f"{say_act(event.act).capitalize()}: {event.after.get('what') or event.after.get('of')}" + self._by(
                event
            )
        if event.act == "set deadline" and event.after.get("due"):
            day = show_day(date.fromisoformat(event.after["due"]))
            return _("The deadline is now {day}: {reason}", day=day, reason=reason)
        wanted, basis = event.after.get("wanted"), event.after.get("basis")
        facts = [f"{who}: {say_act(event.act)}" + (f" ({show_days(str(wanted))})" if wanted else "")]
        facts += [reason] if reason else []
        facts += [say_value("basis", basis)] if basis else []
        return ". ".join(fact.strip().rstrip(".") for fact in facts) + "."

    def _by(self, event: Happening) -> str:
        day = event.after.get("by")
        words = _("by {day}", day=show_day(date.fromisoformat(day))) if day else ""
        return f" ({words})" if words else ""


def _said(event: Happening) -> str:
    told = [event.after.get("result"), event.after.get("document")]
    return "; ".join(one for one in told if one) or "–"


def words(
    draft: Draft,
    made: Material,
    places: Mapping[str, Sequence[int]],
    settings: Settings,
    *,
    today: date,
    names: Mapping[int, str],
    links: Mapping[int, str],
) -> tuple[Words, list[ics.Day], list[tuple[Told, str]]]:
    """The letter of a draft, whose tasks are `placed`, in the language that is spoken; its days, and what could not be put into words.

    One task that cannot be said never keeps the others from being told.
    """
    voice = Voice(settings, today, names, links)
    by_task: dict[int, list[Told]] = defaultdict(list)
    for one in draft.told.values():
        by_task[one.occurrence_id].append(one)
    sections, days, codes = [], [], []
    faults: list[tuple[Told, str]] = []
    counts: dict[str, int] = {}
    for name, numbers in places.items():
        entries = []
        for number in numbers:
            task = made.tasks[number]
            try:
                own = task["agency_id"] in draft.agencies and name not in ("waiting", "escalated")
                entries.append(voice.entry(task, by_task[number], own=own))
                if task["due_on"] and own and task["status"] in OPEN:
                    days.append(voice.day(task))
            except Exception as error:
                faults += [(one, f"{type(error).__name__}: {error}") for one in by_task[number]]
        if not entries:
            continue
        codes += [entry.code for entry in entries]
        counts[name] = total(draft, made, name, len(entries))
        title, colour = TITLES[name]
        more = _more(counts[name] - len(entries), draft)
        sections.append(Section(_(title, n=counts[name]), colour, entries, more=more))
    agencies = sorted(names[one] for one in draft.agencies | draft.waits_for)
    linked = next((entry.code for section in sections for entry in section.entries if entry.link), "")
    bare = any(
        _unlinked(made.tasks[n], draft, links) for name in ("overdue", "today", "soon", "new") for n in places[name]
    )
    made_words = Words(
        _subject(counts, codes, agencies, today),
        _("To: {names}", names="; ".join([*agencies, *sorted(draft.greeted)]) or settings.office.name),
        _(
            "{office} reports the state of the tasks given, as of {day}.",
            office=settings.office.name,
            day=show_day(today),
        ),
        sections,
        _closing(settings, today, linked=linked, bare=bare, waiting="waiting" in counts),
        settings.office.name,
    )
    return made_words, days, faults


def _unlinked(task: Task, draft: Draft, links: Mapping[int, str]) -> bool:
    """Whether its reader could report a task and gets no link for it, though it is not confidential."""
    own = task["agency_id"] in draft.agencies and task["status"] in OPEN
    return bool(own and task["id"] not in links and not task["confidential"])


def _more(hidden: int, draft: Draft) -> str:
    if hidden <= 0:
        return ""
    codes = "; ".join(f"dondoc tasks --agency {code}" for code in sorted(draft.codes))
    return _("And {n} more; the whole list: {command}", n=hidden, command=codes)


_COUNTED = {
    "overdue": N_("{n} overdue"),
    "today": N_("{n} due today"),
    "soon": N_("{n} due soon"),
    "new": N_("{n} new"),
    "decided": N_("{n} decided"),
    "waiting": N_("{n} waiting for you"),
    "parts": N_("{n} parts"),
    "escalated": N_("{n} long overdue"),
}


def _subject(counts: Mapping[str, int], codes: Sequence[str], agencies: Sequence[str], today: date) -> str:
    """What is urgent first; a letter about one task begins with its code."""
    told = ", ".join(_(_COUNTED[name], n=n) for name, n in counts.items())
    told = told[:1].upper() + told[1:]
    who = agencies[0] if agencies else ""
    if len(agencies) > 1:
        who = _("{name} and {n} more", name=who, n=len(agencies) - 1)
    mark = f"[{codes[0]}] " if len(set(codes)) == 1 else ""
    return f"{mark}{told}" + (f" – {who}" if who else "") + f" ({show_day(today)})"


def _closing(settings: Settings, today: date, *, linked: str, bare: bool, waiting: bool) -> tuple[str, ...]:
    lines = []
    if bare:
        lines.append(_("Your agency reports with `dondoc done CODE` or through the office: by its rule no link acts."))
    if linked:
        until = show_day(today + timedelta(days=settings.links.days))
        lines.append(
            _(
                "How to report: open the task's link, choose what you report, state your name and press “Send the report”. No login is needed; the link works until {day}, for this agency only.",
                day=until,
            )
        )
        if settings.inbox.kind != "none":
            lines.append(
                _(
                    "Or answer this letter. The first line says it: XONG 45/BC-UBND (done, with the document's number; attach the files) · GIA HAN 30/10/2025 and the reason (more time) · KHONG PHAI and the reason (not our task). Where the letter names several tasks, put the code after the word: XONG {code} 45/BC-UBND.",
                    code=linked,
                )
            )
    if waiting:
        lines.append(
            _(
                "A report is confirmed with `dondoc confirm CODE` or sent back with `dondoc return CODE`; a request is decided with `dondoc requests`."
            )
        )
    return tuple(lines)
