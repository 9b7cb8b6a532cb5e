"""Targets and money of a directive for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from web.api import models
from web.api.caller import acting, reading
from web.pages import Office
from workflow.access import sight
from workflow.directive import find_directive
from workflow.duties.period_key import period_key
from workflow.targets import showing
from workflow.targets.typed import type_actual

router = APIRouter()
Code = Annotated[str, Path(max_length=100)]


@router.get("/directives/{code}/targets")
def targets(request: Request, code: Code, period: Annotated[str, Query(max_length=50)] = "") -> models.Targets:
    """What a directive aims at in figures with what has been reached, its money by source, and what does not agree."""
    office: Office = request.app.state.office
    key = period_key(period) if period.strip() else ""
    with reading(request) as view:
        return models.Targets(**showing.targets(view, code, today=office.as_of().day, period=key))


@router.post("/directives/{code}/targets/actual")
def record(request: Request, code: Code, figure: models.Figure) -> models.FigureKept:
    """Record what had been reached by the end of a period; the same once more changes nothing, another figure corrects it."""
    office: Office = request.app.state.office
    texts = {name: text for name, text in figure.model_dump().items() if text is not None}
    texts["code"] = texts.pop("indicator")
    with acting(request) as (session, how):
        directive = find_directive(session, code, sight.hidden(session, how["by"]))
        made, change = type_actual(session, directive, texts, today=office.as_of().day, **how)
        return models.FigureKept(
            indicator=made.indicator.code,
            period=made.period,
            agency=made.agency.code if made.agency else None,
            value=format(made.value, "f"),
            change=change.value,
        )
