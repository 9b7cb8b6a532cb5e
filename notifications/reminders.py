"""Who is told what this morning: at most one letter a day for each recipient, with everything that is due or overdue."""

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from notifications import ladder, letters, links, office
from workflow.agency import Agency, FocalPoint, working_hours
from workflow.config import Settings
from workflow.database import exclusive
from workflow.finding import open_between
from workflow.message import Message, Reminder
from workflow.occurrence import Occurrence
from workflow.office_calendar import office_calendar
from workflow.standing import OPEN

log = logging.getLogger(__name__)


@dataclass
class Queued:
    """What one morning's round wrote."""

    letters: int = 0
    reminders: int = 0
    without_mailbox: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def queue(session: Session, settings: Settings, keys: links.Keys, *, at: datetime) -> Queued:
    """Write the letters that are due at `at` into the outbox; a second call on the same day writes nothing."""
    exclusive(session, "tick")
    local = at.astimezone(ZoneInfo(settings.time_zone))
    today, calendar = local.date(), office_calendar(session)
    done = Queued()
    if not calendar.is_working(today):
        return done
    open_now = [
        o
        for o in open_between(session, date.min, ladder.horizon(today, calendar, settings.reminders))
        if _at_work(o.agency, local.hour, settings)
    ]
    recipients = _recipients(session, open_now, settings, today, done)
    served = _served(session, open_now)
    written_today = set(
        session.exec(
            select(Message.key).where(col(Message.key).startswith("digest:"), col(Message.key).endswith(f":{today}"))
        )
    )
    for recipient, occurrences in sorted(recipients.items()):
        entries = [
            (o, rung)
            for o in occurrences
            if (rung := ladder.reached(o.due_on or today, today, calendar, settings.reminders)) is not None
        ]
        fresh = [(o, rung) for o, rung in entries if (o.id, o.due_on, rung, recipient) not in served]
        if not fresh or f"digest:{recipient}:{today}" in written_today:
            continue
        try:
            with session.begin_nested():
                _write(session, settings, keys, recipient, [o for o, _rung in entries], fresh, today=today, at=at)
        except Exception as error:  # one letter that cannot be made never stops the others
            log.exception("letter to %s", recipient)
            done.failed.append(f"{recipient}: {error}")
            continue
        done.letters += 1
        done.reminders += len(fresh)
    if settings.reminders.from_hour <= local.hour < settings.reminders.to_hour:
        try:
            with session.begin_nested():
                done.letters += office.queue(session, settings, done.without_mailbox, today=today, at=at)
        except Exception as error:
            log.exception("the office's letter")
            done.failed.append(f"{settings.office.mailbox}: {error}")
    return done


def _at_work(agency: Agency, hour: int, settings: Settings) -> bool:
    """Whether letters may go out at this hour: in the agency's own working hours, else in those of the settings."""
    own = working_hours(agency.working_hours or "")
    first, last = own or (settings.reminders.from_hour, settings.reminders.to_hour)
    return first <= hour < last


def _recipients(
    session: Session, occurrences: list[Occurrence], settings: Settings, today: date, done: Queued
) -> dict[str, list[Occurrence]]:
    """Mailbox and focal points of the day for every agency; else its deputy mailbox, else the office stands in."""
    people = defaultdict(set)
    for point in session.exec(select(FocalPoint)):
        if (not point.valid_from or point.valid_from <= today) and (not point.valid_to or today <= point.valid_to):
            people[point.agency_id].add(point.email)
    out: dict[str, list[Occurrence]] = defaultdict(list)
    for occurrence in occurrences:
        agency = occurrence.agency
        told = people[agency.id or 0] | ({agency.mailbox} if agency.mailbox else set())
        told = told or ({agency.deputy_mailbox} if agency.deputy_mailbox else set())
        if not told and agency.name not in done.without_mailbox:
            done.without_mailbox.append(agency.name)
        for recipient in told or ({settings.office.mailbox} if settings.office.mailbox else set()):
            out[recipient].append(occurrence)
    return out


def _served(session: Session, occurrences: list[Occurrence]) -> set[tuple[int | None, date | None, int, str]]:
    if not occurrences:
        return set()
    last = max(o.due_on for o in occurrences if o.due_on)
    rows = session.exec(
        select(Reminder).join(Occurrence).where(col(Occurrence.status).in_(OPEN), col(Occurrence.due_on) <= last)
    )
    return {(r.occurrence_id, r.due_on, r.rung, r.recipient) for r in rows}


def _write(
    session: Session,
    settings: Settings,
    keys: links.Keys,
    recipient: str,
    all_due: list[Occurrence],
    fresh: list[tuple[Occurrence, int]],
    *,
    today: date,
    at: datetime,
) -> None:
    """One letter with its links and the rungs it serves."""
    # of a confidential directive no word stands in a letter, and no link opens it
    tokens = {o.id: links.new_token(keys) for o in all_due if not o.task.directive.confidential}
    context = digest(
        all_due, settings, today=today, addresses={i: links.address(settings.links, t) for i, t in tokens.items()}
    )
    spoken = {o.agency.language or settings.language for o in all_due}
    subject, text, html = letters.render(spoken.pop() if len(spoken) == 1 else settings.language, "digest", context)
    key = f"digest:{recipient}:{today}"
    message = letters.message(settings, key, recipient, subject, text, html, at=at)
    session.add(message)
    session.flush()
    for occurrence in (o for o in all_due if o.id in tokens):
        links.issue(session, keys, occurrence, recipient, message, token=tokens[occurrence.id], at=at)
    for occurrence, rung in fresh:
        session.add(
            Reminder(
                occurrence_id=occurrence.id or 0,
                due_on=occurrence.due_on or today,
                rung=rung,
                recipient=recipient,
                message_id=message.id or 0,
            )
        )
    session.flush()


def digest(
    occurrences: list[Occurrence], settings: Settings, *, today: date, addresses: dict[int | None, str]
) -> dict[str, Any]:
    """What the digest template shows: sections with their tasks; a section without tasks is left out."""
    sections: dict[str, list[dict[str, Any]]] = {"overdue": [], "today": [], "soon": []}
    for occurrence in occurrences:
        due = occurrence.due_on or today
        days = letters.days_between(today, due)
        section = "overdue" if days < 0 else "today" if days == 0 else "soon"
        task = occurrence.task
        told = {
            "code": task.code,
            "agency": occurrence.owner(),
            "due": due,
            "period": occurrence.period,
            "days": abs(days),
            "status": occurrence.status,
            "confidential": task.directive.confidential,
        }
        if not task.directive.confidential:
            told.update(
                text=task.text,
                words=task.timing_words or "",
                deliverable=task.deliverable,
                number=task.directive.number,
                issuer=task.directive.issuer,
                link=addresses[occurrence.id],
            )
        sections[section].append(told)
    agencies = list(dict.fromkeys(o.agency.name for o in occurrences))
    last_day = today + timedelta(days=settings.links.days)
    return {
        "sections": {k: v for k, v in sections.items() if v},
        "counts": {k: len(v) for k, v in sections.items()},
        "today": today,
        "agencies": agencies,
        "office": settings.office.name,
        "link_until": last_day,
        "linked": bool(addresses),
    }
