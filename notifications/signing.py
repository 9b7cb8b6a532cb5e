"""The keys that sign links and addresses: the first of the file signs, all verify, and each purpose is a salt of its own.

A line of the file is a secret and the day since which it signs. A key that was replaced goes once nothing that it signed can
be alive any more.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from itsdangerous import Signer

from workflow.errors import BadInput

_LINE = re.compile(r"(?P<secret>\S{32,})(?:\s+(?P<since>\d{4}-\d\d-\d\d))?")


class _Signer(Signer):
    """Derives each key once: a morning signs thousands of links."""

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        known: dict[str | bytes | None, bytes] = self.__dict__.setdefault("_derived", {})
        if secret_key not in known:
            known[secret_key] = super().derive_key(secret_key)
        return known[secret_key]


@dataclass(frozen=True)
class Keys:
    """The signing keys: the first signs, all verify."""

    values: tuple[str, ...]

    def signer(self, purpose: str) -> Signer:
        return _signer(self.values, purpose)


@lru_cache(maxsize=64)
def _signer(values: tuple[str, ...], purpose: str) -> Signer:
    # itsdangerous signs with the last key of its list
    ordered = list(reversed(values))
    return _Signer(ordered, salt=f"dondoc.{purpose}", key_derivation="hmac", digest_method=hashlib.sha256)


class KeyFile:
    """The keys of a file, read anew when it has changed: pages that run know a key as soon as it signs."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._read = load_keys(file), self._state()

    def keys(self) -> Keys:
        """The keys as the file has them now."""
        state = self._state()
        if state != self._read[1]:
            self._read = load_keys(self.file), state
        return self._read[0]

    def _state(self) -> tuple[int, int]:
        found = self.file.stat()
        return found.st_mtime_ns, found.st_ino


def load_keys(file: Path) -> Keys:
    """Read the key file; make it at the first use, readable by its owner only."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return load_keys(file)  # another process was faster
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(secrets.token_urlsafe(32) + "\n")
    return Keys(tuple(secret for secret, _since in _lines(file)))


def rotate(file: Path, *, today: date, days: int) -> tuple[int, int]:
    """Put a new key on top and drop those that were replaced more than `days` ago; returns how many verify now and how many went.

    The new file takes the old one's place at once; raises BadInput for a file that is no key file.
    """
    load_keys(file)
    known = _lines(file)
    # a key was replaced on the day since which the one above it signs; of one without a day, today is the first that is known
    replaced = [today, *(since or today for _secret, since in known)]
    kept = [line for line, on in zip(known, replaced, strict=False) if today - on <= timedelta(days=days)]
    lines = [(secrets.token_urlsafe(32), today), *kept]
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.writelines(f"{secret} {since.isoformat()}\n" if since else f"{secret}\n" for secret, since in lines)
            out.flush()
            os.fsync(out.fileno())
        if os.name == "posix" and os.geteuid() == 0:  # the clock and the pages may run under another account
            os.chown(temporary, file.stat().st_uid, file.stat().st_gid)
        Path(temporary).replace(file)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return len(lines), len(known) - len(kept)


def ages(file: Path) -> list[date | None]:
    """Since when each key of the file signs or signed, newest first; None for one that has been there from the beginning."""
    load_keys(file)
    return [since for _secret, since in _lines(file)]


def _lines(file: Path) -> list[tuple[str, date | None]]:
    """The secrets of the file, each with the day since which it signs, newest first."""
    found: list[tuple[str, date | None]] = []
    for line in filter(None, map(str.strip, file.read_text(encoding="ascii", errors="replace").splitlines())):
        read = _LINE.fullmatch(line)
        if not read:
            found.clear()
            break
        found.append((read["secret"], date.fromisoformat(read["since"]) if read["since"] else None))
    if not found:
        raise BadInput(
            "The key file {file} has no usable key; remove it and all links given so far stop working.", file=str(file)
        )
    return found
