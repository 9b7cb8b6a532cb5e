"""The ledger questioned: what will be told in the coming weeks, and why nobody was told on a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifications import ladder, recipients
from notifications.happenings import EARLIER
from workflow import awaited, queries
from workflow.access.viewing import visible
from workflow.calendar import WorkingCalendar
from workflow.config import Settings
from workflow.dossier import no_such
from workflow.errors import BadInput
from workflow.i18n import _
from workflow.ledger import say_rung, say_state, told
from workflow.periods import show_day
from workflow.snapshot import Row, Snapshot
from workflow.standing import OPEN, Status, say_status

_PLANNED = f"""select o.id as occurrence_id, t.code, o.period, o.agency_id, a.code as agency_code, a.name as agency, o.due_on, o.opens_on,
      o.status, d.kind, d.monitor_id,
      {EARLIER} as earlier
    from occurrence o join task t on t.id = o.task_id join directive d on d.id = t.directive_id join agency a on a.id = o.agency_id
    where o.status in ('not_started', 'in_progress', 'returned') and {{where}} order by o.due_on, t.id, o.id"""


def plan(
    view: Snapshot, settings: Settings, first: date, last: date, *, agency: str | None = None, code: str | None = None
) -> list[Row]:
    """Who will be told what between two days, both included, if everything stays as it is today; earliest first."""
    if last < first:
        raise BadInput("{last} is before {first}.", last=show_day(last), first=show_day(first))
    calendar = awaited.calendar(view)
    book = recipients.book(view, settings, first)
    where, args = [visible(view)], dict[str, object]()
    if agency:
        where.append("o.agency_id = :agency")
        args["agency"] = queries.agency_id(view, agency)
    if code:
        where.append("t.code = :code")
        args["code"] = code.strip().upper()
    days = _Days(settings, calendar)
    found = []
    for row in view.rows(_PLANNED.format(where=" and ".join(where)), **args):
        for rung, day in days.of(row):
            if first <= day <= last:
                found.append({**row, "day": day, "rung": rung, "recipients": _readers(book, row, rung)})
    named = ("day", "code", "period", "agency_code", "agency", "due_on", "rung", "recipients")
    return [{name: row[name] for name in named} for row in sorted(found, key=lambda row: (row["day"], row["code"]))]


def known(view: Snapshot, code: str) -> None:
    """Raise BadInput where there is no such task, with the nearest codes."""
    own = f"select t.id from task t join directive d on d.id = t.directive_id where t.code = :code and {visible(view)}"
    if not view.rows(own, code=code.strip().upper()):
        raise no_such(view, code)


class _Days:
    """The days on which tasks are told of, each deadline counted once."""

    def __init__(self, settings: Settings, calendar: WorkingCalendar) -> None:
        self.settings, self.calendar = settings, calendar
        self.levels = ladder.levels(settings.escalation)
        self._known: dict[tuple[int, date], list[tuple[str, date]]] = {}

    def of(self, row: Row) -> Iterator[tuple[str, date]]:
        """Each rung, level and opening of a task with its day."""
        if row["opens_on"] and row["earlier"]:
            yield "opens", self.calendar.on_or_after(row["opens_on"])
        due = row["due_on"]
        if due:
            yield from self.around(due, row["kind"], row["agency_code"])

    def around(self, due: date, kind: str, agency: str) -> list[tuple[str, date]]:
        """The rungs and levels around a due day."""
        used = ladder.ladder_for(self.settings.reminders, kind, agency)
        key = (id(used), due)
        if key not in self._known:
            steps = [(str(rung), day) for rung, day in ladder.rungs(due, self.calendar, used)]
            late = [(f"level:{name}", self.calendar.add(due, after)) for name, after in self.levels.items()]
            self._known[key] = sorted([*steps, *late], key=lambda step: step[1])
        return self._known[key]


def _readers(book: recipients.Book, row: Row, rung: str) -> list[str]:
    level = rung.partition(":")[2]
    return book.level(level, row["agency_id"], row["monitor_id"]) if level else book.of(row["agency_id"])


def why_not(
    view: Snapshot, settings: Settings, code: str, day: date, *, today: date, agency: str | None = None
) -> list[Row]:
    """For each part of a task: what was told on a day, or every reason why nothing was."""
    zone = ZoneInfo(settings.time_zone)
    begin = datetime.combine(day, time(), zone)
    of_agency = "and (o.agency_id = :agency or o.issued_to_id = :agency)" if agency else ""
    parts = view.rows(
        f"""select o.id, o.period, o.agency_id, a.code as agency_code, a.name as agency, o.due_on, o.opens_on, d.kind, t.code
        from occurrence o join task t on t.id = o.task_id join directive d on d.id = t.directive_id join agency a on a.id = o.agency_id
        where t.code = :code and {visible(view)} {of_agency} order by o.due_on, o.id""",
        code=code.strip().upper(),
        **({"agency": queries.agency_id(view, agency)} if agency else {}),
    )
    if not parts:
        raise BadInput(
            "{code} has no deadline and no agency that could be reminded; see `dondoc show {code}`.", code=code
        )
    lines = told(view, code, agency)
    asked = _Asked(view, settings, awaited.calendar(view), day, today, begin, begin + timedelta(days=1))
    found = []
    for part in parts:
        on_day = [r for r in lines if r["occurrence_id"] == part["id"] and begin <= r["decided_at"] < asked.end]
        words = list(asked.told(on_day)) or list(
            asked.reasons(part, [r for r in lines if r["occurrence_id"] == part["id"]])
        )
        reminded = any(row["state"] == "sent" for row in on_day)
        found.append(
            {
                **{n: part[n] for n in ("code", "period", "agency_code", "agency")},
                "day": day,
                "reminded": reminded,
                "words": words,
            }
        )
    return found


class _Asked:
    """One question: why was nobody told on this day."""

    def __init__(
        self,
        view: Snapshot,
        settings: Settings,
        calendar: WorkingCalendar,
        day: date,
        today: date,
        begin: datetime,
        end: datetime,
    ) -> None:
        self.view, self.settings, self.calendar, self.day, self.today = view, settings, calendar, day, today
        self.begin, self.end = begin, end

    def told(self, lines: list[Row]) -> Iterator[str]:
        for row in lines:
            reader = row["recipient"] or _("nobody")
            yield f"{say_rung(row['rung'])}: {reader} – {say_state(row)}"

    def reasons(self, part: Row, lines: list[Row]) -> Iterator[str]:
        then = self._then(part["id"])
        if self.day > self.today:
            yield _("{day} is still to come.", day=show_day(self.day))
        elif then is None:
            yield _("The task was entered only later.")
            return
        elif then["status"] not in OPEN:
            yield _("It was “{status}” on that day: only open work is reminded.", status=say_status(then["status"]))
            return
        if not self.calendar.is_working(self.day):
            yield _(
                "{day} was a day off ({name}): letters go out on working days.",
                day=show_day(self.day),
                name=self.calendar.off(self.day),
            )
        elif self.day <= self.today and not self._looked(part["agency_id"]):
            yield _(
                "The clock did not run in the working hours of that day; what it left out came with the next morning, the newest rung only."
            )
        due = then["due_on"] if then else part["due_on"]
        if due is None:
            yield _("It had no deadline on that day.")
            return
        yield from self._steps(part, due, lines)

    def _steps(self, part: Row, due: date, lines: list[Row]) -> Iterator[str]:
        """The rungs beside the day: the one before with what became of it, and the next."""
        days = _Days(self.settings, self.calendar).around(due, part["kind"], part["agency_code"])
        yield _("The deadline was {due}.", due=show_day(due))
        before = [step for step in days if step[1] <= self.day]
        if before:
            rung, day = before[-1]
            kept = [row for row in lines if row["rung"] == rung and row["due_on"] == due]
            became = "; ".join(dict.fromkeys(say_state(row) for row in kept)) or _("not told")
            yield _(
                "The last rung up to then was “{rung}” on {day}: {became}.",
                rung=say_rung(rung),
                day=show_day(day),
                became=became,
            )
        after = next((step for step in days if step[1] > self.day), None)
        if after:
            yield _("The next is “{rung}” on {day}.", rung=say_rung(after[0]), day=show_day(after[1]))
        else:
            yield _("The ladder had ended: `reminders.last` says how long it goes on.")

    def _then(self, occurrence: int) -> Row | None:
        """The state and the deadline at the end of the day; None before it was entered."""
        due = self.view.json_day("e.after", "due")
        rows = self.view.rows(
            f"""select (select e.status_after from audit_entry e where e.occurrence_id = :id and e.status_after is not null and e.at < :end
                order by e.id desc limit 1) as status,
              (select {due} from audit_entry e where e.occurrence_id = :id and e.act in ('open', 'set deadline', 'grant extension')
                and e.at < :end order by e.id desc limit 1) as due_on""",
            id=occurrence,
            end=self.end,
        )
        return {**rows[0], "status": Status(rows[0]["status"])} if rows[0]["status"] else None

    def _looked(self, agency: int) -> bool:
        """Whether it was decided on that day what the agency is told; the record knows that since its mornings are marked."""
        own = {"agency": agency, "day": self.day}
        marked = self.view.rows("select id from morning where agency_id = :agency and day = :day", **own)
        return bool(marked) or not self.view.rows(
            "select id from morning where agency_id = :agency and day < :day limit 1", **own
        )
