"""Measures reading and timing against documents and phrases that people read by hand, where they are at hand.

`make accuracy` runs it with SHARED=../shared: a folder with `reading/` (docs, gold, score.py) and `timing/` (phrases.json, score.py).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main(shared: Path) -> int:
    """Run both scorers; returns the exit code."""
    reading, timing = shared / "reading", shared / "timing"
    if not reading.is_dir() or not timing.is_dir():
        print(f"There is nothing to measure against at {shared}: set SHARED to a folder with reading/ and timing/.")
        return 0
    dondoc = f"{sys.executable} -m cli"
    commands = (
        [
            str(reading / "score.py"),
            "--docs",
            str(reading / "docs"),
            "--gold",
            str(reading / "gold"),
            "--cmd",
            f"{dondoc} read {{file}} --json",
        ],
        [str(timing / "score.py"), "--gold", str(timing / "phrases.json"), "--cmd", f"{dondoc} timing --batch"],
    )
    return max(subprocess.run([sys.executable, *command], check=False).returncode for command in commands)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
