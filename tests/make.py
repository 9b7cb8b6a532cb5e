"""Plain builders of what tests need; every one goes through the same verbs as the program."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlmodel import Session, select

from directives import importing
from directives.proposal import Letterhead, Proposal, TaskProposal
from workflow.agency import Agency, add_agency
from workflow.audit import By
from workflow.directive import Directive
from workflow.occurrence import Occurrence
from workflow.task import Task

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
BY = By("Nguyễn Thị An", "cli")


def at(moment: str) -> datetime:
    """An instant in Vietnam: at("2025-07-14 08:00")."""
    return datetime.fromisoformat(moment).replace(tzinfo=ZONE)


def proposal(
    *tasks: TaskProposal, number: str = "27/KH-UBND", issued: date = date(2025, 4, 11), digest: str | None = None
) -> Proposal:
    head = Letterhead(number=number, issued=issued, issuer="UBND thành phố", subject=f"KẾ HOẠCH năm {issued.year}")
    return Proposal("ke-hoach.docx", digest or f"{number} {issued}", head, list(tasks), [])


def task(
    no: str = "I.1",
    text: str = "Xây dựng báo cáo chuyên đề",
    timing: str | None = "Quý III",
    lead: str = "Phòng Nội vụ",
    deliverable: str | None = None,
) -> TaskProposal:
    return TaskProposal(no, text, "I. Mục một", lead.split("; ") if lead else [], [], deliverable, timing)


def enacted(
    session: Session, *tasks: TaskProposal, mailboxes: bool = True, when: str = "2025-04-11 09:00", **extra: object
) -> Directive:
    """Record a directive, with a mailbox for each agency it names."""
    made = proposal(*tasks, **extra)  # type: ignore[arg-type]
    for agency in importing.add_agencies(session, made, importing.unknown_agencies(session, made)):
        agency.mailbox = f"{agency.code.lower()}@example.vn" if mailboxes else None
    return importing.enact(session, made, importing.Particulars(), by=By("Văn thư", "import"), at=at(when))


def unguard(session: Session) -> None:
    """Take away the triggers that keep the history from being changed, as somebody with the database's password could."""
    if session.get_bind().dialect.name == "sqlite":
        for name in ("audit_entry_no_update", "audit_entry_no_delete", "audit_entry_no_replace"):
            session.execute(text(f"drop trigger if exists {name}"))
    else:
        session.execute(text("alter table audit_entry disable trigger user"))


def occurrence(
    session: Session, code: str = "KH27-I.1", period: str | None = None, agency: str | None = None
) -> Occurrence:
    query = select(Occurrence).join(Task).where(Task.code == code).order_by(Occurrence.id)  # type: ignore[arg-type]
    if period:
        query = query.where(Occurrence.period == period)
    if agency:
        query = query.join(Agency, Agency.id == Occurrence.agency_id).where(Agency.name == agency)  # type: ignore[arg-type]
    found = session.exec(query).first()
    assert found
    return found


def agency(session: Session, name: str, *, new: bool = False) -> Agency:
    """An agency by its name, entered first where it is `new`."""
    if new:
        return add_agency(session, name)
    return session.exec(select(Agency).where(Agency.name == name)).one()


def directive(session: Session, code: str = "KH27") -> Directive:
    return session.exec(select(Directive).where(Directive.code == code)).one()


def occurrence_task(session: Session, code: str = "KH27-I.1") -> Task:
    return session.exec(select(Task).where(Task.code == code)).one()
