"""Groups: names such as "Các phòng, ban, đơn vị" that stand for many agencies on a given day.

A group belongs to the agency whose documents use the name. Who belongs to it follows from a rule (the kinds and the level of
agencies under that agency) or from a list that a person made. "Các đơn vị liên quan" is no group: it names nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlmodel import Session, select

from workflow.agency import Agency, GroupMember, add_agency, known_agency
from workflow.errors import BadInput
from workflow.names import printable, strip_marks
from workflow.register.kinds import Kind, Level
from workflow.register.mention import Register
from workflow.register.succession import Lineage, in_force
from workflow.register.wording import bare, words_of

_TITLE = re.compile(r"^(?:va )?(?:thu truong|lanh dao|nguoi dung dau|chu tich|giam doc|truong) ")
_COUNT = r"(?:cac |cap |\d+ )"
_BODY = re.compile(rf"(?:cac )?uy ban nhan dan {_COUNT}?(?=xa|phuong|huyen|thanh pho|thi|dac khu|quan|tinh)")
# "… thuộc UBND thành phố", "… tỉnh": whose they are, said once more.
_TAIL = re.compile(r" (?:(?:truc )?thuoc )?(?:uy ban nhan dan )?(?P<level>tinh|huyen|thanh pho|thi xa)$")
_COMMUNE = frozenset(["xa", "phuong", "thi tran", "dac khu"])
_DISTRICT = frozenset(["huyen", "thi xa", "thanh pho", "quan"])
# What each noun of a collective stands for; "đơn vị" and "ban" take their meaning from what they stand beside.
_OFFICES = {
    "phong": (Kind.OFFICE,),
    "phong chuyen mon": (Kind.OFFICE,),
    "don vi": (Kind.UNIT,),
    "don vi su nghiep": (Kind.UNIT,),
    "ban": (),
}
_DEPARTMENTS = {
    "so": (Kind.DEPARTMENT,),
    "ban": (),
    "nganh": (Kind.SECTOR,),
    "doan the": (Kind.ASSOCIATION,),
    "hoi": (Kind.ASSOCIATION,),
    "don vi": (Kind.UNIT,),
    "co quan": (),
}


@dataclass(frozen=True)
class Rule:
    """Who belongs to a group: agencies of these kinds directly under its agency, or committees anywhere below it.

    Committees are those of a level, or only those whose place begins with one of the nouns ("xã", "phường", without marks).
    """

    kinds: tuple[str, ...]
    level: str | None = None
    nouns: tuple[str, ...] = ()
    count: int | None = None  # "UBND 65 xã, phường" names nobody where there are not so many

    def to_json(self) -> dict[str, Any]:
        return {"kinds": list(self.kinds), "level": self.level, "nouns": list(self.nouns), "count": self.count}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Rule:
        return cls(tuple(stored["kinds"]), stored.get("level"), tuple(stored.get("nouns", ())), stored.get("count"))


def rule_of(words: str) -> Rule | None:
    """Whom the words of a collective stand for; None where they name nobody in particular ("các đơn vị liên quan")."""
    said = _TITLE.sub("", _plain(words))
    body = _BODY.match(said)
    if body:
        rule = _of_level(said[body.end() :].split(", "), at_level=bool(re.search(r"\bcap ", body[0])))
        number = re.search(r"\d+", body[0])
        return replace(rule, count=int(number[0])) if rule and number else rule
    found = re.fullmatch(r"(?:va )?(?:tat ca )?(?:cac|nhung) (.+)", said)
    if not found:
        return None
    nouns = [re.sub(r"^cac ", "", noun) for noun in found[1].split(", ")]
    if set(nouns) <= _COMMUNE or set(nouns) <= _DISTRICT:
        return _of_level(nouns)
    nouns[-1] = _TAIL.sub("", nouns[-1])
    for known, needed in ((_OFFICES, "phong"), (_DEPARTMENTS, "so")):
        if all(noun in known for noun in nouns) and any(noun.startswith(needed) for noun in nouns):
            kinds = [kind for noun in nouns for kind in known[noun]]
            return Rule(tuple(dict.fromkeys(str(kind) for kind in kinds)))
    return None


def _plain(words: str) -> str:
    """The words without marks, their nouns divided by commas however they were joined."""
    said = strip_marks(" ".join(words.split())).strip(" .;:-–+")
    said = re.sub(r"\bubnd\b", "uy ban nhan dan", re.sub(r"\btp\b\.?", "thanh pho", said))
    said = re.sub(r"\b(so|phong) (?=ban\b)|\b(ban) (?=nganh\b)", lambda found: f"{found[1] or found[2]}, ", said)
    return re.sub(r"\s*[,;/]\s*(?:va )?|\s+va\s+|\s*&\s*|\s+[-–]\s+", ", ", said)


def _of_level(nouns: list[str], *, at_level: bool = False) -> Rule | None:
    """The committees of the places that the words name; None where more is said of them than their nouns."""
    for level, known in ((Level.COMMUNE, _COMMUNE), (Level.DISTRICT, _DISTRICT)):
        if nouns and set(nouns) <= known:
            return Rule((Kind.COMMITTEE.value,), level.value, () if at_level else tuple(sorted(set(nouns))))
    return None


def owner_of(words: str, issuer: Agency | None, register: Register) -> Agency | None:
    """Whose group it is in a document of `issuer`: a department speaks of its province's communes, an office of its city's offices."""
    rule = rule_of(words)
    if issuer is None or rule is None:
        return issuer
    tail = _TAIL.search(_plain(words))
    line = [register.agencies[i] for i in register.line(issuer) if register.agencies[i].kind == Kind.COMMITTEE]
    if tail and rule.level is None:
        return next((a for a in line if _place(a).startswith(tail["level"])), None)
    own_offices = rule.level is None and str(Kind.OFFICE) in rule.kinds and issuer.kind == Kind.DEPARTMENT
    return issuer if own_offices else next(iter(line), issuer)


def _place(committee: Agency) -> str:
    """The place a committee governs, without marks: "xa bac son"."""
    return bare(words_of(committee.name)).removeprefix("uy ban nhan dan ")


def find(session: Session, words: str, owner: Agency | None) -> Agency | None:
    """The group that these words mean in documents of `owner`, if it is in the register."""
    if owner is None:
        return None
    rule, said = rule_of(words), bare(words_of(words))
    for group in session.exec(select(Agency).where(Agency.kind == Kind.COLLECTIVE, Agency.parent_id == owner.id)):
        if bare(words_of(group.name)) == said or (rule and group.rule == rule.to_json()):
            return group
    return None


def enter(session: Session, words: str, owner: Agency | None) -> Agency:
    """Enter a group of `owner` by the rule that its words say, if any; raises Refused if it is there already."""
    rule = rule_of(words)
    group = add_agency(session, printable(words), kind=Kind.COLLECTIVE, parent=owner)
    group.rule = rule.to_json() if rule else None
    session.flush()
    return group


def known(session: Session, words: str) -> Agency:
    """The group of this code or name; raises BadInput if it is none or several are called so."""
    group = known_agency(session, words)
    if group.kind != Kind.COLLECTIVE:
        raise BadInput("{name} is an agency, not a group.", name=group.name)
    return group


def members(session: Session, group: Agency, day: date, register: Register | None = None) -> list[Agency]:
    """Who belongs to a group on a day: those a person listed, else those its rule names; by name."""
    register = register or Register.load(session)
    rule = None
    listed = session.exec(select(GroupMember.agency_id).where(GroupMember.group_id == group.id)).all()
    if listed:  # who ended since has the one heir that stands in its place
        lineage = Lineage(in_force(session))
        found = [register.agencies[i] for i in dict.fromkeys(lineage.sole_heir(member, day) for member in listed)]
    elif group.rule and group.parent_id:
        rule = Rule.from_json(group.rule)
        found = by_rule(register, rule, group.parent_id)
    else:
        return []
    living = sorted((a for a in found if a.valid_on(day)), key=lambda a: (a.name, a.code))
    return living if rule is None or rule.count in (None, len(living)) else []


def by_rule(register: Register, rule: Rule, owner_id: int) -> list[Agency]:
    return [
        agency
        for agency in register.agencies.values()
        if agency.kind in rule.kinds
        and (rule.level is None or agency.level == rule.level)
        and agency.id != owner_id
        and (owner_id in register.line(agency) if rule.level else agency.parent_id == owner_id)
        and (not rule.nouns or _place(agency).startswith(rule.nouns))
    ]


def list_members(session: Session, group: Agency, chosen: list[Agency]) -> None:
    """Let a person say who belongs to a group; an empty list leaves it to the rule again."""
    for row in session.exec(select(GroupMember).where(GroupMember.group_id == group.id)):
        session.delete(row)
    session.flush()
    group_among = next((a for a in chosen if a.kind == Kind.COLLECTIVE), None)
    if group_among:
        raise BadInput("{name} is a group itself; list its members.", name=group_among.name)
    for agency in dict.fromkeys(a.id for a in chosen):
        session.add(GroupMember(group_id=group.id or 0, agency_id=agency or 0))
    session.flush()
