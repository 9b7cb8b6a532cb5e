"""How people type a period."""

from __future__ import annotations

import re

from workflow.errors import BadInput
from workflow.periods import first_day


def period_key(text: str) -> str:
    """The key of a period as people type it: 2025-q3, Q3/2025, 07/2025, 2025; raises BadInput."""
    words = text.strip().upper()
    turned = re.fullmatch(r"(Q[1-4]|H[12]|\d{1,2})/(\d{4})", words)
    if turned:
        words = f"{turned[2]}-{turned[1] if turned[1][0] in 'QH' else turned[1].zfill(2)}"
    try:
        first_day(words)
    except ValueError as error:
        raise BadInput(
            "“{text}” is not a period; write it like 2025-Q3, 2025-07, 2025-H1 or 2025.", text=text
        ) from error
    return words
