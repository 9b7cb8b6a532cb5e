"""The demonstration: two sample directives, every morning of 2025 replayed, the reorganisation of 01/7/2025, the review.

Nothing is pretended: the samples are read and imported, ticks write and send letters into a folder, links are taken out of
those letters and pressed over HTTP against the real pages.
"""

from __future__ import annotations

import itertools
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from directives import importing, reading
from notifications import mailer, outbox, signing
from notifications.tick import tick
from reports import inherited, overdue, screen
from web.demonstration_links import leads_to_heir, links, press, to_press
from web.demonstration_report import CALLED, call_for, draft
from workflow import config, planner, queries, terminal
from workflow.agency import Agency, find_agency
from workflow.audit import By, newest
from workflow.config import ReportSettings
from workflow.database import Database
from workflow.errors import Refused
from workflow.history import chain, entries
from workflow.history import replay as replay_
from workflow.i18n import _
from workflow.occurrence import Occurrence
from workflow.register import handing, inheritance, shipped, showing, steps
from workflow.register.kinds import Kind
from workflow.register.sheets import Line
from workflow.register.steps import Step
from workflow.report_cycle import cycle_timing
from workflow.snapshot import snapshot
from workflow.standing import Status
from workflow.task import Task, find_task
from workflow.terminal import say
from workflow.timing import Cycle

SAMPLES = Path(__file__).parent.parent / "directives" / "samples"
REORGANISED = date(2025, 7, 1)
# Which ward takes what each office of the former city owed, in turn: the person who decides gives every task to one.
WARDS = ("LS.06187", "LS.05983", "LS.05986", "LS.05977")
FIRST, LAST, REVIEWS = date(2025, 4, 11), date(2025, 12, 31), (date(2025, 10, 15), date(2025, 12, 31))


class _Clock:
    """The replayed moment."""

    def __init__(self, settings: config.Settings) -> None:
        self.zone = ZoneInfo(settings.time_zone)
        self.moment = self.at(FIRST)

    def at(self, day: date, hour: int = 8) -> datetime:
        return datetime.combine(day, time(hour), self.zone)

    def now(self) -> datetime:
        return self.moment


def replay(folder: Path) -> None:
    """Build the demonstration in `folder`, which must not exist or hold an earlier one, and print the reviews."""
    settings = _prepared(folder)
    clock, database, keys = (
        _Clock(settings),
        Database(settings.database.url).ready(),
        signing.load_keys(settings.links.key_file),
    )
    transport = mailer.FolderMailer(settings.mail.folder)
    say(_("1. Reading and recording the sample plan {file}", file="ke-hoach-88.docx"))
    _register(database, clock)
    _import(database, settings, "ke-hoach-88.docx", clock)
    _decide(database, clock)
    old_links: list[str] = []
    pressed, mornings = 0, (LAST - FIRST).days + 1
    with _serving(settings, database, clock) as port:
        seen: set[Path] = set()
        for n in range(mornings):
            day = FIRST + timedelta(days=n)
            clock.moment = clock.at(day)
            if day == REORGANISED:
                terminal.progress(1, 1)
                _reorganise(database, clock)
            if day == CALLED:
                call_for(database, clock.moment)
            if day == date(2025, 7, 4):
                _import(database, settings, "cong-van-1026.pdf", clock)
            tick(database, settings, keys, transport, at=clock.moment)
            clock.moment = clock.at(day, 10)
            addresses = list(links(settings.mail.folder, seen))
            old_links += [address for _code, _due, address in addresses if day < REORGANISED]
            pressed += sum(press(port, address) for address in to_press(addresses, day))
            _confirm(database, clock)
            terminal.progress(n + 1, mornings)
        passed_on = sum(leads_to_heir(port, address) for address in old_links)
    outbox.deliver(database, transport, settings, clock=clock.now)  # what the last press left
    letters = len(list(settings.mail.folder.glob("*.eml")))
    say(
        _(
            "2. Replayed {n} mornings: {letters} letters written and sent, {pressed} results reported through links.",
            n=mornings,
            letters=letters,
            pressed=pressed,
        ),
        "   " + _("{n} links in letters of before the reorganisation lead to the heir of today.", n=passed_on),
        "",
    )
    with snapshot(settings.database.url) as view:
        looked = queries.AsOf(LAST, settings.reminders.soon_days, settings.time_zone, past=False)
        heir = queries.agency_id(view, WARDS[0])
        say("3. " + screen.text(inherited.build(view, looked, heir)), "")
    for number, day in enumerate(REVIEWS, 4):
        with snapshot(settings.database.url) as view:
            looked = queries.AsOf(day, settings.reminders.soon_days, settings.time_zone, past=day < LAST)
            say(
                f"{number}. " + screen.text(overdue.build(view, looked)),
                "",
                screen.text(overdue.build(view, looked, by="agency")),
                "",
            )
    drafted = draft(settings, folder)
    _prove(database)
    database.dispose()
    where = str(folder / "config.yaml")
    say(
        _("Letters: {folder} (open one with a mail program)", folder=str(settings.mail.folder)),
        _("Report:  {file} (the third quarter, to be signed)", file=str(drafted)),
        _("Record:  {file}", file=settings.database.url.removeprefix("sqlite:///")),
        _("Pages:   {command}", command=f"dondoc --config {where} serve --open-lists --no-clock"),
        _("Look on: {command}", command=f"dondoc --config {where} show KH88-I.2"),
    )


def _prove(database: Database) -> None:
    """Whether the history of the year is whole, and every state is what it tells."""
    with database.transaction() as session:
        fault, bent = chain.first_fault(session), list(replay_.differences(session))
        number, hash_ = newest(session)
    if fault or bent:
        raise Refused("The history does not fit: {what}", what=str(fault or bent[0].words))
    told = _(
        "History: {n} entries, whole, and every state is what they tell; head {anchor}.",
        n=number,
        anchor=entries.anchor(number, hash_),
    )
    say(told)


