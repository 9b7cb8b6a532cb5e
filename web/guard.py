"""What every form that acts is asked first: whether it comes from our own site, and whether it is not tried too often."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from fastapi import Request

from web.pages import Office
from workflow.errors import NotPermitted, Problem
from workflow.i18n import N_
from workflow.limits import Limit, attempt

MISSES = Limit(60, 3600)  # dead or foreign links from one address
EVERYTHING = Limit(600, 3600)  # presses from one address: a whole office may sit behind it


class TooMany(Problem):
    """It was tried too often; after a while it is possible again."""


def own_site(request: Request) -> None:
    """Raise NotPermitted for a form that another site sent: browsers say where a POST comes from.

    With `Referrer-Policy: no-referrer` they say “null” for our own pages, too; then the nonce of the page decides alone.
    """
    office: Office = request.app.state.office
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    base = urlsplit(office.settings.links.base_url)
    try:
        foreign = origin not in (None, "null") and urlsplit(str(origin))[:2] != (base.scheme, base.netloc)
    except ValueError:
        foreign = True
    if site in ("cross-site", "same-site") or foreign:
        raise NotPermitted("This form was sent from another site.")


def count(
    request: Request, name: str, limit: Limit, *, by_address: bool = False, refuse: bool = True, alone: bool = False
) -> bool:
    """Count one attempt under a name (and the sender's address); raises TooMany, or says so, where the limit is passed.

    It counts among everything that comes from the sender's address, too, unless it stands `alone`.
    """
    office: Office = request.app.state.office
    source = hashlib.sha256((request.client.host if request.client else "").encode()).hexdigest()[:16]
    named = f"{name}:{source}" if by_address else name
    with office.database.transaction() as session:
        at = office.now()
        within = attempt(session, named, limit, at=at)
        within &= alone or attempt(session, f"all:{source}", EVERYTHING, at=at)
    if not within and refuse:
        raise TooMany(N_("This was tried too often. Wait an hour, or use the newest letter."))
    return within
