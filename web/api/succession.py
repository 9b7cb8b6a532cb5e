"""Reorganisations by programs: what one would move, carrying it out, taking it back, and which heir owes a task."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from web.api import models
from web.api.caller import Caller, acting, answered, reading
from web.pages import Office
from workflow.access.entry import KeptAnswer
from workflow.access.permits import permit_office
from workflow.agency import known_agency
from workflow.database import exclusive
from workflow.i18n import _
from workflow.register import deciding, inheritance, lineage, reorganisation, showing, steps, undoing
from workflow.register.inheritance import Decisions
from workflow.register.kinds import Manner
from workflow.register.sheets import Line
from workflow.register.steps import Step
from workflow.task import find_task

router = APIRouter()
Named = Annotated[str, Field(min_length=1, max_length=300)]


class StepWish(BaseModel):
    """One heir of one agency; a split has one for each heir."""

    model_config = ConfigDict(extra="forbid")
    former: Named = Field(description="The agency that ends, by code or name")
    heir: Named = Field(description="Who takes its place, by code or name")
    kind: Manner | None = Field(None, description="Without it: merged, or split where several steps name the agency")
    on: date = Field(description="The day it takes effect")
    basis: Annotated[str, Field(max_length=500)] = Field(description="The document it follows, with number and day")
    tasks: Annotated[list[Named], Field(max_length=1000)] = Field(
        [], description="Codes of tasks or directives that this heir takes; “*”: what nobody else takes"
    )


class DecisionWish(BaseModel):
    """Which heir takes what a split leaves open."""

    model_config = ConfigDict(extra="forbid")
    former: Named
    task: Named = Field(description="Code of the task, or of the directive whose results are confirmed")
    heir: Named


class SuccessionWish(BaseModel):
    """The steps of a reorganisation and what was decided of them."""

    model_config = ConfigDict(extra="forbid")
    steps: Annotated[list[StepWish], Field(min_length=1, max_length=5000)]
    decisions: Annotated[list[DecisionWish], Field(max_length=50_000)] = []


class SuccessionPlan(BaseModel):
    """What would pass and what waits for a decision, as `dondoc succession plan --json` says it."""

    moves: list[dict[str, Any]]
    undecided: list[dict[str, Any]]
    focal_points: list[dict[str, Any]]
    focal_points_ending: list[dict[str, Any]]
    links: int
    without_mailbox: list[str]
    left_below: list[str]


class SuccessionMade(BaseModel):
    """A succession that was carried out, under its number."""

    batch: int
    plan: SuccessionPlan


class HeirWish(BaseModel):
    """Which heir owes a task whose lead agency ended and was split; `former` where several of its lead agencies ended."""

    model_config = ConfigDict(extra="forbid")
    task: Named
    heir: Named
    former: Annotated[str, Field(max_length=300)] = ""


class HeirDecided(BaseModel):
    """Who owes the task now, and how many open periods passed."""

    task: str
    heir: str
    moved: int


@router.get("/successions")
def successions(request: Request) -> models.Rows:
    """Which agency took the place of which, when and on what basis."""
    with reading(request) as view:
        return models.Rows(items=lineage.successions(view))


@router.post("/successions/plan")
def plan(request: Request, wish: SuccessionWish) -> SuccessionPlan:
    """What the steps would move and what a person must decide; changes nothing."""
    with acting(request, "manage") as (session, how):
        permit_office(how["by"], "succession")
        with session.begin_nested() as trial:  # that the token was used stays, whatever the plan has touched goes
            made = inheritance.plan(session, *_given(session, wish))
            told = showing.as_json(made)
            trial.rollback()
    return SuccessionPlan(**told)


@router.post("/successions", status_code=201)
def apply(
    request: Request,
    wish: SuccessionWish,
    idempotency_key: Annotated[
        str, Header(max_length=200, description="8 to 200 characters; the same sent again is answered, not done")
    ] = "",
) -> SuccessionMade:
    """Carry the steps out, in one transaction; refused while anything waits for a decision."""
    office: Office = request.app.state.office
    with acting(request, "manage") as (session, how):
        permit_office(how["by"], "succession")
        caller: Caller = request.state.caller
        name = digest = ""
        if idempotency_key:
            name, digest, before = answered(session, caller, idempotency_key, wish.model_dump(mode="json"))
            if before:
                return SuccessionMade(**before)
        exclusive(session, "audit")  # before the register is read: two at once must not end one agency twice
        steps_, decisions = _given(session, wish)
        batch, made = reorganisation.carry_out(session, steps_, decisions, **how, today=office.as_of().day)
        answer = SuccessionMade(batch=batch, plan=SuccessionPlan(**showing.as_json(made)))
        if name:
            kept = answer.model_dump(mode="json")
            session.add(KeptAnswer(key=name, content_hash=digest, at=how["at"], answer=kept))
    return answer


@router.post("/successions/decide")
def decide(request: Request, wish: HeirWish) -> HeirDecided:
    """Say which heir owes a task whose lead agency ended and was split."""
    office: Office = request.app.state.office
    with acting(request, "manage") as (session, how):
        permit_office(how["by"], "succession")
        task, heir = find_task(session, wish.task), known_agency(session, wish.heir)
        former = known_agency(session, wish.former) if wish.former else None
        moved = deciding.decide(session, task, heir, former, today=office.as_of().day, **how)
        return HeirDecided(task=task.code, heir=heir.code, moved=moved)


@router.delete("/successions/{batch}", status_code=204)
def undo(request: Request, batch: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> None:
    """Take a succession back; refused once something has happened since."""
    with acting(request, "manage") as (session, how):
        permit_office(how["by"], "succession")
        undoing.undo(session, batch, **how)


def _given(session: Session, wish: SuccessionWish) -> tuple[list[Step], Decisions]:
    """The steps and decisions of a wish, checked as those of a table are."""
    heirs = Counter(one.former.strip().upper() for one in wish.steps)
    lines = []
    for n, one in enumerate(wish.steps, 1):
        usual = Manner.SPLIT if heirs[one.former.strip().upper()] > 1 else Manner.MERGED
        cells = {
            "former": one.former.strip(),
            "kind": one.kind or usual,
            "heir": one.heir.strip(),
            "on": one.on.isoformat(),
            "basis": one.basis,
            "tasks": "; ".join(one.tasks),
        }
        lines.append(Line(n, cells))
    found = steps.check(session, lines, _("The steps"))
    said = [
        Line(n, {"former": one.former.strip(), "code": one.task.strip(), "heir": one.heir.strip()})
        for n, one in enumerate(wish.decisions, 1)
    ]
    return found, reorganisation.decided(session, found, said, _("The decisions"))
