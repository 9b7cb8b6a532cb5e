"""What kind of file something is, by its content; a name says nothing."""

from __future__ import annotations

import zipfile
from pathlib import Path

# What offices send as proof. Programs, scripts, web pages and archives of unknown content are not among them.
ALLOWED = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "doc, xls, ppt": "application/x-ole-storage",
    "rtf": "application/rtf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "tif": "image/tiff",
    "heic": "image/heic",
    "txt": "text/plain",
}

DOCUMENTS = (
    "pdf",
    "docx",
    "xlsx",
    "odt",
    "ods",
    "doc, xls",
    "rtf",
    "jpg",
    "png",
    "tif",
    "txt",
)  # what is read as a directive

_STARTS = (
    (b"%PDF-", "pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "doc, xls, ppt"),
    (b"{\\rtf", "rtf"),
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
)
_OFFICE = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
_MACROS = ("vbaproject.bin",)


def kind_of(file: Path) -> str | None:
    """The key of ALLOWED that the content is, or None."""
    with file.open("rb") as content:
        head = content.read(64)
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        return "heic"
    if head.startswith(b"PK\x03\x04"):
        return _packed(file)
    return "txt" if _is_text(file) else None


def _packed(file: Path) -> str | None:
    """Which office format a zip file is; any other archive, and one that carries macros, is none. Nothing is unpacked."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = {name.lower(): name for name in archive.namelist()}
            if any(name.endswith(_MACROS) for name in names):
                return None
            if "mimetype" in names and archive.getinfo(names["mimetype"]).file_size < 100:
                stated = archive.read(names["mimetype"]).decode("ascii", "replace").strip()
                return next((kind for kind in ("odt", "ods") if ALLOWED[kind] == stated), None)
    except Exception:  # a damaged archive raises what its damage happens to hit
        return None
    return next((kind for part, kind in _OFFICE.items() if part in names), None)


def _is_text(file: Path) -> bool:
    """Plain text to its end: UTF-8 without control characters, and neither a script nor a page."""
    begun = False
    try:
        with file.open(encoding="utf-8-sig", newline="") as content:
            while block := content.read(1 << 16):
                if any(ord(c) < 32 and c not in "\t\r\n\f" for c in block):
                    return False
                words = "".join(c for c in block[:400] if c.isprintable()).strip().lower()
                if not begun and words.startswith(("#!", "<", "@echo", "mz")):
                    return False
                begun = True
    except UnicodeDecodeError:
        return False
    return True
