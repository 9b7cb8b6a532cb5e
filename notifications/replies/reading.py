"""Reading what came in: each letter once, in a transaction of its own, and marked in the mailbox after that.

Who may act follows from two things together: the signed address that the letter was answered to, and a sender who is known to the agency.
"""

from __future__ import annotations

import hashlib
import io
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from notifications import acts, links, receipts, tags
from notifications.replies import bounces, orders, words
from notifications.replies.inbox import Arrived, Inbox
from notifications.replies.mail import Mail
from notifications.replies.orders import Order
from notifications.signing import Keys
from workflow.audit import By
from workflow.clock import local_day
from workflow.config import Settings
from workflow.database import Database, exclusive
from workflow.duties.note import leave_comment
from workflow.errors import BadInput, Problem, Refused
from workflow.evidence import Evidence, EvidenceStore, shown_name
from workflow.i18n import _, speaking
from workflow.limits import Limit, attempt
from workflow.message import Delivery, Incoming, Message, MessageStatus
from workflow.names import printable
from workflow.occurrence import Occurrence
from workflow.snapshot import Row, Snapshot, snapshot

log = logging.getLogger(__name__)
SECONDS = 60  # one tick reads so long at most
LOOKED_AT = timedelta(days=60)  # what lies there longer nobody waits for
ACTS, COMMENT, UNVERIFIED, AUTOMATIC, BOUNCE = "acts", "comment", "unverified", "automatic", "bounce"


@dataclass
class Read:
    """What one round of reading made of the letters that had come in."""

    became: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def letters(self) -> int:
        return sum(self.became.values())


class _Known(Exception):
    """A letter that was read before, perhaps by another process at this moment."""


@dataclass(frozen=True)
class Desk:
    """Where a letter is read: the office's record, settings, keys and files, and the moment."""

    database: Database
    settings: Settings
    keys: Keys
    store: EvidenceStore
    at: datetime

    @property
    def today(self) -> date:
        return local_day(self.at, self.settings.time_zone)


def read(database: Database, settings: Settings, keys: Keys, inbox: Inbox, *, clock: Callable[[], datetime]) -> Read:
    """Read every letter that nobody has read yet; one that cannot be read stops no other and is left where it is."""
    done = Read()
    until = time.monotonic() + SECONDS
    for arrived in inbox.unread(local_day(clock() - LOOKED_AT, settings.time_zone)):
        desk = Desk(database, settings, keys, EvidenceStore(settings.evidence), clock())
        try:
            became = _taken(desk, arrived)
            if became:
                done.became[became] = done.became.get(became, 0) + 1
            inbox.mark(arrived.name)
        except OperationalError:
            raise  # the database is away: the letters wait where they are
        except Exception as error:
            log.exception("letter %s", arrived.name)
            done.problems.append(f"{arrived.name}: {type(error).__name__}: {str(error)[:200]}")
        if time.monotonic() > until:
            break  # the reminders wait for nobody's letters
    return done


def _taken(desk: Desk, arrived: Arrived) -> str:
    """Take a letter; one that cannot be taken apart is left to a person as it is."""
    try:
        return take(desk, arrived)
    except (OperationalError, Problem, _Known) as error:
        if isinstance(error, _Known):
            return ""
        raise
    except Exception as error:
        log.warning("letter %s cannot be taken apart: %s", arrived.name, type(error).__name__)
        key, words_ = hashlib.sha256(arrived.raw).hexdigest(), f"{type(error).__name__}: {str(error)[:100]}"
        with desk.database.transaction() as session, speaking(desk.settings.language):
            incoming = _incoming(session, None, key, UNVERIFIED, None, desk.at, words_)
            by = By(_("unknown sender {recipient}", recipient="–"), "mail")
            said = _("A letter that cannot be taken apart lies in the mailbox ({reason}).", reason=words_)
            leave_comment(session, None, by=by, at=desk.at, words=said, verified=False, incoming=incoming.id)
        return UNVERIFIED


def take(desk: Desk, arrived: Arrived) -> str:
    """Record what one letter is and do what it asks for; returns what it became, or nothing where it is known already."""
    key = hashlib.sha256(arrived.raw).hexdigest()
    with desk.database.transaction() as session:
        if session.exec(select(Incoming.id).where(Incoming.key == key)).first():
            return ""
    mail = Mail(arrived.raw)
    letters = _letters(desk, mail)
    if arrived.seen and not letters:
        return ""  # a person has opened it, and it answers nothing of ours
    returned = letters.get(tags.BOUNCE, [])
    told = bounces.bounce(mail)
    if returned and told and mail.from_nobody:
        return _came_back(desk, mail, key, returned[0], told)
    if mail.automatic or told:
        return _kept(desk, mail, key, AUTOMATIC, mail.subject)
    answered = letters.get(tags.REPLY, [])
    if len(answered) != 1 or not mail.sender or mail.forged:
        return _unverified(desk, mail, key, answered[0] if len(answered) == 1 else None)
    return _answered(desk, mail, key, answered[0], whole=arrived.whole)


