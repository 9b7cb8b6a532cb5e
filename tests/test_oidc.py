"""Signing in with the account of the office: a provider on loopback that signs what it says, and others that lie."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from sqlmodel import select

from tests import make
from tests.conftest import Office
from web.app import create_app
from workflow.access import people
from workflow.access.entry import WebSession
from workflow.access.roles import Role

NOW = make.at("2025-09-20 10:00")


@dataclass
class Provider:
    """An OpenID provider: one key, one account; `claims` overrides what it says."""

    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    other: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    claims: dict[str, Any] = field(default_factory=dict)
    forged: bool = False
    challenge: str = ""
    nonce: str = ""
    issuer: str = ""
    tokens: int = 0

    def answer(self, path: str, body: dict[str, list[str]]) -> tuple[int, Any]:
        if path == "/.well-known/openid-configuration":
            told = {"issuer": self.issuer}
            return 200, told | {f"{name}_endpoint": f"{self.issuer}/{name}" for name in ("authorization", "token")} | {
                "jwks_uri": f"{self.issuer}/keys"
            }
        if path == "/keys":
            return 200, KeySet([self.key]).as_dict(private=False)
        self.tokens += 1
        digest = hashlib.sha256(body["code_verifier"][0].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != self.challenge or body["code"] != ["the-code"]:
            return 400, {"error": "invalid_grant"}
        claims = {
            "iss": self.issuer,
            "aud": "dondoc",
            "sub": "7",
            "exp": int(NOW.timestamp()) + 300,
            "nonce": self.nonce,
        }
        claims |= {"email": "Hoa@stc.example", "email_verified": True, **self.claims}
        made = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.other if self.forged else self.key)
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": made}


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            status, content = made.answer(urlsplit(self.path).path, parse_qs(self.rfile.read(size).decode()))
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer  # noqa: N815 - the library calls them so

        def log_message(self, *_what: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    made.issuer = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def client(office: Office, provider: Provider) -> Iterator[TestClient]:
    with office.database.transaction() as session:
        make.enacted(session, make.task())
        how: dict[str, Any] = {"by": make.BY, "at": NOW, "today": NOW.date()}
        people.appoint(session, "Trần Bình", Role.ADMINISTRATOR, **how, email="binh@stc.example")
        people.appoint(session, "Lê Hoa", Role.OFFICE, **how, email="hoa@stc.example")
    rules = replace(office.settings.sign_in, issuer=provider.issuer, client_id="dondoc")
    app = create_app(replace(office.settings, sign_in=rules), office.database, now=lambda: NOW)
    with TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False) as made:
        yield made


def begun(client: TestClient, provider: Provider, onward: str = "/tasks") -> str:
    """Begin, as a browser would; returns the state that the provider hands back."""
    assert "/sign-in/office" in client.get("/sign-in").text
    answer = client.get("/sign-in/office", params={"next": onward})
    asked = {name: value[0] for name, value in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    assert answer.headers["location"].startswith(f"{provider.issuer}/authorization?") and answer.status_code == 303
    assert (asked["code_challenge_method"], asked["response_type"], asked["client_id"]) == ("S256", "code", "dondoc")
    assert asked["redirect_uri"] == "http://127.0.0.1:8000/sign-in/office/back"
    provider.challenge, provider.nonce = asked["code_challenge"], asked["nonce"]
    return asked["state"]


def back(client: TestClient, state: str, code: str = "the-code") -> Any:
    return client.get("/sign-in/office/back", params={"state": state, "code": code})


def sessions(office: Office) -> int:
    with office.database.transaction() as session:
        return len(session.exec(select(WebSession)).all())


def test_whoever_the_provider_knows_and_the_record_too_comes_in(
    client: TestClient, provider: Provider, office: Office
) -> None:
    answer = back(client, begun(client, provider))
    assert answer.status_code == 303, answer.text
    assert (answer.status_code, answer.headers["location"], sessions(office)) == (303, "/tasks", 1)
    assert "Lê Hoa" in client.get("/tasks").text
    again = back(client, begun(client, provider, "//evil.example"))
    assert again.headers["location"] == "/"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "other"}, {"iss": "https://evil.example"}, {"nonce": "another"}, {"exp": int(NOW.timestamp()) - 3600},
        {"email": None}, {"email_verified": False}, {"email": "ai@la.example"}, {"email": "' or 1=1 --@x"},
    ],
)  # fmt: skip
def test_what_the_provider_says_of_another_or_not_now_opens_nothing(
    client: TestClient, provider: Provider, office: Office, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    assert back(client, begun(client, provider)).status_code in (403, 409)
    assert sessions(office) == 0


def test_a_forged_signature_a_foreign_state_and_a_code_of_another_open_nothing(
    client: TestClient, provider: Provider, office: Office
) -> None:
    provider.forged = True
    assert back(client, begun(client, provider)).status_code == 409
    provider.forged = False
    state = begun(client, provider)
    assert back(client, "another").status_code == 409 and back(client, "").status_code == 409
    assert back(client, state, "stolen").status_code == 409
    asked = provider.tokens
    client.cookies.clear()  # somebody is made to open the end of an attacker's own sign-in
    assert back(client, state).status_code == 409 and provider.tokens == asked
    assert sessions(office) == 0


def test_a_provider_that_is_away_is_told_and_mail_still_works(office: Office) -> None:
    rules = replace(office.settings.sign_in, issuer="http://127.0.0.1:9", client_id="dondoc")
    app = create_app(replace(office.settings, sign_in=rules), office.database, now=lambda: NOW)
    began = time.monotonic()
    with TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False) as made:
        assert made.get("/sign-in/office").status_code == 409
        assert made.post("/sign-in", data={"address": "a@x.example"}).status_code == 200
    closed = create_app(office.settings, office.database, now=lambda: NOW)
    with TestClient(closed, base_url="http://127.0.0.1:8000", follow_redirects=False) as made:
        assert made.get("/sign-in/office").status_code == 404
    assert time.monotonic() - began < 20
