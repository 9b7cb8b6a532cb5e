"""The people who hold roles, and what a named person may do on a day.

Until somebody is appointed, whoever runs the command may do everything: that is how a new record gets its first administrator.
Focal points (`dondoc focal-points`) hold that role for their agency without a further appointment.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Field, Session, SQLModel, col, select

from workflow import audit
from workflow.access.roles import OF_AN_AGENCY, Authority, Grant, Role, say_role
from workflow.address import checked_address
from workflow.agency import Agency, FocalPoint
from workflow.audit import By
from workflow.database import enum_column, exclusive
from workflow.errors import BadInput, NotPermitted, Refused
from workflow.names import bounded, printable


class Appointment(SQLModel, table=True):
    """That a person holds a role between two days, both included; for an agency, or for the whole record."""

    id: int | None = Field(default=None, primary_key=True)
    name: str
    email: str | None = None
    role: Role = Field(sa_type=enum_column(Role, "role"))
    agency_id: int | None = Field(default=None, foreign_key="agency.id", index=True)
    valid_from: date
    valid_to: date | None = None


def appoint(
    session: Session,
    name: str,
    role: Role,
    *,
    by: By,
    at: datetime,
    today: date,
    agency: Agency | None = None,
    email: str = "",
) -> Appointment:
    """Give a person a role from today on; the first one of a record is its administrator."""
    exclusive(session, "audit")
    name = bounded(name, 200)
    if not name:
        raise BadInput("Give the name of the person.")
    if role in OF_AN_AGENCY and not agency:
        raise BadInput("The role “{role}” is held for an agency; name it with --agency.", role=say_role(role))
    if role is not Role.ADMINISTRATOR and not session.exec(select(Appointment.id)).first():
        raise Refused("Name an administrator first: from then on the roles count.")
    known = {one.email for one in _of_name(session, name, today)}
    # Another role of somebody who is known by one address is that same person's.
    address = checked_address(email) if email else known.pop() if len(known) == 1 else None
    same = [
        one
        for one in _of_name(session, name, today)
        if (one.role, one.agency_id) == (role, agency.id if agency else None) and one.email == address
    ]
    if same:
        raise Refused("{name} holds this role already; see `dondoc people list`.", name=name)
    made = Appointment(name=name, email=address, role=role, agency_id=agency.id if agency else None, valid_from=today)
    session.add(made)
    told = {"name": name, "role": role, "agency": agency and agency.code, "email": address}
    audit.record(session, "appoint", name, by=by, at=at, after={k: v for k, v in told.items() if v})
    return made


def dismiss(session: Session, appointment: Appointment, *, by: By, at: datetime, today: date) -> None:
    """End a role today; the last administrator stays."""
    exclusive(session, "audit")
    if appointment.valid_to and appointment.valid_to < today:
        raise Refused("This role has ended already; see `dondoc people list`.")
    others = select(Appointment).where(
        Appointment.role == Role.ADMINISTRATOR, col(Appointment.valid_to).is_(None), Appointment.id != appointment.id
    )
    if appointment.role is Role.ADMINISTRATOR and not session.exec(others).first():
        raise Refused("The record needs an administrator; name another one first.")
    appointment.valid_to = today - timedelta(days=1)
    agency = session.get(Agency, appointment.agency_id) if appointment.agency_id else None
    told = {"role": appointment.role, "agency": agency.code if agency else None}
    audit.record(session, "dismiss", appointment.name, by=by, at=at, after={k: v for k, v in told.items() if v})


def acting(session: Session, who: str, channel: str, today: date) -> By:
    """The person of this name or address with the roles of the day; raises NotPermitted for somebody without any.

    Raises BadInput where two people bear the name, and nobody could tell later which of them acted.
    """
    if not session.exec(select(Appointment.id).limit(1)).first():
        return By(who, channel)
    name, grants = resolve(_held(session, today), who)
    return By(name, channel, grants)


def resolve(held: list[tuple[str, str | None, Role, int | None]], who: str) -> tuple[str, Authority]:
    """Name and roles of whom `who` means, among (name, address, role, agency); raises NotPermitted or BadInput."""
    wanted = printable(who).casefold()
    own = [row for row in held if wanted in (printable(row[0]).casefold(), (row[1] or "").casefold())]
    people = {(row[1] or "").casefold() for row in own}
    if len(people) > 1:
        raise BadInput(
            "Several people are called {name}; say which by the address: {addresses}.",
            name=own[0][0],
            addresses=", ".join(sorted(address or "–" for address in people)),
        )
    if not own:
        problem = NotPermitted(
            "{name} holds no role here. An administrator ({names}) gives one with `dondoc people add`.",
            name=printable(who),
            names=", ".join(sorted({row[0] for row in held if row[2] is Role.ADMINISTRATOR})),
        )
        problem.refusal = {"by": By(printable(who), "cli"), "act": "sign in", "subject": ""}
        raise problem
    return own[0][0], frozenset(Grant(row[2], row[3]) for row in own)


def _held(session: Session, today: date) -> list[tuple[str, str | None, Role, int | None]]:
    """Everybody's roles on a day."""
    rows: list[Any] = [a for a in session.exec(select(Appointment)) if _valid(a, today)]
    points = [p for p in session.exec(select(FocalPoint)) if _valid(p, today)]
    return [(a.name, a.email, a.role, a.agency_id) for a in rows] + [
        (p.name, p.email, Role.FOCAL_POINT, p.agency_id) for p in points
    ]


def _of_name(session: Session, name: str, today: date) -> list[Appointment]:
    same = session.exec(select(Appointment).where(Appointment.name == name))
    return [one for one in same if _valid(one, today)]


def _valid(row: Any, today: date) -> bool:
    return bool((row.valid_from or date.min) <= today <= (row.valid_to or date.max))
