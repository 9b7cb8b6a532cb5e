"""Who is told what this morning: at most one letter a day for each reader, with everything that is due, overdue, new or waiting.

The rows of the ledger and of the outbox are written in the transaction that decided them; a second call writes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from notifications import digest, happenings, ics, ladder, letters, links, morning, office, recipients, weekly, wire
from notifications.material import Draft, Material, Told, material, placed
from notifications.rounds import REPLACED, Round
from notifications.signing import Keys
from workflow.audit import newest
from workflow.calendar import WorkingCalendar
from workflow.config import Settings
from workflow.database import exclusive, write_rows
from workflow.i18n import language, speaking
from workflow.message import ActionLink, Heartbeat, Message, MessageStatus, Reminder
from workflow.office_calendar import office_calendar
from workflow.snapshot import Snapshot, listed
from workflow.standing import OPEN

log = logging.getLogger(__name__)
BLOCK = 50  # letters that are in memory at once
_MESSAGE, _REMINDER = Message.__table__, Reminder.__table__  # type: ignore[attr-defined]


@dataclass
class Queued:
    """What one round wrote."""

    letters: int = 0
    reminders: int = 0
    without_mailbox: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def queue(session: Session, settings: Settings, keys: Keys, *, at: datetime) -> Queued:
    """Write the letters that are due at `at` into the outbox; a second call on the same day writes nothing."""
    exclusive(session, "tick")
    local = at.astimezone(ZoneInfo(settings.time_zone))
    today, calendar, view, done = local.date(), office_calendar(session), Snapshot.within(session), Queued()
    working = calendar.is_working(today) or settings.reminders.urgent
    upto = newest(session)[0]
    found = morning.waiting(view, settings, today, local.hour, working=working)
    if found:
        book = recipients.book(view, settings, today)
        dues = morning.due(found, book, morning.common(settings, calendar))
        round_ = Round(view, settings, calendar, book, today, at)
        late = _set_aside(session, view, dues, datetime.combine(today, time(), local.tzinfo))
        round_.take_up(late, [one.agency for one in dues if one.anew])
        _let_go(session, late)
        round_.by_history(_news(view, dues, today, upto))
        round_.by_calendar(dues, touched=_touched(view, dues, upto))
        round_.by_parts(dues)
        _write(session, round_, keys, done, kind="digest")
        morning.mark(session, dues, today, at, upto)
    _urgent(session, settings, keys, view, calendar, done, today=today, at=at, upto=upto)
    if working and settings.reminders.from_hour <= local.hour < settings.reminders.to_hour:
        for letter in (office.queue, weekly.queue):
            done.letters += _apart(session, letter, settings, done, today=today, at=at)
    return done


def _news(view: Snapshot, dues: Sequence[morning.Due], today: date, upto: int) -> list[happenings.Happening]:
    """What happened since each agency's last morning, the periods that opened, and what waits for an agency's decision."""
    marks = {one.agency: one for one in dues}
    told = happenings.since(view, min(one.upto for one in dues), upto, today)
    news = [one for one in told if one.agency_id in marks and one.entry > marks[one.agency_id].upto]
    begun = [one.since for one in dues if one.since]
    for one in happenings.opening(view, min(begun), today) if begun else ():
        since = marks[one.agency_id].since if one.agency_id in marks else None
        news += [one] if since and one.after["opens"] > since else []
    return news + [one for one in happenings.waiting(view, today) if one.agency_id in marks]


def _touched(view: Snapshot, dues: Sequence[morning.Due], upto: int) -> set[int]:
    """The tasks whose deadline, state or owner changed since: their rung is looked for anew."""
    acts = (
        *("open", "set deadline", "grant extension", "resume", "reopen", "return", "withdraw"),
        *("hand over", "succeed", "undo succession"),
    )
    known = [one.upto for one in dues if not one.anew]  # of the others everything is looked at
    named = ", ".join(f"'{act}'" for act in acts)
    rows = view.rows(
        f"""select distinct occurrence_id from audit_entry where id > :since and id <= :upto and act in ({named})
        and occurrence_id is not null""",
        since=min(known, default=upto),
        upto=upto,
    )
    return {row["occurrence_id"] for row in rows}


def _set_aside(session: Session, view: Snapshot, dues: Sequence[morning.Due], midnight: datetime) -> list[int]:
    """The letters of earlier mornings that never left or could not be made, to readers of these agencies: they leave no more.

    Only those that nobody is sending at this moment.
    """
    agencies = listed(one.agency for one in dues)
    unsent = "(m.status = 'queued' or (m.status = 'failed' and m.attempts = 0))"
    rows = view.rows(
        f"""select distinct m.id from message m join reminder r on r.message_id = m.id join occurrence o on o.id = r.occurrence_id
        join task t on t.id = o.task_id join directive d on d.id = t.directive_id
        where {unsent} and m.kind in ('digest', 'urgent') and m.queued_at < :midnight
        and (o.agency_id in ({agencies}) or d.monitor_id in ({agencies}))""",
        midnight=midnight,
    )
    found = [row["id"] for row in rows]
    if not found:
        return []
    free = _MESSAGE.c.status.in_((MessageStatus.QUEUED, MessageStatus.FAILED))
    dropped = (
        _MESSAGE.update().where(_MESSAGE.c.id.in_(found), free).values(status=MessageStatus.DROPPED, reason=REPLACED)
    )
    return [row[0] for row in session.connection().execute(dropped.returning(_MESSAGE.c.id))]


def _let_go(session: Session, letters_: Sequence[int]) -> None:
    """The lines of letters that leave no more are free: what still holds is told in today's letter, in the same line."""
    if letters_:
        told = _REMINDER.update().where(_REMINDER.c.message_id.in_(letters_))
        session.connection().execute(told.values(message_id=None, skipped=REPLACED))


