"""Signing in with the account of the office, by OpenID Connect (authorization code with PKCE).

The provider says which mailbox somebody has; who that is here, the record says. What is under way lies in a signed cookie of the browser
that began it, so that nobody can finish somebody else's sign-in.
"""

from __future__ import annotations

import json
import secrets
from functools import lru_cache
from typing import Annotated, Any

import httpx
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadData, URLSafeTimedSerializer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from web.entering import GUESSES
from web.guard import count
from web.pages import Office, page
from web.sign_in import come_in, here
from workflow.access.entry import person_at
from workflow.errors import Refused
from workflow.i18n import N_, _
from workflow.snapshot import snapshot

router = APIRouter()
COOKIE, LIFE = "dondoc_office", 600
TIMEOUT = 10
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")


@router.get("/sign-in/office")
def begin(request: Request, next: Annotated[str, Query(max_length=500)] = "/") -> Response:
    """Lead to the provider; nothing is recorded yet."""
    office: Office = request.app.state.office
    state, nonce, verifier = (secrets.token_urlsafe(32) for _n in range(3))
    with _client(office) as client:
        address, _state = client.create_authorization_url(
            _known(office)["authorization_endpoint"], state=state, code_verifier=verifier, nonce=nonce
        )
    under_way = {"state": state, "nonce": nonce, "verifier": verifier, "next": here(next)}
    answer = RedirectResponse(address, 303)
    secure = office.settings.links.base_url.startswith("https:")
    answer.set_cookie(
        COOKIE,
        _sealer(office).dumps(under_way),
        max_age=LIFE,
        httponly=True,
        samesite="lax",
        secure=secure,
        path="/sign-in/office",
    )
    return answer


@router.get("/sign-in/office/back")
def finish(
    request: Request,
    state: Annotated[str, Query(max_length=300)] = "",
    code: Annotated[str, Query(max_length=3000)] = "",
    error: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """Come in with what the provider says, if it is the answer to what this browser began."""
    office: Office = request.app.state.office
    count(request, "guess", GUESSES, by_address=True)
    try:
        under_way = _sealer(office).loads(request.cookies.get(COOKIE, ""), max_age=LIFE)
    except BadData:
        under_way = {}
    if error or not code or not state or under_way.get("state") != state:
        raise Refused(N_("The sign-in was broken off or took too long. Begin anew."))
    claims = _claims(office, code, under_way)
    address = str(claims.get("email") or "")
    if not address or claims.get("email_verified") is False:
        raise Refused(N_("The account of the office names no mailbox; ask who looks after it."))
    with snapshot(office.settings.database.url) as view:
        person = person_at(view, address, office.as_of().day)
    if not person:
        text = _("{address} is not registered here. Ask the office to enter it.", address=address)
        return page(request, "message.html", status=403, title=_("Not registered"), text=text)
    answer = come_in(request, person, here(str(under_way["next"])), "oidc")
    answer.delete_cookie(COOKIE, path="/sign-in/office")
    return answer


def _claims(office: Office, code: str, under_way: dict[str, Any]) -> dict[str, Any]:
    """What the provider says of whoever came back, checked: signature, issuer, audience, time, nonce."""
    known, rules = _known(office), office.settings.sign_in
    try:
        with _client(office) as client:
            token = client.fetch_token(known["token_endpoint"], code=code, code_verifier=under_way["verifier"])
            keys = KeySet.import_key_set(httpx.get(known["jwks_uri"], timeout=TIMEOUT).raise_for_status().json())
        found = jwt.decode(token["id_token"], keys, algorithms=ALGORITHMS)
        claims: dict[str, Any] = dict(found.claims)
        essential = {"iss": rules.issuer, "aud": rules.client_id, "nonce": under_way["nonce"]}
        options: dict[str, Any] = {name: {"essential": True, "value": value} for name, value in essential.items()}
        registry = jwt.JWTClaimsRegistry(
            now=int(office.now().timestamp()), leeway=60, exp={"essential": True}, **options
        )
        registry.validate(claims)
    except (httpx.HTTPError, OAuthError, JoseError, KeyError, ValueError) as error:
        raise Refused(
            "The provider of the office's accounts did not confirm the sign-in ({error}). Begin anew.",
            error=type(error).__name__,
        ) from error
    return claims


def _client(office: Office) -> Any:
    rules = office.settings.sign_in
    return OAuth2Client(
        client_id=rules.client_id,
        client_secret=rules.client_secret or None,
        token_endpoint_auth_method="client_secret_basic" if rules.client_secret else "none",
        scope="openid email",
        redirect_uri=f"{office.settings.links.base_url.rstrip('/')}/sign-in/office/back",
        code_challenge_method="S256",
        timeout=TIMEOUT,
        follow_redirects=False,
    )


def _sealer(office: Office) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(list(reversed(office.keys.values)), salt="dondoc.oidc")  # the last one signs


def _known(office: Office) -> dict[str, Any]:
    """The provider's own description of its addresses."""
    try:
        return _described(office.settings.sign_in.issuer)
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise Refused(
            "The provider of the office's accounts does not answer ({error}). Sign in by mail, or try later.",
            error=type(error).__name__,
        ) from error


@lru_cache(maxsize=4)
def _described(issuer: str) -> dict[str, Any]:
    found: dict[str, Any] = (
        httpx.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", timeout=TIMEOUT).raise_for_status().json()
    )
    if found["issuer"] != issuer:
        raise ValueError(json.dumps(found["issuer"]))
    return {name: str(found[name]) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
