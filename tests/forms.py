"""A page's form as a browser sends it: what is hidden in it, and what a person chooses and types."""

from __future__ import annotations

import re
from typing import Any


def filled(page: str, **typed: Any) -> dict[str, Any]:
    """The fields of a report, done by default, with the hidden ones of the page and the files that are ticked on it."""
    hidden = dict(re.findall(r'<input type="hidden" name="(nonce|seen)" value="([^"]+)">', page))
    files = {
        "shown": re.findall(r'name="shown" value="(\d+)"', page),
        "keep": re.findall(r'name="keep" value="(\d+)" checked', page),
    }
    return {
        "choice": "done",
        "name": "Lê Văn B, chuyên viên",
        **hidden,
        **{k: v for k, v in files.items() if v},
        **typed,
    }
