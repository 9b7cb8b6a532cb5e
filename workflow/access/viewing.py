"""Who may see confidential directives: read without the mapper, because every list asks it first."""

from __future__ import annotations

from datetime import date

from workflow.names import printable
from workflow.snapshot import Snapshot


def agencies_of(view: Snapshot, who: str, today: date) -> frozenset[int] | None:
    """The agencies for which a named person holds a role on a day; None where nobody holds any yet, so that everybody sees all.

    Somebody unknown, and a name that two people bear, sees what everybody may see.
    """
    if not view.rows("select id from appointment limit 1"):
        return None
    wanted = printable(who).casefold()
    held = view.rows(
        """select name, email, agency_id from appointment
        where valid_from <= :today and (valid_to is null or valid_to >= :today)
        union all select name, email, agency_id from focal_point
        where (valid_from is null or valid_from <= :today) and (valid_to is null or valid_to >= :today)""",
        today=today,
    )
    own = [row for row in held if wanted in (printable(row["name"]).casefold(), (row["email"] or "").casefold())]
    if len({(row["email"] or "").casefold() for row in own}) > 1:
        return frozenset()
    return frozenset(row["agency_id"] for row in own if row["agency_id"])


def visible(view: Snapshot, directive: str = "d") -> str:
    """The condition for directives that the viewer of a snapshot may see: open ones, and those that name one of their agencies.

    Named are the issuer, the monitoring agency, whoever has a part in a task or owes it now, and readers that were listed.
    """
    return "1 = 1" if view.sees is None else seen_by(view.sees, directive)


def seen_by(agencies: frozenset[int], directive: str = "d") -> str:
    """The condition for directives that people of these agencies may see; asked once of each, however many tasks it has."""
    own = ", ".join(str(int(one)) for one in sorted(agencies)) or "null"
    return f"""(not {directive}.confidential or {directive}.id in (select c.id from directive c where c.confidential and (
        c.issuer_id in ({own}) or c.monitor_id in ({own})
        or exists (select 1 from directive_reader r where r.directive_id = c.id and r.agency_id in ({own}))
        or exists (select 1 from assignment s join task x on x.id = s.task_id where x.directive_id = c.id
            and coalesce(s.owed_by_id, s.agency_id) in ({own}))
        or exists (select 1 from occurrence y join task x on x.id = y.task_id where x.directive_id = c.id
            and y.agency_id in ({own}) and y.status <> 'cancelled')
        or exists (select 1 from part z join occurrence y on y.id = z.occurrence_id join task x on x.id = y.task_id
            where x.directive_id = c.id and z.agency_id in ({own}) and z.status <> 'dropped'))))"""
