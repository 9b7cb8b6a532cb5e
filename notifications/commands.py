"""Commands about letters."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from notifications import commands_calendar, commands_inbox, commands_ledger, commands_letter, commands_links
from workflow.i18n import N_, _
from workflow.options import Actor, Json, acting, looking, warn_of_silence

if TYPE_CHECKING:
    from notifications.tick import Ticked
    from workflow.config import Settings

app = typer.Typer()
mail_app = typer.Typer(no_args_is_help=True, help=_("The way letters leave."))

MESSAGE_LABELS = {
    "queued": N_("queued"),
    "sending": N_("being sent"),
    "sent": N_("sent"),
    "dropped": N_("dropped"),
    "failed": N_("failed"),
}


@app.command(
    "outbox",
    help=_(
        "List the letters, newest first, print one, or send one again that was refused.\n\n\b\nExamples:\n  dondoc outbox\n  dondoc outbox --status failed\n  dondoc outbox --show 12 > thu.eml\n  dondoc outbox --retry 12"
    ),
)
def outbox(
    context: typer.Context,
    status: Annotated[str | None, typer.Option("--status", help="queued | sending | sent | dropped | failed")] = None,
    show: Annotated[
        int | None,
        typer.Option("--show", help=_("Print the letter of this number as it is sent."), min=1, max=2**31 - 1),
    ] = None,
    retry: Annotated[
        int | None,
        typer.Option(
            "--retry", help=_("Let the letter of this number, which was refused, be tried again."), min=1, max=2**31 - 1
        ),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help=_("How many at most."), min=1, max=100_000)] = 50,
    by: Actor = None,
    json_: Json = False,
) -> None:
    from workflow import ledger, terminal
    from workflow.errors import BadInput

    if status and status not in MESSAGE_LABELS:
        raise BadInput("“{value}” is none of: {known}.", value=status, known=", ".join(MESSAGE_LABELS))
    if show is not None:
        from notifications import letters

        with acting(context.obj, by, "mail"), looking(context.obj) as view:
            print(letters.masked(ledger.letter(view, show)))
        return
    if retry is not None:
        from notifications import outbox as outbox_

        with acting(context.obj, by, "mail") as (session, how):
            recipient = outbox_.retry(session, retry, **how)
        terminal.say(_("Letter {n} to {recipient} goes with the next tick.", n=retry, recipient=recipient))
        return
    with looking(context.obj) as view:
        warn_of_silence(context.obj, view)
        rows, counts = ledger.messages(view, status, limit), ledger.outbox_counts(view)
    if json_:
        terminal.say_json(rows)
        return
    zone = ZoneInfo(context.obj.time_zone)
    labels = {name: _(label) for name, label in MESSAGE_LABELS.items()}
    shown = [
        {
            **row,
            "status": labels[row["status"]],
            "at": f"{(row['sent_at'] or row['queued_at']).astimezone(zone):%d/%m/%Y %H:%M}",
        }
        for row in rows
    ]
    C = terminal.Column
    columns = (
        C("id", _("No."), right=True),
        C("at", _("When")),
        C("status", _("Status")),
        C("recipient", _("To"), wide=True),
        C("subject", _("Subject"), wide=True),
        C("reason", _("Remark"), wide=True),
    )
    terminal.say(
        *(terminal.table(columns, shown) if shown else ()),
        "",
        "; ".join(f"{labels[name]}: {n}" for name, n in sorted(counts.items())) or _("There is no letter."),
    )
    if context.obj.mail.transport == "folder":
        terminal.say(_("Sent letters lie as .eml files in {folder}.", folder=str(Path(context.obj.mail.folder))))


@app.command(
    "tick",
    help=_(
        "Do everything that is due, once: open occurrences, write letters, send what waits.\n\n\b\nExamples:\n  dondoc tick\n  dondoc tick --at 2025-07-14T08:00"
    ),
)
def tick(
    context: typer.Context,
    at: Annotated[str | None, typer.Option("--at", help=_("As if it were this moment (default: now)."))] = None,
) -> None:
    from workflow import clock, terminal

    moment = terminal.instant(at, context.obj.time_zone) if at else clock.now()
    if at:  # the clock needs no role; who makes it another hour does
        with acting(context.obj, None, "mail"):
            pass
    done = tick_once(context.obj, moment)
    terminal.say(*_told(done))
    if done.delivered.later or done.queued.failed or done.read.problems:
        raise typer.Exit(1)


def tick_once(settings: Settings, at: datetime | None = None) -> Ticked:
    """Tick now, or as if it were `at`, on the office's own database, keys and transport."""
    from notifications import mailer, signing
    from notifications.tick import tick as tick_
    from workflow import clock, i18n
    from workflow.options import opened

    i18n.set_language(settings.language)  # the clock's thread begins without one
    with opened(settings) as database:
        keys = signing.load_keys(settings.links.key_file)
        return tick_(
            database,
            settings,
            keys,
            mailer.for_office(settings, keys),
            at=at or clock.now(),
            clock=None if at else clock.now,
        )


