"""How people type a period."""

from __future__ import annotations

import re

from workflow.errors import BadInput
from workflow.names import strip_marks
from workflow.periods import first_day


def period_key(text: str) -> str:
    """The key of a period as people type it: 2025-q3, Q3/2025, quý III năm 2025, tháng 7/2025, 2025; raises BadInput."""
    words = strip_marks(text).strip().upper()
    spoken = re.fullmatch(r"(QUY|THANG|NAM)?\s*(\d{1,2}|I{1,3}|IV)?\s*(?:/|NAM)?\s*(\d{4})", words)
    if spoken and (spoken[1] in ("QUY", "THANG")) == bool(spoken[2]):
        number = {"I": "1", "II": "2", "III": "3", "IV": "4"}.get(spoken[2] or "", spoken[2] or "")
        words = {"QUY": f"Q{number}/", "THANG": f"{number}/"}.get(spoken[1] or "", "") + spoken[3]
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
