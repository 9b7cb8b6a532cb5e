"""A spreadsheet of 10,000 rows and 12 columns beside the writer's own time for the same cells, and the memory of 100,000 rows.

`python -m benchmarks.sheets`
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from reports import excel
from reports.report import Report, Section
from workflow.terminal import Column

WIDE = 12


class Rows(Sequence[dict[str, Any]]):
    """Rows that are made as they are read."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[n] for n in range(*place.indices(self.count))]
        if place >= self.count:
            raise IndexError(place)
        return {f"c{n}": place if n == 0 else f"Nhiệm vụ số {place}, cột {n}, Ủy ban nhân dân" for n in range(WIDE)}


def report(rows: Sequence[dict[str, Any]]) -> Report:
    columns = tuple(Column(f"c{n}", f"Cột {n}", wide=n > 0, right=n == 0) for n in range(WIDE))
    return Report("Đo", date(2025, 10, 15), [Section("Danh sách", columns, rows)], "sổ")  # type: ignore[arg-type]


def plain(of: Report, path: Path) -> None:
    """The same cells and no more, by the writer itself."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet, text = book.add_worksheet(), book.add_format({"text_wrap": True, "border": 1, "valign": "top"})
        for r, row in enumerate(of.sections[0].rows):
            for c, value in enumerate(row.values()):
                if c == 0:
                    sheet.write_number(r, c, value, text)
                else:
                    sheet.write_string(r, c, value, text)


def memory(held: bool) -> None:
    """Print how many MB the process has taken before and after writing 100,000 rows."""
    rows = Rows(100_000)
    made = report(list(rows) if held else rows)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory() as folder:
        excel.write(made, Path(folder) / "a.xlsx")
    print(before // 1000, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000)


def measured(way: str) -> tuple[int, int]:
    told = subprocess.run([sys.executable, "-m", "benchmarks.sheets", way], capture_output=True, text=True, check=True)
    before, after = map(int, told.stdout.split())
    return before, after


def main() -> None:
    if sys.argv[1:]:
        memory(sys.argv[1] == "held")
        return
    made = report(list(Rows(10_000)))
    times: dict[str, list[float]] = {"ours": [], "plain": []}
    with tempfile.TemporaryDirectory() as folder:
        for _round in range(5):
            for name, write in (("ours", excel.write), ("plain", plain)):
                begun = time.process_time()
                write(made, Path(folder) / f"{name}.xlsx")
                times[name].append(time.process_time() - begun)
    ours, writer = median(times["ours"]), median(times["plain"])
    print(f"10,000 × {WIDE}: {ours:.2f} s, the writer alone {writer:.2f} s: {ours / writer:.2f} × (bar 1.3)")
    _before, after = measured("read")
    print(f"100,000 × {WIDE}, rows made as they are read: {after} MB in all (bar 150)")
    before, after = measured("held")
    print(
        f"100,000 × {WIDE}, rows held in memory: {after - before} MB more than the rows themselves ({after} MB in all)"
    )


if __name__ == "__main__":
    main()
