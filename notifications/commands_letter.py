"""The command that mails a signed letter."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workflow.i18n import _
from workflow.options import Actor, LetterNumber, acting, letter_app

app = typer.Typer()


@letter_app.command(
    "send",
    help=_(
        "Mail a letter that has its number, with the signed file, to the agencies it is addressed to; each address once, however often it is run.\n\n\b\nExamples:\n  dondoc letter send 3 --file cong-van-120.pdf\n  dondoc letter send 3 --copy"
    ),
)
def send(
    context: typer.Context,
    number: LetterNumber,
    file: Annotated[Path | None, typer.Option("--file", help=_("The signed letter (.pdf, .docx or a picture); the second time it need not be named."))] = None,
    copy: Annotated[bool, typer.Option("--copy", help=_("Also to the office's own mailbox."))] = False,
    by: Actor = None,
) -> None:  # fmt: skip
    from workflow import terminal
    from workflow.afar import Afar, Server

    if isinstance(context.obj, Afar):
        server = Server.of(context.obj, by)
        said = {"file": server.send(file) if file else "", "copy": copy}
        terminal.say(*server.post(f"letters/{number}/send", said)["lines"])
        return
    from notifications import signed
    from workflow import dispatch
    from workflow.clock import local_day
    from workflow.evidence import EvidenceStore

    store = EvidenceStore(context.obj.evidence)
    with acting(context.obj, by) as (session, how):
        found = dispatch.find_dispatch(session, number, lock=True)
        today = local_day(how["at"], context.obj.time_zone)
        bring = (lambda: store.keep_all([file])[0]) if file else None
        lines = signed.mail(session, context.obj, found, bring, copy=copy, today=today, **how).lines()
    terminal.say(*lines)


app.add_typer(letter_app, name="letter")
