"""The money of a directive as it is stated: for what, for whom, from which source, how far it has come, and where that stands."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, Relationship, Session, SQLModel, col, select

from workflow.audit import By
from workflow.database import Instant, enum_column
from workflow.directive import Directive
from workflow.errors import BadInput, NotFound
from workflow.names import bounded
from workflow.targets.money import Amount, Key, Source, Stage, stated_where
from workflow.targets.stating import Change, begin, keep, remove, told
from workflow.targets.term import term_key


class FundingLine(SQLModel, table=True):
    """One amount in đồng as one place states it; another place may state another for the very same, and both are kept.

    `beneficiary` "" is all of them together, `period` "" a time that is not said; `place` is the part of the document.
    """

    __tablename__ = "funding_line"
    __table_args__ = (
        UniqueConstraint(
            "directive_id", "purpose", "stage", "period", "beneficiary", "source", "document_number", "place",
            name="uq_funding_line_stated",
        ),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    directive_id: int = Field(foreign_key="directive.id")
    purpose: str
    stage: Stage = Field(sa_type=enum_column(Stage, "stage"))
    period: str = ""
    beneficiary: str = ""
    source: Source = Field(sa_type=enum_column(Source, "source"))
    amount: int = Field(sa_type=BigInteger)
    document_number: str = ""
    place: str = ""
    at: datetime = Field(sa_type=Instant)
    by: str
    channel: str

    directive: Directive = Relationship()

    @property
    def key(self) -> Key:
        """What the amount is of."""
        return Key(self.purpose, self.stage, self.period, self.beneficiary, self.source)

    def stated(self) -> Amount:
        """The amount with where it is stated, as sums are checked."""
        return Amount(self.key, self.amount, stated_where(self.document_number, self.place))


def state_money(
    session: Session,
    directive: Directive,
    key: Key,
    amount: int,
    *,
    by: By,
    at: datetime,
    document_number: str = "",
    place: str = "",
) -> tuple[FundingLine, Change]:
    """State an amount of so many đồng, or correct what the same place states; `key.period` is as people type it.

    Purposes and beneficiaries that are known already keep their spelling. Raises BadInput, Refused in a closed period, NotPermitted.
    """
    begin(session, directive, by=by)
    if amount < 0:
        raise BadInput("An amount of money is not below nought.")
    known = money_lines(session, directive)
    purpose = _spelt(bounded(key.purpose, 300), (line.purpose for line in known))
    if not purpose:
        raise BadInput("Say what the money is for.")
    beneficiary = _spelt(bounded(key.beneficiary, 300), (line.beneficiary for line in known))
    key = Key(purpose, Stage(key.stage), term_key(key.period), beneficiary, Source(key.source))
    document_number, place = bounded(document_number, 200), bounded(place, 200)
    same = (line for line in known if (line.key, line.document_number, line.place) == (key, document_number, place))
    row = next(same, None) or FundingLine(
        directive_id=directive.id or 0, **key._asdict(), amount=amount, document_number=document_number, place=place,
        at=at, by=by.name, channel=by.channel,
    )  # fmt: skip
    periods = (key.period,) if key.period else ()
    change = keep(session, "state money", directive, row, {"amount": amount}, about=_about(row), periods=periods, by=by, at=at)  # fmt: skip
    return row, change


def drop_money(session: Session, line: FundingLine, *, by: By, at: datetime, reason: str) -> None:
    """Take a stated amount out; the history keeps what it said."""
    begin(session, line.directive, by=by)
    content = {"amount": line.amount}
    remove(
        session,
        "drop money",
        line.directive,
        [(line, line.period)],
        about=_about(line),
        content=content,
        by=by,
        at=at,
        reason=reason,
    )


def money_lines(session: Session, directive: Directive) -> list[FundingLine]:
    """What is stated of the money of a directive, in the order in which it was entered."""
    own = select(FundingLine).where(FundingLine.directive_id == directive.id).order_by(col(FundingLine.id))
    return list(session.exec(own))


def find_money(session: Session, directive: Directive, number: int) -> FundingLine:
    """The stated amount of this number; raises NotFound."""
    found = session.get(FundingLine, number)
    if not found or found.directive_id != directive.id:
        raise NotFound("{directive} has no amount number {n}; see `dondoc targets list`.", directive=directive.code, n=number)  # fmt: skip
    return found


def _spelt(words: str, known: Iterable[str]) -> str:
    """Words as they were spelt before, where they were: “đề án HTX” is “Đề án HTX”."""
    return next((one for one in known if one.casefold() == words.casefold() or one == words), words)


def _about(line: FundingLine) -> dict[str, Any]:
    """Which amount it is, as the history says."""
    return told({**line.key._asdict(), "document_number": line.document_number, "place": line.place})
