"""Drafting a letter on paper: what is not said of it follows from the duties that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from reports import paper
from workflow import dispatch
from workflow.audit import By
from workflow.dispatch import Dispatch
from workflow.dispatch_kind import Kind
from workflow.occurrence import Occurrence
from workflow.snapshot import Snapshot

SUBJECTS = {
    Kind.PRESS: "đôn đốc thực hiện nhiệm vụ quá hạn{soon}",
    Kind.PROGRESS: "báo cáo tiến độ thực hiện nhiệm vụ được giao",
}


def draft(
    session: Session,
    kind: Kind,
    duties: Sequence[Occurrence],
    *,
    as_of: date,
    answer_by: date,
    subject: str = "",
    about: str = "",
    by: By,
    at: datetime,
) -> Dispatch:
    """Keep a letter about some duties; what is not said of it – subject, what it carries out – follows from them."""
    view = Snapshot.within(session)
    view.sees = None
    codes = [{"directive": duty.task.directive.code} for duty in duties]
    soon = any(duty.due_on and duty.due_on >= as_of for duty in duties)
    words = subject or SUBJECTS[kind].format(soon=", sắp đến hạn" if soon else "")
    told = about or paper.cited(view, codes)
    return dispatch.draft(
        session, kind, duties, as_of=as_of, answer_by=answer_by, subject=words, about=told, by=by, at=at
    )
