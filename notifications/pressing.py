"""Pressing by hand: the monitoring agency reminds at once, or asks for an explanation; one letter to each reader, with a link per task."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from notifications import letters, links, recipients
from notifications.letters import AMBER, RED, Entry, Section, Words
from notifications.signing import Keys
from workflow import audit
from workflow.audit import By
from workflow.basis import need_reason
from workflow.config import Settings
from workflow.errors import Refused
from workflow.i18n import _, speaking
from workflow.message import ActionLink, Message, Reminder
from workflow.names import bounded
from workflow.occurrence import Occurrence
from workflow.periods import show_day
from workflow.snapshot import Snapshot
from workflow.standing import OPEN, say_standing

ACTS = {"pressed": "remind now", "explain": "ask explanation"}


def press(
    session: Session,
    settings: Settings,
    keys: Keys,
    duties: Sequence[Occurrence],
    occasion: str,
    *,
    by: By,
    at: datetime,
    today: date,
    words: str = "",
) -> list[str]:
    """Write to the agencies that owe some duties, in the caller's transaction; returns the readers.

    `occasion` is “pressed” or “explain”, which needs words. It stands in the history and in the ledger of each duty; what is
    confidential is named by its code alone. Raises NotPermitted, or Refused where nobody could read the letter.
    """
    words = need_reason(words) if occasion == "explain" else bounded(words, 2000)
    view = Snapshot.within(session)
    book = recipients.book(view, settings, today)
    told: dict[str, list[Occurrence]] = defaultdict(list)
    for duty in duties:
        row = duty.duty(session)
        row.permit(by, "press")
        if row.status not in OPEN:
            raise Refused("Only open work is pressed; see how {label} stands with `dondoc show`.", label=duty.label())
        audit.record(session, ACTS[occasion], **row.about, by=by, at=at, reason=words or None)
        readers = [one for one in book.of(duty.agency_id) if one not in book.refused]
        if not readers:
            raise Refused("No letter reaches {name}; press them by telephone.", name=duty.agency.name)
        for reader in readers:
            told[reader].append(duty)
    entry = audit.newest(session)[0]
    for reader, own in told.items():
        _write(session, settings, keys, reader, own, f"{occasion}:{entry}", by=by, at=at, today=today, words=words)
    return list(told)


def _write(
    session: Session,
    settings: Settings,
    keys: Keys,
    reader: str,
    duties: list[Occurrence],
    rung: str,
    *,
    by: By,
    at: datetime,
    today: date,
    words: str,
) -> None:
    """One letter to one reader, with its lines in the ledger and its links."""
    explain = rung.startswith("explain")
    agency, rows, entries = duties[0].agency, [], []
    with speaking(agency.language or settings.language):
        for duty in duties:
            link = ""
            policy = links.policy(duty.agency.link_policy, settings)
            if not duty.task.directive.confidential and policy != links.LOGIN:
                token, row = links.issue(
                    keys, settings, occurrence=duty.id or 0, version=duty.deadline_version, recipient=reader, message_id=0, at=at
                )  # fmt: skip
                link = links.address(settings, token)
                rows.append(row)
            entries.append(_entry(settings, duty, today, link))
        title = _("You are asked to explain") if explain else _("You are reminded")
        letter = Words(
            f"{title} ({len(duties)}) – {duties[0].agency.name}",
            _("To: {names}", names=", ".join(dict.fromkeys(duty.agency.name for duty in duties))),
            _("{name} asks why this has not been done, and by when it will be:", name=by.name)
            if explain
            else _("{name} reminds you of:", name=by.name),
            [Section(title, RED if explain else AMBER, entries, lines=(words,) if words else ())],
            (_("Answer through the link of the task: report it done, say how far it has come, or ask for more time."),),
            settings.office.name,
        )
        message = Message(
            **letters.row(settings, f"press:{rung}:{reader}", reader, letter, kind="press", at=at, keys=keys)
        )
    session.add(message)
    session.flush()
    for row in rows:
        session.add(ActionLink(**{**row, "message_id": message.id}))
    for duty in duties:
        session.add(
            Reminder(
                occurrence_id=duty.id or 0,
                deadline_version=duty.deadline_version,
                due_on=duty.due_on,
                rung=rung,
                recipient=reader,
                message_id=message.id,
                at=at,
            )
        )
    session.flush()


def _entry(settings: Settings, duty: Occurrence, today: date, link: str) -> Entry:
    """A duty as the letter names it; of a confidential one the code alone."""
    directive = duty.task.directive
    due = _("Due: end of {day}", day=show_day(duty.due_on)) if duty.due_on else ""
    if directive.confidential:
        return Entry(
            duty.task.code,
            _(
                "A task of a confidential directive: its words do not stand in letters; please report to the monitoring agency directly."
            ),
            (),
            due,
        )
    standing = say_standing(duty.standing(today, settings.reminders.soon_days))
    facts = (_("Directive: {number}", number=directive.number), _("Standing: {standing}", standing=standing))
    return Entry(duty.task.code, duty.task.text, facts, due, link=link)
