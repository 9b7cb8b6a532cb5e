"""Figures within running text; one figure, or an amount, is read as people type it (`workflow.targets.numbers`)."""

from __future__ import annotations

import re

from workflow.targets.numbers import scale as worth

# A figure inside a text: not a part of a word, a day or the number of a document. No figure has more digits than these.
NUMBER = r"(?<![\w.,/])[0-9](?:(?:[0-9]{0,2}(?:\.[0-9]{3}){1,5}|[0-9]{0,17})(?:,[0-9]{1,9})?|[0-9]{0,2}(?:,[0-9]{3}){2,5}|[0-9]{0,17}\.[0-9]{1,6})(?:(?![\w/]|[.,][0-9])|(?=(?:kg|km|ha|m2|m²|đ)\b))"
_POINT = re.compile(r"\d+\.\d{1,2}|\d+\.\d{4,}|\d{4,}\.\d+|0+\.\d+")  # a decimal point: no groups of three follow it


def is_doubtful(text: str) -> bool:
    """Whether a figure is written in another manner than offices write: 3.3, 1,200,000."""
    return bool(_POINT.fullmatch(text)) or text.count(",") > 1


def scale(unit: str) -> int:
    """How many đồng a unit of money is worth; 0 where it is none, or money for each of something."""
    return 0 if "/" in unit else worth(unit)
