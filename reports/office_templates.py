"""The Word templates of letters: those that come with dondoc, or the office's own in a folder of its choice."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow.errors import BadInput
from workflow.i18n import N_, _

if TYPE_CHECKING:
    from workflow.config import Settings

SHIPPED = Path(__file__).parent / "templates"
COMMON = frozenset(
    {"parent", "office", "name", "suffix", "place", "year", "subject", "about", "day", "copies", "filed", "signature", "signer", "total", "point"}
)  # fmt: skip
ASKING = COMMON | {"addressees", "verb", "answer_by", "overdue", "soon", "groups"}
# What a template of each name may say, and for whom it is.
KNOWN: dict[str, tuple[str, frozenset[str]]] = {
    "don-doc": (N_("letter of reminder"), ASKING),
    "tien-do": (N_("request for a progress report"), ASKING),
    "gia-han": (
        N_("answer to requests for more time"),
        COMMON | {"addressees", "asked", "answers", "granted", "refused"},
    ),
    "ban-giao": (
        N_("record of a hand-over"),
        COMMON | {"own", "witness", "former", "heir", "since", "items", "done", "overdue", "files", "waiting"},
    ),
    "bao-cao": (
        N_("report upward"),
        COMMON - {"about", "total", "point"}
        | {"own", "to", "missing", "opening", "chapters", "documents", "duties", "aims", "money", "sources"},
    ),
}
# Without these it is no letter of ours.
NEEDED: dict[str, frozenset[str]] = {
    "don-doc": frozenset({"subject", "addressees", "groups", "signature"}),
    "tien-do": frozenset({"subject", "addressees", "groups", "signature"}),
    "gia-han": frozenset({"subject", "addressees", "answers", "signature"}),
    "ban-giao": frozenset({"subject", "former", "heir", "items", "signature"}),
    "bao-cao": frozenset({"subject", "to", "opening", "chapters", "missing", "signature"}),
}


@dataclass(frozen=True)
class Fault:
    """Something wrong with a template: what it is, in words."""

    template: str
    words: str


def file(settings: Settings, name: str) -> Path:
    """The template of a name: the office's own, if there is one in its folder; raises BadInput for an unknown name."""
    _known(name)
    own = settings.letterhead.templates / f"{name}.docx"
    return own if own.is_file() else SHIPPED / f"{name}.docx"


def own(settings: Settings, name: str) -> bool:
    """Whether the office has a template of its own for a name."""
    return file(settings, name).parent != SHIPPED


def export(name: str, folder: Path) -> Path:
    """Copy a template that comes with dondoc into a folder, to be changed in Word; what lies there already is not overwritten."""
    _known(name)
    target = folder / f"{name}.docx"
    if target.exists():
        raise BadInput("{file} is there already; move it away first.", file=str(target))
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(SHIPPED / f"{name}.docx", target))


def check(settings: Settings, name: str) -> list[Fault]:
    """What is wrong with a template: not a Word file, a placeholder that nothing fills, one that a letter cannot do without."""
    path = file(settings, name)
    try:
        said = _opened(path).get_undeclared_template_variables()
    except BadInput as problem:
        return [Fault(name, str(problem))]
    allowed = KNOWN[name][1]
    faults = [
        Fault(name, _("{file}: nothing fills “{word}”. Known are: {known}.", file=path.name, word=word, known=", ".join(sorted(allowed))))
        for word in sorted(said - allowed)
    ]  # fmt: skip
    faults += [
        Fault(name, _("{file}: “{word}” is missing.", file=path.name, word=word))
        for word in sorted(NEEDED[name] - said)
    ]
    return faults


def _known(name: str) -> None:
    if name not in KNOWN:
        raise BadInput("There is no template “{name}”. Known are: {known}.", name=name, known=", ".join(KNOWN))


def filled(settings: Settings, name: str, values: Callable[[Any], dict[str, Any]], target: Path) -> None:
    """Write the letter of a template, which `values` is told for the links in it; raises BadInput where the office's own cannot be filled."""
    import jinja2
    from jinja2.sandbox import SandboxedEnvironment

    path = file(settings, name)
    document = _opened(path)
    try:
        document.render(
            values(document), SandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=True), autoescape=True
        )
    except jinja2.TemplateError as error:
        raise BadInput(
            "{file} cannot be filled: {error}. See `dondoc report template check`.", file=path.name, error=str(error)
        ) from error
    document.save(str(target))


def _opened(path: Path) -> Any:
    """A template, looked into; raises BadInput for what is none."""
    import jinja2
    from docxtpl import DocxTemplate

    document = DocxTemplate(str(path))
    try:
        document.get_undeclared_template_variables()
    except jinja2.TemplateError as error:
        raise BadInput("{file} cannot be filled: {error}.", file=path.name, error=str(error)) from error
    except Exception as error:  # zip, XML and Word libraries each raise their own
        raise BadInput("{file} is no Word file (.docx).", file=path.name) from error
    return document
