"""From a proposal that a person has confirmed to the record: everything or nothing, in the caller's transaction."""

import re
import string
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from directives.naming import Names, ended_words
from directives.phrases import timing_of, understand
from directives.proposal import Decision, Issue, Proposal, TaskProposal
from workflow import planner
from workflow.agency import Agency, add_alias, known_agency
from workflow.audit import By, record
from workflow.clock import local_day
from workflow.config import Settings
from workflow.directive import Directive, LegalBasis, Revision, directive_code
from workflow.errors import BadInput, Refused
from workflow.i18n import N_, _
from workflow.names import is_collective, printable, strip_marks
from workflow.register.kinds import Kind
from workflow.task import Assignment, Question, Role, Task, answer
from workflow.timing import Timing

_UNFIT = re.compile(r"[^\w.()-]+")  # what cannot stand in a code, and so in an address


@dataclass(frozen=True)
class Particulars:
    """What the person who imports adds to the document."""

    number: str | None = None
    issued: date | None = None
    code: str | None = None
    monitor: Agency | None = None
    confirmation: str = "required"
    deliverable: str = "mark"
    before_is_exclusive: bool = True
    today: date | None = None  # the day of the import in the office's zone; None: the day of its instant


def already(session: Session, proposal: Proposal) -> Directive | None:
    """The directive that this very file is in the record, or that it changed; None if it is new."""
    changed = select(Directive).join(Revision).where(Revision.digest == proposal.digest)
    own = session.exec(select(Directive).where(Directive.digest == proposal.digest)).first()
    return own or session.exec(changed).first()


def names_of(session: Session, proposal: Proposal) -> Names:
    """The names of a document, to be looked up in the register as it is now."""
    return Names(session, proposal.head.issuer, proposal.head.issued)


def unknown_agencies(session: Session, proposal: Proposal) -> list[str]:
    """The names that the register does not know for certain and that somebody must answer for, in order, each once."""
    return list(names_of(session, proposal).unknown(proposal.tasks))


def enact(session: Session, proposal: Proposal, extra: Particulars, *, by: By, at: datetime) -> Directive:
    """Write a directive with its tasks, assignments, questions and first occurrences; raises where something is missing."""
    number, issued = extra.number or proposal.head.number, extra.issued or proposal.head.issued
    if not number:
        raise BadInput("The document has no number; give it with --number.")
    if not issued:
        raise BadInput("The document has no day of issue; give it with --issued.")
    if not proposal.tasks:
        raise BadInput("No task was found in the document.")
    _not_twice(session, proposal, number, issued)
    if extra.code:
        _check_code(session, extra.code)
    names = Names(session, proposal.head.issuer, issued)
    missing = names.unknown(proposal.tasks)
    if missing:
        raise BadInput("The register does not know: {names}.", names="; ".join(missing))
    head = proposal.head
    directive = Directive(
        code=extra.code or directive_code(session, number, issued),
        number=number,
        issued_on=issued,
        issuer=head.issuer,
        issuer_id=names.issuer.id if names.issuer else None,
        kind=head.kind,
        subject=head.subject,
        digest=proposal.digest,
        file_name=proposal.file_name,
        plan_year=proposal.year or issued.year,
        monitor_id=extra.monitor.id if extra.monitor else None,
        confirmation=extra.confirmation,
        deliverable=extra.deliverable,
        reporting=understand(proposal.reporting, issued).to_json() if proposal.reporting else None,
        recorded_at=at,
    )
    session.add(directive)
    session.flush()
    for basis in head.basis:
        session.add(
            LegalBasis(directive_id=directive.id or 0, number=basis.number, issued_on=basis.issued, words=basis.words)
        )
    record(
        session,
        "import",
        directive.code,
        by=by,
        at=at,
        after={
            "number": number,
            "issued": issued.isoformat(),
            "file": proposal.file_name,
            "digest": proposal.digest,
            "tasks": len(proposal.tasks),
            "left out": [task.no for task in proposal.left_out],
        },
    )
    for found in proposal.issues:
        ask(session, directive, None, found)
    for position, task in enumerate(proposal.tasks, 1):
        enact_task(session, directive, task, position, extra, names, since=directive.issued_on, by=by, at=at)
    return directive


