"""Money in running text: what it is for, how far it has come, who gives it; a sum and the parts that are told of it are one statement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from directives.figures.found import Money, distinct
from directives.figures.indicators import NEAR, POINT
from directives.figures.numbers import NUMBER, is_doubtful
from directives.figures.passages import MOST, Passage
from directives.figures.sources import FUND, OTHERWISE, SOURCE, source_in, stage_in, taken
from directives.figures.times import Time, spoken, times, without
from directives.proposal import Issue, issue
from workflow.errors import BadInput
from workflow.i18n import N_
from workflow.targets.money import Source, Stage
from workflow.targets.numbers import money as read_money
from workflow.targets.numbers import number as read_number

STAGE_OPEN = N_("The text does not say how far the money has come.")
PURPOSE_OPEN = N_("The text does not say what the money is for.")

_UNIT = r"(?:(?:nghìn|ngàn)\s+)?(?:(?:nghìn|ngàn|triệu|tỷ|tỉ)(?:\s*(?:đồng|VNĐ|VND|đ(?!\w)))?|tr\.?\s?đ(?:ồng)?|đồng|VNĐ|VND|đ(?!\w))"
_AMOUNT = re.compile(
    rf"(?P<sum>{NUMBER}\s*{_UNIT}(?:\s+{NUMBER}\s*(?:triệu|nghìn|ngàn)(?:\s*đồng)?)?)(?!\w|\s*(?:đồng|/\s*[^\W\d]))",
    re.IGNORECASE,
)
_NEAR = re.compile(
    r"(?<!\w)(?:khoảng|gần|hơn|trên|xấp xỉ|dưới|tối đa|tối thiểu|không quá|ít nhất|ước)\s*$", re.IGNORECASE
)
_LINKS = re.compile(
    r"\b(?:trong đó|gồm|bao gồm|cụ thể|nguồn|vốn|từ|là|và|với|khoảng|của|do|đạt|số|tổng|kinh phí|được|hỗ trợ|đã|năm|cấp|mức|phần|còn lại|ước|dự kiến|bố trí|giải ngân)\b|[\s,;:.()*+–-]",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"\b(?:tổng|số|nhu cầu|kinh phí|vốn|nguồn|tiền|ngân sách|nhà nước|hỗ trợ|thực hiện|dự kiến|bố trí|giải ngân|đã|được|là|với|khoảng|cho|từ|năm|giai đoạn|trong|đó|các|cụ thể|lũy kế|đến|kết quả|đánh giá|chung|tình hình|mục tiêu|kế hoạch|đạt|chỉ|thấp|và|của|để|nội dung|chi|gồm|tại|theo|khi|nay|hàng|hằng|hơn|lồng ghép|tính)\b",
    re.IGNORECASE,
)
_OUTER = re.compile(r"^(?:[\s,;:.()*+–-]|\b(?:với|và|trong đó|trong|là|cho|tại|theo đó|từ|đến|khoảng|cụ thể|lũy kế)\b)+|(?:[\s,;:.()*+–-]|\b(?:là|với|khoảng|từ|nguồn|vốn|đạt|có|cho|trong đó|kinh phí|tổng|hơn|gần|trên|thấp)\b)+$", re.IGNORECASE)  # fmt: skip
_RECEIVER = re.compile(r"(?:Hợp tác xã|HTX|Tổ hợp tác|THT|UBND|Ủy ban nhân dân|Uỷ ban nhân dân|Sở|Trường|Trung tâm|Công ty|Huyện|Thành phố|Xã|Phường|Thị trấn|Hội|Liên minh)\s+\S", re.IGNORECASE)  # fmt: skip
_CITING = re.compile(
    r"^\s*(?:Tại|Theo|Căn cứ|Thực hiện) (?:Quyết định|Nghị quyết|Kế hoạch|Nghị định|Thông tư|Công văn)[^,]{0,200},\s*"
)
_NAMED = re.compile(r"Chương trình|Đề án|phê duyệt|Quyết định|Nghị quyết", re.IGNORECASE)
_LONGEST = 200


@dataclass
class Statement:
    """The statement that is being told: its number and what its parts have in common."""

    number: int = 0
    head: Money | None = None
    open: bool = False  # the next line may be a part of it
    counted: int = field(default=0)


class Funds:
    """Reads the money of one passage after the other; parts that stand in the lines below their sum are kept with it."""

    def __init__(self) -> None:
        self.statement = Statement()

    def read(self, passage: Passage) -> list[Money]:
        """The amounts that a paragraph states."""
        text = passage.text[:MOST]
        found: list[Money] = []
        begin = 0
        amounts = list(_AMOUNT.finditer(text))
        if not amounts and not (passage.mark and self.statement.open and not text.strip()):
            self.statement.open = self.statement.open and passage.mark in ("-", "+", "–")
        bare, when = spoken(text, passage.year)
        for amount, following in pairwise([*amounts, None]):
            if amount is None:
                break
            one = self._amount(passage, text, bare, when, amount, begin, following.start() if following else len(text))
            right = text[amount.end() : following.start() if following else len(text)][:60]
            begin = amount.end() + taken(
                text[max(begin, _sentence_start(text, amount.start())) : amount.start()], right
            )
            if one:
                found.append(one)
        return found

    def _amount(self, passage: Passage, text: str, bare: str, when: list[Time], at: re.Match[str], begin: int, end: int) -> Money | None:  # fmt: skip
        """One amount, as a part of the statement that is open or as a new one; None where it is no money for anything."""
        try:
            value = read_money(at["sum"])
        except BadInput:
            return None
        started = _sentence_start(text, at.start())
        left, right = text[max(begin, started) : at.start()], text[at.end() : min(end, at.end() + 60)]
        sentence, whole = text[started : at.start()], text[max(0, at.start() - 1500) : at.start()]
        source = source_in(left, right)
        nearest = re.split(r"trong đó", bare[max(begin, started) : at.start()], flags=re.IGNORECASE)[-1]
        rest = _LINKS.sub("", SOURCE.sub("", nearest))
        part = (
            source is not None
            and not rest
            and bool(self.statement.head)
            and (begin > started or self._goes_on(passage, begin))
        )
        dated = begin > started and not rest and _opens(left) and _has_time(when, max(begin, started), at.start())
        listed = begin > started and bool(self.statement.head) and _inside(text, at.start())
        if not (part or (dated and self.statement.head)) and not _is_fund(
            passage, left if left.strip(" ,;:(") else sentence, sentence
        ):
            self.statement.open = False
            return None
        time = _time(when, max(begin, started), at.start()) or _time_behind(
            when, at.end(), min(end, at.end() + 40), text
        )
        made = Money(
            "",
            Stage.PLANNED,
            source or Source.TOTAL,
            value,
            words=_words(text, started, at.end()),
            place=passage.paragraph.place,
        )
        made.near = bool(_NEAR.search(left))
        if (part or dated) and self.statement.head:
            self._share(made, time)
        else:
            head = self.statement.head if listed else None
            self._begin(made, passage, sentence, left, right, whole, time or _time(when, started, at.start()), head)
        made.issues = distinct([*made.issues, *_doubts(made, at["sum"], passage)])
        return made

    def _goes_on(self, passage: Passage, begin: int) -> bool:
        return begin == 0 and self.statement.open and passage.mark in ("-", "+", "–", "*", "•")

    def _share(self, made: Money, time: str) -> None:
        """A part has everything from the head of its statement but who gives it, and maybe when."""
        head = self.statement.head
        if head:
            made.purpose, made.stage, made.beneficiary, made.statement = (
                head.purpose,
                head.stage,
                head.beneficiary,
                head.statement,
            )
            made.told = head.told
            made.period = time or head.period
            self.statement.open = True

    def _begin(self, made: Money, passage: Passage, sentence: str, left: str, right: str, whole: str, time: str, above: Money | None) -> None:  # fmt: skip
        """Begin a statement; one inside another ("trong đó hỗ trợ hội chợ: 355 triệu đồng") takes over what it does not say itself."""
        stage = (
            stage_in(left)
            or (above.stage if above else None)
            or stage_in(sentence)
            or stage_in(whole)
            or _stage_above(passage)
        )
        made.stage = stage or (Stage.PAID if passage.kind == "told" else Stage.PLANNED)
        made.issues += [] if stage else [issue(STAGE_OPEN, passage.paragraph.place)]
        made.purpose, made.told = _purpose(left, sentence, right, passage)
        made.issues += [] if made.purpose else [issue(PURPOSE_OPEN, passage.paragraph.place)]
        made.beneficiary = _beneficiary(passage)
        made.period = time or (above.period if above else "") or _period_above(passage)
        self.statement = Statement(self.statement.counted + 1, made, True, self.statement.counted + 1)
        made.statement = self.statement.number


def _sentence_start(text: str, at: int) -> int:
    """Where the sentence begins that a place is in; a point inside a figure ends none."""
    return max((one.end() for one in re.finditer(r"[.!?…]\s+(?=[^\W\d_]|[(+–-])(?!trong đó)", text[max(0, at - 3000) : at], re.IGNORECASE)), default=0) + max(0, at - 3000)  # fmt: skip


def _inside(text: str, at: int) -> bool:
    """Whether "trong đó" or an open bracket stands before a place in its sentence."""
    ahead = text[max(0, at - 600) : at]
    return ahead.count("(") > ahead.count(")") or bool(re.search(r"trong đó", ahead, re.IGNORECASE))


def _opens(left: str) -> bool:
    return bool(re.match(r"\s*[(;,]", left))


def _is_fund(passage: Passage, left: str, sentence: str) -> bool:
    """Whether the words before an amount, the last of them first, speak of money that is given for something."""
    for words in (left, sentence):
        told = max((m.end() for m in FUND.finditer(words)), default=-1)
        other = max((m.end() for m in OTHERWISE.finditer(words)), default=-1)
        if told >= 0 or other >= 0:
            return told > other
    above = passage.headings[-1].text if passage.headings else ""
    total = re.match(r"\s*tổng (?:số|cộng)", left, re.IGNORECASE)
    return (
        bool(passage.mark or total)
        and left.rstrip().endswith(":")
        and bool(FUND.search(above))
        and not OTHERWISE.search(above)
    )


def _has_time(when: list[Time], start: int, end: int) -> bool:
    return any(start <= time.start < end for time in when)


def _time(when: list[Time], start: int, end: int) -> str:
    return next((time.key for time in reversed(when) if start <= time.start < end), "")


def _time_behind(when: list[Time], start: int, end: int, text: str) -> str:
    """A period right behind an amount: "500 triệu đồng năm 2024"."""
    return next(
        (
            time.key
            for time in when
            if start <= time.start < end
            and not text[start : time.start].strip(" (")
            and not text[time.end :].lstrip().startswith(":")
        ),
        "",
    )


def _words(text: str, start: int, end: int) -> str:
    return text[max(start, end - 400) : end].strip(" ,;")


def _stage_above(passage: Passage) -> Stage | None:
    return next((stage for one in reversed(passage.headings) if (stage := stage_in(one.text, first=True))), None)


def _period_above(passage: Passage) -> str:
    """The period that the nearest heading names: no day, and none that belongs to the name of a programme."""
    for heading in reversed(passage.headings):
        named = bool(_NAMED.search(heading.text))
        found = [
            one.key
            for one in spoken(heading.text, passage.year)[1]
            if len(one.key) < 10 and not (named and len(one.key) == 9)
        ]
        if found:
            return found[-1]
    return ""


def _beneficiary(passage: Passage) -> str:
    """Whom the nearest heading names, if it is nothing but a name."""
    for heading in reversed(passage.headings):
        name = re.sub(r"\([^()]{0,200}\)", "", heading.text).strip(" :.")
        if _RECEIVER.match(name) and len(name) < 120 and not re.search(r"\d", name):
            return " ".join(name.split())
    return ""


def _purpose(left: str, sentence: str, right: str, passage: Passage) -> tuple[str, bool]:
    """What money is for: the nearest words before it that say more than that it is money, else what follows "để", else the heading.

    And whether it is not from a heading.
    """
    nearest, ahead = _pieces(left), _pieces(sentence)
    behind = re.match(r"\s*(?:để|cho|nhằm)\s+([^,;.()]{6,150})", right)
    whole = not passage.mark and bool(re.search(r"(?<!\w)tổng (?:vốn|số|kinh phí)", nearest[0], re.IGNORECASE))
    above = [h.text for h in reversed(passage.headings) if not _RECEIVER.match(h.text) and not (whole and h.depth >= 9)]
    own = [*nearest[:2], *ahead[:2], *([behind[1]] if behind else [])]
    for index, words in enumerate([*own, *above]):
        if plain := _plain(words):
            return plain, index < len(own)
    return "", False


def _pieces(words: str) -> list[str]:
    """The parts of a sentence without what stands in brackets, the last first."""
    bare = re.sub(r"\([^()]{0,600}\)", " ", words[-1500:])
    return re.split(r";|:\s|(?<!\w)trong đó(?!\w)", bare, flags=re.IGNORECASE)[::-1]


def _plain(words: str) -> str:
    """The last clauses of some words that say what money is for, without periods and the links at both ends; "" if none does."""
    bare = _CITING.sub("", words)
    bare = " ".join(without(bare, [(time.start, time.end) for time in times(bare)]).split())
    said, strong = "", 0
    for clause in reversed(bare.split(", ")):
        own = len(_WEAK.sub("", SOURCE.sub("", clause)).split())
        if said or own:
            said, strong = f"{clause}, {said}" if said else clause, strong + own
        if strong >= 2 and (len(said) > 60 or own > 6):
            break
    said = _OUTER.sub("", _OUTER.sub("", said)) if strong >= 2 else ""
    return said if len(said) <= _LONGEST else said[: said.rfind(" ", 0, _LONGEST)]


def _doubts(made: Money, written: str, passage: Passage) -> Iterator[Issue]:
    figure = re.match(NUMBER, written)
    if made.near:
        yield issue(NEAR, passage.paragraph.place)
    if figure and is_doubtful(figure[0]):
        yield issue(POINT, passage.paragraph.place, text=figure[0], number=read_number(figure[0]))
