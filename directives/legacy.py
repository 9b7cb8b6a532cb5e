"""Text in the one-byte encodings that Vietnamese offices used before Unicode: TCVN3 is converted, VNI refused by name.

Such text looks like "Céng hßa x· héi"; a fonts' name told the reader what it meant. Capitals with tone marks had a font of their
own (…H) with the same codes, so they come out as small letters: a converted document says that it was converted.
Table: TCVN 5712:1993, third character set.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from directives.document import Document, Paragraph, Row, Table

_CODES = "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ¡¢§£¤¥¦"
_LETTERS = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ"
TCVN3 = str.maketrans(_CODES, _LETTERS)
_UNICODE = re.compile("[\u1ea0-\u1ef9ăđơưĂĐƠƯ]")
_COMMON = ("của", "và", "các", "về", "được", "việc", "nhân dân", "thực hiện", "cộng", "hội", "chủ", "nhiệm vụ")
_VNI = re.compile("[aeouyAEOUYöôÖÔ][ùøûõïâáàåãäêéèëüúæÙØÛÕÏÂÁÀÅÃÄÊÉÈËÜÚÆ]|ñ[aeiouöô]")


class Vni(ValueError):
    """The text is in a VNI encoding, which cannot be told from ordinary letters one by one."""


def modern(document: Document) -> tuple[Document, bool]:
    """Return the document in Unicode, and whether it had to be converted; raises Vni."""
    text = " ".join(_texts(document))[:20_000]
    if len(text) < 40 or len(_UNICODE.findall(text)) > len(text) / 100:
        return _mapped(document, lambda part: part.replace("\u00ad", "")), False
    odd = sum(c in _CODES for c in text)
    converted = text.translate(TCVN3).lower()
    if odd > len(text) / 30 and sum(word in converted for word in _COMMON) >= 3:
        return _mapped(document, lambda part: part.translate(TCVN3)), True
    if len(_VNI.findall(text)) > len(text) / 40:
        raise Vni
    return _mapped(document, lambda part: part.replace("\u00ad", "")), False


def _texts(document: Document) -> list[str]:
    out: list[str] = []
    for block in document.blocks:
        out += [block.text] if isinstance(block, Paragraph) else [cell for row in block.rows for cell in row.texts()]
    return out


def _mapped(document: Document, change: Callable[[str], str]) -> Document:
    def block(one: Paragraph | Table) -> Paragraph | Table:
        if isinstance(one, Paragraph):
            return replace(one, text=change(one.text))
        rows = tuple(Row(tuple(cell and change(cell) for cell in row.cells), row.place) for row in one.rows)
        return replace(one, rows=rows)

    return replace(document, blocks=tuple(block(one) for one in document.blocks))
