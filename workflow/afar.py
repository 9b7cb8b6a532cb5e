"""The record of a server: what `dondoc login` keeps on an agency's PC, and the few calls that its commands make.

Plain `http.client`, nothing of the record: a command must start at once. Every answer is what the same command would read on the
server's own machine; days and instants come back as such by the names of their fields.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from workflow.errors import BadInput, NotPermitted, Problem, Refused
from workflow.i18n import N_

if TYPE_CHECKING:
    from http.client import HTTPConnection, HTTPResponse

    from workflow.config import ReadingSettings
    from workflow.duties.order import Order

TIMEOUT = 60  # seconds for an answer
BLOCK = 1 << 16


@dataclass(frozen=True)
class Afar:
    """What takes the place of the settings on a PC that works with the record of a server: its address, the token, whom it acts for."""

    server: str
    token: str
    name: str
    language: str
    time_zone: str

    @property
    def reading(self) -> ReadingSettings:
        """How documents are read on this PC: as without a settings file."""
        from workflow.config import ReadingSettings

        return ReadingSettings()


class BrokenLogin(BadInput):
    """What `remember` kept is not what it wrote; only a new login helps."""


def login_file() -> Path:
    """Where the token lies: in the user's own folder for settings."""
    home = os.environ.get("APPDATA") or os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "dondoc" / "login.json"


def chosen(config: Path | None) -> Afar | None:
    """The server that commands are for: of `dondoc login`, unless a settings file or a database is named or lies here."""
    here = config or os.environ.get("DONDOC_CONFIG") or os.environ.get("DONDOC_DATABASE_URL")
    return None if here or Path("config.yaml").is_file() else known()


