"""The report upward as a Word document, in the layout of Decree 30/2020/NĐ-CP, from a template that the office can change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports import office_templates, paper
from reports.line import Part
from reports.progress import Progress
from reports.report import writable
from workflow.i18n import speaking
from workflow.names import roman
from workflow.queries import AsOf

if TYPE_CHECKING:
    from workflow.config import Settings

ANNEXES = ("documents", "duties", "aims", "money", "sources")  # what a template calls them, in their order


def write(settings: Settings, made: Progress, as_of: AsOf, to: str, target: Path, base: str = "") -> None:
    """Write the draft as .docx; figures open their lists at `base`, the address of the office's pages, if there is one."""

    def values(document: Any) -> dict[str, Any]:
        return _values(settings, made, as_of, to, base, lambda part: _link(document, base, part))

    with speaking("vi"):
        office_templates.filled(settings, "bao-cao", values, target)


def _values(settings: Settings, made: Progress, as_of: AsOf, to: str, base: str, link: Any) -> dict[str, Any]:
    frame = paper.framed(settings, as_of.day, made.subject)
    rows = {name: [paper.written(row) for row in one.rows] for name, one in zip(ANNEXES, made.annexes, strict=True)}
    for row in rows["sources"]:
        row["list"] = _rich([Part("Mở danh sách" if base else row["list"], row["opens"]["value"])], link, size=24)
    chapters = [
        {
            "title": f"{roman(n)}. {one.title}",
            "lines": [{"bold": text.bold, "text": _rich(text.parts, link, bold=text.bold)} for text in one.lines],
        }
        for n, one in enumerate(made.chapters, 1)
    ]
    told = {"to": to, "missing": made.missing, "opening": made.opening.format(name=frame["name"])}
    return {**paper.written({**frame, **told}), **rows, "chapters": chapters}


def _rich(parts: Any, link: Any, *, bold: bool = False, size: int | None = None) -> Any:
    """Text with links behind its figures; they look like the rest, for it is printed. `size` is in half points."""
    from docxtpl import RichText

    made = RichText()
    for part in parts:
        made.add(writable(part.text), bold=bold, size=size, font="Times New Roman", **link(part))
    return made


def _link(document: Any, base: str, part: Part) -> dict[str, Any]:
    return {"url_id": document.build_url_id(f"{base}{part.opens}")} if base and part.opens else {}
