"""The rules of one directive: who confirms, what a report must bring, who may see it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workflow.errors import BadInput, Refused
from workflow.i18n import N_, _

if TYPE_CHECKING:
    from sqlmodel import Session

    from workflow.agency import Agency
    from workflow.audit import By
    from workflow.directive import Directive
    from workflow.snapshot import Row, Snapshot

CONFIRMATION = {
    "required": N_("every report is confirmed by the monitoring agency"),
    "on_overdue_only": N_("only a report that comes late is confirmed by the monitoring agency"),
    "none": N_("a report completes the task at once"),
}
DELIVERABLE = {
    "refuse": N_("a report without what the task asks for is refused"),
    "mark": N_("a report without what the task asks for is taken and marked"),
}


def change(
    session: Session,
    directive: Directive,
    changes: dict[str, Any],
    readers: list[Agency],
    *,
    by: By,
    at: datetime,
    reason: str,
) -> None:
    """Set rules of a directive; one that becomes confidential ends the links that letters carried."""
    from sqlmodel import select

    from workflow import audit
    from workflow.access.permits import permit_office
    from workflow.access.sight import hidden
    from workflow.agency import Agency
    from workflow.basis import need_reason
    from workflow.database import exclusive
    from workflow.directive import DirectiveReader

    exclusive(session, "tick")  # before the history, as a tick takes them: no letter is being written meanwhile
    exclusive(session, "audit")
    permit_office(by, "policy", subject=directive.code, monitor=directive.monitor_id)
    reason = need_reason(reason)
    for name, known in (("confirmation", CONFIRMATION), ("deliverable", DELIVERABLE)):
        if changes.get(name, next(iter(known))) not in known:
            raise BadInput("“{value}” is none of: {known}.", value=changes[name], known=", ".join(known))
    before, after = {}, {}
    monitor = changes.pop("monitor", None)
    if monitor:
        former = session.get(Agency, directive.monitor_id) if directive.monitor_id else None
        before["monitor"], after["monitor"] = former and former.code, monitor.code
        directive.monitor_id = monitor.id
    for name, value in changes.items():
        before[name], after[name] = getattr(directive, name), value
        setattr(directive, name, value)
    listed = set(session.exec(select(DirectiveReader.agency_id).where(DirectiveReader.directive_id == directive.id)))
    fresh = [agency for agency in readers if agency.id not in listed]
    session.add_all(DirectiveReader(directive_id=directive.id or 0, agency_id=agency.id or 0) for agency in fresh)
    if fresh:
        after["readers"] = [agency.code for agency in fresh]
    session.flush()
    if changes.get("confidential"):
        if directive.id in hidden(session, by):
            raise Refused("You would not see it any more yourself: name your agency with --reader.")
        _end_letters(session, directive, at)
    audit.record(session, "policy", directive.code, by=by, at=at, before=before, after=after, reason=reason)


def _end_letters(session: Session, directive: Directive, at: datetime) -> None:
    """End the links that letters carried, and drop every letter of the day that was not sent: any of them may show its words.

    What they told is decided anew at the next tick, without a word of it; a letter that was refused keeps its place and loses its words.
    """
    from sqlalchemy import String, cast, delete, update
    from sqlmodel import col, func, select

    from workflow.message import ActionLink, Message, MessageStatus, Morning, Reminder
    from workflow.occurrence import Occurrence
    from workflow.task import Task

    own = select(Occurrence.id).join(Task).where(Task.directive_id == directive.id)
    alive = col(ActionLink.revoked_at).is_(None) & col(ActionLink.occurrence_id).in_(own)
    how = {"synchronize_session": False}
    session.execute(update(ActionLink).where(alive).values(revoked_at=at).execution_options(**how))
    of_the_day = col(Message.kind).in_(("digest", "urgent"))
    refused = of_the_day & (col(Message.status) == MessageStatus.FAILED)
    session.execute(update(Message).where(refused).values(content=b"").execution_options(**how))
    answering = col(Message.kind).in_(("receipt", "link", "answer")) & (col(Message.status) != MessageStatus.SENT)
    gone = {"status": MessageStatus.DROPPED, "reason": _("the directive became confidential"), "content": b""}
    session.execute(update(Message).where(answering).values(**gone).execution_options(**how))
    waiting = of_the_day & col(Message.status).in_((MessageStatus.QUEUED, MessageStatus.SENDING))
    first = session.exec(select(func.min(Message.queued_at)).where(waiting)).one()
    if not first:
        return
    unsent = list(session.exec(select(Message.id).where(waiting)))
    session.execute(delete(Reminder).where(col(Reminder.message_id).in_(unsent)).execution_options(**how))
    session.execute(delete(Morning).where(col(Morning.at) >= first).execution_options(**how))
    number = cast(Message.id, String)
    dropped = {
        "status": MessageStatus.DROPPED,
        "reason": _("the directive became confidential"),
        "key": col(Message.key) + ":dropped:" + number,
        "message_id": col(Message.message_id) + ":dropped:" + number,
        "content": b"",
    }
    session.execute(update(Message).where(col(Message.id).in_(unsent)).values(**dropped).execution_options(**how))


def shown(view: Snapshot, code: str) -> Row:
    """The rules of a directive as they stand."""
    from workflow.queries import directive_id

    number = directive_id(view, code)
    row = view.rows(
        """select d.code, d.number, d.confirmation, d.deliverable, d.confidential, m.code as monitor_code, m.name as monitor
        from directive d left join agency m on m.id = d.monitor_id where d.id = :id""",
        id=number,
    )[0]
    row["confidential"] = bool(row["confidential"])
    row["watched"] = bool(
        not view.rows("select id from appointment limit 1")
        or view.rows(
            """select p.id from appointment p join directive d on d.id = :id where p.role = 'monitor' and p.valid_to is null
            and (d.monitor_id is null or p.agency_id = d.monitor_id) limit 1""",
            id=number,
        )
    )
    row["readers"] = [
        reader["name"]
        for reader in view.rows(
            "select a.name from directive_reader r join agency a on a.id = r.agency_id where r.directive_id = :id order by a.name",
            id=number,
        )
    ]
    return row


def lines(row: Row) -> Iterator[str]:
    """The rules in words."""
    yield f"{row['code']} ({row['number']})"
    yield "  " + _("Confirmed by: {name}", name=row["monitor"] or _("whoever monitors"))
    if not row["watched"]:
        yield "  " + _("⚠ Nobody holds the role of its monitor: give it with `dondoc people add … --role monitor`.")
    confirmation, deliverable = CONFIRMATION[row["confirmation"]], DELIVERABLE[row["deliverable"]]
    yield "  " + _(confirmation)
    yield "  " + _(deliverable)
    yield "  " + (
        _("confidential: seen by the agencies that it names, and no word of it stands in letters")
        if row["confidential"]
        else _("not confidential")
    )
    if row["readers"]:
        yield "  " + _("Also seen by: {names}", names="; ".join(row["readers"]))