def _letters(desk: Desk, mail: Mail) -> dict[str, list[Row]]:
    """The letters of ours that it was sent to, by purpose; only where our signature is right."""
    found: dict[str, dict[int, Row]] = {}
    with snapshot(desk.settings.database.url) as view:
        for address in mail.addressed:
            one = tags.read(view, desk.keys, desk.settings, address)
            if one:
                found.setdefault(one[0], {})[one[1]["id"]] = one[1]
    return {purpose: list(rows.values()) for purpose, rows in found.items()}


def _answered(desk: Desk, mail: Mail, key: str, letter: Row, *, whole: bool) -> str:
    """An answer to one of our letters: the acts that it states, or a comment for a person."""
    with snapshot(desk.settings.database.url) as view:
        given = links.of_letter(view, desk.settings, letter["id"], mail.sender, at=desk.at, today=desk.today)
    if not any(row["registered"] for row, _alive in given):
        return _unverified(desk, mail, key, letter)
    stated = orders.orders(mail.own, given[0][0]["plan_year"]) if whole else []
    language = desk.settings.language
    with speaking(language):
        if not stated:
            attempted = orders.attempted(mail.own)
            why = _("It was not understood for certain, and nothing was recorded of it.") if attempted else ""
            return _commented(desk, mail, key, letter, given, why)
        try:
            return _acted(desk, mail, key, letter, stated)
        except Problem as problem:
            return _commented(desk, mail, key, letter, given, str(problem))


def _acted(desk: Desk, mail: Mail, key: str, letter: Row, stated: Sequence[Order]) -> str:
    """Carry out the commands of an answer, all of them or none."""
    files, left = _files(desk, mail)
    takers = [n for n, order in enumerate(stated) if order.choice is acts.Choice.DONE] or [0]
    if files and len(stated) > 1 and len(takers) > 1:
        raise Refused("Which of the reports the files belong to is not certain; send one answer for each task.")
    with desk.database.transaction() as session:
        exclusive(session, "audit")  # from here on nobody hands the tasks on
        view = Snapshot.within(session)
        given = links.of_letter(view, desk.settings, letter["id"], mail.sender, at=desk.at, today=desk.today)
        incoming = _incoming(session, mail, key, ACTS, letter["id"], desk.at)
        told, before = list[str](), list[str]()
        for number, order in enumerate(stated):
            row = _meant(order, given, desk.settings)
            occurrence = session.get_one(Occurrence, row["occurrence_id"])
            by = acts.person(mail.sender, "", occurrence, channel="mail")
            own = tuple(files) if number == takers[0] else ()
            said = order.words
            if order.choice is acts.Choice.DONE and not (said or order.number or own):
                said = _("Reported done by e-mail")
            report = acts.Report(order.choice, said, order.number, order.on, until=order.until, files=own)
            made = acts.carry_out(session, occurrence, report, by=by, at=desk.at, today=desk.today)
            if own and left:
                made.facts.append(_("Not kept: {names}", names="; ".join(left)))
            told.append(f"{row['code']}: {made.title}")
            how: dict[str, Any] = {"by": by, "at": desk.at, "today": desk.today}
            if made.new:
                receipts.receipt(
                    session,
                    desk.settings,
                    desk.keys,
                    occurrence,
                    made,
                    **how,
                    answers=mail.message_id,
                    writer=mail.sender,
                )
            else:
                before += [f"{row['code']}: {made.title}", *made.facts]
        if before:
            _answer(session, desk, mail, key, [_("It was recorded before."), *before])
        incoming.words = printable("; ".join(told))[:500]
    return ACTS


def _meant(order: Order, given: list[tuple[Row, bool]], settings: Settings) -> Row:
    """The task of a command, which must be one of those that the letter gave; raises where it is not one, or cannot be reported now."""
    fitting = [(row, alive) for row, alive in given if not order.code or row["code"] == order.code]
    if not fitting:
        raise Refused("The letter that was answered does not speak of {code}.", code=order.code)
    if len(fitting) > 1:
        codes = ", ".join(dict.fromkeys(row["code"] for row, _alive in fitting))
        raise Refused("Which task is meant is not certain: {codes}. Put its code after the word.", codes=codes)
    row, alive = fitting[0]
    if links.policy(row["link_policy"], settings) == links.CODE:
        raise Refused(
            "For this agency an answer by e-mail is not enough: open the link in the letter, it asks for a code."
        )
    if not alive:
        raise Refused(
            "The letter that was answered counts no more: its deadline was changed, it is too old, or another agency owes the task. Answer the newest letter."
        )
    return row


