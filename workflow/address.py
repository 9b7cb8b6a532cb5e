"""E-mail addresses as this program takes them: one, plain, in ASCII."""

from __future__ import annotations

import re

from workflow.errors import BadInput
from workflow.names import printable

_ATOM, _LABEL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+", r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")


def named_address(text: str) -> tuple[str, str]:
    """Name and address of “Name <name@host>” or of a bare address; a comma or a dot in the name is part of it."""
    found = re.fullmatch(r"\s*(.*?)\s*<([^<>]*)>\s*", text)
    if not found:
        return "", text.strip()
    return re.sub(r"\\(.)", r"\1", found[1].strip().removeprefix('"').removesuffix('"')), found[2].strip()


def is_address(text: str) -> bool:
    """Whether it is one bare address that no mail server could misread."""
    return text.isprintable() and _ADDRESS.fullmatch(text) is not None


def checked_address(text: str) -> str:
    """Return one plain e-mail address; refuse line breaks, lists and anything a mail server could misread."""
    name, address = named_address(text)
    if not text.isprintable() or not is_address(address) or re.search("[<>,;]", name):
        raise BadInput("“{text}” is not an e-mail address.", text=printable(text))
    return address
