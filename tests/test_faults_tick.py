"""A tick that is killed, whose database dies, that is doubled or late: nothing is lost, and nothing is told twice."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from notifications import links, mailer
from tests import make
from tests.conftest import Office
from tests.crashing import Absent, Server, dies_at, ledger, outbox, posting, restorable, sound, stepping, undelivered
from tests.sink import Sink
from workflow import config
from workflow.database import Database
from workflow.message import MessageStatus

FRIDAY, MONDAY = "2025-12-26 08:00", "2025-12-29 08:00"


def furnished(office: Office) -> Office:
    """An office with something of everything that a tick does on MONDAY, and letters of FRIDAY that never left.

    A weekly letter and the office's own are due, days of the ladder and levels of escalation are reached, a period is opened.
    """
    with office.database.transaction() as session:
        make.enacted(
            session,
            make.task(timing="31/12/2025", lead="Phòng số 1; Phòng số 2"),
            make.task("I.2", timing="Hằng tháng", lead="Phòng số 2"),
            make.task("I.3", timing="trước ngày 16/12/2025", lead="Phòng số 3"),
        )
    settings = replace(
        office.settings,
        office=replace(office.settings.office, mailbox="vp@example.vn"),
        weekly=replace(office.settings.weekly, mailboxes=("tuan@example.vn",)),
    )
    made = replace(office, settings=settings)
    done = made.tick(FRIDAY, Absent())
    assert done.queued.letters and not done.delivered.sent
    return made


@pytest.mark.slow
def test_a_kill_at_any_step_of_deciding_loses_nothing_and_doubles_nothing(office: Office) -> None:
    """Every step on SQLite, every third on PostgreSQL; before anything was sent the end is that of an undisturbed morning."""
    office = furnished(office)
    stride = 1 if office.database.engine.dialect.name == "sqlite" else 3
    with Sink() as sink, restorable(office.database) as restore:
        office = posting(office, sink)
        undisturbed, found = None, set()
        for step in count(0, stride):  # step 0 does not exist: nobody is killed there
            restore()
            sink.kept.clear()
            killed = dies_at(step, lambda: office.tick(MONDAY, Absent()))
            left = [one.status for one in outbox(office.database).values() if one.queued_at >= make.at(MONDAY)]
            found.add((len(left), left.count(MessageStatus.SENDING)))
            office.tick("2025-12-29 08:15", mailer.for_settings(office.settings.mail))
            sound(office.database)
            assert undelivered(office.database, sink) == set()
            assert set(sink.copies().values()) == {1}
            undisturbed = undisturbed or ledger(office.database)
            assert ledger(office.database) == undisturbed
            if step and not killed:
                break
    assert step > 100, "the child was not killed where it should be"
    print("K", step, found)
    assert found == {(0, 0), (6, 0), (6, 3)}, "the letters of a morning are written together or not at all"


def recovered(office: Office, sink: Sink) -> None:
    """One more tick, and everything holds."""
    office.tick("2025-12-29 08:15", mailer.for_settings(office.settings.mail))
    sound(office.database)
    assert undelivered(office.database, sink) == set()


@pytest.mark.slow
def test_a_database_that_dies_during_a_tick_is_reported_and_the_next_tick_ends_the_work(tmp_path: Path) -> None:
    """At every ninth step of deciding and sending."""
    settings = config._anchored(config.Settings(), tmp_path)
    with Server() as server, Sink() as sink:
        office = Office(
            settings, Database(server.url).ready(), links.load_keys(settings.links.key_file), mailer.MemoryMailer()
        )
        office = posting(furnished(office), sink)
        with restorable(office.database) as restore:
            for fatal in count(1, 9):
                restore()
                sink.kept.clear()
                try:
                    with stepping(lambda step, fatal=fatal: server.stop() if step == fatal else None):
                        office.tick(MONDAY, mailer.for_settings(office.settings.mail))
                    ended = True
                except Exception as e:
                    print(fatal, type(e), str(e)[:100])
                    ended = False
                if ended:
                    break
                server.start()
                before, claimed = (
                    sink.copies(),
                    {n for n, one in outbox(office.database).items() if one.status is MessageStatus.SENDING},
                )
                recovered(office, sink)
                assert {n for n, copies in sink.copies().items() if copies > 1} == set(before) & claimed
                print(set(before) & claimed)
        office.database.dispose()
