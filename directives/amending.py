"""A document that comes again, corrected or amending another: what it changes in the record, each change agreed by a person.

Nothing is closed because it vanished: a task that the later document no longer has stays as it is, with a question to a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Session, col, func, select

from directives.importing import Particulars, ask, assign, enact_task, task_timing
from directives.naming import Names
from directives.proposal import Proposal, TaskProposal, issue
from workflow import planner
from workflow.audit import By, record
from workflow.database import exclusive
from workflow.directive import Directive, Revision
from workflow.errors import BadInput, Refused
from workflow.i18n import N_, _
from workflow.names import fold, strip_marks
from workflow.occurrence import Occurrence
from workflow.periods import show_day
from workflow.reporting.call import PeriodCall
from workflow.standing import Status
from workflow.task import Question, Role, Task
from workflow.timing import Kind

GONE = N_("{number} no longer has this task; cancel it or let it stand.")
SAME_NUMBER, ANY_NUMBER = 60, 85  # how alike (0 to 100) two texts are that mean one task


class Sort(StrEnum):
    """What a later document does to a task."""

    ADDED = "added"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True)
class Change:
    """One task that is added, changed or gone; `differences` maps a field to what is recorded and what the document says."""

    sort: Sort
    code: str
    no: str
    text: str
    differences: tuple[tuple[str, str, str], ...] = ()
    proposed: TaskProposal | None = field(default=None, compare=False)

    def changes(self, name: str) -> bool:
        """Whether the document says something else in this field."""
        return any(changed == name for changed, _before, _after in self.differences)


def base(session: Session, proposal: Proposal, amends: str | None = None) -> Directive | None:
    """The recorded directive that a document is a later form of, or amends; None for one that stands for itself.

    `amends` names it by code or number where the document does not say it. Raises BadInput if that one is not in the record.
    """
    head = proposal.head
    if amends:
        named = select(Directive).where((func.upper(Directive.code) == amends.upper()) | (Directive.number == amends))
        found = list(session.exec(named))
        if len(found) != 1:
            raise BadInput("There is no single directive {code} in the record.", code=amends)
        return found[0]
    same = select(Directive).where(
        (Directive.digest == proposal.digest)
        | ((Directive.number == head.number) & (Directive.issued_on == head.issued) & (Directive.issuer == head.issuer))
    )
    again = session.exec(same).first()
    if again or not head.amends:
        return again
    cited = list(session.exec(select(Directive).where(Directive.number == head.amends.number)))
    fitting = [d for d in cited if head.amends.issued in (None, d.issued_on)]
    return fitting[0] if len(fitting) == 1 else None


def is_later_document(directive: Directive, proposal: Proposal) -> bool:
    """Whether the proposal is another document than the directive, and not a corrected copy of it."""
    head = proposal.head
    return proposal.digest != directive.digest and (head.number, head.issued) != (directive.number, directive.issued_on)


def compare(session: Session, directive: Directive, proposal: Proposal) -> list[Change]:
    """What a document says otherwise than the record, in its order; what is gone comes last.

    An amending document that does not replace the whole says nothing of the tasks it leaves out.
    """
    whole = not is_later_document(directive, proposal) or proposal.head.replaces
    stated = col(Task.id).not_in(select(PeriodCall.task_id))  # what we called for stands in no document
    own = select(Task).where(Task.directive_id == directive.id, stated).order_by(col(Task.position))
    recorded = list(session.exec(own))
    pairs = _pairs(recorded, proposal.tasks)
    names = Names(session, directive.issuer, proposal.head.issued or directive.issued_on)
    changes = []
    for index, proposed in enumerate(proposal.tasks):
        task = pairs.get(index)
        if task is None:
            changes.append(Change(Sort.ADDED, "", proposed.no, proposed.text, proposed=proposed))
            continue
        differences = tuple(_differences(names, task, proposed, whole))
        if differences:
            changes.append(Change(Sort.CHANGED, task.code, task.no, task.text, differences, proposed))
    if whole:
        kept = {task.id for task in pairs.values()}
        gone = [task for task in recorded if task.id not in kept and not _asked(session, task)]
        changes += [Change(Sort.GONE, task.code, task.no, task.text) for task in gone]
    return changes


def _asked(session: Session, task: Task) -> bool:
    """Whether a person has been asked what becomes of a task that vanished, or already cancelled it."""
    questions = select(Question).where(Question.task_id == task.id, Question.message == GONE)
    statuses = set(session.exec(select(Occurrence.status).where(Occurrence.task_id == task.id)))
    return statuses == {Status.CANCELLED} or session.exec(questions).first() is not None


def amend(
    session: Session,
    directive: Directive,
    proposal: Proposal,
    agreed: list[Change],
    extra: Particulars,
    *,
    by: By,
    at: datetime,
) -> Revision:
    """Write what was agreed of a later document; raises Refused if the record says something else than it was compared with."""
    exclusive(session, "audit")
    current = compare(session, directive, proposal)
    if any(change not in current for change in agreed):
        raise Refused("The record of {code} changed meanwhile; nothing was written. Try again.", code=directive.code)
    head = proposal.head
    number, issued = extra.number or head.number, extra.issued or head.issued
    if not number or not issued:
        raise BadInput("The document has no number; give it with --number.")
    revision = Revision(
        directive_id=directive.id or 0,
        number=number,
        issued_on=issued,
        amending=is_later_document(directive, proposal),
        subject=head.subject,
        digest=proposal.digest,
        file_name=proposal.file_name,
        recorded_at=at,
    )
    session.add(revision)
    session.flush()
    names = Names(session, directive.issuer, issued)
    writing = _Writing(session, directive, revision, extra, names, by, at)
    codes = {sort: [] for sort in Sort}  # type: dict[str, list[str]]
    for change in agreed:
        codes[change.sort].append(writing.write(change))
    record(
        session,
        "amend",
        directive.code,
        by=by,
        at=at,
        after={"number": number, "issued": issued.isoformat(), "file": proposal.file_name, "digest": proposal.digest}
        | {sort: found for sort, found in codes.items() if found}
        | {"not agreed": len(current) - len(agreed)},
    )
    return revision


def cited(number: str, issued: date) -> str:
    """A document as people cite it."""
    return _("{number} of {day}", number=number, day=show_day(issued))


def _pairs(recorded: list[Task], proposed: list[TaskProposal]) -> dict[int, Task]:
    """Which recorded task each proposed one is: the likest first, by text and number."""
    from rapidfuzz import fuzz

    texts = [_plain(task.text) for task in recorded]
    scores = []
    for index, one in enumerate(proposed):
        text = _plain(one.text)
        for position, task in enumerate(recorded):
            same = _plain(task.no) == _plain(one.no) and _plain(task.section) == _plain(one.section or task.section)
            alike = fuzz.ratio(text, texts[position], score_cutoff=SAME_NUMBER if same else ANY_NUMBER)
            if alike:
                scores.append((alike + (20 if same else 0), -index, -position))
    pairs: dict[int, Task] = {}
    taken: set[int] = set()
    for _score, index, position in sorted(scores, reverse=True):
        if -index not in pairs and -position not in taken:
            pairs[-index] = recorded[-position]
            taken.add(-position)
    return pairs


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", strip_marks(text)).strip()


def _differences(names: Names, task: Task, proposed: TaskProposal, whole: bool) -> list[tuple[str, str, str]]:
    """The fields in which a document says something else; spaces and stops are no difference.

    A document that amends only a part numbers its rows for itself.
    """
    found = []
    pairs = (
        ("no", task.no, proposed.no if whole else task.no),
        ("section", task.section, (proposed.section if whole else "") or task.section),
        ("text", task.text, proposed.text),
        ("deliverable", task.deliverable or "", proposed.deliverable or ""),
        ("timing", task.timing_words or "", proposed.timing or ""),
    )
    for name, before, after in pairs:
        if re.sub(r"\W+", " ", before.lower()).strip() != re.sub(r"\W+", " ", after.lower()).strip():
            found.append((name, before, after))
    for role, given in ((Role.LEAD, proposed.lead), (Role.COORDINATING, proposed.coordinating)):
        own = [a for a in sorted(task.assignments, key=lambda a: a.position) if a.role == role and a.group_id is None]
        if {a.agency_id or fold(a.words) for a in own} != _who(names, given):
            found.append((role.value, "; ".join(a.words for a in own), "; ".join(given)))
    return found


def _who(names: Names, given: list[str]) -> set[object]:
    """Whom names mean: agencies by their row, others by their folded words."""
    agencies = [(names.meant(name), fold(name)) for name in given]
    return {agency.id if agency else folded for agency, folded in agencies}


@dataclass
class _Writing:
    """One later document being written into the record of a directive."""

    session: Session
    directive: Directive
    revision: Revision
    extra: Particulars
    names: Names
    by: By
    at: datetime

    @property
    def reason(self) -> str:
        if not self.revision.amending:
            return _("corrected copy of the document ({file})", file=self.revision.file_name)
        return cited(self.revision.number, self.revision.issued_on)

    def write(self, change: Change) -> str:
        """Write one change and return the code of the task it is about."""
        if change.sort is Sort.ADDED:
            return self._add(change)
        task = self.session.exec(select(Task).where(Task.code == change.code)).one()
        if change.sort is Sort.GONE:
            found = issue(GONE, number=self.revision.number)
            ask(self.session, self.directive, task, found)
            return task.code
        self._change(task, change)
        return task.code

    def _add(self, change: Change) -> str:
        proposed = _given(change)
        last = self.session.exec(select(func.max(Task.position)).where(Task.directive_id == self.directive.id)).one()
        task = enact_task(
            self.session,
            self.directive,
            proposed,
            (last or 0) + 1,
            self.extra,
            self.names,
            since=self._since(),
            by=self.by,
            at=self.at,
        )
        task.place = {**task.place, "file": self.revision.file_name}
        record(
            self.session, "add task", task.code, by=self.by, at=self.at, after=proposed.to_json(), reason=self.reason
        )
        return task.code

    def _change(self, task: Task, change: Change) -> None:
        proposed = _given(change)
        if change.changes("no"):
            task.no = proposed.no
        if change.changes("section"):
            task.section = proposed.section
        task.text, task.folded, task.deliverable = proposed.text, strip_marks(proposed.text), proposed.deliverable
        task.place = {**proposed.place.to_json(), "file": self.revision.file_name}
        if change.changes("timing"):
            timing = task_timing(proposed, self.directive, self._since(), self.extra)
            task.timing_words, task.timing, task.stated_on = proposed.timing, timing.to_json(), self._since()
            task.undecided, task.recurs = timing.needs_person, timing.kind is Kind.RECURRING
        for role, names in ((Role.LEAD, proposed.lead), (Role.COORDINATING, proposed.coordinating)):
            if change.changes(role.value):
                self._reassign(task, role, names)
        self.session.flush()
        record(
            self.session,
            "amend",
            task.code,
            by=self.by,
            at=self.at,
            before={name: before for name, before, _after in change.differences},
            after={name: after for name, _before, after in change.differences},
            reason=self.reason,
        )
        for found in proposed.issues:
            ask(self.session, self.directive, task, found)
        unsettled = planner.follow_amendment(
            self.session, task, retimed=change.changes("timing"), by=self.by, at=self.at, reason=self.reason
        )
        for occurrence in unsettled:
            found = issue(
                N_("{label} of {agency} was open when {number} changed the task; settle it by hand."),
                label=occurrence.label(),
                agency=occurrence.agency.name,
                number=self.revision.number,
            )
            ask(self.session, self.directive, task, found)

    def _reassign(self, task: Task, role: Role, given: list[str]) -> None:
        heirs = {a.agency_id: a.owed_by_id for a in task.assignments if a.role == role}
        for assignment in [a for a in task.assignments if a.role == role]:
            task.assignments.remove(assignment)
            self.session.delete(assignment)
        self.session.flush()
        assign(self.names, task, role, given, self.extra.today or self.at.date())
        for assignment in task.assignments:  # who stays owes it as was decided before
            if assignment.role == role:
                assignment.owed_by_id = heirs.get(assignment.agency_id) or assignment.owed_by_id

    def _since(self) -> date:
        """The day the timing is stated on: of the amending document, or the directive's own for a corrected copy."""
        return self.revision.issued_on if self.revision.amending else self.directive.issued_on


def _given(change: Change) -> TaskProposal:
    assert change.proposed, "an added or changed task is in the document"
    return change.proposed
