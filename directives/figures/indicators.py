"""Indicators in running text: sentences that state an aim with its bound, and those that tell what share of a plan was reached.

A number in passing is none: it needs a section of aims, "phấn đấu" or "mục tiêu" before it, or words that bound it outside of what
tells results.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from directives.figures.bounds import DURATIONS, Bound, bounds
from directives.figures.found import Indicator, distinct
from directives.figures.numbers import NUMBER, scale
from directives.figures.passages import Passage
from directives.figures.times import Time, spoken, times, without
from directives.proposal import issue
from workflow.i18n import N_
from workflow.targets.aim import Relation
from workflow.targets.numbers import number as read_number

NEAR = N_("The figure is given as about so much.")
POINT = N_("“{text}” is written with a point or commas in an unusual manner and was read as {number}.")
NO_UNIT = N_("The unit is not known.")
NO_SECTION = N_("No section of aims states it; it may be a rule.")
BY_OR_TO = N_("It may fall by so much or to so much.")

_AIM = re.compile(
    r"(?<!\w)(?:phấn đấu|(?<!chương trình )(?<!ctr )mục tiêu(?! (?:kế hoạch|quốc gia|đề ra|của|năm|chung))|mục tiêu(?= (?:năm|đến năm) (?:19|20)\d\d\s*[,:])|chỉ tiêu(?! (?:kế hoạch|đề ra|của|này)))(?!\w)",
    re.IGNORECASE,
)
_SHARE = re.compile(
    rf"(?<!\w)(?:chỉ |mới |ước )?(?:đạt|vượt|bằng)\s+(?:khoảng\s+)?({NUMBER})\s?%\s*(?:so với\s+|của\s+)?(?:mục tiêu|chỉ tiêu|kế hoạch|KH\b|dự toán|tổng vốn|tổng kinh phí)",
)
_RULED = re.compile(r"(?<!\w)(?:quy định (?:số|về|vốn|tỷ|mức|tại|thì)|theo quy định (?:tại|của) (?:Luật|Nghị định|Thông tư)|trường hợp|nếu|thời hạn|xử phạt|phạt tiền)", re.IGNORECASE)  # fmt: skip
_STRIPPED = re.compile(
    r"^(?:[\s,;:.)–-]|(?:đến nay|hiện nay|và|cụ thể|trong đó|gồm|như sau|phấn đấu|mục tiêu(?: cụ thể)?|chỉ tiêu|đặt mục tiêu|là|đến|có|đạt|ước|dự kiến|đảm bảo|bảo đảm|tối thiểu|tính|lũy kế|tiếp tục|thì|hằng năm|hàng năm|mỗi năm)(?![\w]))+",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"(?:[\s,;:.(–-]|(?<!\w)(?:đạt|là|có|ước|khoảng|còn|chiếm|với|bằng|để|từ|được|đạt mức|duy trì|ở mức|tăng|xuống|lên|và|vào|trong|đến|trước|phải|đã|so với|cho|trở lên|trở xuống))+$", re.IGNORECASE)  # fmt: skip
_QUANTITY = re.compile(r"(?:tổng |về )?(?:số(?: lượng)?|tỷ lệ|tỉ lệ|tổng số|mức|thu nhập|doanh thu|diện tích|sản lượng|giá trị|tốc độ|lãi|lợi nhuận|năng suất|chỉ số|điểm)(?!\w)", re.IGNORECASE)  # fmt: skip
_GROUND = re.compile(
    r"(?<!\w)theo (?:quy định|đúng|Luật|Nghị|Thông|Quyết|Kế hoạch|Chương trình|Đề án|kế hoạch|tiêu chí|hướng dẫn)"
)
_MEASURE = re.compile(r"(?:ha|hecta|héc ta|k?m[23²³]?|km|mét|tấn|tạ|yến|kg|lít|MW|kWh|điểm|bậc|sao|USD|triệu USD|tỷ USD|ngày|giờ|phút|tuần|tháng|năm)(?!\w)", re.IGNORECASE)  # fmt: skip
_WEALTH = re.compile(
    r"(?<!\w)(?:thu ngân sách|tổng thu|vốn đầu tư (?:toàn )?xã hội|giá trị|kim ngạch|doanh thu|thu nhập|GRDP|GDP|tổng mức bán lẻ|lợi nhuận|lãi bình quân)(?!\w)",
    re.IGNORECASE,
)
_LEADING = re.compile(r"^(?:[\s,;:.)–-]|(?:và|vào|trong|đến|trước)(?!\w))+", re.IGNORECASE)
_OPENING = re.compile(
    r"(?:\s|(?:chủ yếu|cụ thể|chính|cơ bản|đề ra|đặt ra|là|như sau|phấn đấu|đến|của|kế hoạch)(?!\w))*:", re.IGNORECASE
)
_LONGEST = 300  # characters of a name


def indicators(passage: Passage) -> Iterator[Indicator]:
    """The indicators that a paragraph states."""
    for sentence in passage.sentences():
        if not any(c.isdigit() for c in sentence):
            continue
        bare, when = spoken(sentence, passage.year)
        aim = _AIM.search(bare)
        done = [] if aim or passage.kind == "aims" else list(_shares(sentence, bare, when, passage))
        yield from done
        if not done and (aim or passage.kind != "told"):
            yield from _aims(sentence, bare, when, passage, _begin(bare, aim))


def _begin(bare: str, aim: re.Match[str] | None) -> int:
    """Where a sentence says what it aims at: behind "mục tiêu", and behind "các chỉ tiêu chủ yếu đề ra là:"."""
    opened = _OPENING.match(bare, aim.end()) if aim else None
    return opened.end() if opened else aim.end() if aim else 0


def _aims(sentence: str, bare: str, when: list[Time], passage: Passage, begin: int) -> Iterator[Indicator]:
    """What a sentence aims at: each clause has a figure and what it is of."""
    aimed = bool(begin) or passage.kind == "aims"
    plain, aside = _without_asides(bare)
    first: Indicator | None = None
    for start, end in _clauses(plain, begin):
        found = [one for one in bounds(plain[start:end]) if aimed or one.stated or _whole(one)]
        one = next((b for b in found if b.stated), found[0] if found else None)
        if one is None or not (aimed or _is_aim(one, sentence)) or _is_fund(one, plain[start:end]):
            continue
        made = _named(plain[start:end], one, first)
        if not made or (DURATIONS.fullmatch(made.unit.split("/")[0]) and not _QUANTITY.match(made.name)):
            continue
        made.part_of = first.name if first and plain[:start].rstrip().endswith("trong đó") else ""
        first = first or made
        made.period = _period(when, start, end) or _above(passage)
        made.baseline = (
            made.baseline if made.baseline is not None else _baseline(sentence, aside, start, end, made.unit)
        )
        made.words, made.place = sentence[start:end].strip(" ,;"), passage.paragraph.place
        made.issues = [
            replace(doubt, place=made.place) for doubt in made.issues + ([] if aimed else [issue(NO_SECTION)])
        ]
        yield made


def _named(clause: str, one: Bound, before: Indicator | None) -> Indicator | None:
    """An indicator of a clause; one that names nothing is of what the clause before it names."""
    ahead, behind = clause[: one.start], clause[one.end :]
    linked = bool(one.links) or ahead.rstrip().endswith(":")
    head = _TRAILING.sub("", _STRIPPED.sub("", " ".join(ahead.split())))
    if re.match(r"\s*so với", behind) and re.fullmatch(r"\s*(?:tăng|giảm)?\s*", ahead, re.IGNORECASE):
        return None  # how it has grown since
    tail = _TRAILING.sub("", _LEADING.sub("", " ".join(_GROUND.split(behind, maxsplit=1)[0].split())))
    head = (
        re.sub(r"\s+(?:giảm|tăng)$", "", head)
        if re.search("xuống|còn|lên", one.links) or one.baseline is not None
        else head
    )
    counted = one.unit if one.unit and one.unit[0] != "%" and not scale(one.unit.split("/")[0]) else ""
    told = _QUANTITY.match(head) or (
        linked and (not counted or _MEASURE.match(counted) or counted.casefold() in head.casefold())
    )
    if head and told and not re.fullmatch(r"(?:tổng )?số(?: lượng)?", head, re.IGNORECASE):
        name = head
    elif head or tail:
        name = " ".join(filter(None, (head, counted, tail)))
    else:
        name = _carried_on(before, counted)
    name = name[:_LONGEST]
    if len(name) < 2 or not re.search(r"[^\W\d_]{2}", name):
        return None
    made = Indicator(_capital(name), one.unit, one.relation, one.value, one.upper, one.baseline)
    falls = name.endswith(" giảm") and one.relation is Relation.LESS_THAN
    made.issues = distinct(
        [
            *([issue(NEAR)] if one.near else []),
            *([issue(POINT, text=one.doubtful, number=one.value)] if one.doubtful else []),
            *([] if one.unit else [issue(NO_UNIT)]),
            *([issue(BY_OR_TO)] if falls else []),
        ]
    )
    return made


def _carried_on(before: Indicator | None, counted: str) -> str:
    """The name of a figure without one: "thành lập mới 15 tổ, 04 câu lạc bộ", "90% cơ sở được …, đạt từ 70 điểm"."""
    if not counted or _MEASURE.match(counted):
        return before.name if before else ""
    return (
        f"{before.name.removesuffix(before.unit)}{counted}"
        if before and before.name.endswith(f" {before.unit}")
        else counted
    )


def _shares(sentence: str, bare: str, when: list[Time], passage: Passage) -> Iterator[Indicator]:
    """What a sentence tells of as so many percent of a plan: "có 48 tổ, đạt 96% kế hoạch"."""
    last = 0
    for share in _SHARE.finditer(bare):
        near = max(last, share.start() - 400)
        found = [one for one in bounds(bare[near : share.start()]) if one.unit != "%"]
        last, begin = share.end(), near
        if not found or near + found[-1].end < share.start() - 160:
            continue
        one = found[-1]
        begin += _clause_start(bare[near : near + one.start])
        clause = bare[begin : share.start()]
        placed = bounds(clause)
        if not placed or _is_fund(one, bare[near : share.start()]):
            continue
        made = _named(clause[: placed[-1].end], placed[-1], None) or _named(clause, placed[-1], None)
        if made:
            made.relation, made.target, made.upper, made.actual = Relation.WATCHED, None, None, one.value
            made.of_plan = read_number(share[1])
            made.period = _period(
                [time for time in when if time.start < share.start()], begin, share.start()
            ) or _above(passage)
            made.words, made.place = sentence[begin : share.end()].strip(" ,;"), passage.paragraph.place
            made.issues = [replace(doubt, place=made.place) for doubt in made.issues]
            yield made


def _clause_start(ahead: str) -> int:
    """Where the clause begins that names a figure: the last one before it that says anything."""
    marks = [one.end() for one in re.finditer(r"[;:]|,\s|\(|(?<!\w)trong đó(?!\w)", ahead)]
    named = (at for at in reversed(marks) if _TRAILING.sub("", _STRIPPED.sub("", ahead[at:])))
    return next(named, marks[0] if marks and not ahead[: marks[0]].strip() else 0)


def _clauses(text: str, begin: int) -> Iterator[tuple[int, int]]:
    """Where the clauses of a sentence begin and end: parted by semicolons, and by commas where each part has a figure."""
    start, seen = begin, False
    for mark in re.finditer(r";|,?\s+(trong đó)\s|,\s|(?<=[\w%)])\s+và\s|$", text[begin:]):
        end, after = begin + mark.start(), begin + mark.end()
        seen = seen or bool(re.search(NUMBER, text[start:end]))
        ahead = re.match(rf"[^;,]{{0,200}}?{NUMBER}", text[after : after + 240])
        if mark[0] == ";" or mark[1] or (seen and ahead) or not mark[0]:
            if seen:
                yield start, end
            start, seen = (after, False) if seen or mark[0] == ";" else (start, False)


def _without_asides(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without what stands in brackets, and where that was."""
    spans = [one.span() for one in re.finditer(r"\([^()]{0,600}\)", text)]
    return without(text, spans), spans


