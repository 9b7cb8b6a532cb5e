"""Targets and money of a directive for programs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from web.api import models
from web.api.caller import acting, reading
from web.api.reading import As, _as_of
from web.pages import Office
from workflow.access import sight
from workflow.directive import find_directive
from workflow.duties.period_key import period_key
from workflow.targets import showing
from workflow.targets.typed import type_actual

router = APIRouter()
Code = Annotated[str, Path(max_length=100)]


class Targets(models.Loose):
    """Targets and money of one directive. Figures are exact decimals as text, in the unit of their indicator; amounts are whole đồng."""

    code: str
    number: str
    subject: str
    monitor_id: int | None
    period: str = Field(description="The period that was asked for; empty for the newest figures of each indicator.")
    indicators: list[dict[str, Any]]
    money: list[dict[str, Any]]
    lines: list[dict[str, Any]] = Field(description="Every amount as one place states it.")
    differences: list[dict[str, Any]] = Field(description="Figures that ought to be the same and are not.")


class Figure(BaseModel):
    """What had been reached by the end of a period; figures are written as documents write them: 1.022 or 59,709."""

    model_config = ConfigDict(extra="forbid")

    indicator: str = Field(max_length=40)
    period: str = Field(max_length=50)
    value: str = Field(max_length=60)
    agency: str = Field(default="", max_length=300, description="Code or name; empty for one's own, or all together")
    note: str | None = Field(default=None, max_length=1000)
    document_number: str | None = Field(default=None, max_length=100)


class FigureKept(BaseModel):
    """The figure as it is kept, and whether it is new, changed, or was there."""

    directive: str
    indicator: str
    unit: str
    period: str
    agency: str | None
    agency_name: str | None
    value: str
    change: Literal["new", "changed", "same"]


@router.get("/directives/{code:path}/targets")
def targets(
    request: Request, code: Code, period: Annotated[str, Query(max_length=50)] = "", as_of: As = None
) -> Targets:
    """What a directive aims at in figures with what has been reached, its money by source, and what does not agree."""
    key = period_key(period) if period.strip() else ""
    with reading(request) as view:
        return Targets(**showing.targets(view, code, today=_as_of(request, as_of).day, period=key))


@router.post("/directives/{code:path}/targets/actual")
def record(request: Request, code: Code, figure: Figure) -> FigureKept:
    """Record what had been reached by the end of a period; the same once more changes nothing, another figure corrects it."""
    office: Office = request.app.state.office
    texts = {name: text for name, text in figure.model_dump().items() if text is not None}
    texts["code"] = texts.pop("indicator")
    with acting(request) as (session, how):
        directive = find_directive(session, code, sight.hidden(session, how["by"]))
        kept = showing.kept(*type_actual(session, directive, texts, today=office.as_of().day, **how))
        return FigureKept(**{**kept, "value": format(kept["value"], "f")})
