"""The words of a sentence that state its deadline or period: duties in running text have no time column."""

from __future__ import annotations

import re

from directives.document import clean
from directives.phrases.days import QUARTER, YEAR
from directives.phrases.phrase import HOUR, folded

_UNIT = rf"(?:(?:{HOUR})?(?:ngay\s+(?:[a-z]+\s+){{0,3}}?)?\d{{1,2}}\s*(?:/|\.|\s+thang\s+)\s*\d{{1,2}}(?:\s*(?:/|\.|\s+nam\s+)\s*\d{{4}})?|thang\s+\d{{1,2}}{YEAR}?|quy\s+{QUARTER}{YEAR}?|nam\s+20\d\d)"
_PART = rf"(?:quy\s+{QUARTER}|thang\s+\d{{1,2}}){YEAR}?"
PROSE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:\b(?:hoan\s+thanh|xong|gui|thoi\s+han|bao\s+cao)\s+)?(?:\btruoc\s+(?:het\s+)?|\b(?:cham|muon|tre)\s+nhat(?:\s+(?:la|den|vao|trong|het|truoc))*\s+){_UNIT}(?:\s+hang\s+nam)?",
        r"\b(?:truoc|cham\s+nhat|vao)\s+(?:vao\s+)?ngay\s+\d{1,2}\s+(?:cua\s+)?(?:thang\s+(?:cuoi|dau)\s+(?:cua\s+)?quy|hang\s+(?:thang|quy|tuan)|thang\s+\d{1,2}\s+hang\s+nam)",
        rf"\btu\s+(?:nay|ngay\s+\d{{1,2}}(?:/\d{{1,2}}(?:/\d{{4}})?)?)\s+den\s+(?:het\s+)?{_UNIT}",
        rf"\b(?:hoan\s+thanh|xong|thoi\s+han)\s*:\s*{_UNIT}",
        rf"(?:\b(?:truoc|cham\s+nhat|vao)\s+)?(?:\b{HOUR})?(?:\b(?:sang|chieu|toi)\s+)?\b(?:thu\s+(?:hai|ba|tu|nam|sau|bay|[2-7])|chu\s+nhat)\s*[,(]?\s*(?:ngay\s+)?\d{{1,2}}/\d{{1,2}}(?:/\d{{4}})?",
        r"\b(?:trong|vao)\s+ngay\s+\d{1,2}/\d{1,2}(?:/\d{4})?",
        rf"\bbat\s+dau\s+tu\s+{_UNIT}",
        rf"\b(?:hoan\s+thanh|thuc\s+hien|to\s+chuc|trinh|ban\s+hanh|xong)\s+(?:trong\s+)?{_PART}(?:\s*(?:,|va|-|den)\s+{_PART})*",
        rf"(?:\bdinh\s+ky\s+)?(?:\b(?:truoc|cham\s+nhat|vao)\s+)?(?:\bvao\s+)?(?:\b{HOUR})?(?:\b(?:sang|chieu|toi)\s+)?(?:\bngay\s+)?\b(?:thu\s+(?:hai|ba|tu|nam|sau|bay|[2-7])|chu\s+nhat)\s+(?:hang|moi)\s+tuan",
        rf"\b(?:truoc|cham\s+nhat|vao)\s+{HOUR}(?:hang|moi)\s+ngay\b",
        rf"\btrong\s+{_PART}(?:\s*(?:,|va|-|den)\s+{_PART})*",
        r"(?:^|(?<=[.;]\s))hang\s+(?:tuan|thang|quy|nam)\b",
        r"\bdinh\s+ky\s+(?:hang\s+)?(?:(?:moi\s+)?(?:tuan|thang|quy|nam)\b|0?\d+\s+thang(?:\s*/\s*lan)?)(?:\s*,\s*hang\s+nam)?",
        r"\b(?:trong\s+(?:thoi\s+han\s+|vong\s+)?|(?:cham|muon)\s+nhat\s+)\d{1,3}\s+(?:\([^)]*\)\s*)?ngay(?:\s+lam\s+viec)?\s*,?\s*(?:(?:ke\s+)?tu|sau)\s+[^.;,]{3,60}",
        r"\btai\s+(?:ky|phien)\s+hop\s+[^.;,]{0,40}(?:nam\s+20\d\d|thang\s+\d{1,2}(?:\s*/\s*\d{4})?)",
        r"\b(?:(?:cham|muon)\s+nhat\s+|truoc\s+it\s+nhat\s+)\d{1,3}\s+ngay(?:\s+lam\s+viec)?\s+(?:truoc|so\s+voi)\s+[^.;,]{3,50}",
        r"\b(?:khong\s+qua|trong\s+vong|trong\s+thoi\s+han)\s+\d{1,3}\s+ngay(?:\s+lam\s+viec)?\b",
        r"\btruoc\s+khi\s+bat\s+dau\s+[^.;,]{3,50}",
        r"\bmoi\s+(?:tuan|thang|quy|nam)\s+(?:it\s+nhat\s+)?(?:mot|\d{1,2})\s+lan\b",
        r"\b\d{1,2}\s+lan\s*/\s*(?:tuan|thang|quy|nam)\b",
        r"\btrong\s+nam\s+20\d\d",
        r"\bden\s+(?:het\s+)?ngay\s+\d{1,2}/\d{1,2}/\d{4}",
    )
)


def find(text: str) -> str | None:
    """Return the words of a sentence that state its deadline or period, or None.

    Only what plainly is a deadline counts: a span of data ("giai đoạn …"), a document's date or a bare year does not.
    """
    shown = clean(text)
    text = folded(shown)
    for pattern in PROSE:
        every = list(pattern.finditer(text))
        if every:
            return shown[every[-1].start() : every[-1].end()].strip(" ,;.")
    return None
