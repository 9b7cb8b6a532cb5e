"""The wheel carries what the checkout has, and nobody else claims our names."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
NAMES = {"workflow", "directives", "notifications", "reports", "web", "cli"}


def test_the_wheel_carries_every_file_of_the_packages(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=120,
    )
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        carried = {name for name in wheel.namelist() if ".dist-info/" not in name}
    wanted = {
        str(file.relative_to(ROOT))
        for name in NAMES - {"cli"}
        for file in (ROOT / name).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert wanted | {"cli.py", "workflow/config.yaml"} == carried


def test_no_other_distribution_claims_our_names() -> None:
    claims = importlib.metadata.packages_distributions()
    for name in NAMES:
        assert set(claims.get(name, [])) <= {"dondoc"}, (
            f"{name} is also of {claims[name]}: install dondoc in its own environment"
        )


def test_lock_files_name_no_place_to_fetch_from() -> None:
    for file in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / file).read_text(encoding="utf-8")
        assert "://" not in text and "--index" not in text and "--find-links" not in text
        assert "--hash=sha256:" in text
