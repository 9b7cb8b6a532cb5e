"""What a recurring duty and a duration come to in days, computed from their anchor and never from the previous result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from workflow.calendar import WEEKDAYS, WorkingCalendar
from workflow.i18n import N_, _
from workflow.periods import MSGID, Reason, Window, add_months, monday_of, month_end, period_key, reason, week_key

FRIDAY = 5

RECURS = {
    0: N_("Recurs every week."),
    1: N_("Recurs every month."),
    3: N_("Recurs every quarter."),
    6: N_("Recurs every half-year."),
    12: N_("Recurs every year."),
}


class Data(StrEnum):
    """Over which days the reports of a period run."""

    ADMINISTRATIVE = "administrative"
    STATISTICAL = "statistical"


DATA = {
    Data.ADMINISTRATIVE: N_("A report covers the days from the 15th to the 14th (Decree 09/2019/NĐ-CP, Article 12)."),
    Data.STATISTICAL: N_("A report covers whole calendar months."),
}


class Unit(StrEnum):
    """What a duration is counted in."""

    HOUR = "hour"
    DAY = "day"
    WORKING_DAY = "working_day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class Rule:
    """How a duty recurs: the periods it falls in and the day it is due in each.

    A period is `months` months long, counted from January (`only` keeps those of these numbers within the year), or `weeks` weeks
    long, counted from the week of `anchor`. It is due on its last day unless said otherwise: on `day` of month number
    `month` of the period (1 the first, 0 the last, more than its length: after it; month ends clamp; with weeks, 1 Monday to
    7 Sunday), `before` that day, on the working day number `working_day` of that month (negative: from its end), or on the
    last day of its week number `week` (days 1 to 7 are the first; negative: from its end) or on that week's `weekday`.
    `by_day` names its windows by their days, where several days of one period are each due.
    A report runs over the days of `data` and is sent within `send_days` working days after the last of them.
    """

    months: int = 0
    weeks: int = 0
    only: tuple[int, ...] = ()
    anchor: date | None = None
    day: int = 0
    month: int = 0
    before: bool = False
    working_day: int = 0
    week: int = 0
    weekday: int = 0
    data: Data | None = None
    send_days: int = 0
    by_day: bool = False
    since: date | None = None
    until: date | None = None

    def shares_periods(self, other: Rule) -> bool:
        """Whether both can name a window by the same period."""
        same = (self.months, self.weeks, self.by_day) == (other.months, other.weeks, other.by_day)
        return same and (not self.only or not other.only or bool(set(self.only) & set(other.only)))

    def counts_working_days(self) -> bool:
        """Whether its days depend on the working calendar."""
        return bool(self.working_day or self.send_days)

    def said(self) -> Iterator[Reason]:
        """Say how often it recurs and on which day of each period it is due."""
        numbers = ", ".join(str(n) for n in self.only)
        if self.weeks > 1:
            yield reason(N_("Recurs every {n} weeks."), n=self.weeks)
        elif self.months == 3 and self.only:
            yield reason(N_("Recurs every year in quarter {numbers}."), numbers=numbers)
        elif self.months == 1 and self.only:
            yield reason(N_("Recurs every year in month {numbers}."), numbers=numbers)
        else:
            yield reason(RECURS.get(0 if self.weeks else self.months, N_("Recurs every {n} months.")), n=self.months)
        if self.months == 6 and self.only:
            yield reason(N_("The second half-year is covered by the year's report."))
        yield from self._said_day()

    def _said_day(self) -> Iterator[Reason]:
        if self.data:
            yield reason(DATA[self.data])
            if self.send_days:
                yield reason(N_("To be sent within {n} working days after that."), n=self.send_days)
        elif self.weeks:
            yield reason(N_("Due on {weekday}."), weekday=MSGID + WEEKDAYS[(self.day or FRIDAY) - 1])
        elif self.working_day:
            last = N_("Due on the last working day of the period.")
            nth = N_("Due on working day number {n} of {month}.")
            yield reason(nth if self.working_day > 0 else last, n=self.working_day, month=self._month())
        elif self.week:
            yield reason(N_("Days 1 to 7 are taken as the first week of a month; a person looks at it."))
        elif not self.day:
            yield reason(N_("Due on the last day of the period."))
        elif self.months == 12 and self.month:
            yield reason(N_("Due on {day}/{month} of the year."), day=self.day, month=(self.month - 1) % 12 + 1)
        else:
            yield reason(N_("Due on day {day} of {month}."), day=self.day, month=self._month())
        if self.before:
            yield reason(N_("“trước” that day ends on the day before."))

    def _month(self) -> str:
        """Which month of the period its day lies in."""
        if self.month > self.months:
            return MSGID + N_("the month after the period")
        if self.months == 1:
            return MSGID + N_("the month")
        if self.month in (0, self.months):
            return MSGID + N_("the period's last month")
        return MSGID + (N_("the period's first month") if self.month == 1 else N_("the period's second month"))

    def windows(self, first: date, last: date, calendar: WorkingCalendar) -> Iterator[Window]:
        """Yield the windows that fall due from `first` to `last`, both included, in order of their periods."""
        for opens, ends, key in self._weeks(first, last) if self.weeks else self._periods(first, last):
            window = self._window(opens, ends, key, calendar)
            if (self.since and window.due < self.since) or (self.until and opens > self.until):
                continue
            if first <= window.due <= last:
                yield window

    def _periods(self, first: date, last: date) -> Iterator[tuple[date, date, str]]:
        # A day of the month after the period belongs to the year before; a day before a period's first to the year after.
        late = 1 if self.month > self.months or self.working_day or self.send_days else 0
        early = 1 if self.before or self.data else 0
        for year in range(max(first.year - late, 1), min(last.year + early, 9998) + 1):
            for number, month in enumerate(range(1, 14 - self.months, self.months), 1):
                if not self.only or number in self.only:
                    opens, ends = date(year, month, 1), month_end(year, month + self.months - 1)
                    yield opens, ends, period_key(opens, ends)

    def _weeks(self, first: date, last: date) -> Iterator[tuple[date, date, str]]:
        start = monday_of(self.anchor) if self.anchor else date(1, 1, 1)  # 1/1/0001 was a Monday
        passed = (monday_of(first) - start).days // 7
        monday = start + timedelta(weeks=max(passed - passed % self.weeks - self.weeks, 0))
        while monday <= last:
            ends = monday + timedelta(weeks=self.weeks, days=-1)
            yield monday, ends, week_key(ends)
            monday += timedelta(weeks=self.weeks)

    def _window(self, opens: date, ends: date, key: str, calendar: WorkingCalendar) -> Window:
        if self.weeks:
            return Window(ends - timedelta(days=7 - (self.day or FRIDAY)), opens, key)
        if self.data:
            return self._report(opens, ends, key, calendar)
        month = month_end(opens.year, opens.month + self.month - 1) if self.month else ends
        if self.working_day:
            return self._working(opens, month, key, calendar)
        if self.week:
            return Window(self._week_day(month), opens, key)
        due = month.replace(day=min(self.day, month.day)) if self.day else month
        if self.day <= due.day:
            due -= timedelta(days=self.before)
            return Window(due, opens, due.isoformat() if self.by_day else key)
        # In a month without that day its last day counts, and it is also the last one before that day.
        why = reason(N_("The month has no day {day}; its last day counts: {due}."), day=self.day, due=due)
        return Window(due, opens, due.isoformat() if self.by_day else key, (why,))

    def _working(self, opens: date, month: date, key: str, calendar: WorkingCalendar) -> Window:
        if self.working_day > 0:
            first = month.replace(day=1)
            due = calendar.add(first - timedelta(days=1), self.working_day)
        else:
            due = calendar.add(month + timedelta(days=1), self.working_day)
            first, due = due, due
        told = calendar.skipped(first, due if self.working_day > 0 else month)
        doubtful = calendar.unsettled(first, due if self.working_day > 0 else month)
        return Window(due - timedelta(days=self.before), opens, key, told, doubtful)

    def _week_day(self, month: date) -> date:
        """The last day of a numbered week of a month (days 1 to 7 are its first), or the weekday that is asked."""
        if not self.weekday:
            return month.replace(day=min(7 * self.week, month.day)) if self.week > 0 else month
        if self.week > 0:
            first = month.replace(day=1)
            day = first + timedelta(days=(self.weekday - first.isoweekday()) % 7 + 7 * (self.week - 1))
            return day if day <= month else day - timedelta(days=7)
        return month - timedelta(days=(month.isoweekday() - self.weekday) % 7)

    def _report(self, opens: date, ends: date, key: str, calendar: WorkingCalendar) -> Window:
        """A report: its data end on the 14th or on the last day, then the office's sending days run."""
        if self.data is Data.ADMINISTRATIVE:
            opens, ends = data_days(opens, ends)
        due = calendar.add(ends, self.send_days)
        told = [reason(N_("The report runs from {opens} to {ends}."), opens=opens, ends=ends)]
        if self.send_days:
            told.append(reason(N_("To be sent within {n} working days: {due}."), n=self.send_days, due=due))
            told += calendar.skipped(ends + timedelta(days=1), due)
        return Window(due, opens, key, tuple(told), bool(self.send_days) and calendar.unsettled(ends, due))


