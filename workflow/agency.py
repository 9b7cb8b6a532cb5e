"""Agencies and the people who answer for them."""

import re
from datetime import date
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, func, or_, select

from workflow.address import checked_address
from workflow.errors import BadInput, NotFound, Refused
from workflow.names import fold, printable, strip_marks
from workflow.register.kinds import Kind, Level
from workflow.register.wording import words_of

POLICIES = ("open", "code", "login")  # what the links in an agency's letters ask for
CODE = re.compile(r"[A-Za-z0-9Đđ._-]{1,30}")


class Agency(SQLModel, table=True):
    """An agency between two days, or a collective; two may bear one name, the code tells them apart.

    `identifier` is what another scheme of codes calls it (`scheme`), kept as it is; `rule` says who belongs to a collective.
    """

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str
    folded: str = Field(index=True)
    short_name: str = ""
    kind: str = Kind.AGENCY.value
    level: str | None = None
    parent_id: int | None = Field(default=None, foreign_key="agency.id", index=True)
    identifier: str | None = None
    scheme: str | None = None
    mailbox: str | None = None
    deputy_mailbox: str | None = None
    head_mailbox: str | None = None  # of its head, who is told what is long overdue
    language: str | None = None
    working_hours: str | None = None
    link_policy: str | None = None  # open, code or login; as the office has it, where it is empty
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    rule: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))

    def valid_on(self, day: date) -> bool:
        """Whether it exists on a day; both its first and its last day count."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)


class AgencyAlias(SQLModel, table=True):
    """Another way an agency is written in the documents of `scope_id` (of everybody, if empty), with where it was met."""

    __tablename__ = "agency_alias"
    __table_args__ = (UniqueConstraint("folded", "scope_id"),)

    id: int | None = Field(default=None, primary_key=True)
    folded: str
    words: str
    agency_id: int = Field(foreign_key="agency.id", index=True)
    scope_id: int | None = Field(default=None, foreign_key="agency.id", index=True)
    source: str


class GroupMember(SQLModel, table=True):
    """An agency that a person listed as belonging to a collective; a list takes the place of the collective's rule."""

    __tablename__ = "group_member"
    __table_args__ = (UniqueConstraint("group_id", "agency_id"),)

    id: int | None = Field(default=None, primary_key=True)
    group_id: int = Field(foreign_key="agency.id", index=True)
    agency_id: int = Field(foreign_key="agency.id", index=True)


class FocalPoint(SQLModel, table=True):
    """The person or mailbox that answers for an agency between two days."""

    __tablename__ = "focal_point"

    id: int | None = Field(default=None, primary_key=True)
    agency_id: int = Field(foreign_key="agency.id", index=True)
    name: str
    position: str = ""
    email: str
    valid_from: date | None = None
    valid_to: date | None = None


def add_agency(
    session: Session,
    name: str,
    *,
    kind: str = Kind.AGENCY,
    mailbox: str | None = None,
    code: str | None = None,
    level: str | None = None,
    parent: Agency | None = None,
) -> Agency:
    """Enter an agency into the register; the code defaults to the initials of its name."""
    name = printable(name)
    if not name:
        raise BadInput("An agency needs a name.")
    folded, parent_id = fold(name), parent.id if parent else None
    same = select(Agency).where(Agency.folded == folded, Agency.parent_id == parent_id, col(Agency.valid_to).is_(None))
    if any(words_of(known.name) == words_of(name) for known in session.exec(same)):
        raise Refused("{name} is already in the register.", name=name)
    if code and not CODE.fullmatch(code):
        raise BadInput("“{code}” is not a code: letters, digits, dots and dashes only.", code=printable(code))
    if code and session.exec(select(Agency).where(func.upper(Agency.code) == code.upper())).first():
        raise Refused("{name} is already in the register.", name=code)
    agency = Agency(
        code=code or _free_code(session, name),
        name=name,
        folded=folded,
        kind=kind,
        level=level,
        parent_id=parent_id,
        mailbox=free_mailbox(session, mailbox, None) if mailbox else None,
    )
    session.add(agency)
    session.flush()
    return agency