def _urgent(
    session: Session,
    settings: Settings,
    keys: Keys,
    view: Snapshot,
    calendar: WorkingCalendar,
    done: Queued,
    *,
    today: date,
    at: datetime,
    upto: int,
) -> None:
    """What does not wait for the morning: the tasks of directives whose kind is urgent, at any hour of any day."""
    kinds = [name for name, one in settings.reminders.kinds.items() if one.urgent]
    known = view.rows("select id, kind from directive") if kinds else []
    urgent = [row["id"] for row in known if ladder.ladder_for(settings.reminders, row["kind"], "").urgent]
    if not urgent:
        return
    beat = session.get(Heartbeat, "urgent")
    if morning.unchanged(beat, settings, today, upto):
        return
    round_ = Round(view, settings, calendar, recipients.book(view, settings, today), today, at)
    round_.by_history(happenings.since(view, (beat and beat.upto) or 0, upto, today, urgent))
    round_.by_history(happenings.waiting(view, today, urgent))
    round_.of_directives(urgent)
    _write(session, round_, keys, done, kind="urgent")
    session.merge(Heartbeat(name="urgent", at=at, upto=upto))


def _write(session: Session, round_: Round, keys: Keys, done: Queued, *, kind: str) -> None:
    """Write the letters of a round with their links and the lines of the ledger."""
    round_.leave_out_served()
    settings, view, today = round_.settings, round_.view, round_.today
    until = max(ladder.horizon(today, round_.calendar, one) for one in round_.ladders())
    first, written = _first_letters(view, round_), _taken_keys(view, round_, kind)
    every = list(round_.drafts.values())
    for drafts in (every[n : n + BLOCK] for n in range(0, len(every), BLOCK)):
        agencies = {one for draft in drafts for one in draft.agencies | draft.waits_for}
        named = {key[0] for draft in drafts for key in draft.told}
        made = material(view, agencies, named, until, today, settings.reminders.listed)
        pairs = [_letter(round_, draft, made, keys, first, written, done, kind=kind, until=until) for draft in drafts]
        numbers = _insert_letters(session, [row for row, _links in pairs])
        done.letters += sum(bool(row["content"]) for row, _links in pairs)
        given = [{**one, "message_id": n} for (_row, own), n in zip(pairs, numbers, strict=True) for one in own]
        write_rows(session, ActionLink, given)
        _insert_reminders(session, round_, drafts, numbers)
    skips = {key: skip for key, skip in round_.skips.items() if key not in round_.carried}
    skipped = [_line(round_, told, key[3], None, reason) for key, (told, reason) in skips.items()]
    write_rows(session, Reminder, skipped)
    done.reminders += sum(len(draft.told) for draft in every)
    done.without_mailbox += [n for n in round_.book.names(round_.without_mailbox) if n not in done.without_mailbox]


