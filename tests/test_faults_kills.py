"""Killed at any step, of deciding and of sending, or the database with it: nothing is lost, and copies are those that were in flight."""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from notifications import mailer, signing
from notifications.tick import tick
from tests import make
from tests.conftest import Office
from tests.crashing import (
    DAY,
    MONDAY,
    MORNING,
    Absent,
    Server,
    dies_after,
    dies_at,
    furnished,
    ledger,
    only,
    outbox,
    posting,
    restorable,
    sending,
    sent,
    sound,
    stepping,
    undelivered,
    waiting,
    written,
)
from tests.sink import Sink
from workflow import config
from workflow.database import Database
from workflow.errors import Problem

LATER = "2025-12-29 08:15"
LONG = os.environ.get("DONDOC_TEST_LONG") == "1"


@pytest.mark.slow
def test_a_kill_at_any_step_of_deciding_loses_nothing_and_doubles_nothing(office: Office) -> None:
    """At every step on SQLite, at every fifth on PostgreSQL; the end is that of an undisturbed morning."""
    office = furnished(office)
    stride = 1 if office.database.engine.dialect.name == "sqlite" else 5
    with Sink() as sink, restorable(office.database) as restore:
        office = posting(office, sink)
        undisturbed, found = None, set()
        for step in count(0, stride):  # there is no step 0: nobody is killed there
            restore()
            sink.kept.clear()
            killed = dies_at(step, lambda: office.tick(MONDAY, Absent()))
            new = [one for one in outbox(office.database).values() if one.queued_at >= make.at(MONDAY)]
            found.add((len(new), len(sending(office.database)) > 0))
            sent(office, LATER)
            sound(office.database)
            assert undelivered(office.database, sink) == set()
            assert set(sink.copies().values()) == {1}
            undisturbed = undisturbed or ledger(office.database)
            assert ledger(office.database) == undisturbed
            if step and not killed:
                break
    assert step > 100, "the child was not killed where it should be"
    assert found == {(0, False), (6, False), (6, True)}, "the letters of a morning are written together or not at all"


@pytest.mark.parametrize("readers", [1, pytest.param(9, marks=pytest.mark.slow)])
def test_a_kill_at_any_step_of_sending_loses_nothing_and_doubles_what_was_in_flight(
    office: Office, readers: int
) -> None:
    """One letter, at every step on SQLite and every third on PostgreSQL; nine over three connections, at every second or seventh.

    With DONDOC_TEST_LONG=1 at every step of both.
    """
    lite = office.database.engine.dialect.name == "sqlite"
    stride = 1 if LONG else (1 if lite else 3) if readers == 1 else (2 if lite else 7)
    office, found = written(office, readers), set()
    with Sink() as sink, restorable(office.database) as restore:
        office = posting(office, sink)
        for step in count(1, stride):
            restore()
            sink.kept.clear()
            killed = dies_at(step, lambda: sent(office, f"{DAY} 08:05"))
            assert sink.idle.wait(10)
            accepted, claimed = set(sink.copies()), sending(office.database)
            sent(office, f"{DAY} 08:20")
            sound(office.database)
            assert undelivered(office.database, sink) == set()
            twice = {one for one, copies in sink.copies().items() if copies > 1}
            assert twice == accepted & claimed, "whatever the server had and nobody recorded, and nothing else"
            assert max(sink.copies().values()) <= 2 and len(set(sink.kept)) == readers, "the same letter both times"
            found.add((len(claimed), len(twice)))
            if not killed:
                break
    groups = {1} if readers == 1 else {3, 6}  # a letter for each connection, and what is left
    assert {claimed for claimed, _twice in found} == {0, *groups}
    assert {(group, copies) for group in groups for copies in (0, group)} <= found, "no kill fell into the sending"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3, 6 if LONG else 4))
def test_kills_at_random_times_lose_nothing(office: Office, seed: int) -> None:
    """One outbox, killed again and again; a letter has at most one copy more for each kill that found it in flight."""
    kills, readers, delay = (70, 350, 0.01) if LONG else (12, 240, 0.002)
    office, chance, in_flight = written(office, readers), random.Random(seed), list[str]()
    with Sink(delay=delay) as sink:
        office = posting(office, sink)

        def once(minutes: int) -> None:
            clock = make.at(MORNING) + timedelta(minutes=minutes)  # the day does not pass: only claims grow old
            at, transport = make.at(MORNING), mailer.for_settings(office.settings.mail)
            tick(office.database, office.settings, office.keys, transport, at=at, clock=lambda: clock)

        for n in range(kills):
            office.database.dispose()
            dies_after(chance.uniform(0, 0.6), partial(once, 11 * n))
            assert sink.idle.wait(10)
            in_flight += sending(office.database)
        before = len(sink.kept)
        once(11 * kills)
        sound(office.database)
        assert undelivered(office.database, sink) == set()
        assert len(set(sink.kept)) == readers, "a second copy is the same letter"
        allowed = Counter(in_flight)
        assert all(copies <= 1 + allowed[one] for one, copies in sink.copies().items())
    assert before and in_flight, "no kill fell into the sending"


@pytest.mark.slow
def test_a_database_that_dies_during_a_tick_is_reported_and_the_next_tick_ends_the_work(tmp_path: Path) -> None:
    """The server is stopped as a power cut stops it, at every twenty-ninth step of deciding and sending."""
    settings = config._anchored(config.Settings(), tmp_path)
    with Server() as server, Sink() as sink:
        database = Database(server.url).ready()
        office = Office(settings, database, signing.load_keys(settings.links.key_file), mailer.MemoryMailer())
        office = posting(furnished(office), sink)
        with restorable(database) as restore:
            for fatal in count(1, 29):
                restore()
                sink.kept.clear()
                reported = False
                try:
                    with stepping(only(fatal, server.stop)):
                        sent(office, MONDAY)
                except (Problem, SQLAlchemyError):
                    reported = True
                if server.up:
                    break
                server.start()
                assert reported or waiting(office.database) == 0, "it said that all was well"
                accepted, claimed = set(sink.copies()), sending(database)
                sent(office, LATER)
                sound(database)
                assert undelivered(database, sink) == set()
                assert {one for one, copies in sink.copies().items() if copies > 1} == accepted & claimed
        database.dispose()
    assert fatal > 100, "the server was not stopped where it should be"