def kind_of(name: str) -> tuple[Kind, Level | None]:
    """What an agency is, as far as its name says."""
    words = strip_marks(name)
    for pattern, kind, level in _HEADS:
        if re.match(pattern, words):
            return kind, level
    return Kind.AGENCY, None


_BODY = r"(?:ubnd|uy ban nhan dan)"
_HEADS = (
    (rf"{_BODY} tinh\b", Kind.COMMITTEE, Level.PROVINCE),
    (rf"{_BODY} (?:huyen|thi xa|thanh pho|tp|quan)\b", Kind.COMMITTEE, Level.DISTRICT),
    (rf"{_BODY} (?:xa|phuong|thi tran|dac khu)\b", Kind.COMMITTEE, Level.COMMUNE),
    (r"so\b", Kind.DEPARTMENT, Level.PROVINCE),
    (r"(?:phong|van phong (?:hdnd|hoi dong|ubnd|uy ban))\b", Kind.OFFICE, None),
    (r"(?:hop tac xa|htx|cong ty|tap doan|tong cong ty)\b", Kind.ENTERPRISE, None),
    (r"(?:hoi|hiep hoi|lien minh|doan thanh nien|uy ban mat tran)\b", Kind.ASSOCIATION, None),
    (r"(?:cong an|thue|kho bac|ngan hang nha nuoc|hai quan|bao hiem xa hoi|doi thue)\b", Kind.SECTOR, None),
    (r"(?:bo|van phong chinh phu|thu tuong)\b", Kind.AGENCY, Level.CENTRAL),
    (r"trung tam\b", Kind.UNIT, None),
)


def find_agency(session: Session, words: str) -> Agency | None:
    """The agency of this code, name or recorded alias that still exists; None if there is none or more than one."""
    found = _meant(session, words)
    return found[0] if len(found) == 1 else None


def known_agency(session: Session, words: str) -> Agency:
    """The agency meant by `words`; raises BadInput with the nearest names, or with those that share the name."""
    found = _meant(session, words)
    if len(found) > 1:
        shared = "; ".join(f"{a.code} ({a.name})" for a in found)
        raise BadInput(
            "Several agencies are called “{words}”; name one by its code: {codes}.", words=words, codes=shared
        )
    if found:
        return found[0]
    near = _alike(session, words)
    raise NotFound(
        "No agency is known as “{words}”. Near: {near}.",
        words=words,
        near="; ".join(f"{a.name} ({a.code})" for a in near) or "–",
    )


def _meant(session: Session, words: str) -> list[Agency]:
    """Every agency of this name, those that still exist before those that do not; a code means one only."""
    coded = session.exec(select(Agency).where(func.upper(Agency.code) == words.strip().upper())).first()
    if coded:
        return [coded]
    folded = fold(words)
    aliases = select(AgencyAlias.agency_id).where(AgencyAlias.folded == folded)
    named = list(
        session.exec(
            select(Agency)
            .where(or_(col(Agency.folded) == folded, col(Agency.id).in_(aliases)))
            .order_by(col(Agency.id))
        )
    )
    if not words.isascii():  # "Tân Thanh" is not "Tân Thành"
        aliased = set(session.exec(aliases))
        named = [a for a in named if a.id in aliased or words_of(a.name) == words_of(words)]
    short = session.exec(select(Agency).where(Agency.short_name != ""))
    named += [a for a in short if fold(a.short_name) == folded and a not in named]
    return [a for a in named if a.valid_to is None] or named


def _alike(session: Session, words: str) -> list[Agency]:
    from rapidfuzz import fuzz, process

    agencies = list(session.exec(select(Agency)))
    names = [a.folded for a in agencies]
    near = process.extract(fold(words), names, scorer=fuzz.token_sort_ratio, limit=3, score_cutoff=55)
    return [agencies[index] for _name, _score, index in near]


