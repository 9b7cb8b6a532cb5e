"""From a file to a proposal."""

from __future__ import annotations

import hashlib
from pathlib import Path

from directives import extract, readers
from directives.proposal import Proposal


def propose(path: Path, max_megabytes: int = 50) -> Proposal:
    """Read one file and return its proposal; raises BadInput where it cannot be read. Writes nothing."""
    document = readers.read(path, max_megabytes)
    return extract.propose(document, hashlib.sha256(path.read_bytes()).hexdigest())
