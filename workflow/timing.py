"""When something is to be done: the value that a time phrase is understood as, and what it comes to in days.

The phrase is read in `directives.phrases`; here is only arithmetic. A Timing explains itself: its reasons are message keys
with arguments, put into words by `explain`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

from workflow.calendar import WorkingCalendar
from workflow.errors import BadInput, Refused
from workflow.i18n import N_
from workflow.periods import EVENT, Reason, Window, reason, show_day
from workflow.rules import Data, Offset, Rule, Unit
from workflow.sessions import CouncilSession


class Kind(StrEnum):
    """What sort of deadline a phrase states."""

    DEADLINE = "deadline"
    RECURRING = "recurring"
    ONGOING = "ongoing"
    CYCLE_UNKNOWN = "cycle_unknown"
    RELATIVE = "relative"
    CONDITIONAL = "conditional"
    SESSION = "session"
    BY_REFERENCE = "by_reference"
    NOT_A_DEADLINE = "not_a_deadline"
    UNDETERMINED = "undetermined"


class Cycle(StrEnum):
    """How often something recurs."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"


MONTHS = {Cycle.MONTHLY: 1, Cycle.QUARTERLY: 3, Cycle.HALF_YEARLY: 6, Cycle.YEARLY: 12}

KIND_LABELS = {
    Kind.DEADLINE: N_("fixed deadline"),
    Kind.RECURRING: N_("recurring"),
    Kind.ONGOING: N_("ongoing, no deadline"),
    Kind.CYCLE_UNKNOWN: N_("periodic, cycle not stated"),
    Kind.RELATIVE: N_("counted from an event"),
    Kind.CONDITIONAL: N_("depends on a condition"),
    Kind.SESSION: N_("council session"),
    Kind.BY_REFERENCE: N_("stated in another document"),
    Kind.NOT_A_DEADLINE: N_("not a deadline"),
    Kind.UNDETERMINED: N_("deadline not determined"),
}

CYCLE_LABELS = {
    Cycle.WEEKLY: N_("weekly"),
    Cycle.MONTHLY: N_("monthly"),
    Cycle.QUARTERLY: N_("quarterly"),
    Cycle.HALF_YEARLY: N_("half-yearly"),
    Cycle.YEARLY: N_("yearly"),
}


