"""Commands about letters."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from notifications import commands_calendar
from workflow.i18n import N_, _
from workflow.options import acting, looking

if TYPE_CHECKING:
    from notifications.tick import Ticked
    from workflow.config import Settings

app = typer.Typer()

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
        "List the letters, newest first, or print one.\n\n\b\nExamples:\n  dondoc outbox\n  dondoc outbox --status failed\n  dondoc outbox --show 12 > thu.eml"
    ),
)
def outbox(
    context: typer.Context,
    status: Annotated[str | None, typer.Option("--status", help="queued | sending | sent | dropped | failed")] = None,
    show: Annotated[
        int | None,
        typer.Option("--show", help=_("Print the letter of this number as it is sent."), min=1, max=2**31 - 1),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help=_("How many at most."), min=1, max=100_000)] = 50,
    json_: Annotated[bool, typer.Option("--json", help=_("Print JSON for programs."))] = False,
) -> None:
    from workflow import queries, terminal
    from workflow.errors import BadInput

    if status and status not in MESSAGE_LABELS:
        raise BadInput("“{value}” is none of: {known}.", value=status, known=", ".join(MESSAGE_LABELS))
    if show is not None:
        from notifications import letters

        with acting(context.obj, None, "mail"), looking(context.obj) as view:
            print(letters.masked(queries.letter(view, show)))
        return
    with looking(context.obj) as view:
        rows, counts = queries.messages(view, status, limit), queries.outbox_counts(view)
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
    if done.delivered.later or done.queued.failed:
        raise typer.Exit(1)


def tick_once(settings: Settings, at: datetime | None = None) -> Ticked:
    """Tick now, or as if it were `at`, on the office's own database, keys and transport."""
    from notifications import links, mailer
    from notifications.tick import tick as tick_
    from workflow import clock, i18n
    from workflow.options import opened

    i18n.set_language(settings.language)  # the clock's thread begins without one
    with opened(settings) as database:
        keys, transport = links.load_keys(settings.links.key_file), mailer.for_settings(settings.mail)
        return tick_(database, settings, keys, transport, at=at or clock.now(), clock=None if at else clock.now)


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


app.add_typer(commands_calendar.app)
