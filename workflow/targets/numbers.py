"""Figures as Vietnamese documents write them: 1.022 is a thousand and twenty-two, 59,709 is nearly sixty. Exact, never floats."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from workflow.errors import BadInput
from workflow.names import printable, strip_marks

PLACES = 6  # decimals that are kept
LARGEST = 9 * 10**12  # what fits with them into a column of 64 bits
MOST_MONEY = 9 * 10**18  # đồng

_FIGURE = r"[-–−]?\d[\d.,]*(?:[ \u00a0]\d{3})*(?:,\d+)?"
_SCALES = {"": 1, "ngan": 10**3, "nghin": 10**3, "tr": 10**6, "trieu": 10**6, "ty": 10**9, "ti": 10**9}
_MONEY = re.compile(r"(?:(nghin |ngan |1\.?000\s?))?(ngan|nghin|trieu|tr|ty|ti)?\.?\s*(dong|vnd|d)?\.?(?=$|\s*/)")


class Quantity(NamedTuple):
    """A figure and the words of its unit, as written after it; "" where it has none."""

    value: Decimal
    unit: str


def number(text: str) -> Decimal:
    """Read one figure: dots part thousands and a comma begins the decimals; raises BadInput.

    A dot that no group of three follows is a decimal one (3.3), and so is the only one after a nought (0.125).
    """
    written = re.sub(r"(?<=\d)[ \u00a0](?=\d{3}\b)", ".", text.strip()).replace("–", "-").replace("−", "-")
    for pattern, thousands, point in _WRITTEN:
        if re.fullmatch(pattern, written, re.ASCII):
            return _kept(Decimal(written.replace(thousands, "").replace(point, ".")), text)
    raise BadInput("“{text}” is not a figure; write it like 1.022 or 59,709.", text=printable(text)[:60])


# How a figure may be written, with what parts its thousands and begins its decimals.
_WRITTEN = (
    (r"-?\d+(?:,\d+)?", ".", ","),
    (r"-?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?", ".", ","),
    (r"-?\d+\.\d{1,2}|-?\d+\.\d{4,}|-?0\.\d+", ",", "."),
    (r"-?[1-9]\d{0,2}(?:,\d{3}){2,}(?:\.\d+)?|-?[1-9]\d{0,2}(?:,\d{3})+\.\d+", ",", "."),
)


def quantity(text: str) -> Quantity:
    """Read a figure with its unit: “1.022 tỷ đồng”, “40%”, “45 HTX”; raises BadInput."""
    words = printable(text)
    found = re.match(_FIGURE, words)
    figure = found[0].rstrip(".,") if found else words
    return Quantity(number(figure), words[len(figure) :].strip() if found else "")


def measured(text: str, unit: str) -> Decimal:
    """Read a figure in a unit that is known: money is converted, any other word behind it must be the unit; raises BadInput.

    A share of a hundred below one needs its sign: a spreadsheet shows 40% for what it hands out as 0,4.
    """
    read = quantity(text)
    wanted, given = _same(unit), _same(read.unit)
    if not given:
        if wanted == "%" and 0 < abs(read.value) < 1:
            raise BadInput("“{text}” may be a share or a percentage; write it with its sign, such as 40% or 0,4%.", text=printable(text))  # fmt: skip
        return read.value
    if given == wanted or (wanted.startswith(f"{given} ") or wanted.startswith(f"{given}/")):
        return read.value
    here, there = scale(read.unit), scale(unit)
    if here and there and _rest(given) in ("", _rest(wanted)):
        return _kept(read.value * here / there, text)
    raise BadInput("“{text}” is not in {unit}, the unit of this figure.", text=printable(text), unit=unit or "–")


def money(text: str, unit: str = "") -> int:
    """Read an amount in whole đồng: “6.726 triệu đồng”, “1 tỷ 200 triệu đồng”; one without a unit is in `unit`, if any. Raises BadInput."""
    parts = [quantity(part) for part in re.split(r"(?<=[^\W\d_])\.?\s+(?=\d)", printable(text))]
    factors = [scale(part.unit or (unit if len(parts) == 1 else "")) for part in parts]
    if not all(factors) or factors != sorted(set(factors), reverse=True) or any("/" in part.unit for part in parts):
        raise BadInput("“{text}” is no amount of money; write it with its unit, such as 6.726 triệu đồng.", text=printable(text))  # fmt: skip
    amount = sum((part.value * factor for part, factor in zip(parts, factors, strict=True)), Decimal())
    if amount != amount.to_integral_value() or abs(amount) > MOST_MONEY:
        raise BadInput("“{text}” does not make whole đồng.", text=printable(text))
    return int(amount)


def scale(unit: str) -> int:
    """How many đồng a unit of money is worth: “triệu đồng/người/năm” is 1.000.000, “1000 đồng” a thousand; 0 where it is none."""
    found = _MONEY.match(_same(unit))
    if not found or not (found[2] or found[3]):
        return 0
    return (1000 if found[1] else 1) * _SCALES[found[2] or ""]


def say_number(value: Decimal) -> str:
    """A figure as documents write it: 1.022, 59,709; all that it has of decimals."""
    whole, _point, rest = format(abs(value), "f").partition(".")
    digits = f"{int(whole):,}".replace(",", ".") + (f",{rest.rstrip('0')}" if rest.strip("0") else "")
    return f"-{digits}" if value < 0 else digits


def say_quantity(value: Decimal, unit: str) -> str:
    """A figure with its unit: 40%, 45 HTX."""
    return say_number(value) + (unit if unit.startswith("%") else f" {unit}" if unit else "")


def _kept(value: Decimal, text: str) -> Decimal:
    """A value as far as the record can keep it; raises BadInput."""
    if abs(value) > LARGEST or value != round(value, PLACES):
        raise BadInput("“{text}” is too large or too fine; take another unit.", text=printable(text)[:60])
    return round(value, PLACES).normalize() + 0


def _same(unit: str) -> str:
    """Two spellings of one unit are equal in this form."""
    return re.sub(r"\s*([/%])\s*", r"\1", strip_marks(printable(unit)).replace("phan tram", "%")).strip(" .")


def _rest(unit: str) -> str:
    """What follows the money in a unit: "/nguoi/nam"."""
    return unit[unit.index("/") :] if "/" in unit else ""
