"""What is written is true: commands in the README run, the tables are those of the code, links lead somewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import cli
from directives.phrases import understand
from notifications import ladder
from notifications.acts import Choice
from notifications.replies.orders import orders
from notifications.signing import KeyFile
from reports import office_templates
from tests import make
from tests.conftest import Office
from web import pages
from web.api.app import interface
from web.app import PARTS, create_app
from workflow import clock
from workflow.calendar import WorkingCalendar
from workflow.config import OCCASIONS, Ladder
from workflow.database import Database
from workflow.duties.carrying import DEEDS
from workflow.evidence import EvidenceStore
from workflow.register import table
from workflow.register.mention import Register
from workflow.register.shipped import SHIPPED
from workflow.standing import Standing, Status
from workflow.terminal import day

ROOT = Path(__file__).parent.parent
DOCS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("file", DOCS, ids=lambda f: str(f.relative_to(ROOT)))
def test_links_lead_somewhere(file: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", file.read_text(encoding="utf-8")):
        assert (file.parent / target).exists(), f"{file.name} → {target}"


def test_the_ladder_of_the_documentation_is_the_ladder() -> None:
    text = (ROOT / "docs" / "reminders.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?:(\d+) (before|after)|the due day) \| (\d+/\d+/\d+) \|$", text, re.MULTILINE)
    shown = [((int(n or 0) if when != "after" else -int(n)), day(written)) for n, when, written in rows]
    assert shown == list(ladder.rungs(date(2025, 9, 30), WorkingCalendar(), Ladder()))
    named = re.findall(r"`(\w+)`(?=[:,])", text[text.index("| occasion |") : text.index("Nobody is told")])
    assert sorted(named) == sorted(OCCASIONS)


@pytest.mark.parametrize("file", DOCS, ids=lambda f: str(f.relative_to(ROOT)))
def test_commands_that_are_named_exist(file: Path) -> None:
    known = {name for names in cli.PARTS.values() for name in names}
    for name in re.findall(r"(?:`|^)dondoc ((?!-)[a-z-]+)", file.read_text(encoding="utf-8"), re.MULTILINE):
        assert name in known, f"{file.name}: dondoc {name}"


def test_the_tour_of_the_readme_runs(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    tour = text.split("## Five minutes", 1)[1].split("\n## ", 1)[0]
    lines = [
        line.strip()
        for block in re.findall(r"```sh\n(.*?)```", tour, re.S)
        for line in block.splitlines()
        if line.startswith("dondoc ")
    ]
    assert len(lines) >= 7
    command = f'dondoc() {{ "{sys.executable}" -m cli "$@"; }}\ncp "{ROOT}/directives/samples/"* .\n'
    script = "set -e\n" + command + "\n".join(line for line in lines if not line.startswith("dondoc serve"))
    ended = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "DONDOC_ACTOR": "README"},
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr + ended.stdout[-2000:]


def test_the_two_commands_come_first() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert 0 < text.index("make demo") < text.index("make test") < text.index("## Five minutes")


def test_the_glossary_has_every_status_and_standing() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    for member in [*Status, *Standing]:
        assert f"`{member}`" in text, member


def test_nothing_is_left_undone_in_the_code() -> None:
    for file in ROOT.glob("*/**/*.py"):
        if ".venv" not in file.parts and "tests" not in file.parts:
            assert not re.search(r"\b(TODO|FIXME|XXX)\b|raise NotImplementedError", file.read_text(encoding="utf-8")), (
                file
            )


def test_the_table_of_phrases_says_what_the_program_understands() -> None:
    text = (ROOT / "docs" / "deadlines.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|\n ").split("|")] for line in text.splitlines() if line.startswith("| ")
    ]
    rows = [row + [""] * (3 - len(row)) for row in rows if row[0] not in ("phrase", "---")]
    assert len(rows) > 20
    for words, kind, due in rows:
        timing = understand(words, date(2025, 4, 11))
        found = timing.occurrences(date(2025, 1, 1), date(2026, 12, 31), WorkingCalendar())
        days = [w.due.isoformat() for w in found if not timing.rules or w.due.year == 2025]
        shown = [] if timing.needs_person and timing.rules else days
        assert (timing.kind, ", ".join(shown)) == (kind.split(",")[0], due), words
        assert timing.needs_person == ("a person decides" in kind), words


def test_the_table_of_answers_says_what_they_do() -> None:
    text = (ROOT / "docs" / "acting.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(.+?)` \| (done|more time|not our task|waits for a person) \|$", text, re.MULTILINE)
    assert len(rows) >= 12
    meant = {Choice.DONE: "done", Choice.MORE_TIME: "more time", Choice.NOT_OURS: "not our task"}
    for line, means in rows:
        found = orders(line, 2025)
        assert (meant[found[0].choice] if found else "waits for a person") == means, line


def test_the_table_of_names_says_what_they_mean(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "register.md").read_text(encoding="utf-8")
    table_ = text.split("| name | issuer |", 1)[1].split("\n\n", 1)[0]
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in table_.splitlines()[2:]]
    assert len(rows) > 8
    database = Database(f"sqlite:///{tmp_path}/a.db").ready()
    with database.transaction() as session:
        at = make.at("2025-08-01 08:00")
        table.load(session, SHIPPED["lang-son"] / "agencies.csv", by=make.BY, at=at, today=at.date())
        register = Register.load(session)
        for words, issuer, on, means in rows:
            found = register.resolve(words, day(on), register.issuer(issuer, day(on))).agency
            assert (found.code if found else "asks") == means, words
    database.dispose()


def test_the_acts_and_paths_of_the_interface_are_those_of_the_docs(office: Office) -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    acts = re.findall(r"`(\w+)`", text[text.index("The acts are") : text.index("`words` is the result")])
    assert sorted(acts) == sorted(DEEDS)
    known = set(interface(pages.Office(office.settings, office.database, KeyFile(office.settings.links.key_file), EvidenceStore(office.settings.evidence), clock.now)).openapi()["paths"])  # fmt: skip
    for path in re.findall(r"`(?:GET )?(/[a-zA-Z/]+)[?`]", text[text.index("## Reading") : text.index("Lists come")]):
        shape = path.replace("CODE", "{code}").replace("NUMBER", "{number}")
        assert shape in known, path


def test_the_placeholders_of_the_docs_are_those_of_the_templates() -> None:
    text = (ROOT / "docs" / "letters.md").read_text(encoding="utf-8")
    table_ = text[text.index("| Placeholder |") :]
    said = {
        word for line in re.findall(r"^\| (`.*?) \|", table_, re.M) for word in re.findall(r"`(\w+)(?:\(\))?`", line)
    }
    assert said == set().union(*(known for _words, known in office_templates.KNOWN.values()))


def test_the_pages_of_the_docs_are_there(office: Office) -> None:
    text = (ROOT / "docs" / "pages.md").read_text(encoding="utf-8")
    app = create_app(office.settings, office.database)
    known = {getattr(route, "path", "") for router in PARTS for route in router.router.routes}
    table_ = text[text.index("| Page | Shows |") : text.index("## The review")]
    named = re.findall(r"`(/[^`]+)`", table_)
    assert app and len(named) > 15
    for path in named:
        shape = (
            path.replace("CODE", "{code}")
            .replace("/duties/NUMBER/ACT", "/duties/{number}/{act}")
            .replace("NUMBER", "{number}")
        )
        assert shape in known, path


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    unit = (ROOT / "docs" / "deploy" / "dondoc.service").read_text(encoding="utf-8")
    file = tmp_path / "dondoc.service"
    file.write_text(unit.replace("/opt/dondoc/bin/dondoc", "/bin/true").replace("User=dondoc\n", ""), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", str(file)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    assert "dondoc.service" not in done.stderr, done.stderr
