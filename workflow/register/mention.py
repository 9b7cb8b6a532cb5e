"""Which agency the words of a document mean, on its day and in its issuer's jurisdiction, with the reasons.

A match scores 1 for the official name and less for every doubt: marks that differ, a place left out, another jurisdiction, a day
on which the agency did not exist. Only a score of at least `SURE` that is `MARGIN` above every other agency is taken; anything
else is for a person, whose answer is remembered as an alias. Resolution 190/2025/QH15 reads an older name as its heir's; that is
a matter of succession, not of the name.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sqlmodel import Session, select

from workflow.agency import Agency, AgencyAlias
from workflow.i18n import _
from workflow.periods import show_day
from workflow.register.kinds import Kind, Level
from workflow.register.wording import bare, words_of

SURE = 0.9
MARGIN = 0.03

_BULLET = re.compile(
    r"^(?:(?:[-–+•*]|(?:\d{1,2}\.)+(?:\d{1,2})?|\d{1,2}\)|[a-zđ]\)|điều \d+\.|\[[^\]]*\]|đ/c)\s+)+|^và\s+", re.I
)
# What is said of the agency after its name: "(để thực hiện)", "chủ trì, phối hợp", a footnote mark.
_AFTER = re.compile(
    r"\s*\((?![^()]*\b(?:xã|phường|thị|huyện|thành phố|tp|tỉnh|quận|đặc khu)\b)[^()]*\)\s*$"  # a place in brackets is meant
    r"|[\s,–-]+(?:cơ quan |đơn vị )?chủ trì(?:, phối hợp)?\s*$|[¹²³⁴-⁹]+$",
    re.I,
)
_TITLES = re.compile(
    r"^(?:đồng chí\s+)?(?:chủ tịch|giám đốc|thủ trưởng|lãnh đạo|chỉ huy trưởng|trưởng|chánh|người đứng đầu)\s+(?=ubnd|[uủ][yỷ] ban|sở|phòng|ban|bộ|công an|văn phòng|thanh tra|trung tâm)",
    re.I,
)


@dataclass(frozen=True)
class Candidate:
    """An agency that the words may mean: how sure that is (0 to 1), and what speaks for and against it."""

    agency: Agency
    score: float
    told: tuple[str, ...]
    named: bool = True  # False: only alike
    lasting: float = 0.0  # the score without regard to the day


@dataclass(frozen=True)
class Resolution:
    """What became of one name: the agency if it is sure, and the candidates, likest first."""

    words: str
    agency: Agency | None
    candidates: tuple[Candidate, ...] = ()

    def explain(self) -> Iterator[str]:
        """Sentences that say what was decided and why."""
        if self.agency:
            yield _("“{words}” is {name} ({code}).", words=self.words, name=self.agency.name, code=self.agency.code)
        elif self.candidates:
            yield _("“{words}” is not certain; a person must say which agency it is.", words=self.words)
        else:
            yield _("No agency of the register is like “{words}”.", words=self.words)
        for one in self.candidates[:5]:
            score = f"{min(one.score, 1):.2f}".replace(".", ",")
            yield f"  {score}  {one.agency.name} ({one.agency.code}): " + "; ".join(one.told)


class _Form(NamedTuple):
    """One way an agency may be written: its words with marks, what it costs, whether it names the place, and the reason."""

    agency_id: int
    words: tuple[str, ...]
    cost: float
    placed: bool
    told: str
    scope_id: int | None = None
    said: bool = False  # a person said so
    levelled: bool = False  # names the level it belongs to: "Phòng Nội vụ thành phố"


@dataclass
class Register:
    """The register in memory, looked up by names; made once for a document."""

    agencies: dict[int, Agency]
    aliases: list[AgencyAlias] = field(default_factory=list)

    @classmethod
    def load(cls, session: Session) -> Register:
        """Read every agency and alias."""
        found = {a.id or 0: a for a in session.exec(select(Agency))}
        return cls(found, list(session.exec(select(AgencyAlias))))

    def __post_init__(self) -> None:
        self._forms: dict[str, list[_Form]] = defaultdict(list)
        for agency in self.agencies.values():
            for form in self._written(agency):
                self._forms[bare(form.words)].append(form)
        for alias in self.aliases:
            words = words_of(alias.words)
            told = _("a person said so: {source}", source=alias.source)
            # In the documents it was said for, a little more than any name by itself: the person chose between agencies.
            scoped = alias.scope_id is not None
            form = _Form(alias.agency_id, words, -0.05 if scoped else 0, scoped, told, alias.scope_id, True)
            self._forms[bare(words)].append(form)

    def _written(self, agency: Agency) -> Iterator[_Form]:
        """The ways its name is written: as it stands, short, with the place it belongs to, a committee by its place alone."""
        own = agency.id or 0
        name = words_of(agency.name)
        yield _Form(
            own, name, 0, agency.level == Level.PROVINCE and agency.kind == Kind.COMMITTEE, _("its official name")
        )
        yield _Form(own, words_of(agency.code), 0.03, False, _("its code"))
        if agency.short_name:
            yield _Form(own, words_of(agency.short_name), 0.01, False, _("its short name"))
        if agency.kind == Kind.COLLECTIVE:
            return
        place = self._place(agency)
        if place:
            level = place[:2] if place[:2] in _TWO_WORD_LEVELS else place[:1]
            yield _Form(own, _BODY + place[len(level) :], 0.08, False, _("its name without the level"))
            yield _Form(own, place, 0.04, agency.level == Level.PROVINCE, _("the place that its committee governs"))
        above, full = self.parent(agency), ()  # type: Agency | None, tuple[str, ...]
        while above:
            where = self._place(above)
            if where:
                yield from self._with_place(agency, name, where)
                if full:
                    yield _Form(own, name + full + where, 0.01, True, _("its name with the place it belongs to"))
                full += where
            above = self.parent(above)

    def _with_place(self, agency: Agency, name: tuple[str, ...], where: tuple[str, ...]) -> Iterator[_Form]:
        own, told = agency.id or 0, _("its name with the place it belongs to")
        level = where[:2] if where[:2] in _TWO_WORD_LEVELS else where[:1]
        rest = where[len(level) :]
        ends = name[-len(level) :] == level
        yield _Form(own, name + (rest if ends else where), 0.01, True, told)
        if agency.kind != Kind.COMMITTEE:
            if not ends:
                yield _Form(own, name + level, 0.01, False, _("its name with the level it belongs to"), levelled=True)
                yield _Form(own, name + rest, 0.02, True, told)
            yield _Form(own, name + _BODY + where, 0.01, True, told)
        else:
            yield _Form(own, name + rest, 0.02, True, told)
            yield _Form(own, self._place(agency) + where, 0.04, True, told)

    def _place(self, agency: Agency) -> tuple[str, ...]:
        """The words after "Ủy ban nhân dân": "xã Bắc Sơn", "thành phố Lạng Sơn"; nothing for other agencies."""
        if agency.kind != Kind.COMMITTEE:
            return ()
        return words_of(agency.name)[4:]

    def parent(self, agency: Agency) -> Agency | None:
        """The agency it belongs to."""
        return self.agencies.get(agency.parent_id) if agency.parent_id else None

    def line(self, agency: Agency | None) -> list[int]:
        """An agency and those it belongs to, upwards."""
        ids: list[int] = []
        while agency and agency.id not in ids:
            ids.append(agency.id or 0)
            agency = self.parent(agency)
        return ids

    def issuer(self, words: str, day: date | None) -> Agency | None:
        """The agency that issued a document, by its letterhead; None if the register does not know it for certain.

        Where the letterhead has two lines, the first is the body that the issuer belongs to.
        """
        found: Agency | None = None
        for line in filter(str.strip, words.split("\n")):
            whole = None if found is None else self.resolve(f"{found.name} {line}", day, None, anywhere=True).agency
            found = whole or self.resolve(line, day, found, anywhere=found is None).agency
        return found

    def resolve(self, words: str, day: date | None, issuer: Agency | None, *, anywhere: bool = False) -> Resolution:
        """What `words` mean in a document of `issuer` on a day (None: not known); `anywhere` asks for no jurisdiction."""
        plain = unicodedata.normalize("NFC", words).strip()
        said = words_of(_TITLES.sub("", _BULLET.sub("", _AFTER.sub("", plain))))
        line = self.line(issuer)
        own = self._of_level(said, line)
        if own:
            told = (_("the committee of this level that the issuer belongs to"),)
            return Resolution(words, own, (Candidate(own, 0.97, told),))
        best: dict[int, Candidate] = {}
        marked: dict[int, tuple[str, ...]] = {}
        for form in self._forms.get(bare(said), ()):
            if form.scope_id is not None and form.scope_id not in line:
                continue
            one = self._weigh(said, form, day, line, anywhere, words.isascii())
            if form.agency_id not in best or best[form.agency_id].score < one.score:
                best[form.agency_id], marked[form.agency_id] = one, form.words
        ranked = sorted(best.values(), key=lambda c: (-c.score, c.agency.code))
        if not ranked:
            return Resolution(words, None, self._alike(said, day))
        clear = len(ranked) == 1 or ranked[0].score - ranked[1].score >= MARGIN - 1e-9
        sure = ranked[0].score >= SURE - 1e-9 and clear
        own_words = marked[ranked[0].agency.id or 0]
        if sure and said != own_words:  # without marks it may be a name that is written otherwise
            sure = not any(
                marked[c.agency.id or 0] != own_words and c.lasting >= ranked[0].lasting - MARGIN for c in ranked[1:]
            )
        return Resolution(words, ranked[0].agency if sure else None, tuple(ranked))

    def _weigh(
        self, said: tuple[str, ...], form: _Form, day: date | None, line: list[int], anywhere: bool, plain: bool
    ) -> Candidate:
        agency = self.agencies[form.agency_id]
        score, told = 1 - form.cost, [form.told]
        differs = said != form.words and not plain
        if differs:  # no two functions differ in marks alone; places do
            score -= 0.05 if _is_function(agency, form) else 0.2
            told.append(_("but the diacritics differ"))
        elif said != form.words:
            score -= 0.05
            told.append(_("written without diacritics"))
        late = 0.0
        if day and not agency.valid_on(day):
            # Whom a person named stands, unless another of this name existed on the day.
            late = 0.08 if form.said else 0.2
            told.append(_validity(agency))
        if not (anywhere or form.placed):
            far, why = self._distance(agency, line, form.levelled)
            score -= far
            told.append(why)
        return Candidate(agency, score - late, tuple(told), lasting=score)

    def _of_level(self, said: tuple[str, ...], line: list[int]) -> Agency | None:
        """The committee that "UBND tỉnh", "UBND huyện" means in a document of its line; None for any other name."""
        if said[:4] != _BODY or said[4:] not in _LEVELS:
            return None
        for agency_id in line:
            agency = self.agencies[agency_id]
            if self._place(agency)[: len(said) - 4] == said[4:]:
                return agency
        return None

    def _distance(self, agency: Agency, line: list[int], levelled: bool) -> tuple[float, str]:
        """How far an agency lies from the issuer: what that costs, and the reason."""
        own = self.line(agency)
        if agency.parent_id is None and own[0] not in line:
            return 0.03, _("the register says nothing of where it belongs")
        if not line:
            return 0.3, _("the issuer is not in the register")
        if own[0] in line:
            return 0.0, _("in the issuer's own line")
        if agency.parent_id in line:
            step = 0 if agency.parent_id == line[0] else 1
            return 0.03 * step, _("it belongs to {name}", name=self.agencies[agency.parent_id].name)
        inside = line[0] in own
        if agency.kind == Kind.COMMITTEE and inside:
            return 0.0, _("a committee in the issuer's territory")
        if levelled and inside:
            return 0.06, _("the only one of this level in the issuer's territory")
        if own[-1] == line[-1]:
            where = self.parent(agency)
            return 0.15 if agency.kind == Kind.COMMITTEE else 0.3, _(
                "it belongs to {name}, beside the issuer", name=where.name if where else "–"
            )
        return 0.3, _("it lies outside the issuer's jurisdiction")

    def _alike(self, said: tuple[str, ...], day: date | None) -> tuple[Candidate, ...]:
        """Names that are only alike: for a person to choose from, never taken."""
        from rapidfuzz import fuzz, process

        keys = list(self._forms)
        found: dict[int, Candidate] = {}
        for key, score, _index in process.extract(
            bare(said), keys, scorer=fuzz.token_sort_ratio, limit=12, score_cutoff=80
        ):
            for form in self._forms[key]:
                agency = self.agencies[form.agency_id]
                if day and not agency.valid_on(day):
                    continue
                found.setdefault(
                    form.agency_id, Candidate(agency, score / 100 * 0.85, (_("a name that is alike"),), False)
                )
        return tuple(list(found.values())[:5])


_BODY = words_of("ủy ban nhân dân")
_LEVELS = {
    words_of(level) for level in ("tỉnh", "huyện", "thành phố", "thị xã", "quận", "xã", "phường", "thị trấn", "đặc khu")
}
_PLACES = {"xa", "phuong", "tran", "huyen", "pho", "quan", "khu", "tinh"}
_FUNCTIONS = (Kind.DEPARTMENT, Kind.OFFICE, Kind.UNIT, Kind.SECTOR, Kind.ASSOCIATION)
_TWO_WORD_LEVELS = {words_of("thành phố"), words_of("thị xã"), words_of("thị trấn"), words_of("đặc khu")}


def _is_function(agency: Agency, form: _Form) -> bool:
    """Whether the words say what an agency does and no place: "Sở Công Thương", but not "Phòng Kinh tế xã Tân Thanh"."""
    plain = bare(form.words).split()
    return agency.kind in _FUNCTIONS and form.words == words_of(agency.name) and not _PLACES & set(plain)


def _validity(agency: Agency) -> str:
    if agency.valid_to:
        return _("it existed until {day} only", day=show_day(agency.valid_to))
    return _("it exists from {day} on", day=show_day(agency.valid_from)) if agency.valid_from else ""
