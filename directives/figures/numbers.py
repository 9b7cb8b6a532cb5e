"""Figures within running text, and amounts of money of several units; one figure is read as people type it (`workflow.targets.numbers`)."""

from __future__ import annotations

import re

from workflow.errors import BadInput
from workflow.names import printable, strip_marks
from workflow.targets.numbers import number

# A figure inside a text: not a part of a word, a day or the number of a document. No figure has more digits than these.
NUMBER = r"(?<![\w.,/])[0-9](?:(?:[0-9]{0,2}(?:\.[0-9]{3}){1,5}|[0-9]{0,17})(?:,[0-9]{1,9})?|[0-9]{0,2}(?:,[0-9]{3}){2,5}|[0-9]{0,17}\.[0-9]{1,6})(?:(?![\w/]|[.,][0-9])|(?=(?:kg|km|ha|m2|m²|đ)\b))"
_POINT = re.compile(r"\d+\.\d{1,2}|\d+\.\d{4,}|\d{4,}\.\d+|0+\.\d+")  # a decimal point: no groups of three follow it
_SCALES = {"dong": 1, "d": 1, "vnd": 1, "ngan": 10**3, "nghin": 10**3, "trieu": 10**6, "tr": 10**6, "trd": 10**6, "ty": 10**9, "ti": 10**9}  # fmt: skip
_UNIT = re.compile(
    r"(?:1000|1\.000)?\s*((?:ngan|nghin)\s+)?(ngan|nghin|trieu|trd|tr|ty|ti|dong|vnd|d)\.?\s*(?:dong|vnd|d)?"
)
_SUM = re.compile(rf"({NUMBER})\s*([^\d\s][^\d]{{0,20}})")


def is_doubtful(text: str) -> bool:
    """Whether a figure is written in another manner than offices write: 3.3, 1,200,000."""
    return bool(_POINT.fullmatch(text)) or text.count(",") > 1


def scale(unit: str) -> int:
    """How many đồng a unit of money is worth: “triệu đồng” is 1.000.000; 0 where it is none, or money for each of something."""
    words = " ".join(strip_marks(unit).split()).strip(" .")
    found = _UNIT.fullmatch(words)
    if not found:
        return 0
    thousand = 1000 if found[1] or words.startswith(("1000", "1.000")) else 1
    return thousand * _SCALES[found[2]]


def read_money(text: str) -> int:
    """Read an amount in whole đồng: “17.560 triệu đồng”, “1 tỷ 200 triệu đồng”; raises BadInput."""
    words = printable(text)[:90].strip(" .")
    parts = list(_SUM.finditer(words))
    factors = [scale(part[2]) for part in parts]
    read = "".join(part[0] for part in parts) == words and factors == sorted(set(factors), reverse=True)
    if not parts or not all(factors) or not read:
        raise BadInput("“{text}” is no amount of money; write it with its unit, such as 6.726 triệu đồng.", text=words)
    amount = sum(number(part[1]) * factor for part, factor in zip(parts, factors, strict=True))
    if amount != int(amount):
        raise BadInput("“{text}” does not make whole đồng.", text=words)
    return int(amount)
