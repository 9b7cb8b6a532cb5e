"""Comparing Vietnamese names: one folded form for what people write in many ways."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from workflow.errors import BadInput

# Whole words only, so that "TP" in a longer word is left alone.
ABBREVIATIONS = {
    "ubnd": "uy ban nhan dan",
    "hdnd": "hoi dong nhan dan",
    "htx": "hop tac xa",
    "tp": "thanh pho",
    "gddt": "giao duc dao tao",
    "gd": "giao duc",
    "dt": "dao tao",
    "kh": "ke hoach",
    "tc": "tai chinh",
    "dvnn": "dich vu nong nghiep",
    "vhtt": "van hoa thong tin",
    "lmhtx": "lien minh hop tac xa",
    "va": "",
}
_ROMAN = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def strip_marks(text: str) -> str:
    """Lower-case `text` and drop every diacritic (đ becomes d)."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def fold(name: str) -> str:
    """Return the form in which two spellings of one agency are equal.

    No diacritics, no punctuation, no "và", abbreviations written out, doubled words ("Phòng Phòng …") once.
    """
    words: list[str] = []
    for word in re.findall(r"[a-z0-9]+", strip_marks(name)):
        for part in ABBREVIATIONS.get(word, word).split():
            if not words or words[-1] != part or part.isdigit():
                words.append(part)
    return " ".join(words)


_COLLECTIVE = re.compile(
    r"(?:(?:thu truong|lanh dao|nguoi dung dau|chu tich|giam doc|truong)\s+)?"
    r"(?:(?:cac|nhung|tat ca|mot so|toan the)\b|(?:ubnd|uy ban nhan dan)\s+(?:cac|cap|\d+)\b)|(?:co quan|don vi)\b.*lien quan"
    r"|(?:co quan|don vi) (?:co tham quyen|chu tri|phoi hop|chuc nang|duoc (?:giao|phan cong))\b"
)


def is_collective(name: str) -> bool:
    """Whether a name stands for many agencies without naming them: "các đơn vị liên quan", "UBND các xã"."""
    return bool(_COLLECTIVE.match(re.sub(r"^(?:[-–+•*]\s*|va\s+)", "", strip_marks(name).strip())))


def bounded(text: str, most: int) -> str:
    """Return what a person typed, printable; raises BadInput where it is longer than `most` characters."""
    words = printable(text)
    if len(words) > most:
        raise BadInput(
            "“{text}…” is {n} characters long; at most {most} are kept here. Attach a longer text as a file.",
            text=words[:30],
            n=len(words),
            most=most,
        )
    return words


def nearest(wanted: str, known: Iterable[str]) -> list[str]:
    """The three of many names that are most like one that is not among them."""
    from rapidfuzz import fuzz, process

    return [found[0] for found in process.extract(wanted, known, scorer=fuzz.ratio, limit=3, score_cutoff=50)]


def printable(text: str) -> str:
    """Return what a person typed without control characters and lone surrogates; line breaks become spaces."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def lines_of(text: str, most: int) -> str:
    """Return what a person typed with its line breaks, each line printable, no empty ones; raises BadInput as `bounded` does."""
    words = "\n".join(filter(None, map(printable, text.splitlines())))
    bounded(words, most)
    return words


def roman(number: int) -> str:
    """A number in Roman figures."""
    written = ""
    for value, figure in _ROMAN:
        written += figure * (number // value)
        number %= value
    return written
