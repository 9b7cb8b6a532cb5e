"""What is refused of reports that are called for, in a fresh record in which KH27 has tasks (`tests.test_refusals`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from tests import make
from workflow.audit import By
from workflow.occurrence import Occurrence
from workflow.queries import AsOf
from workflow.register import sheets
from workflow.register.kinds import Kind
from workflow.reporting import fields, sheet
from workflow.reporting.answer import fill, paired, sent_words
from workflow.reporting.call import call
from workflow.snapshot import Snapshot
from workflow.standing import Status

TODAY, DUE = date(2025, 9, 20), date(2025, 10, 10)
HOW: dict[str, Any] = {"by": By("Lê Hoa", "cli"), "at": make.at("2025-09-20 10:00")}
FILLED: dict[str, Any] = {**HOW, "today": TODAY}
CODE = "KH27-BC.2025-Q3"


def asked(session: Session, *agencies: Any, period: str = "2025-Q3", due: date = DUE) -> list[Occurrence]:
    return call(session, make.directive(session), period, due=due, agencies=agencies, **FILLED)[1]


def named(session: Session, name: str, **more: Any) -> Any:
    found = make.agency(session, name, new=True)
    for key, value in more.items():
        setattr(found, key, value)
    return found


def owed_by_none(session: Session) -> None:
    for duty in session.exec(select(Occurrence)):
        duty.status = Status.CANCELLED
    session.flush()
    asked(session)


def sent(session: Session) -> None:
    duty = asked(session)[0]
    words = sent_words(session, duty, {"done": "xong"}, "", **FILLED)
    duty.submit(session, **FILLED, result=words)
    fill(session, duty, {"done": "khác"}, **FILLED)


def emptied(session: Session) -> None:
    duty = next(one for one in asked(session) if one.agency.name == "Phòng B")
    for words in ("đã làm", ""):
        fill(session, duty, {"KH27-3": words}, **FILLED)


def twice(session: Session) -> None:
    first, second, *_others = asked(session)
    second.agency_id = first.agency_id
    session.flush()
    fields.called_duty(Snapshot.within(session), CODE, first.agency.code)


def read(*lines: dict[str, str]) -> None:
    sheets.write(Path("bieu.xlsx"), sheet.TITLES, lines, "Biểu")
    sheet.read(Path("bieu.xlsx"))


# Each ends in a refusal, as those of `tests.test_refusals` do.
REFUSED: list[Callable[[Session], object]] = [
    lambda s: asked(s, due=date(2025, 9, 19)),
    lambda s: asked(s, period="2024-Q1"),
    lambda s: asked(s, period="2026-Q1"),
    owed_by_none,
    lambda s: asked(s, named(s, "Phòng cũ", valid_to=date(2025, 7, 1))),
    lambda s: asked(s, named(s, "Các phòng", kind=Kind.COLLECTIVE)),
    lambda s: (asked(s), asked(s)),
    sent,
    emptied,
    twice,
    lambda s: sent_words(s, asked(s)[0], {}, "", **FILLED),
    lambda s: fill(s, make.occurrence(s, "KH27-1"), {"done": "x"}, **FILLED),
    lambda s: fill(s, asked(s)[0], {"x": "y"}, **FILLED),
    lambda _s: paired(["done"], []),
    lambda s: fields.form(Snapshot.within(s), 999, AsOf(TODAY, 3, "Asia/Ho_Chi_Minh", False)),
    lambda s: (asked(s), fields.called_duty(Snapshot.within(s), CODE)),
    lambda s: fields.called_duty(Snapshot.within(s), "KH27-1"),
    lambda _s: read({"key": "BC", "value": "x"}),
    lambda _s: read({"key": "", "value": "x"}),
    lambda _s: read({"key": "KQ", "value": "x"}, {"key": "kq", "value": "y"}),
]
