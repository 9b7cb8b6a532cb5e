"""Letters that answer an act at once: the receipt with “it was not us”, a new link, six digits, the answer to a letter that came in.

Each goes to a registered mailbox only, never to an address that somebody typed.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, select

from notifications import letters, links, recipients
from notifications.acts import Recorded
from notifications.letters import AMBER, BLUE, GREEN, Entry, Section, Words
from notifications.signing import Keys
from workflow.agency import Agency
from workflow.audit import By
from workflow.config import Settings
from workflow.i18n import _, speaking
from workflow.message import ActionLink, Message
from workflow.occurrence import Occurrence
from workflow.periods import show_day
from workflow.snapshot import Snapshot


def receipt(
    session: Session,
    settings: Settings,
    keys: Keys,
    occurrence: Occurrence,
    recorded: Recorded,
    *,
    by: By,
    at: datetime,
    today: date,
    answers: str = "",
    writer: str = "",
    own: bool = True,
) -> None:
    """Tell the agency's mailbox (with “it was not us”, if `own`), whoever wrote, and the monitor what was recorded, by whom and when."""
    agency, directive = occurrence.agency, occurrence.task.directive
    book = recipients.book(Snapshot.within(session), settings, today)
    ours = list(dict.fromkeys(filter(None, [agency.mailbox or (book.own(agency.id or 0) or [""])[0], writer])))
    theirs = [one for one in book.monitor(directive.monitor_id) if one.lower() not in {a.lower() for a in ours}]
    for reader in (*ours, *theirs):
        mine = reader in ours
        tongue = (agency.language if mine else None) or settings.language
        token, row = links.issue(
            keys,
            settings,
            occurrence=occurrence.id or 0,
            version=occurrence.deadline_version,
            recipient=reader,
            message_id=0,
            at=at,
            purpose=links.DISOWN,
            about=recorded.about,
        )
        with speaking(tongue):
            link = links.address(settings, token) if mine and own else ""
            words = _receipt(settings, occurrence, recorded, by, at, link=link, monitor=not mine)
            key = f"receipt:{recorded.about}:{'made' if own else 'back'}:{reader}"
            letter = _send(
                session, settings, key, reader, words, kind="receipt", at=at, answers=answers if mine else ""
            )
        if letter and link:
            session.add(ActionLink(**{**row, "message_id": letter}))


def _receipt(
    settings: Settings, occurrence: Occurrence, recorded: Recorded, by: By, at: datetime, *, link: str, monitor: bool
) -> Words:
    when = letters.moment(settings, at)
    entry = Entry(
        occurrence.task.code,
        occurrence.task.text,
        (
            _("Directive: {number}", number=occurrence.task.directive.number),
            _("Lead agency: {name}", name=occurrence.agency.name),
            _("Recorded: {when}, {who}", when=when, who=by.name),
        ),
        notes=tuple(recorded.facts),
        link=link,
    )
    lines: tuple[str, ...] = ()
    if link:
        hours = links.DISOWN_HOURS
        lines = (_("If it was not your agency, press “It was not us” within {n} hours: what nobody has confirmed yet is taken back.", n=hours),)  # fmt: skip
    if monitor:
        lines = (_("It is confirmed with `dondoc confirm CODE` or sent back with `dondoc return CODE`; a request is decided with `dondoc requests`."),)  # fmt: skip
    return Words(
        f"[{occurrence.task.code}] {recorded.title} – {occurrence.agency.name}",
        _("To: {names}", names=settings.office.name if monitor else occurrence.agency.name),
        _("This was recorded:"),
        [Section(recorded.title, GREEN, [entry])],
        lines,
        settings.office.name,
        button=_("It was not us"),
    )


def new_link(
    session: Session, settings: Settings, keys: Keys, occurrence: Occurrence, recipient: str, *, at: datetime
) -> None:
    """Send a fresh link for a task to the mailbox that had the old one."""
    token, row = links.issue(
        keys,
        settings,
        occurrence=occurrence.id or 0,
        version=occurrence.deadline_version,
        recipient=recipient,
        message_id=0,
        at=at,
    )
    with speaking(occurrence.agency.language or settings.language):
        due = _("Due: end of {day}", day=show_day(occurrence.due_on)) if occurrence.due_on else ""
        directive = _("Directive: {number}", number=occurrence.task.directive.number)
        entry = Entry(
            occurrence.task.code, occurrence.task.text, (directive,), due, link=links.address(settings, token)
        )
        words = Words(
            f"[{occurrence.task.code}] " + _("A new link for your report"),
            _("To: {names}", names=occurrence.agency.name),
            _("Somebody who has an earlier letter asked for a new link. If it was none of you, nothing need be done."),
            [Section(_("To be reported"), BLUE, [entry])],
            (),
            settings.office.name,
        )
        key = f"link:{row['token_hash'][:32]}"
        letter = _send(session, settings, key, recipient, words, kind="link", at=at, keys=keys)
    if letter:
        session.add(ActionLink(**{**row, "message_id": letter}))


def code(
    session: Session, settings: Settings, agency: Agency, task: str, digits: str, recipient: str, *, at: datetime
) -> None:
    """Send the six digits of a link to the registered mailbox."""
    with speaking(agency.language or settings.language):
        words = Words(
            _("A code for your report on {code}", code=task),
            _("To: {names}", names=agency.name),
            _("Enter this code on the page that asked for it:"),
            [Section(f"{digits[:3]} {digits[3:]}", AMBER)],
            (_("It holds for 30 minutes. Nobody from the office ever asks for it."),),
            settings.office.name,
        )
        _send(session, settings, f"code:{secrets.token_hex(16)}", recipient, words, kind="code", at=at)


def sign_in(
    session: Session, settings: Settings, address: str, name: str, link: str, digits: str, *, at: datetime
) -> None:
    """Send the link and the six digits of a sign-in to a registered mailbox."""
    words = Words(
        _("Sign in to {office}", office=settings.office.name),
        _("To: {names}", names=name),
        _("Press the button, or enter these digits on the page that asked for them:"),
        [Section(f"{digits[:3]} {digits[3:]}", BLUE, [Entry(_("Sign in"), name, link=link)])],
        (
            _("Both hold for 15 minutes and work once. Nobody from the office ever asks for them."),
            _("If you did not want to sign in, nothing need be done."),
        ),
        settings.office.name,
        button=_("Sign in"),
    )
    _send(session, settings, f"sign_in:{secrets.token_hex(16)}", address, words, kind="sign_in", at=at)


def answer(
    session: Session,
    settings: Settings,
    recipient: str,
    subject: str,
    lines: Sequence[str],
    *,
    key: str,
    answers: str,
    at: datetime,
) -> None:
    """Tell a registered mailbox what became of a letter that came in."""
    words = Words(
        subject,
        _("To: {names}", names=recipient),
        _("This is what became of your letter:"),
        [Section(_("Your letter"), AMBER, lines=tuple(lines))],
        (),
        settings.office.name,
    )
    _send(session, settings, f"answer:{key}", recipient, words, kind="answer", at=at, answers=answers)


def _send(
    session: Session,
    settings: Settings,
    key: str,
    recipient: str,
    words: Words,
    *,
    kind: str,
    at: datetime,
    **more: Any,
) -> int | None:
    """Put a letter into the outbox; None where the very same one is there already."""
    if session.exec(select(Message.id).where(Message.key == key)).first():
        return None
    row = letters.row(settings, key, recipient, words, kind=kind, at=at, **more)
    message = Message(**row)
    session.add(message)
    session.flush()
    return message.id