def known() -> Afar | None:
    """The server that this account is signed in to, if any."""
    file = login_file()
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return Afar(**_texts(kept, "server", "token", "name", "language", "time_zone"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BrokenLogin(N_("{file} cannot be read; sign in again with `dondoc login`."), file=str(file)) from error


def _texts(kept: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: str(kept[name]) for name in names}


def remember(server: str, token: str, name: str, language: str, time_zone: str) -> Path:
    """Keep a token for this account alone; returns the file."""
    file = login_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    told = {"server": server, "token": token, "name": name, "language": language, "time_zone": time_zone}
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump(told, out, ensure_ascii=False)
    fresh.replace(file)
    return file


def forget() -> None:
    """Drop what `remember` kept."""
    login_file().unlink(missing_ok=True)


def checked_server(address: str, *, plain: bool) -> str:
    """The address of a server without its last slash; raises BadInput for one that would send the token unprotected."""
    unlike = BadInput("“{text}” is not the address of a server; write it like https://dondoc.langson.example.", text=address)  # fmt: skip
    try:
        parts = urlsplit(address.strip())
        near, _port = parts.hostname in ("localhost", "127.0.0.1", "::1"), parts.port
    except ValueError as error:
        raise unlike from error
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise unlike
    if parts.scheme == "http" and not (near or plain):
        raise BadInput(
            "{server} would be asked without protection; use https, or add --plain in a closed network.", server=address
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


class Server:
    """One server and who asks it."""

    def __init__(self, address: str, token: str = "", language: str = "vi") -> None:
        self.parts, self.address, self.token, self.language = urlsplit(address), address, token, language

    @classmethod
    def of(cls, settings: Afar, named: str | None) -> Server:
        """The server of a login; raises BadInput where somebody else is named than who is signed in."""
        if named:
            raise BadInput("You are signed in to {server} as {name}; --by is for the server's own machine.", server=settings.server, name=settings.name)  # fmt: skip
        return cls(settings.server, settings.token, settings.language)

    def look(self, path: str, query: Mapping[str, object]) -> Any:
        """What a list or a page of data says; a list that comes in pages is read to its end."""
        asked: str | None = f"{quote(path)}?{urlencode({k: v for k, v in query.items() if v not in (None, '', False)})}"
        items: list[Any] = []
        while asked:
            found = self.ask("GET", asked)
            if not (isinstance(found, dict) and "items" in found and "next" in found):
                return typed(found)
            items += found["items"]
            asked = found["next"] and str(found["next"])
        return typed(items)

    def order(self, order: Order, evidence: Sequence[Path] = ()) -> list[str]:
        """Send an order with its files; returns what became of it in words."""
        said = order.to_json()
        if missing := [str(file) for file in evidence if not file.is_file()]:
            raise BadInput("There is no file {names}.", names=", ".join(missing))
        if evidence:
            said["files"] = [self.send(file) for file in evidence]
        lines: list[str] = self.post("acts", said)["lines"]
        return lines

    def post(self, path: str, said: dict[str, Any]) -> Any:
        """Ask for an act. A line that broke is tried again without doing it twice."""
        import secrets

        key, last = secrets.token_urlsafe(16), 2
        for attempt in range(last + 1):
            try:
                return self.ask("POST", path, said, {"Idempotency-Key": key})
            except Away:
                if attempt == last:
                    raise
        return None

    def fetch(self, path: str, query: Mapping[str, object] | None = None) -> bytes:
        """The content of a file that the server makes."""
        told = {k: v for k, v in (query or {}).items() if v not in (None, "", False)}
        return self._asked("GET", f"{path}?{urlencode(told)}" if told else path, None, {"Accept": "*/*"})

    def send(self, file: Path) -> str:
        """Send a file as it is read from the disk, showing how far it has come; returns what the server calls it."""
        from workflow.terminal import progress

        size = file.stat().st_size
        if not size:
            raise BadInput("{name} is empty; send the file with its content.", name=file.name)

        def blocks() -> Iterator[bytes]:
            sent = 0
            with file.open("rb") as content:
                while block := content.read(BLOCK):
                    yield block
                    sent += len(block)
                    progress(sent // 1000, max(size // 1000, 1))

        found = self.ask(
            "POST",
            f"files?name={quote(file.name)}",
            blocks(),
            {"Content-Length": str(size), "Content-Type": "application/octet-stream"},
        )
        return str(found["file"])

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        """One request of the interface; returns its JSON. Raises a Problem with the server's own words."""
        content = self._asked(method, path, body, headers)
        try:
            return json.loads(content) if content else None
        except ValueError as error:
            raise Refused("{server} is no server of dondoc, or not of this version.", server=self.address) from error

    def _asked(self, method: str, path: str, body: Any, headers: Mapping[str, str] | None) -> bytes:
        from http.client import HTTPException, IncompleteRead

        sent = {
            "Accept": "application/json",
            "Accept-Language": self.language,
            "User-Agent": "dondoc",
            **(headers or {}),
        }
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if isinstance(body, dict):
            body = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        connection = self._connect()
        try:
            with suppress(BrokenPipeError, ConnectionResetError):  # it has answered before all was sent: too large
                connection.request(method, self._path(path), body, sent)
            answer = connection.getresponse()
            try:
                content = answer.read()
            except (IncompleteRead, ConnectionResetError) as cut:
                if answer.status != 413:
                    raise
                content = getattr(
                    cut, "partial", b""
                )  # the line was cut while we were still sending; the status says enough
        except (OSError, HTTPException) as error:
            raise Away(
                "{server} does not answer: {error}", server=self.address, error=str(error) or type(error).__name__
            ) from error
        finally:
            connection.close()
        if answer.status >= 300:
            raise _refusal(answer, content, self.address)
        return bytes(content)

    def _path(self, path: str) -> str:
        """Where a request goes; `next` of a list is a whole path already."""
        return path if path.startswith("/") else f"{self.parts.path}/api/v1/{path}"

    def _connect(self) -> HTTPConnection:
        from http.client import HTTPConnection, HTTPSConnection

        host, port = self.parts.hostname or "", self.parts.port
        if self.parts.scheme == "http":
            return HTTPConnection(host, port, timeout=TIMEOUT)
        return HTTPSConnection(host, port, timeout=TIMEOUT)


class Away(Refused):
    """The server did not answer; whether it did what was asked is not known."""


def _refusal(answer: HTTPResponse, content: bytes, server: str) -> Problem:
    """The server's refusal as the exception that the same command would raise on its machine."""
    try:
        told = json.loads(content)
        words = str(told.get("detail") or told.get("title") or answer.reason)
    except (ValueError, AttributeError):
        words = f"{answer.status} {answer.reason}"
        if answer.status == 413:  # what is too large for any page is refused before the interface sees it
            words = content.decode(errors="replace").strip() or words
        if answer.status in (301, 302, 307, 308, 404):
            return Refused("{server} is no server of dondoc, or not of this version.", server=server)
    if answer.status == 401:
        return NotPermitted(
            "{server} does not know this login any more; sign in again with `dondoc login {server}`.", server=server
        )
    kind = {400: BadInput, 403: NotPermitted, 404: BadInput, 413: BadInput, 422: BadInput}.get(answer.status, Refused)
    return kind(words)


def typed(value: Any) -> Any:
    """JSON with its days (`*_on`) and instants (`*_at`) as such, the way a snapshot gives them."""
    if isinstance(value, list):
        return [typed(one) for one in value]
    if isinstance(value, dict):
        return {name: _meant(name, typed(one)) for name, one in value.items()}
    return value


def _meant(name: str, value: Any) -> Any:
    if isinstance(value, str) and value:
        if name.endswith("_on") or name == "as_of":
            return date.fromisoformat(value)
        if name.endswith("_at"):
            return datetime.fromisoformat(value)
    return value
