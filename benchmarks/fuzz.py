"""Mutates documents and reads them in the guarded process: `python -m benchmarks.fuzz COUNT FILE...`; ends with what became of them."""

from __future__ import annotations

import collections
import random
import sys
import tempfile
import time
from pathlib import Path

from directives.apart import Reader
from workflow.config import ReadingSettings
from workflow.errors import BadInput


def main(count: int, files: list[Path]) -> None:
    """Read `count` mutants of each file; any other end than read or refused stops with a traceback."""
    ends: collections.Counter[str] = collections.Counter()
    slowest = 0.0
    chance = random.Random(1)
    with (
        tempfile.TemporaryDirectory() as folder,
        Reader(ReadingSettings(timeout_seconds=10, max_memory_megabytes=600)) as reader,
    ):
        for n in range(count):
            for file in files:
                content = bytearray(file.read_bytes())
                for _n in range(chance.randint(1, 40)):
                    content[chance.randrange(len(content))] = chance.randrange(256)
                if n % 4 == 0:
                    content = content[: chance.randrange(1, len(content))]
                mutant = Path(folder) / "mutant"
                mutant.write_bytes(bytes(content))
                began = time.monotonic()
                try:
                    reader.propose(mutant)
                    ends["read"] += 1
                except BadInput as refused:
                    ends[refused.message] += 1
                slowest = max(slowest, time.monotonic() - began)
    for end, times in ends.most_common():
        print(f"{times:7} {end}")
    print(f"slowest {slowest:.1f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