def _check_code(session: Session, code: str) -> None:
    if not re.fullmatch(r"[A-ZĐ0-9._]{1,30}", code):
        raise BadInput("“{code}” is not a code: capital letters, digits and dots only.", code=printable(code))
    if session.exec(select(Directive).where(Directive.code == code)).first():
        raise Refused("The code {code} belongs to another directive.", code=code)


def _not_twice(session: Session, proposal: Proposal, number: str, issued: date) -> None:
    same = (
        already(session, proposal)
        or session.exec(
            select(Directive).where(
                Directive.number == number, Directive.issued_on == issued, Directive.issuer == proposal.head.issuer
            )
        ).first()
    )
    if same:
        raise Refused(
            "This document is already in the record as {code} (number {number}).", code=same.code, number=same.number
        )


def enact_task(
    session: Session,
    directive: Directive,
    proposal: TaskProposal,
    position: int,
    extra: Particulars,
    names: Names,
    *,
    since: date,
    by: By,
    at: datetime,
) -> Task:
    """Write one task that a document of the day `since` gives, with its agencies, questions and first occurrences."""
    timing = task_timing(proposal, directive, since, extra)
    task = Task(
        code=_free_code(session, f"{directive.code}-{_UNFIT.sub('-', proposal.no)}".upper()),
        directive=directive,
        directive_id=directive.id or 0,
        position=position,
        no=proposal.no,
        section=proposal.section,
        text=proposal.text,
        folded=strip_marks(proposal.text),
        deliverable=proposal.deliverable,
        timing_words=proposal.timing,
        timing=timing.to_json(),
        undecided=timing.needs_person,
        recurs=bool(timing.rules),
        place=proposal.place.to_json(),
        stated_on=None if since == directive.issued_on else since,
    )
    session.add(task)
    session.flush()
    assign(names, task, Role.LEAD, proposal.lead, extra.today or at.date())
    assign(names, task, Role.COORDINATING, proposal.coordinating, extra.today or at.date())
    for found in proposal.issues:
        ask(session, directive, task, found)
    for found, said in proposal.settled:
        answer([ask(session, directive, task, found)], said, by=by, at=at)
    if proposal.decision:
        decided = decided_timing(proposal.decision, since, directive.plan_year, extra.before_is_exclusive)
        task.decide(session, decided, by=by, at=at, reason=proposal.decision.reason)
    planner.settle_session(session, task, by=by, at=at, reason=_("The calendar knows the day of the session."))
    planner.plan(session, task, until=date(directive.plan_year, 12, 31), by=by, at=at)
    return task


def task_timing(proposal: TaskProposal, directive: Directive, since: date, extra: Particulars) -> Timing:
    """How a task's time phrase is understood in a document of the day `since`."""
    return timing_of(proposal.timing, since, directive.plan_year, before_is_exclusive=extra.before_is_exclusive)


def decided_timing(decision: Decision, since: date, year: int, before_is_exclusive: bool) -> Timing:
    """The timing that a person decided; raises BadInput where the phrase says no time."""
    timing = understand(decision.words, since, year, before_is_exclusive=before_is_exclusive)
    if decision.as_read:
        return timing.as_read(since)
    if timing.needs_person:
        raise BadInput("“{words}” does not say when it is due: {why}", words=decision.words, why=timing.explain())
    return timing.because(N_("A person decided so when the document was entered."))