def _baseline(sentence: str, asides: list[tuple[int, int]], start: int, end: int, unit: str) -> Decimal | None:
    """The figure of an earlier day in brackets behind a target: "(năm 2024: 35%)"."""
    for opens, closes in asides:
        inside = sentence[opens:closes]
        if start <= opens < end + 2 and re.match(
            r"\(\s*(?:năm|hiện|hết năm|đầu|cuối|tại thời điểm|ước|thực hiện|so với)", inside, re.IGNORECASE
        ):
            figures = bounds(without(inside, [(time.start, time.end) for time in times(inside)]))
            if len(figures) == 1 and figures[0].upper is None and figures[0].unit in ("", unit):
                return figures[0].value
    return None


def _whole(one: Bound) -> bool:
    return one.unit == "%" and one.value == 100


def _is_aim(one: Bound, sentence: str) -> bool:
    """Whether a figure outside a section of aims is one all the same: bounded for certain, and by no rule of law."""
    if _RULED.search(sentence) or not one.unit or scale(one.unit):
        return False
    firm = one.relation in (Relation.AT_LEAST, Relation.AT_MOST) or _whole(one)
    return firm and not DURATIONS.fullmatch(one.unit.split("/")[0])


def _is_fund(one: Bound, clause: str) -> bool:
    """Whether a figure is money that is given for something, and not the measure of an aim."""
    if not scale(one.unit):
        return False
    if "/" in one.unit or _WEALTH.search(clause):
        return False
    return bool(re.search(r"kinh phí|vốn|ngân sách|NSNN|NSTW|NSĐP|NSDP|nguồn|hỗ trợ|giải ngân", clause, re.IGNORECASE))


def _period(when: list[Time], start: int, end: int) -> str:
    """The period of a clause: the last one inside it, else the one before it."""
    inside = [time for time in when if start <= time.start < end]
    before = [time for time in when if time.end <= start]
    chosen = next((t for t in reversed(inside) if t.until), None) or (
        inside[-1] if inside else before[-1] if before else None
    )
    return chosen.key if chosen else ""


def _above(passage: Passage) -> str:
    """The period that the headings name, else the year of the plan."""
    for heading in reversed(passage.headings):
        if found := times(heading.text, passage.year):
            return found[-1].key
    return passage.year


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
