"""Cells of a spreadsheet that show a month: "Tháng 3/2026" typed as 3/2026 is kept as the first of March, and only its format tells.

The spreadsheet reader gives values without their formats, so these are looked up in the file (ECMA-376: styles.xml, cell style `s`).
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from lxml import etree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MONTH_AND_YEAR = "17"  # the built-in format mmm-yy


def month_cells(content: bytes) -> dict[str, set[tuple[int, int]]]:
    """The cells (row and column, from 0) of each sheet of an .xlsx that show month and year but no day; empty for other files."""
    try:
        with ZipFile(BytesIO(content)) as package:
            styles = _month_styles(package)
            return {title: _cells(package, path, styles) for title, path in _sheets(package)} if styles else {}
    except (BadZipFile, KeyError, ValueError, etree.XMLSyntaxError):
        return {}  # .xls and .ods


def _parsed(package: ZipFile, path: str) -> Any:
    return etree.fromstring(package.read(path), etree.XMLParser(resolve_entities=False, no_network=True))


def _month_styles(package: ZipFile) -> set[str]:
    root = _parsed(package, "xl/styles.xml")
    codes = {form.get("numFmtId"): form.get("formatCode", "") for form in root.iter(f"{_MAIN}numFmt")}
    months = {_MONTH_AND_YEAR} | {number for number, code in codes.items() if _shows_month(code)}
    formats = root.find(f"{_MAIN}cellXfs")
    return {str(n) for n, form in enumerate(formats if formats is not None else ()) if form.get("numFmtId") in months}


def _shows_month(code: str) -> bool:
    """Whether a format has month and year and neither day nor hour; words in quotes and brackets say nothing."""
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", code.lower())
    return "m" in bare and "y" in bare and "d" not in bare and "h" not in bare


def _sheets(package: ZipFile) -> list[tuple[str, str]]:
    relations = {one.get("Id"): one.get("Target", "") for one in _parsed(package, "xl/_rels/workbook.xml.rels")}
    found = []
    for sheet in _parsed(package, "xl/workbook.xml").iter(f"{_MAIN}sheet"):
        target = relations.get(sheet.get(_RELATION), "")
        found.append((sheet.get("name", ""), target.lstrip("/") if target.startswith("/") else f"xl/{target}"))
    return found


def _cells(package: ZipFile, path: str, styles: set[str]) -> set[tuple[int, int]]:
    found = set()
    for cell in _parsed(package, path).iter(f"{_MAIN}c"):
        place = re.fullmatch(r"([A-Z]+)(\d+)", cell.get("r", ""))
        if place and cell.get("s") in styles:
            column = 0
            for letter in place[1]:
                column = 26 * column + ord(letter) - ord("A") + 1
            found.add((int(place[2]) - 1, column - 1))
    return found
