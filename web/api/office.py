"""What programs may read of the office: agencies, reminders, letters, the history; and the tokens of the caller."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from web.api import models
from web.api.caller import Caller, acting, reading
from web.api.reading import As, Code, Name, _as_of
from workflow import audit, dossier, ledger
from workflow.access.entry import AccessToken
from workflow.access.viewing import visible
from workflow.errors import NotFound, NotPermitted
from workflow.history import entries
from workflow.register import lineage
from workflow.snapshot import Snapshot

router = APIRouter()


@router.get("/agencies")
def agencies(request: Request, as_of: As = None, ended: bool = False) -> models.Rows:
    """The agencies of a day with who answers for them and what they owe; `ended`: those that are no more, too."""
    with reading(request) as view:
        return models.Rows(items=lineage.agencies(view, _as_of(request, as_of), ended=ended))


@router.get("/tasks/{code}/reminders")
def reminders(request: Request, code: Code, agency: Name = "") -> models.Rows:
    """Every line of the ledger about a task: what was told, to whom, when it left, what the server answered."""
    with reading(request) as view:
        dossier.task(view, code, _as_of(request, None))  # so that a task that is not there is said to be so
        return models.Rows(items=ledger.told(view, code, agency or None))


@router.get("/outbox")
def outbox(
    request: Request,
    status: Annotated[str, Query(pattern="^(queued|sending|sent|dropped|failed)?$")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> models.Rows:
    """The outbox, newest first; for those who oversee the work."""
    with reading(request) as view:
        _overseer(request)
        return models.Rows(items=ledger.messages(view, status or None, limit))


@router.get("/audit")
def history(request: Request, about: Name = "", last: Annotated[int, Query(ge=1, le=1000)] = 100) -> models.Rows:
    """The newest entries of the history, about one thing if named, oldest first, each with its hash; for those who oversee the work."""
    with reading(request) as view:
        if not about or not _work(view, about):
            _overseer(request)
        return models.Rows(items=entries.about(view, about or None, last))


def _work(view: Snapshot, about: str) -> bool:
    """Whether a name is that of a task or document that the caller may see, and not of a person or address."""
    rows = view.rows(
        f"""select d.id from directive d left join task t on t.directive_id = d.id
        where (upper(d.code) = upper(:about) or t.code = upper(:about)) and {visible(view)} limit 1""",
        about=about.strip(),
    )
    return bool(rows)


def _overseer(request: Request) -> None:
    caller: Caller = request.state.caller
    if not caller.person.oversees:
        raise NotPermitted("{name} sees this only for tasks of their own agency; name one.", name=caller.person.name)


@router.get("/tokens")
def tokens(request: Request) -> models.Tokens:
    """The access tokens of the caller, newest first."""
    with reading(request) as view:
        caller: Caller = request.state.caller
        rows = view.rows(
            """select id, name, scopes, made_at, until_on, used_at, revoked_at from access_token
            where lower(address) = :address order by id desc limit 1000""",
            address=caller.person.address.lower(),
        )
    return models.Tokens(items=[{**row, "scopes": row["scopes"].split()} for row in rows])  # type: ignore[misc]


@router.delete("/tokens/mine", status_code=204)
def revoke_own(request: Request) -> None:
    """End the access token that this request was made with."""
    with acting(request, "read") as (session, how):
        caller: Caller = request.state.caller
        own = session.get_one(AccessToken, caller.token)
        own.revoked_at = how["at"]
        audit.record(session, "revoke token", own.address, **how, after={"token": own.name})


@router.delete("/tokens/{number}", status_code=204)
def revoke(request: Request, number: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> None:
    """End an access token of the caller; the one that asks for it, too."""
    with acting(request, "read") as (session, how):
        caller: Caller = request.state.caller
        own = session.get(AccessToken, number)
        if not own or own.address.lower() != caller.person.address.lower():
            raise NotFound("There is no token {n}.", n=number)
        if not own.revoked_at:
            own.revoked_at = how["at"]
            audit.record(session, "revoke token", own.address, **how, after={"token": own.name})
