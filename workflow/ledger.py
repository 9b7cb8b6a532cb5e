"""The ledger of reminders and the outbox, read: what each task gave reason to tell, whom, when it left and what the server answered.

Written by the rounds of the tick (`notifications`); read by their commands, by pages and by the proof for an inspection.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from workflow.access.viewing import visible
from workflow.errors import BadInput
from workflow.i18n import N_, _
from workflow.periods import show_day, show_period
from workflow.queries import agency_id
from workflow.snapshot import Row, Snapshot

OCCASIONS = {
    "new": N_("task given"),
    "opens": N_("period begun"),
    "returned": N_("report sent back"),
    "decided": N_("deadline or state decided"),
    "confirmed": N_("result confirmed"),
    "submitted": N_("report to be confirmed"),
    "asked": N_("request to be decided"),
    "parts": N_("part asked for or given"),
    "pressed": N_("reminded by hand"),
    "explain": N_("explanation asked for"),
    "letter": N_("signed letter mailed"),
}
LEVELS = {
    "head": N_("escalated to the head of the agency"),
    "monitor": N_("escalated to the monitoring agency"),
    "leader": N_("escalated to the leader"),
}
STATES = {
    "sent": N_("sent"),
    "waiting": N_("waiting to be sent"),
    "refused": N_("refused by the server"),
    "dropped": N_("not sent"),
    "skipped": N_("skipped"),
}


def say_rung(rung: str) -> str:
    """A rung of the ladder or an occasion, in the current language."""
    kind, _colon, rest = rung.partition(":")
    if kind == "level":
        return _(LEVELS[rest])
    if kind in OCCASIONS:
        return _(OCCASIONS[kind])
    if kind.startswith("part"):
        return _("part {n}: {rung}", n=kind.removeprefix("part"), rung=say_rung(rest))
    days = int(kind)
    if days > 0:
        return _("{n} working days before", n=days)
    return _("{n} working days late", n=-days) if days else _("the due day")


def told(view: Snapshot, code: str, agency: str | None = None) -> list[Row]:
    """Every line of the ledger about a task (of one agency's part, if named), oldest first, with what became of its letter."""
    of_agency = "and (o.agency_id = :agency or o.issued_to_id = :agency)" if agency else ""
    rows = view.rows(
        f"""select r.id, t.code, o.id as occurrence_id, o.period, a.code as agency_code, a.name as agency, r.rung, r.deadline_version,
          r.due_on, r.recipient, r.at as decided_at, r.skipped, m.id as letter, m.status, m.sent_at, m.message_id, m.attempts, m.doubts,
          m.reason, (select v.reply from delivery v where v.message_id = m.id order by v.id desc limit 1) as reply
        from reminder r join occurrence o on o.id = r.occurrence_id join task t on t.id = o.task_id
        join directive d on d.id = t.directive_id join agency a on a.id = o.agency_id left join message m on m.id = r.message_id
        where t.code = :code and {visible(view)} {of_agency} order by r.id""",
        code=code.strip().upper(),
        **({"agency": agency_id(view, agency)} if agency else {}),
    )
    for row in rows:
        status, reason = row.pop("status"), row.pop("reason")
        row["state"] = _STATE.get(status, "skipped")
        row["why"] = row.pop("skipped") or (reason if row["state"] != "sent" else "") or ""
    return rows


_STATE = {"queued": "waiting", "sending": "waiting", "sent": "sent", "failed": "refused", "dropped": "dropped"}


def say_state(row: Row) -> str:
    """What became of a line, with the reason where nobody was told."""
    words = _(STATES[row["state"]])
    reason = row["why"]
    if reason:
        words += ": " + _(reason)
    if row.get("doubts"):
        words += " (" + _("it may have arrived {n} times more", n=row["doubts"]) + ")"
    return words


def shown(lines: list[Row], zone: ZoneInfo) -> list[Row]:
    """Lines of the ledger as a person reads them in a table."""
    return [
        {
            "when": f"{(row['sent_at'] or row['decided_at']).astimezone(zone):%d/%m/%Y %H:%M}",
            "rung": say_rung(row["rung"]),
            "due": show_day(row["due_on"]) if row["due_on"] else "–",
            "reader": row["recipient"] or "–",
            "state": say_state(row),
            "letter": row["letter"],
            "message_id": row["message_id"],
            "reply": row["reply"],
            "part": f"{row['agency']}, {show_period(row['period'])}",
        }
        for row in lines
    ]


def messages(view: Snapshot, status: str | None = None, limit: int = 200) -> list[Row]:
    """The outbox, newest first."""
    return view.rows(
        f"""select id, kind, recipient, subject, status, queued_at, next_at, sent_at, attempts, doubts, reason from message
        where {"status = :status" if status else "1 = 1"} order by id desc limit :limit""",
        limit=limit,
        **({"status": status} if status else {}),
    )


def letter(view: Snapshot, number: int) -> str:
    """One letter as it goes over the wire."""
    found = view.rows("select content from message where id = :number", number=number)
    if not found:
        raise BadInput("There is no letter {number}.", number=number)
    return bytes(found[0]["content"]).decode("ascii")


def outbox_counts(view: Snapshot) -> dict[str, int]:
    """How many letters are in which state."""
    return {row["status"]: row["n"] for row in view.rows("select status, count(*) as n from message group by status")}
