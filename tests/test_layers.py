"""Imports point down only: cli, web → directives, notifications, reports → workflow; the middle ones do not know each other."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BELOW = {
    "workflow": set(),
    "directives": {"workflow"},
    "notifications": {"workflow"},
    "reports": {"workflow"},
    "web": {"directives", "notifications", "reports", "workflow"},
    "cli": {"directives", "notifications", "reports", "web", "workflow"},
}
FILES = [
    file for part in BELOW for file in ([ROOT / "cli.py"] if part == "cli" else sorted((ROOT / part).rglob("*.py")))
]


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_imports_point_down(file: Path) -> None:
    part = file.relative_to(ROOT).parts[0].removesuffix(".py")
    allowed = BELOW[part] | {part}
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = (
            [a.name for a in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        for name in names:
            top = name.split(".")[0]
            assert top not in BELOW or top in allowed, f"{file.name}:{node.lineno} imports {name}"


@pytest.mark.parametrize(
    "file", [f for f in FILES if "migrations" not in f.parts], ids=lambda f: str(f.relative_to(ROOT))
)
def test_only_the_edge_asks_the_clock_and_the_lifecycle_moves_the_status(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    where = str(file.relative_to(ROOT))
    if where != "workflow/clock.py":
        assert ".now(" not in text.replace("clock.now()", "").replace("office.now()", "").replace("self.now()", ""), (
            where
        )
        assert "date.today" not in text, where
    if where.startswith("workflow/") and where not in (
        "workflow/options.py",
        "workflow/commands_moves.py",
        "workflow/doctor.py",
        "workflow/database.py",
    ):
        assert "clock.now()" not in text, where
    assert ".status = Status" not in text, where


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_files_stay_small(file: Path) -> None:
    lines = len(file.read_text(encoding="utf-8").splitlines())
    assert "migrations" in file.parts or lines <= (600 if file.name in ("words.py", "phrases.py") else 350), (
        f"{file.name} has {lines} lines"
    )
