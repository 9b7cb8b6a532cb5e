"""The headings of an assignment table: which column holds what, told by their words wherever they stand."""

from __future__ import annotations

import re

from directives.document import Row, clean
from directives.words import COLUMNS
from workflow.names import strip_marks

_PHRASES = sorted(
    ((phrase, field) for field, phrases in COLUMNS.items() for phrase in phrases), key=lambda p: len(p[0]), reverse=True
)


def field_of(heading: str | None) -> str | None:
    """The field that a column heading names, by the longest known phrase in it; None if it names none."""
    words = " ".join(re.findall(r"[a-z0-9]+", strip_marks(clean(heading or ""))))
    if not words or len(words) > 90:
        return None
    if "chu tri" in words and "phoi hop" in words:
        return "lead"
    if re.search(r"\b(?:lanh dao|dong chi|chuyen vien)\b.*\b(?:phu trach|theo doi|chi dao)\b", words):
        return "other"
    if words in ("bat dau", "tu", "tu ngay", "hoan thanh", "ket thuc", "den", "den ngay"):
        return "timing"  # the two halves of a time
    for phrase, field in _PHRASES:
        if re.search(rf"\b{phrase}\b", words):
            return field
    doing = re.search(r"\b(?:khoa|phong|ban|to|nguoi|bo phan|ca nhan|don vi|co quan)\b.*\bthuc hien$", words)
    return "lead" if doing else None


def _fit(heading: str, field: str) -> float:
    """How much of a heading is what names the field, from 0 to 1; a time that ends the work counts for more than one that begins it."""
    words = " ".join(re.findall(r"[a-z0-9]+", strip_marks(heading)))
    known = (phrase for phrase, of in _PHRASES if of == field and re.search(rf"\b{phrase}\b", words))
    named = next(known, words)
    fit = len(named) / max(len(words), 1)
    if field == "timing" and re.search(r"\b(?:den|ket thuc|hoan thanh|xong)$", words):
        return fit + 1
    return fit - 1 if field == "timing" and re.search(r"\b(?:tu|bat dau|trien khai)$", words) else fit


def columns(row: Row) -> dict[str, int]:
    """The columns of a heading row: field → grid column; empty unless it names the task and at least one other duty field.

    Where several columns name a field, a heading that says nothing else wins, then the first; of times the last day of work.
    """
    fits: dict[str, tuple[float, int]] = {}
    for index, cell in enumerate(row.cells):
        field = field_of(cell)
        if field:
            fit = _fit(clean(cell or ""), field)
            if field not in fits or fit > fits[field][0] + 0.2:
                fits[field] = (fit, index)
    found = {field: index for field, (_fit, index) in fits.items()}
    bare = [strip_marks(clean(cell or "")) for cell in row.cells]
    if "timing" not in found and "ngay" in bare:  # a week's calendar has a day and an hour
        found["timing"] = bare.index("ngay")
        found |= {"hour": bare.index("gio")} if "gio" in bare else {}
    if "ket qua" in bare and any("xu ly" in words for words in bare):
        found.pop("deliverable", None)  # what has become of it, in a list that follows tasks
    duties = {"lead", "coordinating", "deliverable", "timing"} & set(found)
    return found if "text" in found and duties else {}


def column_order(words: str) -> list[str]:
    """The fields that a flattened heading names, in its order: "STT Nhiệm vụ Cơ quan chủ trì …" → no, text, lead …"""
    text = " ".join(re.findall(r"[a-z0-9]+", strip_marks(words)))
    spans: list[tuple[int, int, str]] = []
    for phrase, field in _PHRASES:
        for found in re.finditer(rf"\b{phrase}\b", text):
            if not any(found.start() < end and start < found.end() for start, end, _f in spans):
                spans.append((found.start(), found.end(), field))
    order: list[str] = []
    for _start, _end, field in sorted(spans):
        if field not in order:
            order.append(field)
    return order if order[:1] == ["no"] else ["no", *(f for f in order if f != "no")]
