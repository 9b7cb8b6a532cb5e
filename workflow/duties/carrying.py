"""Carrying out orders: one way into every act on a duty, for commands, pages and the interface for programs alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlmodel import Session, select

from workflow.access import sight
from workflow.access.permits import PERMITS
from workflow.agency import Agency, known_agency
from workflow.audit import By
from workflow.basis import Basis, need_basis, need_reason
from workflow.duties.note import report_progress
from workflow.duties.order import Done, Order
from workflow.duties.part import ask_part, drop_part, find_part, give_part
from workflow.duties.passing import hand_on
from workflow.duties.period_report import report_period
from workflow.duties.request import Request, Wish, ask, find_request, grant, refuse, withdraw
from workflow.errors import BadInput, NotFound
from workflow.evidence import Evidence
from workflow.finding import choose
from workflow.i18n import _
from workflow.moving import checked
from workflow.occurrence import Occurrence
from workflow.periods import ONGOING, show_day, show_period
from workflow.reporting.answer import fill, sent_words
from workflow.standing import OPEN, Status, say_status
from workflow.task import find_task
from workflow.terminal import day

Files = Callable[[], Sequence[Evidence]]


class _Scene(NamedTuple):
    """An order on its way: whose duty, who acts and when."""

    session: Session
    order: Order
    found: Occurrence
    by: By
    at: datetime
    today: date
    files: Files

    @property
    def how(self) -> dict[str, Any]:
        return {"by": self.by, "at": self.at}

    @property
    def why(self) -> dict[str, Any]:
        return {"reason": self.order.reason, "basis": Basis.read(self.order.basis) if self.order.basis else None}

    def heir(self) -> Agency | None:
        return known_agency(self.session, self.order.to) if self.order.to else None


Line = tuple[list[str], int | None]  # what is told beside the state, and the number of what was made


def carry_out(
    session: Session,
    order: Order,
    *,
    by: By,
    at: datetime,
    today: date,
    files: Files = tuple,
    occurrence: Occurrence | None = None,
) -> Done:
    """Do what an order says, in the caller's transaction; raises a Problem where it is incomplete, not possible or not permitted.

    `files` brings the evidence, asked for only once it is clear which duty is meant. A page names the `occurrence` itself.
    """
    deed = DEEDS.get(order.act)
    if not deed:
        raise BadInput("“{value}” is none of: {known}.", value=order.act, known=", ".join(DEEDS))
    found = occurrence or _meant(session, order, sight.hidden(session, by), today)
    if order.seen is not None and order.act != "fill":  # which tells by itself what two say differently
        found.duty(session, order.seen)
    lines, number = deed(_Scene(session, order, found, by, at, today, files))
    session.flush()
    return Done(
        found.task.code,
        found.period,
        found.agency.name,
        found.agency.code,
        found.status.value,
        found.id or 0,
        found.version or 0,
        number,
        lines or [_told(found)],
    )


def _told(found: Occurrence) -> str:
    return _("{label}, {agency}: {status}.", label=found.label(), agency=found.agency.name, status=say_status(found.status))  # fmt: skip


def _meant(session: Session, order: Order, hidden: frozenset[int], today: date) -> Occurrence:
    """The duty that an order names: by its request, or by task, agency and period among those whose state allows the act."""
    if order.act in ("grant", "refuse", "withdraw_request"):
        return _request(session, order, hidden).occurrence
    task, period = find_task(session, order.code, hidden), order.period
    if order.act == "report_period":
        own = select(Occurrence.id).where(Occurrence.task_id == task.id, Occurrence.period == ONGOING)
        if not session.exec(own).first():
            raise BadInput("{label} has a deadline of its own; report it with `dondoc done`.", label=task.code)
        period = ONGOING
    part = order.act in PARTS or order.act == "report_period"
    return choose(
        session,
        task,
        statuses=(*OPEN, Status.SUSPENDED, Status.SUBMITTED) if part else _states(order.act),
        agency=known_agency(session, order.agency) if order.agency else None,
        period=period or None,
        today=today,
        option="--lead" if order.act in PARTS else "--agency",
    )


def _states(act: str) -> tuple[Status, ...]:
    """The states in which somebody may do an act."""
    return tuple(status for status in Status if PERMITS[act, status])


def _request(session: Session, order: Order, hidden: frozenset[int]) -> Request:
    if order.number is None:
        raise BadInput("Say which request, by its number.")
    return find_request(session, order.number, hidden)


def _asked(on: _Scene) -> Request:
    """The request of the duty that an order decides; one of another duty is not there."""
    asked = _request(on.session, on.order, frozenset())
    if asked.occurrence_id != on.found.id:
        raise NotFound("There is no request {n}; see `dondoc requests list --all`.", n=on.order.number)
    return asked


def _start(on: _Scene) -> Line:
    on.found.start(on.session, **on.how)
    return [], None


def _fill(on: _Scene) -> Line:
    fill(on.session, on.found, on.order.form, **on.how, today=on.today, seen=on.order.seen)
    return [_("{label}, {agency}: kept, not sent yet.", label=on.found.label(), agency=on.found.agency.name)], None


def _submit(on: _Scene) -> Line:
    order = on.order
    words = sent_words(on.session, on.found, order.form, order.words, **on.how, today=on.today)
    made = on.found.submit(
        on.session,
        **on.how,
        today=on.today,
        result=words,
        document_number=order.document_number,
        document_on=order.document_on,
        nothing_arose=order.nothing_arose,
        evidence=on.files(),
    )
    return [], made.number


def _progress(on: _Scene) -> Line:
    report_progress(on.session, on.found, **on.how, words=on.order.words, evidence=on.files())
    return [], None


def _confirm(on: _Scene) -> Line:
    on.found.confirm(on.session, **on.how, note=on.order.words)
    return [], None


def _send_back(on: _Scene) -> Line:
    on.found.send_back(on.session, **on.how, reason=on.order.reason)
    return [], None


def _withdraw(on: _Scene) -> Line:
    on.found.withdraw(on.session, **on.how, reason=on.order.reason)
    return [], None


def _reopen(on: _Scene) -> Line:
    on.found.reopen(on.session, **on.how, reason=on.order.reason, today=on.today)
    return [], None


def _resume(on: _Scene) -> Line:
    on.found.resume(on.session, **on.how)
    return [], None


def _decided(on: _Scene) -> Line:
    """Suspend or cancel, which need a reason and the document they rest on."""
    act = on.order.act
    checked(on.session, act, on.found.duty(on.session), on.by)  # first: nobody looks for a document in vain
    reason, basis = need_reason(on.order.reason), need_basis(on.why["basis"], on.at)
    (on.found.suspend if act == "suspend" else on.found.cancel)(on.session, **on.how, reason=reason, basis=basis)
    return [], None


def _hand_on(on: _Scene) -> Line:
    heir = on.heir()
    if not heir:
        raise BadInput("Name the agency that it goes to with --to.")
    whole = not on.order.period
    hand_on(on.session, on.found, heir, **on.how, today=on.today, **on.why, person=on.order.person, whole=whole)
    return [], None


def _ask(on: _Scene) -> Line:
    wish, order = Wish(on.order.act.removeprefix("ask_")), on.order
    due, agency = order.until if wish is Wish.EXTENSION else None, on.heir() if wish is Wish.HAND_ON else None
    made = ask(on.session, on.found, wish, **on.how, today=on.today, **on.why, due=due, agency=agency)
    on.session.flush()
    lines = [_("Request {n}: {label}. It waits for the monitoring agency; until then nothing changes.", n=made.id, label=made.label())]  # fmt: skip
    if made.after_deadline:
        lines.append(_("⚠ The deadline had passed when it was made; this stays visible."))
    return lines, made.id


def _grant(on: _Scene) -> Line:
    asked = _asked(on)
    other: dict[str, Any] = {}
    if asked.wish is Wish.EXTENSION:
        other = {"due": on.order.until or (day(on.order.to) if on.order.to else None)}
    elif asked.wish is Wish.HAND_ON:
        other = {"agency": on.heir()}
    grant(on.session, asked, **on.how, today=on.today, basis=on.why["basis"], note=on.order.words, **other)
    line = _("Granted: {label}.", label=asked.label())
    if asked.granted_due_on:
        line += " " + _("New deadline: {day}.", day=show_day(asked.granted_due_on))
    return [line], asked.id


def _refuse(on: _Scene) -> Line:
    asked = _asked(on)
    refuse(on.session, asked, **on.how, **on.why)
    return [_("Refused: {label}.", label=asked.label())], asked.id


def _withdraw_request(on: _Scene) -> Line:
    asked = _asked(on)
    withdraw(on.session, asked, **on.how, reason=on.order.reason)
    return [_("Withdrawn: {label}.", label=asked.label())], asked.id


def _ask_part(on: _Scene) -> Line:
    order = on.order
    asked: dict[str, Any] = {"agency": on.heir(), "person": order.person, "due": order.until}
    part = ask_part(on.session, on.found, what=order.words, **on.how, **asked)
    line = _("{label}, part {n}: waiting for {who}.", label=on.found.label(), n=part.number, who=part.who())
    return [line], part.number


def _give_part(on: _Scene) -> Line:
    order = on.order
    own = find_part(on.session, on.found, order.number or 0)
    told: dict[str, Any] = {"result": order.words, "document_number": order.document_number}
    give_part(on.session, own, **on.how, today=on.today, **told)
    line = _("{label}, part {n}: given by {who}.", label=on.found.label(), n=own.number, who=own.who())
    return [line], own.number


def _drop_part(on: _Scene) -> Line:
    drop_part(on.session, find_part(on.session, on.found, on.order.number or 0), **on.how, reason=on.order.reason)
    return [_("{label}, part {n}: not needed any more.", label=on.found.label(), n=on.order.number)], on.order.number


def _report_period(on: _Scene) -> Line:
    order, found = on.order, on.found
    told: dict[str, Any] = {
        "result": order.words,
        "document_number": order.document_number,
        "nothing_arose": order.nothing_arose,
    }
    line = report_period(on.session, found, order.period, **on.how, today=on.today, **told)
    said = _("{code}, {agency}: {period} reported.", code=found.task.code, agency=found.agency.name, period=show_period(line.period))  # fmt: skip
    return [said], None


PARTS = ("ask_part", "give_part", "drop_part")
DEEDS: dict[str, Callable[[_Scene], Line]] = {
    "start": _start,
    "fill": _fill,
    "submit": _submit,
    "progress": _progress,
    "report_period": _report_period,
    "withdraw": _withdraw,
    "confirm": _confirm,
    "return": _send_back,
    "reopen": _reopen,
    "suspend": _decided,
    "resume": _resume,
    "cancel": _decided,
    "hand_on": _hand_on,
    "ask_extension": _ask,
    "ask_hand_on": _ask,
    "ask_suspension": _ask,
    "ask_cancellation": _ask,
    "grant": _grant,
    "refuse": _refuse,
    "withdraw_request": _withdraw_request,
    "ask_part": _ask_part,
    "give_part": _give_part,
    "drop_part": _drop_part,
}
