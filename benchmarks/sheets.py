"""A spreadsheet of 10,000 rows and 12 columns beside the writer's own time for the same cells, and the memory of 100,000 rows.

`python -m benchmarks.sheets`
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median

from reports import excel
from reports.report import Report, Section
from workflow.terminal import Column

WIDE = 12


def report(rows: int) -> Report:
    columns = tuple(Column(f"c{n}", f"Cột {n}") for n in range(WIDE))
    made = [
        {f"c{n}": r if n == 0 else f"Nhiệm vụ số {r}, cột {n}, Ủy ban nhân dân" for n in range(WIDE)}
        for r in range(rows)
    ]
    return Report("Đo", date(2025, 10, 15), [Section("Danh sách", columns, made)], "sổ")


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


def main() -> None:
    if sys.argv[1:] == ["memory"]:
        with tempfile.TemporaryDirectory() as folder:
            made = report(100_000)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            excel.write(made, Path(folder) / "a.xlsx")
            print(before // 1000, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000)
        return
    made = report(10_000)
    times: dict[str, list[float]] = {"ours": [], "plain": []}
    with tempfile.TemporaryDirectory() as folder:
        for _round in range(5):
            for name, write in (("ours", excel.write), ("plain", plain)):
                begun = time.perf_counter()
                write(made, Path(folder) / f"{name}.xlsx")
                times[name].append(time.perf_counter() - begun)
    ours, writer = median(times["ours"]), median(times["plain"])
    print(f"10,000 × {WIDE}: {ours:.2f} s, the writer alone {writer:.2f} s: {ours / writer:.2f} ×")
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.sheets", "memory"], capture_output=True, text=True, check=True
    ).stdout
    before, after = map(int, told.split())
    print(f"100,000 × {WIDE}: {after - before} MB more than the rows themselves ({after} MB in all)")


if __name__ == "__main__":
    main()
