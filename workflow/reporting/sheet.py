"""The form of a period report as a spreadsheet: out for an agency that fills it in offline, and in again."""

from __future__ import annotations

from pathlib import Path

from workflow.errors import BadInput
from workflow.i18n import N_, _
from workflow.periods import show_day
from workflow.register import sheets
from workflow.reporting.fields import TEXTS
from workflow.snapshot import Row

TITLES = {"key": N_("Item"), "label": N_("What is asked"), "value": N_("Answer")}
# What the field of a text is called in a spreadsheet, whatever its language.
CODES = {"done": "KQ", "difficulties": "KK", "proposals": "KN"}
DUTY = "BC"  # the first line says whose report it is
assert set(CODES) == set(TEXTS)


def write(path: Path, row: Row) -> None:
    """Write a form (`fields.form`) as .xlsx or .csv, with what is filled in so far."""
    asked = _("{agency}: {what}, by {day}. Fill in the column “Answer”; leave this line as it is.", agency=row["agency"], what=row["text"], day=show_day(row["due_on"]) if row["due_on"] else "–")  # fmt: skip
    first = {"key": DUTY, "label": asked, "value": f"{row['code']}/{row['issued_to_code']}"}
    lines = [
        {"key": CODES.get(f["key"], f["key"]), "label": f"{f['label']}\n{f['hint']}".strip(), "value": f["value"]}
        for f in row["fields"]
    ]
    sheets.write(path, TITLES, [first, *lines], _("Report"))


def read(path: Path) -> tuple[str, str, dict[str, str]]:
    """The report and the agency of a form that was filled in, and its texts by key; raises BadInput."""
    lines = sheets.read(path, TITLES, ("key", "value"))
    texts: dict[str, str] = {}
    keys = {code: key for key, code in CODES.items()}
    whose, first = "", TITLES["key"]
    for line in lines:
        key, value = line.cells["key"].strip(), line.cells["value"]
        if key.upper() == DUTY:
            whose = value
        elif not key:
            raise BadInput("{name}, row {n}: the column “{column}” is empty; leave it as the form came.", name=path.name, n=line.number, column=_(first))  # fmt: skip
        else:
            known = keys.get(key.upper(), key)
            if known in texts:
                raise BadInput("{name}, row {n}: the field {key} stands twice.", name=path.name, n=line.number, key=key)
            texts[known] = value
    code, slash, agency = whose.partition("/")
    if not slash:
        raise BadInput("{name} does not say whose report it is; its line “{key}” is missing.", name=path.name, key=DUTY)
    return code, agency, texts
