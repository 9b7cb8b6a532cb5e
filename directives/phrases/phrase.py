"""A time phrase made ready for reading: without diacritics, typos of the trade mended, numbers of documents blanked out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

from workflow.names import strip_marks
from workflow.periods import Reason
from workflow.timing import Kind, Timing

# A number of a document, with the day that follows it: never a date.
NUMBER = re.compile(
    r"(?:\bsố\s*:?\s*)?\b\d[\d.]*\s*/\s*(?:\d{4}\s*/\s*)?(?=[A-ZĐ])[A-ZĐ][\wĐđ&,]*(?:\s*[-–/]\s*[A-ZĐ][\wĐđ&]*)*(?:\s+ngày\s+\d{1,2}[/.]\d{1,2}[/.]\d{4})?"
    r"|\bsố\s+\d+[-/][A-ZĐ][\wĐđ]*(?:[-/][A-ZĐ]\w*)*(?:\s+ngày\s+\d{1,2}[/.]\d{1,2}[/.]\d{4})?"
    r"|\b\d+-[A-ZĐ][\wĐđ]*/[A-ZĐ]\w*(?:\s+ngày\s+\d{1,2}[/.]\d{1,2}[/.]\d{4})?"
)
_A_NUMBER = re.compile(r"[/-]\s*[A-ZĐ]")  # what every one of them has
_DATE = r"\d{1,2}(?:\s*[/.]\s*|\s+thang\s+)\d{1,2}(?:\s*[/.]\s*|\s+nam\s+)\d{4}"
_ACTS = r"(?:nghi\s+(?:dinh|quyet)|quyet\s+dinh|thong\s+tu|cong\s+(?:van|dien)|chi\s+thi|van\s+ban|to\s+trinh)"
_NAMES = r"(?:nghi\s+(?:dinh|quyet)|quyet\s+dinh|thong\s+(?:tu|bao)|cong\s+(?:van|dien)|chi\s+thi|ket\s+luan|luat|van\s+ban|to\s+trinh|de\s+an|nd|nq|qd|ct|cv|kl|kh)"
# The same without its letters ("NĐ 130/2020", "Nghị quyết 57"), and the day of a document that is only named by it.
NAMED = re.compile(
    rf"\b{_NAMES}(?:\s+so)?\s+\d+(?:/\d+)*(?!\s*[/.]\s*\d)(?:\s+(?:cua\s+[a-z ]{{2,40}}?\s+)?ngay\s+{_DATE})?"
    rf"|\b{_ACTS}(?:\s+(?!truoc|den|cham|muon|xong|trong|vao|ke|tu|sau)[a-z#]+){{0,3}}\s+ngay\s+{_DATE}"
    rf"|#(?:\s+cua(?:\s+(?!truoc|den|cham|muon|xong|trong)[a-z]+){{1,8}})?\s*,?\s+ngay\s+{_DATE}"
)
_NAMES_ACT = re.compile(rf"#|\b{_NAMES}\b")
HOUR = r"(?:luc\s+)?\d{1,2}\s*(?:gio|h|g)\s*(?:\d{2}\s*(?:phut|p)?['’]?)?\s*,?\s*(?:(?:sang|chieu|toi)\s*,?\s*)?"
COUNTS = {
    "mot": 1,
    "hai": 2,
    "ba": 3,
    "bon": 4,
    "bay": 7,
    "tam": 8,
    "chin": 9,
    "muoi": 10,
}  # "nam" and "sau" mean too much else
COUNT = rf"(?:\d{{1,3}}|{'|'.join(COUNTS)})"
WEEKDAYS = {"hai": 1, "ba": 2, "tu": 3, "nam": 4, "sau": 5, "bay": 6, "2": 1, "3": 2, "4": 3, "5": 4, "6": 5, "7": 6}
WEEKDAY = rf"\bthu\s+({'|'.join(WEEKDAYS)})"
_SPELLED = r"(?:khong|mot|hai|ba|bon|nam|lam|sau|bay|tam|chin|muoi)"

# Typos and short forms of the trade: a text without which there is nothing to mend, what is mended, and into what.
_QUARTERS = {"mot": 1, "nhat": 1, "hai": 2, "ba": 3, "tu": 4, "bon": 4}
_LISTED_DAY = r"\s*(?:,|;|va|hoac|&)\s*(?:ngay\s+)?\d{1,2}/\d{1,2}"
_SHARED_YEAR = re.compile(
    rf"(?<![\d/])(\d{{1,2}}/\d{{1,2}})(?![\d/])(?=(?:{_LISTED_DAY}(?!/))*{_LISTED_DAY}/(20\d\d)(?!\d))"
)
_MENDED: tuple[tuple[str, re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    ("  ", re.compile(r"\s+"), " "),
    ("quy l", re.compile(r"\bquy\s+l{1,3}(?=[/\s]|$)"), lambda found: found[0].replace("l", "i")),
    (
        "quy",
        re.compile(r"\bquy (mot|nhat|hai|ba|tu|bon)(?=\s*(?:/|nam\b|,|;|va\b|$))"),
        lambda found: f"quy {_QUARTERS[found[1]]}",
    ),
    ("/20", _SHARED_YEAR, r"\1/\2"),  # "15/6, 15/12/2026"
    ("qui", re.compile(r"\bqui\b"), "quy"),
    ("thag", re.compile(r"\bthag\b"), "thang"),
    (":", re.compile(r"\b(truoc|ngay|nhat|den|thang|quy|nam|vao)\s*:\s*"), r"\1 "),
    ("0", re.compile(r"\btruoc\s+0{1,2}\s*(?:gio|h|g)(?:\s*00)?(?:\s*phut)?,?\s*(?=ngay\s)"), "truoc "),
    # "trước 16 giờ ngày 15/9" is due on that day itself, unlike "trước ngày 15/9".
    ("truoc", re.compile(rf"\btruoc\s+{HOUR}(?=ngay\s+|thu\s+|hang\s+|\d{{1,2}}[/.-])"), "cham nhat "),
    ("q", re.compile(r"\bq\s*\.?\s*(iv|i{1,3}|[1-4])(?=[\s/,.;-]|$)"), r"quy \1"),
    ("/", re.compile(r"\bt\s*\.?\s*(\d{1,2})\s*/\s*(20\d\d)\b"), r"thang \1/\2"),
    ("", re.compile(r"(?<=[ymg])(?=\d)"), " "),  # "tháng5", "năm2025"
    ("quyi", re.compile(r"\bquy(?=(?:iv|i{1,3})\b)"), "quy "),
    ("(", re.compile(rf"(?<=\d)\s*\({_SPELLED}(?:\s+{_SPELLED})*\)"), ""),  # "03 (ba) ngày"
)


# Months in words; "tháng sau" is the next month and "tháng, năm" a list, so "Năm" and "Hai" need their capital.
_SPELLED_MONTHS = re.compile(
    r"\b([Tt]háng)\s+([Gg]iêng|Hai|[Bb]a|[Tt]ư|Năm|[Ss]áu|[Bb]ảy|[Tt]ám|[Cc]hín|[Mm]ười\s+[Mm]ột|[Mm]ười\s+[Hh]ai|[Mm]ười|[Cc]hạp)\b"
)
_MONTH_NUMBERS = {"giêng": 1, "hai": 2, "ba": 3, "tư": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10, "mười một": 11, "mười hai": 12, "chạp": 12}  # fmt: skip


_GOODS = re.compile(r"\b(ngan|khach|mat|don|cua|nha|ban|mua|giao|bao|kho|lo|thu|xuat|nhap)\s+hang\b")
_compiled = cache(re.compile)  # re.search looks its pattern up ten times slower


def search(pattern: str, text: str) -> re.Match[str] | None:
    """Find a pattern in a text."""
    return _compiled(pattern).search(text)


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in words))


class _Bases(dict[int, str]):
    """Every character without its diacritics, one for one; learnt as they come."""

    def __missing__(self, code: int) -> str:
        self[code] = base = strip_marks(chr(code))[:1] or " "
        return base


_BASES = _Bases()


def folded(text: str) -> str:
    """The text without diacritics, of the same length, with document numbers blanked out."""
    if _A_NUMBER.search(text):
        text = NUMBER.sub(_blank, text)
    text = text.translate(_BASES)
    return NAMED.sub(_blank, text) if _NAMES_ACT.search(text) else text


def _blank(found: re.Match[str]) -> str:
    return "#" * (found.end() - found.start())


# "trước", then the day, or further days of a list before it: "trước ngày 15/6 và 15/12", "trước ngày bầu cử 15/3".
_BEFORE = re.compile(
    r"\btruoc\s+(?:het\s+)?(?:ngay\s+(?:(?!cham|den|vao|hang|moi)[a-z]+\s+){0,4}?)?"
    r"(?:\d{1,2}(?:(?:[/.]|\s+thang\s+)\d{1,2})?(?:(?:[/.]|\s+nam\s+)\d{4})?\s*(?:,|;|va|hoac|&)\s*(?:ngay\s+)?)*(?:\(\s*)?$"
)


@dataclass
class Phrase:
    """One phrase being read: its words, the same without diacritics (letter for letter), and the mended text to match on.

    What a rule has understood is blanked out of `rest`, so that what nobody understood is left there to be seen.
    """

    words: str
    issued: date
    year: int
    exclusive: bool

    def __post_init__(self) -> None:
        self.source = self.words
        if "háng" in self.source:
            self.source = _SPELLED_MONTHS.sub(
                lambda m: f"{m[1]} {_MONTH_NUMBERS[' '.join(m[2].lower().split())]}", self.source
            )
        if "/O" in self.source or "/o" in self.source:
            self.source = re.sub(r"(?<=/)[Oo](?=\d)", "0", self.source)  # typed or scanned for a nought
        self.folded = text = folded(self.source)
        for gate, pattern, instead in _MENDED:
            if gate in text:
                text = pattern.sub(instead, text)
        if "hang" in text or "moi" in text:
            text = self._unmistaken(text)
        self.text = self.rest = text.strip()

    def reads(self, word: str) -> bool:
        """Whether a word occurs with its diacritics; a text without any is taken at its word."""
        return self.source.isascii() or word in self.source.lower()

    def _unmistaken(self, text: str) -> str:
        """Words that only look like "hằng" and "mỗi" without their diacritics, made unlike them: "ngân hàng", "đổi mới"."""
        if not self.reads("hằng") and not self.reads("hàng"):
            text = _compiled(r"\bhang\b").sub("h-ng", text)
        if not self.reads("mỗi"):
            text = _compiled(r"\bmoi\b").sub("m-i", text)
        return _GOODS.sub(r"\1 h-ng", text)

    def mentions(self, *words: str) -> bool:
        """Whether one of these texts occurs; quick, to spare a search that cannot find."""
        return _any_of(words).search(self.text) is not None

    def has(self, pattern: str) -> re.Match[str] | None:
        """Find a pattern in the text."""
        return _compiled(pattern).search(self.text)

    def take(self, found: re.Match[str]) -> None:
        """Blank out of the rest what has been understood."""
        self.rest = self.rest[: found.start()] + "~" * (found.end() - found.start()) + self.rest[found.end() :]

    def names_weekday(self) -> bool:
        """Whether a day of the week is named: with its diacritics, because "nghiệm thu năm 2028" names none; or without any."""
        said = "thu" in self.text and (self.source.isascii() or "thứ" in self.source.lower())
        return said or "chu nhat" in self.text

    def original(self, start: int, end: int | None = None) -> str:
        """The words between two places of the folded text, as they are written."""
        return self.source[start:end].strip(" .,;:()")

    def is_before(self, start: int) -> bool:
        """Whether "trước" stands before a place of the text and leaves the named day out."""
        return self.exclusive and "truoc" in self.text and bool(_BEFORE.search(self.text[:start]))

    def means(self, kind: Kind, **more: object) -> Timing:
        """A timing of these words."""
        return Timing(self.words, kind, **more)  # type: ignore[arg-type]

    def asks(self, message: str, kind: Kind = Kind.UNDETERMINED, **more: object) -> Timing:
        """A timing that waits for a person, and why."""
        return Timing(self.words, kind, needs_person=True, reasons=(Reason(message),), **more)  # type: ignore[arg-type]


def number(text: str) -> int:
    """A count in digits or in a word."""
    return int(text) if text.isdigit() else COUNTS[text]
