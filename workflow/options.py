"""What commands share: the options that mean the same everywhere, the day a list speaks of, the transaction of an act."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workflow.errors import Refused
from workflow.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlmodel import Session

    from workflow.afar import Afar
    from workflow.config import Settings
    from workflow.database import Database
    from workflow.duties.order import Order
    from workflow.queries import AsOf
    from workflow.snapshot import Snapshot

Code = Annotated[str, typer.Argument(metavar=_("TASK"), help=_("Code of a task, such as KH88-II.3."))]
Agency = Annotated[str | None, typer.Option("--agency", help=_("Code or name of an agency."))]
Directive = Annotated[str | None, typer.Option("--directive", help=_("Code or number of a directive."))]
Period = Annotated[str | None, typer.Option("--period", help=_("Period, such as 2025-Q2."))]
AsOfDay = Annotated[
    str | None, typer.Option("--as-of", help=_("The day to look at, such as 15/10/2025 (default: today)."))
]
Json = Annotated[bool, typer.Option("--json", help=_("Print JSON for programs."))]
Actor = Annotated[str | None, typer.Option("--by", help=_("Who acts (default: $DONDOC_ACTOR or the account)."))]
Reason = Annotated[str, typer.Option("--reason", help=_("Why; it is recorded."))]
Grounds = Annotated[
    str | None, typer.Option("--basis", help=_("The document it rests on: “Công văn 120/UBND-VP ngày 3/9/2025”."))
]

# Reports draft letters, notifications mail them: both put their commands here.
letter_app = typer.Typer(no_args_is_help=True, help=_("Letters on paper, ready to be signed."))
LetterNumber = Annotated[int, typer.Argument(metavar=_("NUMBER"), min=1, max=2**31 - 1, help=_("Number of the letter; see `dondoc letter list`."))]  # fmt: skip


def as_of(settings: Settings, day: str | None) -> AsOf:
    """The day a list speaks of."""
    only_here(settings)
    from workflow import clock, terminal
    from workflow.queries import AsOf

    return AsOf.at(clock.now(), settings.time_zone, settings.reminders.soon_days, terminal.day(day) if day else None)


def only_here(settings: Settings | Afar) -> None:
    """Raise Refused for what only the machine of the record can do."""
    server = getattr(settings, "server", "")
    if server:
        raise Refused("This is for the machine of the record; you are signed in to {server}.", server=server)


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """Open the office's database for one command, built if it is new."""
    only_here(settings)
    from workflow.database import Database

    database = Database(settings.database.url, settings.database.wait_seconds)
    try:
        yield database.ready()
    finally:
        database.dispose()


def order(settings: Settings | Afar, given: Order, named: str | None, evidence: Sequence[Path] = ()) -> None:
    """Carry an order out, here or on the server that one is signed in to, and say what became of it."""
    from workflow import terminal
    from workflow.afar import Afar

    if isinstance(settings, Afar):
        from workflow.afar import Server

        terminal.say(*Server.of(settings, named).order(given, evidence))
        return
    from workflow.clock import local_day
    from workflow.duties.carrying import carry_out
    from workflow.evidence import EvidenceStore

    with acting(settings, named) as (session, how):
        today = local_day(how["at"], settings.time_zone)
        store = EvidenceStore(settings.evidence)
        done = carry_out(session, given, **how, today=today, files=lambda: store.keep_all(evidence))
    terminal.say(*done.lines)


def look(
    settings: Settings | Afar,
    path: str,
    query: Mapping[str, object],
    here: Callable[[Snapshot], Any],
    named: str | None = None,
) -> Any:
    """What a list shows: read `here`, or from the server that one is signed in to, which answers `path` with the very same."""
    from workflow.afar import Afar

    if isinstance(settings, Afar):
        from workflow.afar import Server

        return Server.of(settings, named).look(path, query)
    with looking(settings, named) as view:
        return here(view)


@contextmanager
def looking(settings: Settings, named: str | None = None) -> Iterator[Snapshot]:
    """A snapshot of the record as the person who runs the command may see it."""
    only_here(settings)
    from workflow import clock, terminal
    from workflow.access.viewing import agencies_of
    from workflow.snapshot import snapshot

    with snapshot(settings.database.url) as view:
        view.sees = agencies_of(view, terminal.actor(named), clock.local_day(clock.now(), settings.time_zone))
        yield view


def warn_of_silence(settings: Settings, view: Snapshot) -> None:
    """Say beside a list that the clock or the outbox stands still: whoever looks is the first to see it."""
    from workflow import clock, health, terminal

    for line in health.troubles(health.pulse(view), clock.now(), settings.schedule.late_minutes):
        terminal.warn(f"⚠ {line}")


@contextmanager
def acting(settings: Settings, named: str | None, act: str | None = None) -> Iterator[tuple[Session, dict[str, Any]]]:
    """Open the transaction of a command that acts, with who and when; `act` is one that concerns no task and must be permitted."""
    with opened(settings) as database, database.transaction() as session:
        yield session, who(session, settings, named, act)


def who(
    session: Session, settings: Settings, named: str | None, act: str | None = None, channel: str = "cli"
) -> dict[str, Any]:
    """Who acts, with their roles of today, and when; raises NotPermitted."""
    from workflow import clock, terminal
    from workflow.access import people
    from workflow.access.permits import permit_office

    at = clock.now()
    by = people.acting(session, terminal.actor(named), channel, clock.local_day(at, settings.time_zone))
    if act:
        permit_office(by, act)
    return {"by": by, "at": at}


def hidden(session: Session, how: dict[str, Any]) -> frozenset[int]:
    """The directives that whoever acts may not see: for them those are not there."""
    from workflow.access import sight

    return sight.hidden(session, how["by"])