def assign(names: Names, task: Task, role: Role, given: list[str], today: date) -> None:
    """One assignment for each agency, and one for each member of a group on the day of the document.

    A vague collective that only coordinates is kept as words and asks nobody. What an agency that ended owed is owed by its
    heir; where several share its work, or a lead names nobody in particular, a person is asked.
    """
    assigned: set[int | None] = set()
    # Who is named stands before the groups that may hold the same agency.
    for position, name in sorted(enumerate(given, 1), key=lambda pair: is_collective(pair[1])):
        agency = names.meant(name) or names.enter_group(name)
        members = []
        if agency is None and role is Role.LEAD:
            _ask_lead(names, task, N_("“{words}” names nobody in particular; who owes it?"), words=name)
        if agency and agency.kind == Kind.COLLECTIVE:
            members = names.members(agency, today)
            if not members and role is Role.LEAD:
                _ask_lead(names, task, N_("“{words}” names nobody in particular; who owes it?"), words=name)
        for one, group in [(agency, None), *((member, agency) for member in members)]:
            if one and one.id in assigned:
                continue
            assigned.add(one.id if one else None)
            heir = names.heir(one, today) if one else None
            task.assignments.append(
                Assignment(
                    task_id=task.id or 0,
                    agency_id=one.id if one else None,
                    owed_by_id=heir.id if heir else None,
                    group_id=group.id if group else None,
                    role=role,
                    position=position,
                    words=name,
                )
            )
            if one and role is Role.LEAD and one.kind != Kind.COLLECTIVE and names.ended(one, today):
                told = ended_words(one, names.heirs(one, today))
                message = N_("{told}. Who owes it now? `dondoc succession decide`")
                _ask_lead(names, task, message, told=told, agency=one.code)
    names.session.flush()


def _ask_lead(names: Names, task: Task, message: str, **args: str) -> None:
    names.session.add(Question(directive_id=task.directive_id, task_id=task.id, message=message, args=args))


def add_agencies(session: Session, proposal: Proposal, unknown: list[str]) -> list[Agency]:
    """Enter agencies that a document names."""
    names = names_of(session, proposal)
    return [names.enter(name) for name in unknown]


def prepare(
    session: Session,
    settings: Settings,
    proposal: Proposal,
    meant: dict[str, str | None],
    *,
    code: str | None,
    monitor: str | None,
    at: datetime,
) -> Particulars:
    """Enter the names that a person was asked about and return what goes with the document.

    `meant` says which agency (its code) an unknown name means, None for a new one, which is entered; the others are taught.
    """
    add_agencies(session, proposal, [name for name, agency in meant.items() if agency is None])
    source, issuer = proposal.head.number or proposal.file_name, proposal.head.issuer
    said = {name: agency for name, agency in meant.items() if agency}
    if issuer in said:  # first: the other names hold in its documents
        add_alias(session, known_agency(session, said.pop(issuer)), issuer, source)
    scope = names_of(session, proposal).issuer if said else None
    for name, agency in said.items():
        add_alias(session, known_agency(session, agency), name, source, scope)
    monitored = monitor or settings.office.monitor
    return Particulars(
        code=code,
        monitor=known_agency(session, monitored) if monitored else None,
        before_is_exclusive=settings.timing.before_is_exclusive,
        today=local_day(at, settings.time_zone),
        confirmation=settings.results.confirmation,
        deliverable=settings.results.deliverable,
    )


def ask(session: Session, directive: Directive, task: Task | None, found: Issue) -> Question:
    """Record something that a person must look at."""
    question = Question(
        directive_id=directive.id or 0,
        task_id=task.id if task else None,
        message=found.message,
        args=dict(found.args),
        place=found.place.to_json(),
    )
    session.add(question)
    return question


def _free_code(session: Session, wanted: str) -> str:
    """A number printed twice gets a letter: KH27-II.6, KH27-II.6B."""
    letters = ("", *string.ascii_uppercase[1:], *(f"-{n}" for n in range(27, 2000)))
    taken = set(session.exec(select(Task.code).where(col(Task.code).startswith(wanted))))
    return next(code for code in (f"{wanted}{suffix}" for suffix in letters) if code not in taken)
