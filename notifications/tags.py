"""Signed addresses: where a reply to one letter, or the report that it could not be delivered, comes back to (VERP).

`dondoc+r<letter><signature>@host` and `dondoc+b…`: the 128 bits of the letter's Message-ID and 80 of a signature, the purpose as salt,
in base 32 without capitals, because some servers change them.
"""

from __future__ import annotations

import re
from base64 import b32decode, b32encode
from hmac import compare_digest

from itsdangerous.encoding import base64_decode

from notifications.signing import Keys
from workflow.address import named_address
from workflow.config import Settings
from workflow.snapshot import Row, Snapshot

REPLY, BOUNCE = "r", "b"
_TAG = re.compile(r"[^+@\s]+\+([rb])([a-z2-7]{26})([a-z2-7]{16})@[^@\s]+", re.IGNORECASE | re.ASCII)


def tagged(keys: Keys, settings: Settings, purpose: str, message_id: str) -> str:
    """The address for one letter and purpose; empty where no inbox is read."""
    if settings.inbox.kind == "none":
        return ""
    local, _at, domain = _own(settings).partition("@")
    number = message_id.strip("<>")[:32]
    return f"{local}+{purpose}{_coded(number)}{_signature(keys, purpose, number)}@{domain}"


def read(view: Snapshot, keys: Keys, settings: Settings, address: str) -> tuple[str, Row] | None:
    """Purpose and letter (id, recipient, kind, status, message_id, sent_at) of an address that we made; None for any other."""
    found = _TAG.fullmatch(address)
    if not found:
        return None
    purpose, coded, signature = (part.lower() for part in found.groups())
    number = b32decode(coded.upper() + "======").hex()
    local, _at, domain = _own(settings).lower().partition("@")
    ours = address.lower().startswith(f"{local}+") and address.lower().endswith(f"@{domain}")
    if not ours or coded != _coded(number):
        return None  # another spelling of the same bits, or of another host
    if not any(_same(keys, purpose, number, signature)):
        return None
    domain = named_address(settings.mail.sender)[1].rpartition("@")[2]
    letters = view.rows(
        "select id, recipient, kind, status, message_id, sent_at from message where message_id = :named",
        named=f"<{number}@{domain}>",
    )
    return (purpose, letters[0]) if letters else None


def _coded(number: str) -> str:
    return b32encode(bytes.fromhex(number)).decode().rstrip("=").lower()


def _own(settings: Settings) -> str:
    return settings.inbox.address or named_address(settings.mail.sender)[1]


def _signature(keys: Keys, purpose: str, number: str) -> str:
    return _short(Keys(keys.values[:1]).signer(f"address.{purpose}").get_signature(number))


def _same(keys: Keys, purpose: str, number: str, signature: str) -> list[bool]:
    """Whether each of the keys signs so; all are asked, whichever fits."""
    made = (_short(Keys((one,)).signer(f"address.{purpose}").get_signature(number)) for one in keys.values)
    return [compare_digest(one, signature) for one in made]


def _short(signature: bytes) -> str:
    """80 bits of a signature: 16 letters."""
    return b32encode(base64_decode(signature)[:10]).decode().lower()
