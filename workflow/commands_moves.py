"""Commands that move an occurrence: start, done, withdraw, confirm, return, reopen, suspend, resume, cancel, hand-on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workflow.duties.order import Order
from workflow.i18n import _
from workflow.options import Actor, Agency, Code, Grounds, Period, Reason, acting, hidden, order

app = typer.Typer()


def _with_reason(name: str, told: str) -> None:
    """Add the command of a move that needs nothing but a reason."""

    @app.command(name, help=told)
    def command(
        context: typer.Context,
        code: Code,
        reason: Reason = "",
        agency: Agency = None,
        period: Period = None,
        by: Actor = None,
    ) -> None:
        order(context.obj, Order(name, code, agency or "", period or "", reason=reason), by)


def _with_basis(name: str, told: str) -> None:
    """Add the command of a decision that needs a reason and the document it rests on."""

    @app.command(name, help=told)
    def command(
        context: typer.Context,
        code: Code,
        reason: Reason = "",
        basis: Grounds = None,
        agency: Agency = None,
        period: Period = None,
        by: Actor = None,
    ) -> None:
        order(context.obj, Order(name, code, agency or "", period or "", reason=reason, basis=basis or ""), by)


@app.command("start", help=_("Say that work on a task has begun.\n\n\b\nExample:\n  dondoc start KH88-II.3"))
def start(context: typer.Context, code: Code, agency: Agency = None, period: Period = None, by: Actor = None) -> None:
    order(context.obj, Order("start", code, agency or "", period or ""), by)


@app.command(
    "done",
    help=_(
        'Report a task done; it then waits for confirmation.\n\n\b\nExamples:\n  dondoc done KH88-II.3 --result "Đã ban hành" --document-number 45/QĐ-UBND\n  dondoc done KH88-I.2 --agency PNV --evidence bao-cao.pdf\n  dondoc done KH88-I.1 --period 2025-Q3 --nothing'
    ),
)
def done(
    context: typer.Context,
    code: Code,
    result: Annotated[str, typer.Option("--result", help=_("The result in a line."))] = "",
    document_number: Annotated[str, typer.Option("--document-number", help=_("Number of the result document."))] = "",
    document_date: Annotated[
        str | None, typer.Option("--document-date", help=_("The day of the result document."))
    ] = None,
    nothing: Annotated[
        bool, typer.Option("--nothing", help=_("Nothing arose in this period (a recurring task)."))
    ] = False,
    evidence: Annotated[
        list[Path] | None, typer.Option("--evidence", help=_("A file that proves it; may be given several times."))
    ] = None,
    agency: Agency = None,
    period: Period = None,
    by: Actor = None,
) -> None:
    from workflow import terminal

    given = Order(
        "submit",
        code,
        agency or "",
        period or "",
        words=result,
        document_number=document_number,
        document_on=terminal.day(document_date) if document_date else None,
        nothing_arose=nothing,
    )
    order(context.obj, given, by, evidence or ())


@app.command("confirm", help=_("Accept a reported result.\n\n\b\nExample:\n  dondoc confirm KH88-II.3"))
def confirm(
    context: typer.Context,
    code: Code,
    note: Annotated[str, typer.Option("--note", help=_("A remark; it is recorded."))] = "",
    agency: Agency = None,
    period: Period = None,
    by: Actor = None,
) -> None:
    order(context.obj, Order("confirm", code, agency or "", period or "", words=note), by)


_with_reason(
    "return",
    _(
        'Send a reported result back with a reason.\n\n\b\nExample:\n  dondoc return KH88-II.3 --reason "Chưa có quyết định kèm theo"'
    ),
)


_with_reason(
    "withdraw",
    _(
        'Take a report back while nobody has confirmed it.\n\n\b\nExample:\n  dondoc withdraw KH88-II.3 --reason "Báo nhầm nhiệm vụ"'
    ),
)


_with_reason(
    "reopen",
    _(
        'Take up again what was completed or cancelled.\n\n\b\nExample:\n  dondoc reopen KH88-II.3 --reason "Kết quả phải làm lại"'
    ),
)


_with_basis(
    "suspend",
    _(
        'Let a task rest: neither counted nor reminded.\n\n\b\nExample:\n  dondoc suspend KH88-II.3 --reason "Chờ hướng dẫn của tỉnh" --basis "Công văn 120/UBND-VP ngày 3/9/2025"'
    ),
)


@app.command(
    "answer",
    help=_(
        'Settle what was to be looked at in a task or a document.\n\n\b\nExample:\n  dondoc answer KH88-II.3 --reason "Đã đối chiếu bản giấy"'
    ),
)
def answer(context: typer.Context, code: Code, reason: Reason = "", by: Actor = None) -> None:
    from sqlmodel import select

    from workflow import audit, terminal
    from workflow.access.permits import permit_office
    from workflow.directive import Directive
    from workflow.errors import BadInput, Refused
    from workflow.task import answer as settle
    from workflow.task import find_task, open_questions

    with acting(context.obj, by) as (session, how):
        whole = session.exec(select(Directive).where(Directive.code == code.strip().upper())).first()
        secret = hidden(session, how)
        about = whole if whole and whole.id not in secret else find_task(session, code, secret)
        asked = open_questions(session, about)
        if not reason.strip():
            raise BadInput("This needs a reason; state it.")
        directive = about if isinstance(about, Directive) else about.directive
        permit_office(how["by"], "answer", subject=about.code, monitor=directive.monitor_id)
        if not asked:
            raise Refused("Nothing about {code} waits for an answer.", code=about.code)
        settle(asked, reason, **how)
        audit.record(session, "answer", about.code, **how, after={"questions": len(asked)}, reason=reason)
        line = _("{code}: {n} points settled.", code=about.code, n=len(asked))
    terminal.say(line)


@app.command("resume", help=_("Go on with a suspended task.\n\n\b\nExample:\n  dondoc resume KH88-II.3"))
def resume(context: typer.Context, code: Code, agency: Agency = None, period: Period = None, by: Actor = None) -> None:
    order(context.obj, Order("resume", code, agency or "", period or ""), by)


_with_basis(
    "cancel",
    _(
        'Drop a task that nobody need do any more.\n\n\b\nExample:\n  dondoc cancel KH88-II.3 --reason "Không còn phù hợp" --basis "Công văn 120/UBND-VP ngày 3/9/2025"'
    ),
)


@app.command(
    "hand-on",
    help=_(
        'Give a task to another agency; every open period of that part goes with it unless --period names one.\n\n\b\nExample:\n  dondoc hand-on KH88-II.3 --to PNV --person "Lê Thị Hoa" --reason "Giao nhầm đơn vị" --basis "Công văn 45/UBND-VP ngày 3/9/2025"'
    ),
)
def hand_on_(
    context: typer.Context,
    code: Code,
    to: Annotated[str, typer.Option("--to", help=_("The agency that owes it from now on."))],
    person: Annotated[
        str, typer.Option("--person", help=_("Who answers for it there (default: its focal points)."))
    ] = "",
    reason: Reason = "",
    basis: Grounds = None,
    agency: Agency = None,
    period: Period = None,
    by: Actor = None,
) -> None:
    given = Order("hand_on", code, agency or "", period or "", reason=reason, basis=basis or "", to=to, person=person)
    order(context.obj, given, by)
