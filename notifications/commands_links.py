"""Commands about the links in letters, and the keys that sign them."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from workflow.i18n import N_, _
from workflow.options import Actor, Agency, Json, Reason, acting, looking

app = typer.Typer()
links_app = typer.Typer(no_args_is_help=True, help=_("The links in letters: which act, and ending them."))
keys_app = typer.Typer(no_args_is_help=True, help=_("The keys that sign links and reply addresses."))
Task = Annotated[str | None, typer.Option("--task", help=_("Code of a task, such as KH88-II.3."))]
Address = Annotated[str | None, typer.Option("--address", help=_("Links that were sent to this address."))]

PURPOSES = {"report": N_("report"), "disown": N_("“it was not us”")}


@links_app.command(
    "list",
    help=_(
        "List the links that act now; what they are is kept nowhere, only what they are for.\n\n\b\nExamples:\n  dondoc links list --agency STC\n  dondoc links list --task KH88-II.3 --json"
    ),
)
def listed(
    context: typer.Context, agency: Agency = None, task: Task = None, address: Address = None, json_: Json = False
) -> None:
    from notifications import links
    from workflow import clock, queries, terminal
    from workflow.periods import show_period

    settings, at = context.obj, clock.now()
    with looking(settings) as view:
        owner = queries.agency_id(view, agency) if agency else None
        today = clock.local_day(at, settings.time_zone)
        rows = links.living(view, settings, at=at, today=today, agency=owner, code=task, address=address)
    if json_:
        terminal.say_json(rows)
        return
    zone, purposes = ZoneInfo(settings.time_zone), {name: _(label) for name, label in PURPOSES.items()}
    C = terminal.Column
    columns = (
        C("id", _("No."), right=True),
        C("task", _("Task"), wide=True),
        C("agency", _("Agency"), wide=True),
        C("recipient", _("To"), wide=True),
        C("purpose", _("For")),
        C("sent", _("Sent")),
    )
    shown = [
        {
            **row,
            "task": f"{row['code']} ({show_period(row['period'])})",
            "purpose": purposes[row["act"]],
            "sent": f"{row['sent_at'].astimezone(zone):%d/%m/%Y %H:%M}" if row["sent_at"] else _("waiting to be sent"),
        }
        for row in rows
    ]
    terminal.say_list(columns, shown)


@links_app.command(
    "revoke",
    help=_(
        'End links at once: by number, or all of an agency, a task or an address.\n\n\b\nExamples:\n  dondoc links revoke 812 813 --reason "Gửi nhầm"\n  dondoc links revoke --address cu@stc.example --reason "Lộ hộp thư"'
    ),
)
def revoke(
    context: typer.Context,
    numbers: Annotated[list[int] | None, typer.Argument(metavar=_("NUMBER"), min=1, max=2**31 - 1)] = None,
    agency: Agency = None,
    task: Task = None,
    address: Address = None,
    reason: Reason = "",
    by: Actor = None,
) -> None:
    from notifications import links
    from workflow import clock, queries, terminal
    from workflow.basis import need_reason
    from workflow.errors import BadInput
    from workflow.snapshot import Snapshot

    if not (numbers or agency or task or address):
        raise BadInput("Say which links: numbers, --agency, --task or --address.")
    settings = context.obj
    with acting(settings, by, "mail") as (session, how):
        view, today = Snapshot.within(session), clock.local_day(how["at"], settings.time_zone)
        owner = queries.agency_id(view, agency) if agency else None
        narrowed: dict[str, Any] = {"agency": owner, "code": task, "address": address, "numbers": numbers or None}
        found = links.living(view, settings, at=how["at"], today=today, **narrowed)
        ended = links.revoke(session, [row["id"] for row in found], **how, reason=need_reason(reason))
    terminal.say(_("{n} links act no more.", n=ended))


@keys_app.command(
    "rotate",
    help=_(
        "Put a new signing key in place; links of before go on until they run out.\n\n\b\nExample:\n  dondoc keys rotate"
    ),
)
def rotate(context: typer.Context, by: Actor = None) -> None:
    from notifications import signing
    from workflow import audit, clock, terminal

    settings = context.obj
    days = (
        settings.links.days + settings.mail.give_up_days + 1
    )  # a letter may wait so long before its link begins to live
    with acting(settings, by, "mail") as (session, how):
        today = clock.local_day(how["at"], settings.time_zone)
        audit.record(session, "rotate keys", "", **how)
        kept, gone = signing.rotate(settings.links.key_file, today=today, days=days)
    terminal.say(
        _("A new key signs. {kept} keys verify, {gone} that nothing needs any more were dropped.", kept=kept, gone=gone),
        _("Keep {file} with the backup: without it every link that was sent stops working.", file=str(settings.links.key_file)),
    )  # fmt: skip


@keys_app.command(
    "list",
    help=_("Say how many keys verify, and since when the newest signs.\n\n\b\nExample:\n  dondoc keys list"),
)
def list_keys(context: typer.Context, json_: Json = False) -> None:
    from notifications import signing
    from workflow import terminal
    from workflow.periods import show_day

    rows: list[dict[str, Any]] = [
        {"number": n, "since": since} for n, since in enumerate(signing.ages(context.obj.links.key_file), 1)
    ]
    if json_:
        terminal.say_json(rows)
        return
    for row in rows:
        since = show_day(row["since"]) if row["since"] else _("its beginning")
        told = _("{n}. signs since {day}", n=row["number"], day=since) if row["number"] == 1 else _("{n}. verifies, signed since {day}", n=row["number"], day=since)  # fmt: skip
        terminal.say(told)


app.add_typer(links_app, name="links")
app.add_typer(keys_app, name="keys")
