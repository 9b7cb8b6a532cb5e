"""Reading the history: the entries about a thing in words, and its head as reports print it. Without the mapper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from workflow.access.viewing import visible
from workflow.audit_words import FIELD_LABELS, say_act, say_value
from workflow.errors import BadInput
from workflow.i18n import _
from workflow.periods import show_day, show_period
from workflow.queries import AsOf
from workflow.snapshot import Row, Snapshot, stored

SHORT = 20  # digits of a hash that an anchor prints: 80 bits


def anchor(number: int, hash_: str) -> str:
    """The head of the history as reports print it: the newest entry's number and the first digits of its hash."""
    return f"{number}-{hash_[:SHORT]}"


def head(view: Snapshot) -> Row:
    """Number, hash and anchor of the newest entry; number 0 before the first."""
    found = view.rows("select id, hash from audit_entry order by id desc limit 1")
    number, hash_ = (found[0]["id"], found[0]["hash"]) if found else (0, "")
    return {"entries": number, "hash": hash_, "anchor": anchor(number, hash_)}


def foot(view: Snapshot, as_of: AsOf) -> str:
    """The line that every report carries at its foot: up to which hour things are known, and the head of the history."""
    anchor = head(view)["anchor"]
    if not as_of.known:
        return _("Figures to the end of {day}. History: {anchor}", day=show_day(as_of.day), anchor=anchor)
    at = as_of.known.astimezone(ZoneInfo(as_of.zone))
    return _(
        "Figures as of {hour}:{minute} on {day}. History: {anchor}", hour=at.hour, minute=f"{at:%M}", day=show_day(at.date()), anchor=anchor
    )  # fmt: skip


def about(view: Snapshot, subject: str | None, last: int) -> list[Row]:
    """The newest entries about a task, directive, agency or person, oldest first; raises BadInput where there are none.

    What concerns a confidential directive is told only to those who may see it.
    """
    where, args = "1 = 1", {}
    if subject:
        where = "(e.subject = :exact or upper(e.subject) = :code or upper(e.subject) like :periods escape '!' or e.actor = :exact)"
        code = subject.strip().upper()
        args = {
            "exact": subject.strip(),
            "code": code,
            "periods": "".join(f"!{c}" if c in "%_!" else c for c in code) + "/%",
        }
    rows = view.rows(
        f"""select e.id, e.at as at_at, e.actor, e.channel, e.act, e.subject, e.reason, e.before, e.after, e.hash from audit_entry e
        left join occurrence o on o.id = e.occurrence_id left join task t on t.id = o.task_id or t.code = e.subject
        left join directive d on d.id = t.directive_id or d.code = e.subject
        where {where} and (d.id is null or {visible(view)}) order by e.id desc limit :last""",
        last=last,
        **args,
    )
    if subject and not rows:
        raise BadInput(
            "The history says nothing of “{subject}”; give the code of a task, a directive or an agency.",
            subject=subject,
        )
    for row in rows:
        row["before"], row["after"] = stored(row["before"]), stored(row["after"])
    return rows[::-1]


def lines(row: Row, zone: tzinfo) -> Iterator[str]:
    """One entry for a person: when, what, of what, who, through which door, why; then what it changed."""
    at = row["at_at"].astimezone(zone)
    yield (
        f"{row['id']:>6}  {at:%d/%m/%Y %H:%M:%S}  {say_act(row['act'])}  {_of(row['subject'])}  {row['actor']} ({row['channel']})"
        + (f": {row['reason']}" if row["reason"] else "")
    )
    for words in told(row["before"], row["after"]):
        yield f"{'':8}{words}"


def _of(subject: str) -> str:
    """What an entry is about; a period in words."""
    code, slash, period = subject.partition("/")
    try:
        return f"{code} ({show_period(period)})" if slash else subject
    except (ValueError, IndexError):
        return subject  # a directive's number


def told(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """What an entry changed or says, field by field."""
    for name, label in FIELD_LABELS.items():
        if name in after:
            title, now = _(label), say_value(name, after[name])
            was = say_value(name, before[name]) + " → " if name in before else ""
            yield f"{title}: {was}{now}"
