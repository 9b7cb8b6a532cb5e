"""How the names of documents read by hand resolve against the shipped register: `python -m benchmarks.names SHARED`.

A name is wrong if it resolves silently to another agency than a clerk of Lạng Sơn would say: in documents of other issuers every
match is wrong, in those of Lạng Sơn the agencies below are right.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from directives.naming import Names
from workflow.audit import By
from workflow.database import Database
from workflow.names import is_collective
from workflow.register import groups, table
from workflow.register.shipped import SHIPPED

# What the names in the documents of Lạng Sơn mean; the day is that of documents whose own is left blank.
RIGHT = {
    "Phòng Nội vụ": "LS.178.NV",
    "Phòng Văn hóa, Khoa học và Thông tin": "LS.178.VHKHTT",
    "Phòng Tài chính - Kế hoạch": "LS.178.TCKH",
    "Phòng Tài chính – Kế hoạch": "LS.178.TCKH",
    "Phòng Tài chính-KH": "LS.178.TCKH",
    "Phòng Nông nghiệp và Môi trường": "LS.178.NNMT",
    "Phòng Phòng Nông nghiệp và Môi trường": "LS.178.NNMT",
    "Trung tâm DVNN": "LS.178.TTDVNN",
    "Phòng Giáo dục và Đào tạo": "LS.178.GDDT",
    "Ngân hàng nhà nước chi nhánh khu vực 5": "NHNN5",
    "Đội Thuế liên huyện Khu vực V": "LS.178.DT5",
    "Ủy ban nhân dân xã Bắc Sơn": "LS.06325",
    "Ủy ban nhân dân xã Chi Lăng": "LS.06463",
    "Ủy ban nhân dân xã Hoàng Văn Thụ": "LS.06172",
    "Sở Tài chính": "STC",
    "Sở Nông nghiệp và Môi trường": "SNNMT",
    "Sở Xây dựng": "SXD",
    "Sở Công Thương": "SCT",
    "Sở Nội vụ": "SNV",
    "Sở Khoa học và Công nghệ": "SKHCN",
    "Liên minh Hợp tác xã tỉnh": "LMHTX",
}
BLANK = date(2026, 6, 11)


def main(shared: Path) -> int:
    """Print the figures; the exit code is 1 if any name resolved wrongly without asking."""
    gold = shared / "reading" / "gold"
    if not gold.is_dir():
        print(f"There is nothing to measure against at {shared}: set SHARED to a folder with reading/gold.")
        return 0
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/names.db").ready()
        at = datetime(2025, 3, 1, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
        with database.transaction() as session:
            table.load(session, SHIPPED["lang-son"] / "agencies.csv", by=By("names", "cli"), at=at, today=at.date())
            for file in sorted(gold.glob("*.json")):
                read = json.loads(file.read_text(encoding="utf-8"))
                issued = date.fromisoformat(read["issued"]) if read.get("issued") else BLANK
                names = Names(session, read.get("issuer") or "", issued)
                said = dict.fromkeys(n for task in read["tasks"] for n in [*task["lead"], *task["coordinating"]])
                for name in said:
                    counts[_outcome(names, name, "Lạng Sơn" in (read.get("issuer") or ""), file.name)] += 1
        database.dispose()
    print(", ".join(f"{n} {outcome}" for outcome, n in sorted(counts.items())))
    return int(counts["wrong"] > 0)


def _outcome(names: Names, name: str, own: bool, file: str) -> str:
    """What became of one name: right, asks, group, nobody, or wrong (which is told)."""
    if is_collective(name):
        owner = groups.owner_of(name, names.issuer, names.register)
        return "group" if owner and groups.rule_of(name) else "names nobody"
    agency = names.meant(name)
    if agency is None:
        return "asks"
    if own and RIGHT.get(name) == agency.code:
        return "right"
    print(f"wrong: {file}: “{name}” → {agency.code} {agency.name}")
    return "wrong"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
