"""Bytes to Document: the format is told by the content, never by the name; each reader only makes blocks."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

from directives import legacy
from directives.document import Document
from workflow.errors import BadInput

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read(path: Path, max_megabytes: int = 50, name: str = "") -> Document:
    """Return the document in a file (called `name`, if that is not the name of its path).

    Raises BadInput saying what is wrong with it and what to do.
    """
    name = name or path.name
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise BadInput("{name} is not a file.", name=name)
        if size > max_megabytes * 1_000_000:
            raise BadInput(
                "{name} has {size} MB; documents over {limit} MB are not read (reading.max_megabytes).",
                name=name,
                size=size // 1_000_000,
                limit=max_megabytes,
            )
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(
            "{name} cannot be opened: {error}.", name=str(path), error=error.strerror or str(error)
        ) from error
    if not content.strip():
        raise BadInput("{name} is empty; send the file with its content.", name=name)
    try:
        document = _reader(content, name)
    except (BadInput, MemoryError):
        raise
    except Exception as error:  # a broken file runs the libraries under the readers into whatever it likes
        raise BadInput("{name} is damaged and cannot be opened.", name=name) from error
    if not any(document.blocks):
        raise BadInput("{name} contains no text. If it is a scan, run text recognition on it first.", name=name)
    try:
        document, converted = legacy.modern(document)
    except legacy.Vni as error:
        raise BadInput(
            "{name} is written in a VNI font from before Unicode. Convert it to Unicode first.", name=name
        ) from error
    return replace(document, converted=converted)


def _reader(content: bytes, name: str) -> Document:
    """Choose the reader by what the bytes are."""
    start = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if content.startswith(b"PK\x03\x04"):
        return _office(content, name)
    if b"%PDF-" in content[:1024]:
        from directives.readers import pdf

        return pdf.read(content, name)
    if content.startswith(_OLE):
        return _legacy(content, name)
    if content.startswith((b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")):
        return _picture(content, name)
    if start.startswith(b"{\\rtf"):
        return _converted(content, name, ".rtf", "docx")
    if re.match(rb"(?i)<(!doctype html|html|head|body|table|p|div|\?xml[^>]*>\s*<(!doctype html|html))", start):
        from directives.readers import html

        return html.read(content, name)
    if re.match(
        rb"(?i)(received|return-path|message-id|mime-version|from|delivered-to|date|subject|x-[\w-]+|to):[^\n]*\n",
        start,
    ) and re.search(rb"(?im)^(message-id|mime-version|content-type):", content[:20_000]):
        from directives.readers import mail

        return mail.read(content, name, _reader)
    from directives.readers import text

    return text.read(content, name)


def _legacy(content: bytes, name: str) -> Document:
    """The container of old Office files also holds new ones that are encrypted."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise BadInput("{name} is protected by a password. Save it without one and try again.", name=name)
    if "WordDocument".encode("utf-16-le") in content:
        return _converted(content, name, ".doc", "docx")
    if any(stream.encode("utf-16-le") in content for stream in ("Workbook", "Book")):
        from directives.readers import excel

        return excel.read(content, name)
    raise BadInput(
        "{name} is not a document that can be read. Readable are .docx, .xlsx, .pdf and text (UTF-8).", name=name
    )


def _picture(content: bytes, name: str) -> Document:
    """A photographed or scanned page, or several in one TIFF."""
    from io import BytesIO

    from PIL import Image, ImageSequence, UnidentifiedImageError

    from directives.readers import scan

    try:
        with Image.open(BytesIO(content)) as picture:
            return scan.read((frame.convert("L") for frame in ImageSequence.Iterator(picture)), name)
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise BadInput("{name} is damaged and cannot be opened.", name=name) from error


def _converted(content: bytes, name: str, suffix: str, target: str) -> Document:
    from directives.readers import office

    return _office(office.converted(content, name, suffix, target), name)


def _office(content: bytes, name: str) -> Document:
    from io import BytesIO

    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            members = set(package.namelist())
            inflated = sum(info.file_size for info in package.infolist())
    except zipfile.BadZipFile as error:
        raise BadInput("{name} is damaged and cannot be opened.", name=name) from error
    if inflated > max(200_000_000, 100 * len(content)) or len(members) > 20_000:
        raise BadInput("{name} unpacks to {size} MB and is not read.", name=name, size=inflated // 1_000_000)
    if "word/document.xml" in members:
        from directives.readers import word

        return word.read(content, name)
    if "mimetype" in members and "content.xml" in members:
        kind = _open_document(content)
        if kind == "text":
            return _converted(content, name, ".odt", "docx")
        if kind == "spreadsheet":
            from directives.readers import excel

            return excel.read(content, name)
    if any(m.startswith("xl/workbook") for m in members):
        from directives.readers import excel

        return excel.read(content, name)
    raise BadInput(
        "{name} is neither a Word document nor a spreadsheet. Readable are .docx, .xlsx, .pdf and text.", name=name
    )


def _open_document(content: bytes) -> str:
    """What an OpenDocument file holds: text, spreadsheet …"""
    from io import BytesIO

    with zipfile.ZipFile(BytesIO(content)) as package:
        return package.read("mimetype")[:100].decode("ascii", "replace").rpartition(".")[2].strip()
