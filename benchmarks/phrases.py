"""How long 100,000 time phrases take on one core, none twice: `python -m benchmarks.phrases [COUNT]`."""

from __future__ import annotations

import re
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from directives.phrases import understand

TABLE = Path(__file__).parent.parent / "docs" / "deadlines.md"


def main(count: int) -> None:
    phrases = re.findall(r"^\| (?!phrase|---)([^|]+?) \|", TABLE.read_text(encoding="utf-8"), re.M)
    begun = time.process_time()
    for number in range(count):
        understand(phrases[number % len(phrases)], date(1990, 1, 1) + timedelta(days=number // len(phrases)))
    spent = time.process_time() - begun
    print(f"{count} phrases: {spent:.2f} s of one core, {spent / count * 1e6:.0f} µs each")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
