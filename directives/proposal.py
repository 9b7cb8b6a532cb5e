"""The proposal: what was understood of one document, with everything that a person should look at."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from directives.document import Place
from directives.phrases import OPEN_TIMES
from workflow.i18n import N_
from workflow.names import is_collective
from workflow.periods import say


@dataclass(frozen=True)
class Issue:
    """Something uncertain or lacking: a message key with arguments, and where."""

    message: str
    args: tuple[tuple[str, str], ...] = ()
    place: Place = field(default_factory=Place)

    def __str__(self) -> str:
        return say(self.message, dict(self.args))

    def to_json(self) -> dict[str, Any]:
        return {"message": str(self), "where": self.place.to_json()}


def issue(message: str, /, place: Place | None = None, **args: object) -> Issue:
    """Make an issue; `message` is an English catalogue key."""
    return Issue(message, tuple((k, str(v)) for k, v in args.items()), place or Place())


CLEAR = {
    "person": N_("who does it"),
    "work": N_("what is to be done"),
    "time": N_("by when"),
    "product": N_("what product"),
    "responsibility": N_("who answers for it"),
    "authority": N_("who decides on it"),
}
_AUTHORITY = re.compile(
    r"\b(?:UBND|HĐND|[ỦU][ỷy] ban|Hội đồng|Chủ tịch|Giám đốc|Bộ trưởng|Thủ tướng|Ban Thường vụ|cấp có thẩm quyền|trình|phê duyệt)\b"
)


@dataclass(frozen=True)
class Decision:
    """When a task is due as the person who imports it decides: a phrase, and the reason or document behind it.

    `as_read` says that the document's own phrase is read rightly, doubtful as it is.
    """

    words: str
    reason: str
    as_read: bool = False


@dataclass
class TaskProposal:
    """One task as read: texts are the document's own words, lists have one agency an item.

    `settled` are issues that a person has answered, `decision` the deadline that one decided; both only while it is imported.
    """

    no: str
    text: str
    section: str = ""
    lead: list[str] = field(default_factory=list)
    coordinating: list[str] = field(default_factory=list)
    deliverable: str | None = None
    timing: str | None = None
    place: Place = field(default_factory=Place)
    issues: list[Issue] = field(default_factory=list)
    settled: list[tuple[Issue, str]] = field(default_factory=list)
    decision: Decision | None = None

    def unclear(self) -> list[str]:
        """Which of the "6 rõ" (person, work, time, product, responsibility, authority) the document leaves open."""
        named = [name for name in self.lead if not is_collective(name)]
        clear = {
            "person": bool(self.lead),
            "work": len(self.text) >= 15,
            "time": bool(self.timing) and not any(i.message in OPEN_TIMES for i in self.issues),
            "product": bool(self.deliverable),
            "responsibility": len(named) == 1 or (bool(named) and len(named) == len(self.lead)),
            "authority": bool(_AUTHORITY.search(f"{self.text} {self.deliverable or ''}")),
        }
        return [key for key, told in clear.items() if not told]

    def to_json(self) -> dict[str, Any]:
        return {
            "no": self.no,
            "section": self.section or None,
            "text": self.text,
            "lead": self.lead,
            "coordinating": self.coordinating,
            "deliverable": self.deliverable,
            "timing": self.timing,
            "where": self.place.to_json(),
            "unclear": self.unclear(),
            "issues": [i.to_json() for i in self.issues],
        }


@dataclass(frozen=True)
class Basis:
    """A document that the directive cites."""

    number: str
    issued: date | None
    words: str


@dataclass
class Letterhead:
    """What the head of a document says of it; None and empty where it is left blank.

    `amends` is the earlier document that this one changes; `replaces` says that it stands in that one's place as a whole.
    """

    number: str | None = None
    issued: date | None = None
    issuer: str = ""
    parent: str = ""
    kind: str = ""
    subject: str = ""
    addressees: list[str] = field(default_factory=list)
    signer: str = ""
    position: str = ""
    marking: str = ""
    basis: list[Basis] = field(default_factory=list)
    amends: Basis | None = None
    replaces: bool = False


@dataclass
class Proposal:
    """One document, understood.

    `left_out` are rows that a person said are no tasks; `reporting` are the words that say how often one reports on it.
    """

    file_name: str
    digest: str
    head: Letterhead
    tasks: list[TaskProposal]
    issues: list[Issue]
    left_out: list[TaskProposal] = field(default_factory=list)
    reporting: str | None = None

    @property
    def year(self) -> int | None:
        """The year the plan is for: stated in its subject, else the year of issue."""
        stated = re.findall(r"năm\s+(20\d\d)(?!\s*[-–]\s*20)", self.head.subject, re.IGNORECASE)
        return int(stated[-1]) if stated else self.head.issued.year if self.head.issued else None

    def to_json(self) -> dict[str, Any]:
        head = self.head
        return {
            "number": head.number,
            "issued": head.issued and head.issued.isoformat(),
            "issuer": head.issuer or None,
            "parent": head.parent or None,
            "subject": head.subject or None,
            "addressees": head.addressees,
            "signer": head.signer or None,
            "position": head.position or None,
            "marking": head.marking or None,
            "basis": [_cited(basis) for basis in head.basis],
            "amends": head.amends and _cited(head.amends),
            "reporting": self.reporting,
            "tasks": [task.to_json() for task in self.tasks],
            "issues": [i.to_json() for i in self.issues],
        }


def _cited(basis: Basis) -> dict[str, Any]:
    return {"number": basis.number, "issued": basis.issued and basis.issued.isoformat(), "words": basis.words}
