"""Drafting a letter on paper: what is not said of it follows from the duties that it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from reports import answers, handing_over, paper
from workflow import dispatch
from workflow.access import sight
from workflow.agency import known_agency
from workflow.audit import By
from workflow.dispatch import Dispatch, Draft, Line
from workflow.dispatch_kind import Kind
from workflow.duties.request import find_request
from workflow.errors import BadInput
from workflow.names import printable
from workflow.occurrence import Occurrence
from workflow.queries import AsOf, Wanted
from workflow.snapshot import Row, Snapshot

SUBJECTS = {
    Kind.PRESS: "đôn đốc thực hiện nhiệm vụ quá hạn{soon}",
    Kind.PROGRESS: "báo cáo tiến độ thực hiện nhiệm vụ được giao",
    Kind.EXTENSION: "trả lời đề nghị gia hạn thời gian thực hiện nhiệm vụ",
    Kind.HANDOVER: "bàn giao nhiệm vụ giữa {former} và {heir}",
}
MOST = 500  # duties of one letter that are named one by one


@dataclass(frozen=True)
class Wish:
    """What letter somebody wants, in the words of a command, a form or a program.

    One that presses or asks names its `duties` or, by document, agency and section, what they are chosen from; an answer names `requests`;
    the record of a hand-over `former` and `heir`.
    """

    kind: str
    directive: str = ""
    agency: str = ""
    section: str = ""
    soon: bool = False
    duties: tuple[int, ...] = ()
    requests: tuple[int, ...] = ()
    former: str = ""
    heir: str = ""
    answer_by: date | None = None
    subject: str = ""
    about: str = ""


def draft(session: Session, wish: Wish, *, as_of: AsOf, by: By, at: datetime) -> Dispatch:
    """Keep the letter of a wish, of what its writer may see; raises a Problem where it is incomplete, not possible or not permitted."""
    if wish.kind not in set(Kind):
        raise BadInput("“{value}” is none of: {known}.", value=printable(wish.kind), known=", ".join(Kind))
    view = Snapshot.within(session)
    view.sees = by.agencies
    how: dict[str, Any] = {"by": by, "at": at}
    if wish.kind == Kind.EXTENSION:
        return _answer(session, view, wish, as_of, how)
    if wish.kind == Kind.HANDOVER:
        return _handover(session, view, wish, as_of, how)
    if not wish.answer_by:
        raise BadInput("Say until when the agencies are to answer the letter.")
    kind, duties = Kind(wish.kind), _duties(session, view, wish, as_of, by)
    soon = any(duty.due_on and duty.due_on >= as_of.day for duty in duties)
    words = wish.subject or SUBJECTS[kind].format(soon=", sắp đến hạn" if soon else "")
    about = wish.about or paper.cited(view, [{"directive": duty.task.directive.code} for duty in duties])
    return dispatch.draft(session, kind, duties, Draft(as_of.day, words, about), wish.answer_by, **how)


def counted(made: Dispatch) -> dict[str, int]:
    """The number of a letter, and about how many tasks of how many agencies it is."""
    parties = {line.agency_id for line in made.lines} | ({made.former_id} - {None})
    return {"letter": made.id or 0, "tasks": len(made.lines), "agencies": len(parties)}


def _duties(session: Session, view: Snapshot, wish: Wish, as_of: AsOf, by: By) -> list[Occurrence]:
    """The duties that are named, or those that are chosen by what they are about."""
    if wish.duties:
        hidden = sight.hidden(session, by)
        named = [session.get(Occurrence, one) for one in list(dict.fromkeys(wish.duties))[:MOST]]
        duties = [duty for duty in named if duty and duty.task.directive_id not in hidden]
        if not duties:
            raise BadInput("Choose at least one task.")
        return duties
    wanted = Wanted(wish.directive or None, wish.agency or None, section=wish.section or None)
    rows = paper.chosen(view, as_of, wanted, wish.kind, soon=wish.soon)
    return [session.get_one(Occurrence, row["occurrence_id"]) for row in rows]


def _answer(session: Session, view: Snapshot, wish: Wish, as_of: AsOf, how: dict[str, Any]) -> Dispatch:
    hidden = sight.hidden(session, how["by"])
    requests = [find_request(session, one, hidden) for one in dict.fromkeys(wish.requests)]
    rows: list[Row] = [{"decision_number": one.decision_number, "decision_on": one.decision_on} for one in requests]
    said = Draft(as_of.day, wish.subject or SUBJECTS[Kind.EXTENSION], wish.about or answers.grounds(rows))
    return dispatch.draft_answer(session, requests, said, **how)


def _handover(session: Session, view: Snapshot, wish: Wish, as_of: AsOf, how: dict[str, Any]) -> Dispatch:
    if not (wish.former and wish.heir):
        raise BadInput("Name the agency that gave and the one that took over.")
    former, heir = known_agency(session, wish.former), known_agency(session, wish.heir)
    rows = handing_over.passed(view, as_of, former.id or 0, heir.id or 0)
    lines = [Line(row["occurrence_id"], heir.id or 0, row["due_on"], None, row["facts"]) for row in rows]
    words = wish.subject or SUBJECTS[Kind.HANDOVER].format(former=former.name, heir=heir.name)
    about = wish.about or handing_over.grounds(rows)
    return dispatch.draft_handover(session, former, heir, lines, Draft(as_of.day, words, about), **how)
