"""Agencies and the people who answer for them."""

import re
from collections.abc import Callable
from datetime import date
from email.utils import parseaddr

from sqlmodel import Field, Session, SQLModel, col, func, or_, select

from workflow.errors import BadInput, Refused
from workflow.names import distinctive, fold, printable


class Agency(SQLModel, table=True):
    """An agency, or a collective such as "Các phòng, ban, đơn vị" that a directive addresses as one."""

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str
    folded: str = Field(index=True)
    kind: str = "agency"
    parent_id: int | None = Field(default=None, foreign_key="agency.id", index=True)
    mailbox: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class AgencyAlias(SQLModel, table=True):
    """Another way an agency is written, with where it was met."""

    __tablename__ = "agency_alias"

    id: int | None = Field(default=None, primary_key=True)
    folded: str = Field(unique=True)
    words: str
    agency_id: int = Field(foreign_key="agency.id", index=True)
    source: str


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
    session: Session, name: str, *, kind: str = "agency", mailbox: str | None = None, code: str | None = None
) -> Agency:
    """Enter an agency into the register; the code defaults to the initials of its name."""
    name = printable(name)
    if not name:
        raise BadInput("An agency needs a name.")
    folded = fold(name)
    if session.exec(select(Agency).where(Agency.folded == folded)).first():
        raise Refused("{name} is already in the register.", name=name)
    if code and not re.fullmatch(r"[A-Za-z0-9Đđ._-]{1,30}", code):
        raise BadInput("“{code}” is not a code: letters, digits, dots and dashes only.", code=printable(code))
    if code and session.exec(select(Agency).where(func.upper(Agency.code) == code.upper())).first():
        raise Refused("{name} is already in the register.", name=code)
    agency = Agency(
        code=code or _free_code(session, name),
        name=name,
        folded=folded,
        kind=kind,
        mailbox=checked_address(mailbox) if mailbox else None,
    )
    session.add(agency)
    session.flush()
    return agency


def find_agency(session: Session, words: str) -> Agency | None:
    """The agency of this code, name or recorded alias; None if there is none. Never a near match."""
    folded = fold(words)
    found = session.exec(
        select(Agency).where(or_(func.upper(Agency.code) == words.strip().upper(), col(Agency.folded) == folded))
    ).first()
    if found:
        return found
    alias = session.exec(select(AgencyAlias).where(AgencyAlias.folded == folded)).first()
    return session.get(Agency, alias.agency_id) if alias else None


def known_agency(session: Session, words: str) -> Agency:
    """The agency meant by `words`; raises BadInput with the nearest names."""
    found = find_agency(session, words)
    if found:
        return found
    near = _alike(session, words, fold, 55)
    raise BadInput(
        "No agency is known as “{words}”. Near: {near}.",
        words=words,
        near="; ".join(f"{a.name} ({a.code})" for a in near) or "–",
    )


def near_agencies(session: Session, words: str) -> list[Agency]:
    """Up to three agencies that an unknown name may mean, the likest first; only ever for a person to choose from."""
    return _alike(session, words, distinctive, 80)


def _alike(session: Session, words: str, form: Callable[[str], str], score: int) -> list[Agency]:
    from rapidfuzz import fuzz, process

    agencies = list(session.exec(select(Agency)))
    names = [form(a.name) for a in agencies]
    near = process.extract(form(words), names, scorer=fuzz.token_sort_ratio, limit=3, score_cutoff=score)
    return [agencies[index] for _name, _score, index in near]


def add_alias(session: Session, agency: Agency, words: str, source: str) -> AgencyAlias:
    """Remember another way an agency is written, and where it was met; raises Refused if the words mean an agency already."""
    known = find_agency(session, words)
    if known:
        raise Refused("“{words}” already means {name}.", words=words, name=known.name)
    alias = AgencyAlias(folded=fold(words), words=printable(words), agency_id=agency.id or 0, source=source)
    session.add(alias)
    session.flush()
    return alias


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


def checked_address(text: str) -> str:
    """Return one plain e-mail address; refuse line breaks, lists and anything a mail server could misread."""
    _name, address = parseaddr(text)
    whole = text.strip() == address or re.fullmatch(r"[^<>,;]*<[^<>\s]+>", text.strip())
    atom, label = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+", r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
    if not whole or not text.isprintable() or not re.fullmatch(rf"{atom}(?:\.{atom})*@{label}(?:\.{label})*", address):
        raise BadInput("“{text}” is not an e-mail address.", text=printable(text))
    return address


def _free_code(session: Session, name: str) -> str:
    """Make a short code of the words' first letters, unique in the register."""
    words = [word for word in fold(name).split() if word not in ("va", "cac", "cua")]
    stem = "".join(word if word.isdigit() else word[0] for word in words).upper()[:12] or "CQ"
    taken = set(session.exec(select(Agency.code).where(col(Agency.code).startswith(stem))))
    numbers = (f"{stem}{n}" for n in range(2, 10_000))
    return stem if stem not in taken else next(code for code in numbers if code not in taken)