@dataclass(frozen=True)
class Timing:
    """A time phrase and what it means.

    `windows` are fixed days; `rules` say how it recurs; `event` names what it waits for or is counted from, `offset` how far
    from it, `happened_on` its day once known; `session` a council session. `needs_person` says that no date may be taken
    from it without a look.
    """

    words: str
    kind: Kind
    windows: tuple[Window, ...] = ()
    rules: tuple[Rule, ...] = ()
    event: str = ""
    offset: Offset | None = None
    happened_on: date | None = None
    session: CouncilSession | None = None
    needs_person: bool = False
    reasons: tuple[Reason, ...] = ()

    @property
    def cycle(self) -> Cycle | None:
        """How often it recurs, by the shortest of its rules; None where that has no name."""
        often = min((rule for rule in self.rules), key=lambda r: r.weeks / 4.4 or r.months, default=None)
        if often is None or len(often.only) > 1 or often.weeks > 1:
            return None
        if often.only and often.months < MONTHS[Cycle.HALF_YEARLY]:
            return Cycle.YEARLY
        return (
            Cycle.WEEKLY if often.weeks else next((c for c, months in MONTHS.items() if months == often.months), None)
        )

    def because(self, message: str, /, **args: object) -> Timing:
        """Return the same timing with one more reason."""
        return replace(self, reasons=(*self.reasons, reason(message, **args)))

    def explain(self) -> str:
        """Say in the current language how the phrase was understood and why."""
        return " ".join(str(one) for one in self.reasons)

    def follows_calendar(self) -> bool:
        """Whether its days can move when the working calendar or the council's sessions change."""
        return bool(self.offset or self.session or any(rule.counts_working_days() for rule in self.rules))

    def happening(self, calendar: WorkingCalendar) -> date | None:
        """The day of the event or session it hangs on, once known."""
        if self.happened_on or not self.session:
            return self.happened_on
        line = self.session.opening(calendar)
        return line.day if line else None

    def resolved(self, calendar: WorkingCalendar) -> Window | None:
        """The window that the event or session gives, once its day is known."""
        day = self.happening(calendar)
        if not day or not (self.offset or self.session):
            return None
        key = EVENT
        if self.session and not self.happened_on:
            key = self.windows[0].key if self.windows else self.session.key
        if self.offset:
            return self.offset.window(day, key, calendar)
        before = Offset(-1, Unit.WORKING_DAY) if self.session and self.session.before else None
        if before:
            return before.window(day, key, calendar)
        return Window(day, None, key, (reason(N_("The session opens on {day}."), day=day),))

    def as_read(self, since: date) -> Timing:
        """The doubtful reading, found right by a person, without what had passed on the day `since`; raises Refused where no day is left."""
        left = tuple(w for w in self.windows if w.due >= since)
        if not left and not self.rules:
            raise Refused("No day was read from “{words}”; say one.", words=self.words)
        return replace(self, windows=left, needs_person=False).because(N_("A person looked at it and found it right."))

    def since(self, happened_on: date, due: date | None = None) -> Timing:
        """The timing once its event has happened; `due` is the last day allowed where the document states no term.

        Raises Refused where the deadline hangs on no event, BadInput where no term is known or the days do not follow.
        """
        if not (self.event or self.offset or self.session):
            raise Refused("“{words}” hangs on no event; use `dondoc deadline set`.", words=self.words)
        if not due and not (self.offset or self.session):
            raise BadInput("“{words}” states no term after the event; say by when with --due.", words=self.words)
        if due and due < happened_on:
            raise BadInput("{due} lies before the event of {day}.", due=show_day(due), day=show_day(happened_on))
        known = replace(self, happened_on=happened_on, needs_person=False, reasons=())
        if due:
            known = replace(known, offset=None, session=None, windows=(Window(due, happened_on, EVENT),))
            return known.because(N_("A person decided: due on {due}."), due=due)
        return known.because(N_("The event took place on {day}."), day=happened_on)

    def occurrences(self, first: date, last: date, calendar: WorkingCalendar) -> list[Window]:
        """Return the windows due from `first` to `last`, both included, in order; each computed from the calendar itself."""
        known = self.resolved(calendar)
        fixed = (known,) if known else self.windows
        recurring = [
            w
            for number, rule in enumerate(self.rules)
            for w in self._named(number, rule.windows(first, last, calendar))
        ]
        taken = {w.key: w.due for w in recurring}
        own = [w for w in fixed if first <= w.due <= last and taken.get(w.key) != w.due]
        own = [replace(w, key=f"{w.key}/0") if w.key in taken else w for w in own]
        return sorted((*own, *recurring), key=lambda w: (w.due, w.key))

    def _named(self, number: int, windows: Iterable[Window]) -> Iterable[Window]:
        """The windows of one rule; where earlier rules have the same periods, their keys are numbered."""
        same = 1 + sum(earlier.shares_periods(self.rules[number]) for earlier in self.rules[:number])
        return windows if same == 1 else (replace(w, key=f"{w.key}/{same}") for w in windows)

    def to_json(self) -> dict[str, Any]:
        """Return plain values that `from_json` reads back; what is not stated is left out."""
        plain = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}
        plain["reasons"] = [{"message": r.message, "args": dict(r.args)} for r in self.reasons]
        if self.windows:
            plain["windows"] = [
                {"due": w.due.isoformat(), "opens": w.opens and w.opens.isoformat(), "key": w.key} for w in self.windows
            ]
        if self.rules:
            plain["rules"] = [_stated(rule) for rule in self.rules]
        for name in ("offset", "session"):
            if name in plain:
                plain[name] = _stated(plain[name])
        if self.happened_on:
            plain["happened_on"] = self.happened_on.isoformat()
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Timing:
        """Read what `to_json` wrote."""
        values = dict(plain)
        values["kind"] = Kind(values["kind"])
        values["reasons"] = tuple(Reason(r["message"], tuple(r["args"].items())) for r in values.get("reasons", ()))
        values["windows"] = tuple(
            Window(date.fromisoformat(w["due"]), _date(w["opens"]), w["key"]) for w in values.get("windows", ())
        )
        values["rules"] = tuple(_rule(rule) for rule in values.get("rules", ()))
        values["happened_on"] = _date(values.get("happened_on"))
        if values.get("offset"):
            values["offset"] = Offset(values["offset"]["count"], Unit(values["offset"]["unit"]))
        if values.get("session"):
            values["session"] = CouncilSession(**{**values["session"], "after": _date(values["session"].get("after"))})
        return cls(**values)


def _stated(value: Any) -> dict[str, Any]:
    """The fields of a dataclass that differ from their defaults, dates as ISO text."""
    defaults = {f.name: f.default for f in fields(value)}
    return {
        name: one.isoformat() if isinstance(one, date) else one
        for name, one in asdict(value).items()
        if one != defaults[name]
    }


def _rule(plain: dict[str, Any]) -> Rule:
    values = dict(plain)
    for name in ("anchor", "since", "until"):
        values[name] = _date(values.get(name))
    values["only"] = tuple(values.get("only", ()))
    values["data"] = Data(values["data"]) if values.get("data") else None
    return Rule(**values)


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
