"""Directives: one issued document each, with the documents it is based on."""

import re
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, Relationship, Session, SQLModel, col, func, or_, select

from workflow.database import Instant
from workflow.errors import NotFound


class Directive(SQLModel, table=True):
    """One issued document, as it was first recorded; what changed it later stands in Revision."""

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    number: str
    issued_on: date
    issuer: str
    issuer_id: int | None = Field(default=None, foreign_key="agency.id", index=True)
    kind: str = ""
    subject: str = ""
    digest: str = Field(unique=True)
    file_name: str
    plan_year: int
    monitor_id: int | None = Field(default=None, foreign_key="agency.id")
    confirmation: str = "required"  # required | on_overdue_only | none
    deliverable: str = "mark"  # mark | refuse: a report without what the task asks for
    confidential: bool = False
    reporting: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSON)
    )  # its own reporting clause, as a timing
    recorded_at: datetime = Field(sa_type=Instant)

    bases: list["LegalBasis"] = Relationship()


class DirectiveReader(SQLModel, table=True):
    """An agency that may see a confidential directive, beside those that have a part in it."""

    __tablename__ = "directive_reader"
    __table_args__ = (UniqueConstraint("directive_id", "agency_id"),)

    id: int | None = Field(default=None, primary_key=True)
    directive_id: int = Field(foreign_key="directive.id", index=True)
    agency_id: int = Field(foreign_key="agency.id", index=True)


class LegalBasis(SQLModel, table=True):
    """A document that a directive cites as its ground."""

    __tablename__ = "legal_basis"

    id: int | None = Field(default=None, primary_key=True)
    directive_id: int = Field(foreign_key="directive.id", index=True)
    number: str
    issued_on: date | None = None
    words: str = ""


class Revision(SQLModel, table=True):
    """A later document that changed what a directive asks: a corrected copy of it, or another one that amends it."""

    id: int | None = Field(default=None, primary_key=True)
    directive_id: int = Field(foreign_key="directive.id", index=True)
    number: str
    issued_on: date
    amending: bool
    subject: str = ""
    digest: str = Field(index=True)
    file_name: str
    recorded_at: datetime = Field(sa_type=Instant)


def find_directive(session: Session, words: str, hidden: Collection[int] = ()) -> Directive:
    """The directive of this code or number; raises BadInput with those there are. Those that are `hidden` are not there."""
    wanted = words.strip()
    shown = col(Directive.id).not_in(hidden)
    same = or_(func.upper(Directive.code) == wanted.upper(), col(Directive.number) == wanted)
    found = session.exec(select(Directive).where(same, shown).order_by(col(Directive.id).desc())).first()
    if not found:
        known = list(session.exec(select(Directive.code).where(shown).order_by(col(Directive.id).desc()).limit(5)))
        raise NotFound("There is no directive {code}. There are: {known}.", code=wanted, known=", ".join(known) or "–")
    return found


def directive_code(session: Session, number: str, issued_on: date) -> str:
    """Make the short code of a number: 153/KH-UBND → KH153; a second one of the same code gets its year."""
    found = re.match(r"\s*([\d.]+)\s*[/-]\s*(?:\d{4}/)?([A-Za-zĐđ]*)", number)
    digits, kind = (found[1].replace(".", ""), found[2]) if found else (re.sub(r"\W+", "", number), "")
    kind = kind.upper().replace("Đ", "D")
    stem = f"{'CV' if not kind or kind in ('UBND', 'HĐND') else kind}{digits.lstrip('0') or digits}"
    taken = set(session.exec(select(Directive.code).where(col(Directive.code).startswith(stem))))
    for code in (stem, f"{stem}.{issued_on.year}", *(f"{stem}.{issued_on.year}.{n}" for n in range(2, 1000))):
        if code not in taken:
            return code
    raise AssertionError("a thousand directives of one number in one year")
