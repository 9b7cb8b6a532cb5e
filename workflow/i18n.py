"""Words for people: English source sentences, looked up in a gettext catalogue.

Vietnamese is the default language of everything an official sees. The catalogue is `locales/vi/LC_MESSAGES/dondoc.mo`,
compiled from the `.po` beside it by `make translations`.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

LOCALES = Path(__file__).parent / "locales"
LANGUAGES = ("vi", "en")

_language: ContextVar[str] = ContextVar("language", default="vi")


@lru_cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("dondoc", LOCALES, [language], fallback=language == "en")


def set_language(language: str) -> None:
    """Speak `language` ("vi" or "en") from here on in this context."""
    if language not in LANGUAGES:
        raise ValueError(language)
    _language.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak `language` for a while."""
    before = _language.get()
    set_language(language)
    try:
        yield
    finally:
        _language.set(before)


def language() -> str:
    """Return the language spoken now."""
    return _language.get()


def translate(message: str, /, **args: object) -> str:
    """Return `message` in the current language with `{names}` filled from `args`.

    Arguments that are themselves markable constants (statuses, kinds) are passed already translated.
    """
    text = _catalogue(_language.get()).gettext(message) if message else ""
    return text.format(**args) if args else text


def N_(message: str) -> str:
    """Mark `message` for the catalogue without translating it yet."""
    return message


_ = translate
