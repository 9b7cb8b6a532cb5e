"""Whether anybody bent the history: the chain from its first entry, and the anchors that were printed or mailed.

A chain alone shows what was changed, removed, inserted or moved; that its tail was cut or the whole of it written anew shows only
against a head that somebody kept, which is why every report and the office's daily letter carry one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlmodel import Session, select

from workflow import audit
from workflow.audit import AuditEntry
from workflow.errors import BadInput
from workflow.history.entries import SHORT
from workflow.i18n import N_, _

_entries: Any = AuditEntry.__table__  # type: ignore[attr-defined]


class Bent(StrEnum):
    """How the history was tampered with."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    MOVED = "moved"
    CUT = "cut"
    REPLACED = "replaced"


WORDS = {
    Bent.CHANGED: N_("entry {n} was changed after it was written"),
    Bent.REMOVED: N_("one or more entries before entry {n} were removed"),
    Bent.INSERTED: N_("entry {n} was inserted later"),
    Bent.MOVED: N_("entry {n} is not where it was written"),
    Bent.CUT: N_("entry {n}, which the anchor names, and what followed it are gone"),
    Bent.REPLACED: N_("entry {n} is not the one the anchor names: the history up to it was written anew"),
}


@dataclass(frozen=True)
class Fault:
    """The first entry that does not fit, and how."""

    kind: Bent
    entry: int

    def __str__(self) -> str:
        return _(WORDS[self.kind], n=self.entry)


def first_fault(session: Session, anchors: Iterable[str] = ()) -> Fault | None:
    """The first fault of the chain, or of an anchor that no longer fits it; None if the history is whole.

    An anchor is what `entries.anchor` printed; raises BadInput for anything else.
    """
    kept = [_read(text) for text in anchors]
    connection = session.connection()
    previous, before = "", 0
    rows = connection.execution_options(yield_per=2000).execute(select(_entries).order_by(_entries.c.id)).mappings()
    for row in rows:
        own = audit.digest(dict(row), row["previous"])
        if row["hash"] != own or row["previous"] != previous:
            number = int(row["id"])
            rows.close()
            connection.execution_options(yield_per=None)
            return _kind(session, number, row, previous, before, intact=row["hash"] == own)
        previous, before = row["hash"], row["id"]
    connection.execution_options(yield_per=None)
    last = before
    for number, digits in kept:
        found = connection.execute(select(_entries.c.hash).where(_entries.c.id == number)).scalar()
        if number and (found is None or not found.startswith(digits)):
            return Fault(Bent.CUT if number > last else Bent.REPLACED, number)
    return None


def _kind(session: Session, number: int, row: Any, previous: str, before: int, *, intact: bool) -> Fault:
    """Say what happened at the first entry that does not follow the one before it."""
    execute = session.connection().execute
    if not intact:
        follower = execute(
            select(_entries.c.id).where(_entries.c.previous == previous, _entries.c.id != number).limit(1)
        ).scalar()
        return Fault(Bent.INSERTED if follower and row["previous"] == previous else Bent.CHANGED, number)
    parent = execute(select(_entries.c.id).where(_entries.c.hash == row["previous"])).scalar()
    if parent is None and row["previous"]:
        return Fault(Bent.REMOVED, number)
    if parent is not None and parent > number:
        return Fault(Bent.MOVED, number)
    foreign = select(_entries.c.id).where(_entries.c.id > (parent or 0)).order_by(_entries.c.id).limit(1)
    return Fault(Bent.INSERTED, int(execute(foreign).scalar() or before))


def _read(text: str) -> tuple[int, str]:
    found = re.fullmatch(rf"(\d{{1,12}})-([0-9a-f]{{{SHORT},64}})", text.strip().lower())
    if not found:
        raise BadInput("“{text}” is no anchor; it looks like 1234-0f3a…, as reports print it.", text=text)
    return int(found[1]), found[2]
