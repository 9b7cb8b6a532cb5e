"""Times reading in-process and watches the memory of the reading process: `python -m benchmarks.reading`.

Three measurements: the sample plan as .docx; two plans of about 100 pages as PDF (one in prose, one a single table), made with
LibreOffice from the sample's sentences; a folder of 500 files read by one guarded process.
"""

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import docx

from directives.apart import Reader
from directives.reading import propose
from workflow.config import ReadingSettings

SAMPLES = Path(__file__).parent.parent / "directives" / "samples"
DUTY = (
    "Sở Tài chính chủ trì, phối hợp với các sở, ngành liên quan và Ủy ban nhân dân các xã, phường rà soát, tổng hợp tình hình thực"
    " hiện nhiệm vụ số {n}; báo cáo Ủy ban nhân dân tỉnh trước ngày 15/{m}/2025."
)


def main() -> None:
    """Print what each measurement came to."""
    times = []
    for _round in range(7):
        began = time.perf_counter()
        propose(SAMPLES / "ke-hoach-88.docx")
        times.append(time.perf_counter() - began)
    print(f"the sample plan, .docx, 15 tasks: median {1000 * statistics.median(times[1:]):.0f} ms in-process")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for title, long in (("prose", _prose()), ("one table", _table())):
            _as_pdf(long, folder / "long.docx")
            _time_pages(title, folder / "long.pdf")
        _watch(folder / "many")


def _time_pages(title: str, file: Path) -> None:
    began = time.perf_counter()
    found = propose(file, 200)
    seconds, pages = time.perf_counter() - began, _pages(file)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{title}, .pdf, {pages} pages, {len(found.tasks)} tasks: {seconds:.1f} s, {1000 * seconds / pages:.0f} ms a page,"
        f" highest memory so far {peak} MB"
    )


def _watch(folder: Path) -> None:
    """Read 500 copies of the samples in one guarded process and say what it holds after 50, 250 and 500."""
    folder.mkdir()
    samples = sorted(SAMPLES.glob("*.*"))
    held = {}
    began = time.perf_counter()
    with Reader(ReadingSettings()) as reader:
        for number in range(1, 501):
            source = samples[number % len(samples)]
            copy = folder / f"{number}{source.suffix}"
            shutil.copy(source, copy)
            reader.propose(copy)
            if number in (50, 250, 500):
                held[number] = _resident(reader.process_id())
    seconds = time.perf_counter() - began
    told = ", ".join(f"{megabytes} MB after {number}" for number, megabytes in held.items())
    print(f"a folder of 500 files: {seconds:.0f} s, the reading process holds {told}")


def _resident(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def _pages(file: Path) -> int:
    import pypdfium2

    with pypdfium2.PdfDocument(str(file)) as pages:
        return len(pages)


def _prose() -> docx.document.Document:
    document = docx.Document()
    document.add_paragraph("Số: 9/KH-UBND")
    for n in range(1, 901):
        document.add_paragraph(f"{n}. " + DUTY.format(n=n, m=n % 12 + 1))
    return document


def _table() -> docx.document.Document:
    document = docx.Document()
    document.add_paragraph("Số: 9/KH-UBND")
    table = document.add_table(rows=1, cols=5, style="Table Grid")
    columns = ("STT", "Nhiệm vụ", "Chủ trì", "Phối hợp", "Thời gian")
    for cell, words in zip(table.rows[0].cells, columns, strict=True):
        cell.text = words
    for n in range(1, 501):
        row = (str(n), DUTY.format(n=n, m=n % 12 + 1), "Sở Tài chính", "Các sở, ngành liên quan", "Quý III")
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    return document


def _as_pdf(document: docx.document.Document, file: Path) -> None:
    soffice = shutil.which("soffice")
    if not soffice:
        sys.exit("LibreOffice makes the long PDF: apt-get install libreoffice-writer")
    document.save(str(file))
    profile = f"-env:UserInstallation=file://{file.parent}/profile"
    command = [soffice, "--headless", profile, "--convert-to", "pdf", "--outdir", str(file.parent), str(file)]
    subprocess.run(command, check=True, timeout=300, capture_output=True)


if __name__ == "__main__":
    main()