def data_days(opens: date, ends: date) -> tuple[date, date]:
    """The days over which the report of a period of whole months runs: from the 15th before it to the 14th of its last month.

    Source: Decree 09/2019/NĐ-CP, Article 12.
    """
    return add_months(opens, -1).replace(day=15), ends.replace(day=14)


SPANS = {
    Unit.HOUR: N_("{n} hours"),
    Unit.DAY: N_("{n} days"),
    Unit.WORKING_DAY: N_("{n} working days"),
    Unit.WEEK: N_("{n} weeks"),
    Unit.MONTH: N_("{n} months"),
    Unit.YEAR: N_("{n} years"),
}


@dataclass(frozen=True)
class Offset:
    """A duration after an event, or before it where `count` is negative."""

    count: int
    unit: Unit

    def window(self, event: date, key: str, calendar: WorkingCalendar) -> Window:
        """The day it ends, counted from the day of the event.

        Source: Civil Code 2015, Articles 147 and 148: the first day is not counted, months end on the day of the same number,
        and a last day that is off moves on to the next working day. Counted backwards it moves back, so that the notice
        asked for is never shorter. Hours end on the same day: days are all that is tracked.
        """
        if self.unit is Unit.WORKING_DAY:
            due = calendar.add(event, self.count)
            first, last = sorted((due, event))
            day = timedelta(days=1)
            told = calendar.skipped(first + day, last) if self.count > 0 else calendar.skipped(first, last - day)
            return Window(due, None, key, (self._said(event, due), *told), calendar.unsettled(first, last))
        raw = self._plain(event)
        if self.unit is Unit.HOUR or not self.count:
            return Window(raw, None, key, (self._said(event, raw),))
        due = calendar.on_or_after(raw) if self.count > 0 else calendar.on_or_before(raw)
        first, last = sorted((raw, due))
        moved = N_("The last day is off ({off}), so it ends on the next working day: {due}.")
        if self.count < 0:
            moved = N_("The last day is off ({off}), so it ends on the working day before: {due}.")
        told = (reason(moved, off=f"{raw.isoformat()}, {calendar.off(raw)}", due=due),) if due != raw else ()
        return Window(due, None, key, (self._said(event, raw), *told), calendar.unsettled(first, last))

    def __str__(self) -> str:
        if not self.count:
            return _("at the same time as")
        span = _(SPANS[self.unit], n=abs(self.count))
        return _("{span} after", span=span) if self.count > 0 else _("{span} before", span=span)

    def _plain(self, event: date) -> date:
        match self.unit:
            case Unit.HOUR:
                return event + timedelta(days=self.count // 24 if self.count > 0 else -((23 - self.count) // 24))
            case Unit.MONTH | Unit.YEAR:
                return add_months(event, self.count * (12 if self.unit is Unit.YEAR else 1))
            case _:
                return event + timedelta(days=self.count * (7 if self.unit is Unit.WEEK else 1))

    def _said(self, event: date, due: date) -> Reason:
        if not self.count:
            return reason(N_("On the day of the event: {due}."), due=due)
        if self.unit is Unit.HOUR:
            return reason(N_("Counted in hours from {event}; at the latest on {due}."), event=event, due=due)
        return reason(
            N_("Counted from {event}, that day not included: {due}.")
            if self.count > 0
            else N_("Counted back from {event}, that day not included: {due}."),
            event=event,
            due=due,
        )
