"""What commands say and how they read what people type: aligned columns, JSON, days, who acts."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from workflow.errors import BadInput, Refused
from workflow.i18n import _
from workflow.names import printable

_GAP = "  "


@dataclass(frozen=True)
class Column:
    """A column: the key of its values and its title; `wide` ones share what room is left, `right` ones hold figures."""

    key: str
    title: str
    wide: bool = False
    right: bool = False


def table(columns: Sequence[Column], rows: Sequence[dict[str, Any]], width: int | None = None) -> Iterator[str]:
    """Yield the lines of an aligned table; texts wrap and nothing is cut off. A row with a `banner` is one line across."""
    width = width or shutil.get_terminal_size((140, 24)).columns
    cells = [[_shown(row.get(column.key)) for column in columns] for row in rows]
    widths = _widths(columns, cells, width)
    yield from _line([c.title for c in columns], columns, widths)
    yield _GAP.join("─" * w for w in widths)
    for row, line in zip(rows, cells, strict=True):
        if "banner" in row:
            yield from textwrap.wrap(_shown(row["banner"]), width)
        else:
            yield from _line(line, columns, widths)


def _widths(columns: Sequence[Column], cells: list[list[str]], width: int) -> list[int]:
    """Narrow columns are as wide as their longest word needs; wide ones share the rest, none more than its longest text."""
    need = [max([len(c.title), *(len(line[i]) for line in cells)]) for i, c in enumerate(columns)]
    widths = [0] * len(columns)
    for i, column in enumerate(columns):
        if not column.wide:
            texts = [column.title, *(line[i] for line in cells)]
            longest_word = max((len(word) for text in texts for word in text.split()), default=1)
            widths[i] = longest_word if column.right else max(longest_word, min(need[i], 14))
    left = width - sum(widths) - len(_GAP) * (len(columns) - 1)
    waiting = [i for i, column in enumerate(columns) if column.wide]
    while waiting:
        share = max(left // len(waiting), 12)
        content = [i for i in waiting if need[i] <= share]
        for i in content or waiting:
            widths[i] = min(need[i], share)
            left -= widths[i]
        waiting = [i for i in waiting if i not in content] if content else []
    return widths


def _line(texts: list[str], columns: Sequence[Column], widths: list[int]) -> Iterator[str]:
    wrapped = [textwrap.wrap(text, w, break_on_hyphens=False) or [""] for text, w in zip(texts, widths, strict=True)]
    for n in range(max(len(lines) for lines in wrapped)):
        parts = [lines[n] if n < len(lines) else "" for lines in wrapped]
        yield _GAP.join(
            p.rjust(w) if c.right else p.ljust(w) for p, w, c in zip(parts, widths, columns, strict=True)
        ).rstrip()


def _shown(value: object) -> str:
    return "" if value is None else _harmless(str(value))


def _harmless(text: str) -> str:
    """Whatever a document or a form brought along, it must not be able to steer the terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def say(*lines: str) -> None:
    """Print lines for a person; one text may be several lines."""
    for text in lines:
        for line in text.split("\n"):
            print(_harmless(line))


def say_list(columns: Sequence[Column], rows: Sequence[dict[str, Any]]) -> None:
    """Print a list for a person: the table, where there is anything in it, and how many rows it has."""
    say(*(table(columns, rows) if rows else ()), "", _("{n} in the list.", n=len(rows)))


def warn(line: str) -> None:
    """Print a line that needs attention where it does not mix with the answer."""
    print(line, file=sys.stderr)


def say_json(value: object) -> None:
    """Print a value for a program: ISO days and instants, Unicode as it is."""
    json.dump(
        value,
        sys.stdout,
        ensure_ascii=False,
        indent=1,
        default=lambda v: v.isoformat() if isinstance(v, date | datetime) else str(v),
    )
    print()


def output_file(path: Path) -> Path:
    """A file that can be written to; raises OSError before any work is done where it cannot."""
    path.open("ab").close()
    return path


def progress(done: int, total: int) -> None:
    """Show how far a long work has come, where somebody watches."""
    if sys.stderr.isatty() and total:
        filled = 40 * done // total
        end = "" if done < total else "\n"
        print(f"\r   [{'█' * filled}{'·' * (40 - filled)}] {done}/{total}", end=end, file=sys.stderr, flush=True)


def ask(question: str) -> str:
    """Ask a person for a line; raises Refused when nobody is there to answer."""
    import typer

    try:
        answer: str = typer.prompt(question, default="", show_default=False)
    except typer.Abort as error:
        raise Refused("Stopped without an answer; nothing was recorded.") from error
    return answer.strip()


def confirm(question: str, *, default: bool = False) -> bool:
    """Ask a person yes or no in their own language; Enter is the default."""
    yes, no = _("yes|y").split("|"), _("no|n").split("|")
    while True:
        said = ask(
            f"{question} [{yes[-1].upper() if default else yes[-1]}/{no[-1] if default else no[-1].upper()}]"
        ).lower()
        if not said:
            return default
        if said in (*yes, "y", "yes", "n", "no", *no):
            return said in (*yes, "y", "yes")


def choose(options: Sequence[str], later: str) -> int:
    """Ask which of the numbered options a person takes; 0 for Enter, which `later` names."""
    for number, option in enumerate(options, 1):
        say(f"   {number}  {option}")
    while True:
        said = ask("   " + _("Number (Enter: {later})", later=later))
        if not said or (said.isdigit() and int(said) <= len(options)):
            return int(said or 0)


def day(text: str) -> date:
    """Read a day as people write it: 2025-10-15 or 15/10/2025."""
    found = re.fullmatch(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", text.strip())
    try:
        meant = date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text.strip())
        if not 1990 <= meant.year <= 2100:
            raise ValueError(meant)
        return meant
    except ValueError as error:
        raise BadInput("“{text}” is not a day; write it like 2025-10-15 or 15/10/2025.", text=text) from error


def instant(text: str, zone: str) -> datetime:
    """Read an instant such as 2025-10-15T08:00; without a zone it is in the office's."""
    try:
        found = datetime.fromisoformat(text.strip())
        if not 1990 <= found.year <= 2100:
            raise ValueError(found)
    except ValueError as error:
        raise BadInput("“{text}” is not an instant; write it like 2025-10-15T08:00.", text=text) from error
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))


def actor(named: str | None) -> str:
    """Who acts: as named, or $DONDOC_ACTOR, or the account that runs the command."""
    import getpass

    name = printable(named or os.environ.get("DONDOC_ACTOR") or getpass.getuser())
    if not name:
        raise BadInput("Say who acts with --by.")
    return name
