"""Tables that somebody brings to a page (.xlsx, .csv), read where a hostile one harms nobody."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from fastapi import UploadFile

from directives.apart import Reader
from web.pages import Office
from workflow.errors import BadInput
from workflow.evidence import shown_name

T = TypeVar("T")
LARGEST = 5  # megabytes


def brought(office: Office, table: UploadFile, read: Callable[[Path], T]) -> T:
    """What a function of a module makes of a table; raises BadInput for one that is none, too large or takes too long."""
    name = shown_name(table.filename or "")
    if not name.lower().endswith((".csv", ".xlsx")):
        raise BadInput("{name} is neither .xlsx nor .csv.", name=name)
    content = table.file.read(LARGEST * 1_000_000 + 1)
    if len(content) > LARGEST * 1_000_000:
        raise BadInput("{name} is larger than {limit} MB; send a smaller one, or several.", name=name, limit=LARGEST)
    rules = replace(office.settings.reading, timeout_seconds=min(60, office.settings.reading.timeout_seconds))
    with tempfile.TemporaryDirectory() as folder, Reader(rules) as reader:
        file = Path(folder) / name[-60:]
        file.write_bytes(content)
        return reader.made_of(file, read)