def _commented(desk: Desk, mail: Mail, key: str, letter: Row, given: list[tuple[Row, bool]], why: str) -> str:
    """Leave a letter of somebody who is known to a person; say so to the writer where a command was meant."""
    files, left = _files(desk, mail)
    said = mail.own or words.tidy(mail.text.replace(words.QUOTE, "")) or mail.subject
    if left:
        said += " – " + _("Not kept: {names}", names="; ".join(left))
    with desk.database.transaction() as session:
        incoming = _incoming(session, mail, key, COMMENT, letter["id"], desk.at, why)
        one = {row["occurrence_id"] for row, _alive in given}
        occurrence = session.get_one(Occurrence, one.pop()) if len(one) == 1 else None
        by = By(_("answer from {recipient}", recipient=mail.sender), "mail")
        leave_comment(
            session, occurrence, by=by, at=desk.at, words=said, verified=True, evidence=files[: desk.store.most], incoming=incoming.id
        )  # fmt: skip
        if why:
            told = [
                why,
                _(
                    "A person of the office reads it. To report, open the link in the letter, or answer with a first line such as XONG 45/BC-UBND."
                ),
            ]
            _answer(session, desk, mail, key, told)
    return COMMENT


def _unverified(desk: Desk, mail: Mail, key: str, letter: Row | None) -> str:
    """Keep what somebody wrote whom nobody knows; it is answered to no one, and its files stay in the mailbox."""
    with desk.database.transaction() as session, speaking(desk.settings.language):
        names = ", ".join(shown_name(file.name) for file in mail.files[:20])
        said = mail.own or words.tidy(mail.text.replace(words.QUOTE, "")) or mail.subject
        if names:
            said += " – " + _("Files in the mailbox: {names}", names=names)
        incoming = _incoming(session, mail, key, UNVERIFIED, letter["id"] if letter else None, desk.at)
        by = By(_("unknown sender {recipient}", recipient=mail.sender or mail.header("From")[:200] or "–"), "mail")
        leave_comment(session, None, by=by, at=desk.at, words=said, verified=False, incoming=incoming.id)
    return UNVERIFIED


def _came_back(desk: Desk, mail: Mail, key: str, letter: Row, told: bounces.Bounce) -> str:
    """Note on a letter of ours that it did not arrive; one that failed for good was told to nobody."""
    other = told.recipient not in ("", letter["recipient"].lower())  # a report on whoever it was passed on to
    kind, said = bounces.UNCLEAR if other else told.kind, printable(f"{told.recipient if other else ''} {told.words}")
    with desk.database.transaction() as session:
        _incoming(session, mail, key, BOUNCE, letter["id"], desk.at, f"{kind}: {said}")
        if kind != bounces.UNCLEAR:
            outcome = "bounced" if kind == bounces.HARD else "delayed"
            session.add(Delivery(message_id=letter["id"], at=desk.at, outcome=outcome, reply=said))
        message = session.get_one(Message, letter["id"])
        if kind == bounces.HARD and message.status is MessageStatus.SENT:
            message.status, message.reason = MessageStatus.FAILED, said
    return BOUNCE


def _kept(desk: Desk, mail: Mail, key: str, became: str, told: str) -> str:
    with desk.database.transaction() as session:
        _incoming(session, mail, key, became, None, desk.at, told)
    return became


def _incoming(
    session: Session, mail: Mail | None, key: str, became: str, letter: int | None, at: datetime, told: str = ""
) -> Incoming:
    """Note that a letter came in, before anything else of its transaction; raises _Known where somebody was faster."""
    exclusive(session, "audit")
    if session.exec(select(Incoming.id).where(Incoming.key == key)).first():
        raise _Known
    sender, subject = (printable(mail.sender), printable(mail.subject)) if mail else ("", "")
    row = Incoming(
        key=key, at=at, sender=sender, subject=subject, became=became, words=printable(told)[:500], letter_id=letter
    )
    session.add(row)
    session.flush()
    return row


def _files(desk: Desk, mail: Mail) -> tuple[list[Evidence], list[str]]:
    """The attachments that count as evidence, kept; and the names of those that do not, with the reason."""
    kept: dict[str, Evidence] = {}
    left = []
    for file in mail.files:
        try:
            if len(kept) == desk.store.most:
                raise BadInput(
                    "{n} files are too many for one report; at most {most}.", n=len(mail.files), most=desk.store.most
                )
            one = desk.store.keep(file.name, io.BytesIO(file.content))
            kept.setdefault(one.sha256, one)
        except Problem as problem:
            left.append(f"{shown_name(file.name)} ({problem})")
    return list(kept.values()), left


def _answer(session: Session, desk: Desk, mail: Mail, key: str, lines: Sequence[str]) -> None:
    """Answer a known sender, so many times a day at most."""
    limit = Limit(desk.settings.inbox.answers_a_day, 86_400)
    if attempt(session, f"answer:{mail.sender.lower()}", limit, at=desk.at):
        subject = _("About your letter: {subject}", subject=mail.subject[:150])
        receipts.answer(
            session, desk.settings, mail.sender, subject, lines, key=key, answers=mail.message_id, at=desk.at
        )  # fmt: skip