def _told(done: Ticked) -> list[str]:
    """What a tick did, for a person."""
    queued, sent = done.queued, done.delivered
    lines = [
        _(
            "Opened: {opened}. Letters written: {letters} ({reminders} reminders). Sent: {sent}.",
            opened=done.opened,
            letters=queued.letters,
            reminders=queued.reminders,
            sent=sent.sent,
        )
    ]
    if done.read.letters:
        labels = {name: _(label) for name, label in commands_inbox.BECAME.items()}
        told = "; ".join(f"{labels[name]}: {n}" for name, n in sorted(done.read.became.items()))
        lines.append(_("Letters that came in: {n} ({told}).", n=done.read.letters, told=told))
    lines += [_("⚠ The inbox: {reason}", reason=reason) for reason in done.read.problems]
    if queued.without_mailbox:
        lines.append(
            _(
                "⚠ Nobody can be written to at: {names}. Set it with `dondoc agencies mailbox`.",
                names="; ".join(queued.without_mailbox),
            )
        )
    if sent.later:
        lines.append(_("⚠ {n} letters wait: {reason}", n=sent.later, reason="; ".join(sent.problems)))
    if sent.failed:
        lines.append(_("⚠ {n} letters were refused; see `dondoc outbox --status failed`.", n=sent.failed))
    lines += [_("⚠ A letter could not be written: {reason}", reason=reason) for reason in queued.failed]
    return lines


@mail_app.command(
    "test",
    help=_(
        "Send a letter to an address at once and say what the server answered.\n\n\b\nExample:\n  dondoc mail test toi@langson.example"
    ),
)
def test(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar=_("ADDRESS"))],
    by: Actor = None,
    json_: Json = False,
) -> None:
    import asyncio

    from notifications import letters, mailer
    from workflow import clock, terminal
    from workflow.address import checked_address
    from workflow.periods import show_day

    settings: Settings = context.obj
    recipient, at = checked_address(address), clock.now()
    with acting(settings, by, "mail"):
        pass
    day = show_day(clock.local_day(at, settings.time_zone))
    words = letters.Words(
        _("A test of the reminders ({day})", day=day),
        _("To: {names}", names=recipient),
        _(
            "If you can read this with its marks (ă â đ ê ô ơ ư), letters of {office} reach you.",
            office=settings.office.name,
        ),
        [],
        (_("Nothing need be done."),),
        settings.office.name,
    )
    row = letters.row(settings, f"test:{recipient}:{at.isoformat()}", recipient, words, kind="test", at=at)
    letter = mailer.Letter(0, recipient, row["message_id"], row["content"])

    async def send() -> mailer.Outcome:
        async with mailer.for_settings(settings.mail) as transport:
            return await transport.send(letter)

    outcome = asyncio.run(send())
    where = {
        "folder": str(settings.mail.folder),
        "smtp": f"{settings.mail.host}:{settings.mail.port} ({settings.mail.security})",
    }
    if json_:
        terminal.say_json({"fate": outcome.fate, "reply": outcome.reply, "through": where[settings.mail.transport]})
    else:
        known = {
            mailer.Fate.SENT: _("The letter was taken."),
            mailer.Fate.LATER: _("The server does not take it now; a reminder would be tried again."),
            mailer.Fate.REFUSED: _("The server refuses it."),
            mailer.Fate.AWAY: _("The server does not answer, or not as the settings of `mail` say."),
        }
        terminal.say(
            known[outcome.fate],
            _("Through: {where}", where=where[settings.mail.transport]),
            _("Answer: {reply}", reply=outcome.reply),
        )
    if outcome.fate is not mailer.Fate.SENT:
        raise typer.Exit(1)


@app.command("run", help=_("Tick on the schedule of the settings until stopped.\n\n\b\nExample:\n  dondoc run"))
def run(context: typer.Context) -> None:
    import logging

    from workflow import terminal
    from workflow.scheduler import clock_for

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings: Settings = context.obj

    def tell() -> None:
        terminal.say(*_told(tick_once(settings)))

    scheduler = clock_for(settings.schedule.tick, settings.time_zone, tell)
    terminal.say(_("Ticking at “{crontab}”; stop with Ctrl-C.", crontab=settings.schedule.tick))
    tell()
    try:
        scheduler.start()
    except (KeyboardInterrupt, SystemExit):
        scheduler.shutdown(wait=True) if scheduler.running else None


app.add_typer(mail_app, name="mail")
app.add_typer(commands_calendar.app)
app.add_typer(commands_ledger.app)
app.add_typer(commands_letter.app)
app.add_typer(commands_links.app)
app.add_typer(commands_inbox.app)
