"""The catalogue: complete, compiled, with the same placeholders; every sentence of the code is in it."""

from __future__ import annotations

import ast
import io
import re
import string
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from workflow import i18n

ROOT = Path(__file__).parent.parent
PO = ROOT / "workflow" / "locales" / "vi" / "LC_MESSAGES" / "dondoc.po"
KEYWORDS: dict[str, None] = dict.fromkeys(
    ["_", "N_", "Refused", "BadInput", "NotPermitted", "NotFound", "Away", "Busy", "Overtaken", "translate"]
)


@cache
def catalogue() -> dict[str, str]:
    with PO.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale="vi") if m.id}


def said_in_code() -> set[str]:
    found: set[str] = set()
    for part in ("workflow", "directives", "notifications", "reports", "web"):
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOT / part, [("**.py", "python"), ("**.html", "jinja2")], keywords=KEYWORDS
        ):
            found.add(message if isinstance(message, str) else message[0])
    from babel.messages.extract import extract_from_file

    found |= {
        m if isinstance(m, str) else m[0]
        for _l, m, _c, _x in extract_from_file("python", ROOT / "cli.py", keywords=KEYWORDS)
    }
    return found


def test_every_sentence_of_the_code_is_translated_and_none_is_left_over() -> None:
    known, said = catalogue(), said_in_code()
    assert said - set(known) == set(), "run `make translations` and translate"
    assert set(known) - said == set(), "run `make translations`"
    assert [m for m, text in known.items() if not text] == []


def test_no_sentence_hides_in_an_f_string() -> None:
    """The extractor does not look into them."""
    for part in ("workflow", "directives", "notifications", "reports", "web", "cli.py"):
        for file in [ROOT / part] if part.endswith(".py") else (ROOT / part).rglob("*.py"):
            for text in (
                node
                for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
                if isinstance(node, ast.JoinedStr)
            ):
                called = [n.func.id for n in ast.walk(text) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
                assert "_" not in called, f"{file.name}:{text.lineno}"


def test_the_compiled_catalogue_is_the_written_one() -> None:
    with PO.open("rb") as file:
        written = io.BytesIO()
        write_mo(written, read_po(file, locale="vi"), use_fuzzy=True)
    import gettext

    fresh = gettext.GNUTranslations(io.BytesIO(written.getvalue()))
    with PO.with_suffix(".mo").open("rb") as file:
        shipped = gettext.GNUTranslations(file)
    for message in catalogue():
        assert shipped.gettext(message) == fresh.gettext(message)


@pytest.mark.parametrize("message", sorted(catalogue()))
def test_translations_keep_the_placeholders(message: str) -> None:
    def names(text: str) -> set[str]:
        return {name for _t, name, _f, _c in string.Formatter().parse(text) if name}

    assert names(catalogue()[message]) == names(message)


def test_translations_are_vietnamese() -> None:
    marked = re.compile("[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE)
    plain = [m for m, text in catalogue().items() if len(text.split()) > 3 and not marked.search(text)]
    assert plain == []


def test_the_language_can_be_changed_and_only_to_known_ones() -> None:
    assert i18n.translate("overdue") == "quá hạn"
    i18n.set_language("en")
    assert i18n.translate("overdue") == "overdue"
    assert i18n.language() == "en"
    with pytest.raises(ValueError, match="fr"):
        i18n.set_language("fr")
