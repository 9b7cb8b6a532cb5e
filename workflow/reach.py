"""Which addresses take no letters, and which agencies that owe something can be written to nowhere: an unreachable agency is not reminded.

An address is given up at the second letter that came back for good, or the fifth that came back for a while, within five weeks; and at
once where the server itself refused the newest letter. It counts again when a later letter has not come back for two days.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from workflow.i18n import _
from workflow.snapshot import Row, Snapshot

HARD, SOFT = 2, 5
WEEKS = timedelta(weeks=5)
PROVED = timedelta(days=2)  # whoever reports a failure later than this does so for nobody


def refused(view: Snapshot, today: date, zone: str) -> frozenset[str]:
    """The addresses that take no letters, as they are written in the record."""
    refusing = view.rows(
        """select distinct f.recipient from message f where f.status = 'failed' and f.attempts > 0 and not exists
        (select 1 from message s where s.recipient = f.recipient and s.status = 'sent' and s.id > f.id)
        and not exists (select 1 from delivery v where v.message_id = f.id and v.outcome = 'bounced')"""
    )
    return frozenset(row["recipient"] for row in refusing) | _given_up(view, today, zone)


def _given_up(view: Snapshot, today: date, zone: str) -> frozenset[str]:
    midnight = datetime.combine(today, time(), ZoneInfo(zone))
    came_back = view.rows(
        """select distinct m.recipient, m.id, v.outcome from delivery v join message m on m.id = v.message_id
        where v.outcome in ('bounced', 'delayed') and v.at > :since""",
        since=midnight - WEEKS,
    )
    letters: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for row in came_back:
        letters[row["recipient"]][row["outcome"]].add(row["id"])
    given_up = set()
    for recipient, of in letters.items():
        soft = of["delayed"] | of["bounced"]
        if len(of["bounced"]) < HARD and len(soft) < SOFT:
            continue
        proof = "select id from message where recipient = :one and status = 'sent' and id > :last and sent_at < :proved limit 1"
        if not view.rows(proof, one=recipient, last=max(soft), proved=midnight - PROVED):
            given_up.add(recipient)
    return frozenset(given_up)


def unreachable(view: Snapshot, today: date, zone: str) -> list[Row]:
    """The agencies with open work that can be written to at none of their own addresses nor their deputy's: code, name and why."""
    dead = refused(view, today, zone)
    own: dict[int, list[str]] = defaultdict(list)
    for row in view.rows(
        """select agency_id, email from focal_point where (valid_from is null or valid_from <= :today)
        and (valid_to is null or valid_to >= :today)""",
        today=today,
    ):
        own[row["agency_id"]].append(row["email"])
    found = []
    for row in view.rows(
        """select a.id, a.code, a.name, a.mailbox, a.deputy_mailbox from agency a where exists (select 1 from occurrence o
        where o.agency_id = a.id and o.status in ('not_started', 'in_progress', 'returned') and o.due_on is not null) order by a.name"""
    ):
        known = [address for address in (row["mailbox"], row["deputy_mailbox"], *own[row["id"]]) if address]
        if all(address in dead for address in known):
            why = _("letters come back") if known else _("no mailbox")
            found.append({"code": row["code"], "name": row["name"], "why": why})
    return found