def add_alias(session: Session, agency: Agency, words: str, source: str, scope: Agency | None = None) -> AgencyAlias:
    """Remember another way an agency is written in the documents of `scope` (of everybody, if None), and where it was met.

    Raises Refused if the words mean another agency there already.
    """
    folded = fold(words)
    if not folded or ";" in words:
        raise BadInput("“{words}” is no name of an agency.", words=printable(words))
    bearer = next((a for a in _meant(session, words) if a.id != agency.id and a.valid_to is None), None)
    if bearer and scope is None:
        raise Refused("“{words}” already means {name}.", words=words, name=bearer.name)
    same = select(AgencyAlias).where(
        AgencyAlias.folded == folded, AgencyAlias.scope_id == (scope.id if scope else None)
    )
    known = session.exec(same).first()
    if known:
        other = session.get_one(Agency, known.agency_id)
        raise Refused("“{words}” already means {name}.", words=words, name=other.name)
    alias = AgencyAlias(
        folded=folded,
        words=printable(words),
        agency_id=agency.id or 0,
        scope_id=scope.id if scope else None,
        source=source,
    )
    session.add(alias)
    session.flush()
    return alias


def remove_alias(session: Session, agency: Agency, words: str, scope: Agency | None = None) -> None:
    """Forget another name of an agency; raises BadInput if it has none like it there."""
    same = select(AgencyAlias).where(AgencyAlias.folded == fold(words), AgencyAlias.agency_id == agency.id)
    found = session.exec(same.where(AgencyAlias.scope_id == (scope.id if scope else None))).first()
    if not found:
        raise BadInput("{name} has no other name “{words}” there.", name=agency.name, words=words)
    session.delete(found)
    session.flush()


def free_mailbox(session: Session, address: str, agency: Agency | None) -> str:
    """A checked address that no other agency of the same days uses; raises Refused with the one that does."""
    checked = checked_address(address)
    users = session.exec(select(Agency).where(func.lower(Agency.mailbox) == checked.lower()))
    first, last = (agency.valid_from or date.min, agency.valid_to or date.max) if agency else (date.min, date.max)
    for other in users:
        if other is not agency and (other.valid_from or date.min) <= last and first <= (other.valid_to or date.max):
            raise Refused(
                "{name} ({code}) has the mailbox {mailbox} already.", name=other.name, code=other.code, mailbox=checked
            )
    return checked


def add_focal_point(
    session: Session, agency: Agency, name: str, email: str, *, position: str = "", from_: date | None = None
) -> FocalPoint:
    """Name a person or mailbox that answers for an agency from a day on."""
    address, name = checked_address(email), printable(name)
    if not name:
        raise BadInput("A focal point needs a name.")
    already = select(FocalPoint).where(FocalPoint.agency_id == agency.id, FocalPoint.email == address)
    if session.exec(already).first():
        raise Refused("{email} already answers for {name}.", email=address, name=agency.name)
    point = FocalPoint(agency_id=agency.id or 0, name=name, position=position, email=address, valid_from=from_)
    session.add(point)
    session.flush()
    return point


def working_hours(text: str) -> tuple[int, int] | None:
    """The first and the last hour of "7-17", full hours of the day; None for anything else."""
    found = re.fullmatch(r"(\d{1,2})\s*[-–]\s*(\d{1,2})", text.strip())
    return (int(found[1]), int(found[2])) if found and int(found[1]) < int(found[2]) <= 24 else None


def _free_code(session: Session, name: str) -> str:
    """Make a short code of the words' first letters, unique in the register."""
    words = [word for word in fold(name).split() if word not in ("va", "cac", "cua")]
    stem = "".join(word if word.isdigit() else word[0] for word in words).upper()[:12] or "CQ"
    taken = set(session.exec(select(Agency.code).where(col(Agency.code).startswith(stem))))
    numbers = (f"{stem}{n}" for n in range(2, 10_000))
    return stem if stem not in taken else next(code for code in numbers if code not in taken)