def _letter(
    round_: Round,
    draft: Draft,
    made: Material,
    keys: Keys,
    first: dict[tuple[int, str], str],
    written: set[str],
    done: Queued,
    *,
    kind: str,
    until: date,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One letter as a row of the outbox, with the rows of its links; one that cannot be made is parked with its reason."""
    settings, today, at = round_.settings, round_.today, round_.at
    key = (
        f"digest:{draft.recipient}:{today}" if kind == "digest" else f"urgent:{draft.recipient}:{at:%Y-%m-%dT%H:%M:%S}"
    )
    while key in written:
        key += "+"  # its other agencies have other working hours
    tongues = {round_.book.agencies[one].language or settings.language for one in draft.agencies | draft.waits_for}
    spoken = tongues.pop() if len(tongues) == 1 else settings.language
    issued: dict[int, tuple[str, dict[str, Any]]] = {}
    try:
        with speaking(spoken) if spoken != language() else nullcontext():
            places = placed(draft, made, today, until)
            mine = [
                n
                for n in sorted({n for numbers in places.values() for n in numbers})
                if _acts(made.tasks[n], draft, round_)
            ]
            issued = {n: _link(keys, settings, made.tasks[n], draft.recipient, at) for n in mine}
            addresses = {n: links.address(settings, token) for n, (token, _row) in issued.items()}
            words, days, faults = digest.words(
                draft, made, places, settings, today=today, names=round_.book.called, links=addresses
            )
            for one, reason in faults:  # the ledger does not say that it was told
                done.failed.append(f"{draft.recipient}: {reason}")
                key_ = (one.occurrence_id, one.version, one.rung)
                draft.told.pop(key_, None)
                round_.skips.setdefault((*key_, draft.recipient), (one, reason))
            domain = wire.sender(settings.mail.sender).domain
            file = ics.calendar(days, domain=domain, at=at) if days and settings.reminders.attach_calendar else ""
            before = dict.fromkeys(
                first[n, draft.recipient] for n, *_rest in draft.told if (n, draft.recipient) in first
            )
            more: dict[str, Any] = {"references": list(before)[:10], "calendar": file, "keys": keys if mine else None}
            row = letters.row(settings, key, draft.recipient, words, kind=kind, at=at, **more)
            return row, [one for _token, one in issued.values()]
    except Exception as error:  # one letter that cannot be made never stops the others
        log.exception("letter to %s", draft.recipient)
        done.failed.append(f"{draft.recipient}: {error}")
        return letters.parked(settings, key, draft.recipient, f"{type(error).__name__}: {error}", kind=kind, at=at), []


def _link(
    keys: Keys, settings: Settings, task: dict[str, Any], recipient: str, at: datetime
) -> tuple[str, dict[str, Any]]:
    """A link that reports a task; the number of its letter is known once that is written."""
    bound = {"occurrence": task["id"], "version": task["deadline_version"]}
    return links.issue(keys, settings, **bound, recipient=recipient, message_id=0, at=at)


def _acts(task: dict[str, Any], draft: Draft, round_: Round) -> bool:
    """Whether the reader may report it through the letter: its own open task, of which the letter may speak."""
    if task["agency_id"] not in draft.agencies or task["confidential"] or task["status"] not in OPEN:
        return False
    return links.policy(round_.book.agencies[task["agency_id"]].link_policy, round_.settings) != links.LOGIN


def _first_letters(view: Snapshot, round_: Round) -> dict[tuple[int, str], str]:
    """The Message-ID of the first letter about a task to a reader, so that mail programs show them together."""
    numbers = set(round_.first_letter.values())
    rows = view.rows(f"select id, message_id from message where id in ({listed(numbers)})") if numbers else []
    known = {row["id"]: row["message_id"] for row in rows}
    return {reader: known[number] for reader, number in round_.first_letter.items() if number in known}


def _taken_keys(view: Snapshot, round_: Round, kind: str) -> set[str]:
    """The keys of letters that today's readers have already."""
    found: set[str] = set()
    readers = list(round_.drafts)
    for block in (readers[n : n + 200] for n in range(0, len(readers), 200)):
        args = {f"r{n}": reader for n, reader in enumerate(block)}
        names = ", ".join(f":{name}" for name in args)
        rows = view.rows(
            f"select key from message where recipient in ({names}) and kind = :kind and queued_at >= :since",
            kind=kind,
            since=datetime.combine(round_.today, time(), ZoneInfo(round_.settings.time_zone)),
            **args,
        )
        found.update(row["key"] for row in rows)
    return found


def _insert_letters(session: Session, rows: list[dict[str, Any]]) -> list[int]:
    """Write letters and return their numbers, in order."""
    if not rows:
        return []
    statement = _MESSAGE.insert().returning(_MESSAGE.c.id, sort_by_parameter_order=True)
    return [row[0] for row in session.connection().execute(statement, rows)]


def _insert_reminders(session: Session, round_: Round, drafts: list[Draft], numbers: list[int]) -> None:
    """The lines of the ledger: what each letter tells."""
    rows, moved = [], []
    for draft, number in zip(drafts, numbers, strict=True):
        for key, told in draft.told.items():
            carried = round_.carried.get((*key, draft.recipient))
            if carried is None:
                rows.append(_line(round_, told, draft.recipient, number, None))
            else:
                moved.append({"line": carried, "letter": number, "moment": round_.at})
    if moved:
        session.connection().execute(_MOVE, moved)
    write_rows(session, Reminder, rows)


_MOVE = (
    _REMINDER.update()
    .where(_REMINDER.c.id == bindparam("line"))
    .values(message_id=bindparam("letter"), at=bindparam("moment"), skipped=None)
)


def _line(round_: Round, told: Told, recipient: str, letter: int | None, skipped: str | None) -> dict[str, Any]:
    return {
        "occurrence_id": told.occurrence_id,
        "deadline_version": told.version,
        "due_on": told.due_on,
        "rung": told.rung,
        "recipient": recipient,
        "message_id": letter,
        "at": round_.at,
        "skipped": skipped,
    }


def _apart(session: Session, queue_: Any, settings: Settings, done: Queued, *, today: date, at: datetime) -> int:
    """A letter of the office's own; one that cannot be made stops no other."""
    try:
        with session.begin_nested():
            return int(queue_(session, settings, today=today, at=at))
    except DBAPIError:
        raise  # the database is gone, and the transaction with it
    except Exception as error:
        log.exception("the office's letter")
        done.failed.append(f"{settings.office.mailbox}: {error}")
        return 0