def _prepared(folder: Path) -> config.Settings:
    """A fresh folder with settings of its own; an earlier demonstration is replaced, anything else is left alone."""
    if folder.exists():
        if any(folder.iterdir()) and not (folder / ".demo").exists():
            raise Refused("{folder} holds something else; name a new folder.", folder=str(folder))
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / ".demo").touch()
    (folder / "config.yaml").write_text(
        "office:\n  name: Phòng Tài chính - Kế hoạch\n  mailbox: tonghop@demo.example\n"
        "letterhead:\n  parent: Ủy ban nhân dân thành phố Lạng Sơn\n  suffix: TCKH\n  place: Lạng Sơn\n  signature: [TRƯỞNG PHÒNG]\n"
        "mail:\n  sender: Đôn đốc nhiệm vụ <dondoc@demo.example>\n",
        encoding="utf-8",
    )
    return config.load(folder / "config.yaml")


def _import(database: Database, settings: config.Settings, name: str, clock: _Clock) -> None:
    """What `dondoc import --yes` does, with a mailbox for each agency but one."""
    proposal = reading.propose(SAMPLES / name)
    with database.transaction() as session:
        for agency in importing.add_agencies(session, proposal, importing.unknown_agencies(session, proposal)):
            if agency.kind != Kind.COLLECTIVE and not agency.name.startswith("Chi nhánh"):
                agency.mailbox = f"{agency.code.lower()}@demo.example"
        monitor = find_agency(session, "LS.178.TCKH" if name.startswith("ke") else "STC")
        directive = importing.enact(
            session,
            proposal,
            importing.Particulars(monitor=monitor, before_is_exclusive=settings.timing.before_is_exclusive),
            by=By("Văn thư", "import"),
            at=clock.now(),
        )
        say(
            "   "
            + _(
                "{code}: {n} tasks recorded, {questions} open questions",
                code=directive.code,
                n=len(proposal.tasks),
                questions=sum(len(t.issues) for t in proposal.tasks),
            )
        )


def _register(database: Database, clock: _Clock) -> None:
    """The shipped register, with a mailbox for each agency that exists."""
    with database.transaction() as session:
        changes, _recorded = shipped.load(
            session, "lang-son", today=clock.now().date(), by=By("Văn thư", "cli"), at=clock.now()
        )
        for agency in session.exec(select(Agency).where(Agency.kind != Kind.COLLECTIVE)):
            agency.mailbox = f"{agency.code.lower()}@demo.example"
    say("   " + _("{n} agencies of Lạng Sơn in the register", n=len(changes.added)))


def _reorganise(database: Database, clock: _Clock) -> None:
    """01/7/2025: every district ends, and with it the issuer and all leads of the sample plan."""
    with database.transaction() as session:
        moving = shipped.waiting(session, "lang-son")
        moving += _other_offices(session, moving)
        decisions = dict(zip(inheritance.plan(session, moving).waiting(), itertools.cycle(WARDS), strict=False))
        _batch, made = handing.apply(
            session,
            moving,
            today=clock.now().date(),
            by=By("Văn phòng UBND tỉnh", "cli"),
            at=clock.now(),
            decisions=decisions,
        )
        say("   " + _("The reorganisation of 01/7/2025, {n} tasks decided one by one:", n=len(decisions)))
        say(*(f"     {line}" for line in showing.summary(made)))


def _other_offices(session: Session, moving: list[Step]) -> list[Step]:
    """The offices of the city that the plan names and the shipped register does not: they end with it, too."""
    named = {step.former.code for step in moving}
    city = select(Agency).where(Agency.code == "LS.178")
    below = select(Agency).where(Agency.parent_id == session.exec(city).one().id, Agency.kind == Kind.OFFICE)
    cells = {"kind": "split", "on": "01/7/2025", "basis": "Luật số 72/2025/QH15 ngày 16/6/2025"}
    lines = [
        Line(1000 + n, {**cells, "former": office.code, "heir": ward})
        for n, (office, ward) in enumerate(itertools.product(session.exec(below).all(), WARDS))
        if office.code not in named
    ]
    return steps.check(session, lines, "demo")


def _decide(database: Database, clock: _Clock) -> None:
    """A person answers one open question: how often "Định kỳ" is; the other stays open."""
    with database.transaction() as session:
        task, by = find_task(session, "KH88-I.1"), By("Phòng Tài chính - Kế hoạch", "cli")
        timing = cycle_timing(Cycle.HALF_YEARLY, ReportSettings())
        task.decide(session, timing, by=by, at=clock.now(), reason="Theo chế độ báo cáo 6 tháng của UBND thành phố")
        planner.follow_decision(session, task, by=by, at=clock.now(), reason="Chế độ báo cáo")


@contextmanager
def _serving(settings: config.Settings, database: Database, clock: _Clock) -> Iterator[int]:
    """The real pages on a free loopback port, with the replayed clock; stopped at the end."""
    import socket

    import uvicorn

    from web.app import create_app

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    app = create_app(replace(settings, web=replace(settings.web, open_lists=True)), database, now=clock.now)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def _confirm(database: Database, clock: _Clock) -> None:
    """The monitoring agency confirms what was reported, all but one."""
    with database.transaction() as session:
        for occurrence in _submitted(session):
            occurrence.confirm(session, by=By("Phòng Tài chính - Kế hoạch", "cli"), at=clock.now())


def _submitted(session: Session) -> list[Occurrence]:
    return list(
        session.exec(
            select(Occurrence).join(Task).where(Occurrence.status == Status.SUBMITTED, Task.code != "KH88-II.1")
        )
    )
