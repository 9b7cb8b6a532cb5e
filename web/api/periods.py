"""Reports of periods for programs: what was called for, who has answered, the form of an agency; calling for one."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from reports import answered as answers_report
from reports import upward
from reports.writing import MEDIA_TYPES
from web.api import models
from web.api.caller import once, reading
from web.api.reading import As, Code, Name, _as_of
from web.pages import Office
from workflow.access import sight
from workflow.agency import known_agency
from workflow.directive import find_directive
from workflow.reporting import fields
from workflow.reporting.call import call

router = APIRouter()
WORD = MEDIA_TYPES["docx"]
Named = Annotated[str, Field(min_length=1, max_length=300)]


class CallWish(BaseModel):
    """The report of a period, asked of the agencies of a directive."""

    model_config = ConfigDict(extra="forbid")
    directive: Named = Field(description="Code or number")
    period: Annotated[str, Field(max_length=50)] = Field(description="Such as 2025-Q3")
    due: date = Field(description="The day by which the reports are to be sent")
    agencies: Annotated[list[Named], Field(max_length=2000)] = Field([], description="By code or name; none: all that owe something")  # fmt: skip


class Called(BaseModel):
    """The call: the code of its task, and who was asked now."""

    code: str
    period: str
    agencies: list[str]


@router.get("/calls")
def calls(request: Request, directive: Name = "") -> models.Rows:
    """The reports that were called for, with how many agencies were asked and have sent theirs."""
    with reading(request) as view:
        return models.Rows(items=fields.calls(view, directive or None))


@router.get("/calls/{code}")
def answers(request: Request, code: Code, as_of: As = None) -> models.Rows:
    """One row for each agency that was asked: whether it has sent its report, and what stands in it."""
    with reading(request) as view:
        return models.Rows(items=fields.answers(view, code, _as_of(request, as_of)))


@router.get("/calls/{code}/form")
def form(request: Request, code: Code, agency: Name = "") -> dict[str, Any]:
    """The form of an agency with what is filled in; its texts come back by their keys as `form` of the acts `fill` and `submit`."""
    with reading(request) as view:
        return fields.form(view, fields.called_duty(view, code, agency or None), _as_of(request, None))


@router.get("/reports/period/{code}")
def report(request: Request, code: Code, as_of: As = None) -> models.Report:
    """The answers to a call as a report; as `dondoc report period`."""
    with reading(request) as view:
        made = answers_report.build(view, _as_of(request, as_of), code)
    return models.Report(**made.to_json())


@router.get("/reports/progress")
def progress(
    request: Request, directive: Name, period: Name = "", kind: Name = "progress", to: Name = "", as_of: As = None
) -> models.Report:
    """The draft of the report upward on a directive; as `dondoc report progress`. Its text is Vietnamese."""
    with reading(request) as view:
        made = upward.report(view, _as_of(request, as_of), upward.asked(directive, period, kind, to))
    return models.Report(**made.to_json())


@router.get("/reports/progress.docx", response_class=Response)
def progress_file(
    request: Request, directive: Name, period: Name = "", kind: Name = "progress", to: Name = "", as_of: As = None
) -> Response:
    """The same as the Word document that is signed."""
    office: Office = request.app.state.office
    what = upward.asked(directive, period, kind, to)
    with office.drawing, reading(request) as view, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.docx"
        upward.write(office.settings, view, _as_of(request, as_of), what, file)
        content = file.read_bytes()
    return Response(content, media_type=WORD)


@router.post("/calls", status_code=201)
def ask(
    request: Request,
    wish: CallWish,
    idempotency_key: Annotated[
        str, Header(max_length=200, description="8 to 200 characters; the same sent again is answered, not done")
    ] = "",
) -> Called:
    """Call for the report of a period; once more asks those that were not asked yet."""
    office: Office = request.app.state.office

    def make(session: Session, how: dict[str, Any]) -> dict[str, Any]:
        found = find_directive(session, wish.directive, sight.hidden(session, how["by"]))
        named = [known_agency(session, one) for one in wish.agencies]
        made, new = call(session, found, wish.period, due=wish.due, agencies=named, today=office.as_of().day, **how)
        return {"code": new[0].task.code, "period": made.period, "agencies": [one.agency.code for one in new]}

    return Called(**once(request, idempotency_key, wish.model_dump(mode="json"), make, "manage"))
