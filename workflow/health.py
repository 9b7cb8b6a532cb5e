"""How the record itself is: when the clock last ticked, what has not left, who cannot be told, what waits for a person."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from workflow import reach
from workflow.i18n import _
from workflow.snapshot import Row, Snapshot


def pulse(view: Snapshot) -> Row:
    """The last tick and the oldest letter that has not left."""
    return view.rows(
        """select (select max(at) from heartbeat where name = 'tick') as tick_at,
          (select min(queued_at) from message where status in ('queued', 'sending')) as oldest_unsent_at"""
    )[0]


def state(view: Snapshot, today: date, zone: str) -> Row:
    """What the doctor asks: the last tick, the oldest unsent letter, agencies nobody can be told at, tasks that wait for a person."""
    one = {
        **pulse(view),
        **view.rows(
            """select (select count(*) from message where status = 'failed') as failed,
              (select count(*) from task where undecided) as undecided,
              (select count(*) from note where kind <> 'progress' and settled_at is null) as notes,
              (select max(at) from heartbeat where name = 'inbox') as inbox_at"""
        )[0],
    }
    one["unreachable"] = [f"{row['name']} ({row['why']})" for row in reach.unreachable(view, today, zone)]
    one["ended"] = [
        f"{row['name']} ({row['code']})"
        for row in view.rows(
            """select distinct a.name, a.code from agency a join occurrence o on o.agency_id = a.id
            where o.status not in ('completed', 'cancelled') and a.valid_to < :today order by a.name, a.code""",
            today=today,
        )
    ]
    return one


def troubles(found: Row, now: datetime, late_minutes: int) -> list[str]:
    """What of a `pulse` somebody must look at now, in words; it needs no mail to be seen."""
    late, told = timedelta(minutes=late_minutes), []
    if found["tick_at"] and now - found["tick_at"] > late:
        minutes = int((now - found["tick_at"]).total_seconds() // 60)
        told.append(_("The clock has been silent for {n} minutes: start `dondoc run` or `dondoc serve`.", n=minutes))
    unsent = found["oldest_unsent_at"]
    if unsent and now - unsent > late:
        minutes = int((now - unsent).total_seconds() // 60)
        told.append(_("A letter has waited for {n} minutes: see `dondoc outbox --status queued`.", n=minutes))
    return told
