"""Running text that is set in two columns side by side: the left one is read before the right one.

A band of lines counts as two columns where a white street runs down its middle and nearly every line stands on both sides of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from directives.lines import Line
from directives.readers.unruled import Words

_STREET = 9.0  # points of white between two columns
_LINES = 8  # fewer lines beside each other are a letterhead or a signature


def in_reading_order(lines: list[Words], width: float, page: int) -> list[Line] | None:
    """The lines of a page (`width` in points) in the order they are read; None for a page in one column."""
    best = max((_shared(lines, x), x) for x in range(int(0.35 * width), int(0.65 * width), 3))
    street = float(best[1])
    if best[0] < max(_LINES, 0.5 * len(lines)):
        return None
    return list(_bands(lines, street, page))


def _shared(lines: list[Words], street: float) -> int:
    """How many lines stand on both sides of a street and leave it white."""
    return sum(_is_parted(one, street) for one in lines)


def _is_parted(one: Words, street: float) -> bool:
    left = [word for word in one.words if word[1] <= street]
    right = [word for word in one.words if word[0] >= street]
    whole = len(left) + len(right) == len(one.words)
    return whole and bool(left) and bool(right) and right[0][0] - left[-1][1] >= _STREET and len(left) > 1 < len(right)


def _bands(lines: list[Words], street: float, page: int) -> Iterator[Line]:
    band: list[Words] = []
    for one in [*lines, None]:
        crosses = one is None or any(left < street < right for left, right, _text in one.words)
        if not crosses and one is not None:
            band.append(one)
            continue
        columns = sum(_is_parted(each, street) for each in band) >= _LINES
        for side in (0, 1) if columns else ():
            for each in band:
                words = [text for left, _right, text in each.words if (left >= street) == bool(side)]
                if words:
                    yield Line(" ".join(words), page)
        yield from () if columns else (Line(each.text, page) for each in band)
        band = []
        if one is not None:
            yield Line(one.text, page)
