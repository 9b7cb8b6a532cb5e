"""From a file to a proposal."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from directives import extract, facsimile, readers
from directives.document import Document
from directives.proposal import Proposal


@dataclass(frozen=True)
class Study:
    """What was read of one file: its text, what it asks of whom, and how many of its pages can be shown as pictures."""

    document: Document
    proposal: Proposal
    pages: int


def study(path: Path, max_megabytes: int = 50, name: str = "") -> Study:
    """Read one file (called `name`, if that is not the name of its path); raises BadInput where it cannot be read."""
    document = readers.read(path, max_megabytes, name)
    content = path.read_bytes()
    proposal = extract.propose(document, hashlib.sha256(content).hexdigest())
    return Study(document, proposal, facsimile.pages(content) if document.format in facsimile.FORMATS else 0)


def propose(path: Path, max_megabytes: int = 50) -> Proposal:
    """Read one file and return its proposal; raises BadInput where it cannot be read. Writes nothing."""
    return study(path, max_megabytes).proposal
