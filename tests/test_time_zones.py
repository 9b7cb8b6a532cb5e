"""The same mornings on hosts whose clocks are set to other zones: the same deadlines, the same letters to the last byte."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
ZONES = ({"TZ": "UTC"}, {"TZ": "Asia/Ho_Chi_Minh"}, {"TZ": "America/New_York"}, {"TZ": "Pacific/Kiritimati"}, {})

# Mornings around a due day, a change of American clocks (9/3 and 2/11/2025) and the new year; links are random, so they are left out.
SCRIPT = """
import re, sys
from datetime import date, datetime, timedelta
from pathlib import Path
from notifications import mailer, signing
from notifications.tick import tick
from sqlmodel import select
from tests import make
from workflow import config
from workflow.database import Database
from workflow.message import Message, Reminder
from workflow.occurrence import Occurrence

settings = config._anchored(config.Settings(), Path.cwd())
database = Database(settings.database.url).ready()
keys = signing.load_keys(settings.links.key_file)
with database.transaction() as session:
    make.enacted(session, make.task(timing="trước ngày 15/7/2025"), make.task("I.2", timing="Hằng tháng"),
                 make.task("I.3", timing="05 ngày làm việc đầu quý"), make.task("I.4", timing="Trong 30 ngày kể từ ngày ký"))
moments = [f"{day} {hour}" for day in ("2025-07-08", "2025-07-14", "2025-07-15", "2025-11-03", "2025-12-31", "2026-01-05")
           for hour in ("06:59", "07:59", "08:00", "16:59", "17:00", "23:59")]
for moment in moments:
    tick(database, settings, keys, mailer.MemoryMailer(), at=make.at(moment))
with database.transaction() as session:
    for one in session.exec(select(Occurrence).order_by(Occurrence.id)):
        print(one.task.code, one.period, one.opens_on, one.due_on)
    for one in session.exec(select(Reminder).order_by(Reminder.id)):
        print(one.occurrence_id, one.due_on, one.rung, one.recipient)
    for one in session.exec(select(Message).order_by(Message.id)):
        print(one.key, one.queued_at, one.subject)
        import email, email.policy
        letter = email.message_from_bytes(one.content, policy=email.policy.default)
        print(re.sub(r"https?://\\S+", "LINK", letter.get_body(("plain",)).get_content()), letter["Date"], letter["Message-ID"])
"""


def test_the_outbox_is_the_same_wherever_the_host_stands(tmp_path: Path, _sqlite_template: Path) -> None:
    told = set()
    for number, zone in enumerate(ZONES):
        home = tmp_path / str(number)
        home.mkdir()
        shutil.copy(_sqlite_template, home / "dondoc.db")
        ended = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            capture_output=True,
            text=True,
            cwd=home,
            env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], **zone},
            timeout=120,
        )
        assert ended.returncode == 0, ended.stderr
        told.add(ended.stdout)
    assert len(told) == 1
    (said,) = told
    assert "KH27-I.1 2025-07-14 None 2025-07-14" in said
    assert said.count("digest:") >= 4
