"""A tick that is killed, whose database goes away, that is doubled or late: nothing is lost, and nothing is said twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests import make
from tests.conftest import Office
from tests.crashing import Absent, restorable, dies_at, outbox, posting, sound, ticked, undelivered
from tests.sink import Sink
from workflow.config import Settings
from workflow.database import Database


def furnished(office: Office) -> Office:
    """An office with something of everything that a tick does, and letters of the day before that never left."""
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
    made.tick("2025-12-26 08:00", Absent())
    return made


def test_f1(office: Office) -> None:
    import time

    office = furnished(office)
    T = dict(copy=0.0, die=0.0, rec=0.0, chk=0.0)
    with Sink() as sink, restorable(office.database) as restore:
        told = replace(office, settings=posting(office.settings, sink))
        step = 0
        while True:
            step += 1 if "sqlite" in office.database.url else 9
            t = time.time()
            restore()
            T["copy"] += time.time() - t
            t = time.time()
            killed = dies_at(step, lambda: print(office.tick("2025-12-29 08:00", Absent())))
            T["die"] += time.time() - t
            t = time.time()
            sink.kept.clear()
            ticked(told, "2025-12-29 08:15")
            T["rec"] += time.time() - t
            t = time.time()
            sound(office.database)
            assert undelivered(office.database, sink) == set()
            assert max(sink.copies().values()) == 1
            T["chk"] += time.time() - t
            t = time.time()
            if not killed:
                break
    print(step, T)
