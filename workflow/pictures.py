"""What the pictures show: lateness over time, the deadlines of a year, how a directive's work goes down. Figures only; pages draw them.

Past points are counted from the deadlines and report days that stand in the record now; what the history says of a day opens from
the point's own list.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from workflow.periods import month_end
from workflow.queries import AsOf, Wanted, narrow
from workflow.snapshot import Row, Snapshot

_DUTIES = """from occurrence o join task t on t.id = o.task_id join directive d on d.id = t.directive_id
    join agency a on a.id = o.agency_id where o.status not in ('cancelled', 'suspended') and o.due_on is not null"""


def month_ends(day: date, count: int) -> list[date]:
    """The last `count` ends of months before a day, and the day itself."""
    ends, year, month = [day], day.year, day.month
    for _n in range(count):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        ends.insert(0, month_end(year, month))
    return ends


def lateness(view: Snapshot, as_of: AsOf, wanted: Wanted, months: int = 11) -> list[Row]:
    """For each end of a month: how many duties had fallen due without a report."""
    where, args = narrow(view, wanted)
    points = []
    for end in month_ends(as_of.day, months):
        late = view.rows(
            f"select count(*) as n {_DUTIES} and o.due_on < :day and (o.submitted_on is null or o.submitted_on > :day) and {where}",
            day=end,
            **args,
        )
        points.append({"on": end, "late": int(late[0]["n"])})
    return points


def deadlines(view: Snapshot, year: int, wanted: Wanted) -> Counter[date]:
    """How many open duties fall due on each day of a year."""
    where, args = narrow(view, wanted)
    rows = view.rows(
        f"""select o.due_on, count(*) as n {_DUTIES} and o.status not in ('completed', 'submitted') and o.due_on >= :first and o.due_on <= :last
        and {where} group by o.due_on""",
        first=date(year, 1, 1),
        last=date(year, 12, 31),
        **args,
    )
    return Counter({row["due_on"]: int(row["n"]) for row in rows})


def burn_down(view: Snapshot, as_of: AsOf, wanted: Wanted) -> list[Row]:
    """Month by month how many duties of a directive were left to report, and how many its deadlines would have left."""
    where, args = narrow(view, wanted)
    rows = view.rows(f"select o.due_on, o.submitted_on, o.opens_on {_DUTIES} and {where}", **args)
    if not rows:
        return []
    first = min(row["opens_on"] or row["due_on"] for row in rows)
    last = max(row["due_on"] for row in rows)
    days, day = [], date(first.year, first.month, 1) - timedelta(days=1)
    while day < last:
        days.append(day)
        later = day + timedelta(days=1)
        day = month_end(later.year, later.month)
    return [
        {
            "on": day,
            "planned": sum(row["due_on"] > day for row in rows),
            "left": sum(not row["submitted_on"] or row["submitted_on"] > day for row in rows)
            if day <= as_of.day
            else None,
        }
        for day in [*days, last]
    ]
