"""The report upward on a directive: tình hình thực hiện, sơ kết or tổng kết, in the order of such reports – I documents, II results,
III assessment, IV proposals, annexes –, as a draft from which nothing is missing silently. Paper is Vietnamese whatever its reader's language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from reports import tally
from reports.gathered import Gathered, gather
from reports.line import Line, Part, line, sources
from reports.report import Report, Section
from workflow import listing, queries
from workflow.figures import LABELS
from workflow.history import entries
from workflow.i18n import _, speaking
from workflow.names import roman
from workflow.periods import show_day, show_period
from workflow.queries import NO_SECTION, AsOf, Wanted
from workflow.snapshot import Row, Snapshot
from workflow.standing import DONE, say_standing, say_status
from workflow.targets import showing as targets
from workflow.terminal import Column

# What a sentence says of the figures of a tally; what is nought is left out, but for what is late.
SHARES = (("đúng hạn ", "done_on_time"), ("quá hạn ", "done_late"))
OTHERS = (
    ("chờ xác nhận kết quả ", "waiting"),
    ("đang thực hiện, còn trong hạn ", "open_in_time"),
    ("quá hạn chưa hoàn thành ", "overdue"),
    ("không quy định thời hạn ", "no_deadline"),
)
LISTED = 10  # documents that stand in the text; all of them stand in the annex
REASONS = 20  # overdue tasks whose reason stands in the text


class Kind(StrEnum):
    """Which report it is."""

    PROGRESS = "progress"
    INTERIM = "interim"
    FINAL = "final"


SUBJECTS = {Kind.PROGRESS: "Tình hình, kết quả thực hiện", Kind.INTERIM: "Sơ kết thực hiện", Kind.FINAL: "Tổng kết thực hiện"}  # fmt: skip


@dataclass(frozen=True)
class Chapter:
    """One of the four parts of the report."""

    title: str
    lines: list[Line]


@dataclass(frozen=True)
class Progress:
    """The report as text and annexes."""

    subject: str
    opening: str
    missing: str  # what the draft still lacks
    chapters: list[Chapter]
    annexes: list[Section]

    def lines(self) -> list[Line]:
        """All lines of the text."""
        return [one for chapter in self.chapters for one in chapter.lines]


def draft(view: Snapshot, as_of: AsOf, code: str, period: str = "", kind: Kind = Kind.PROGRESS) -> Progress:
    """Draft the report on a directive, for a period by its key or ("") for the whole time until the day."""
    with speaking("vi"):
        told = gather(view, as_of, code, period)
        name = _cited(told.directive)
        when = show_period(period) if period else ""
        subject = f"{SUBJECTS[kind]} {name}" + (f", {when}" if when else "")
        opening = f"Thực hiện {name}{_of(told.directive)}, qua theo dõi, tổng hợp đến ngày {show_day(as_of.day)}, {{name}} báo cáo kết quả thực hiện{' ' + when if when else ''} như sau:"
        chapters = [
            Chapter("CÔNG TÁC BAN HÀNH VĂN BẢN TRIỂN KHAI THỰC HIỆN", list(_documents(told))),
            Chapter("KẾT QUẢ THỰC HIỆN", list(_results(told))),
            Chapter("ĐÁNH GIÁ CHUNG", list(_assessment(told))),
            Chapter("ĐỀ XUẤT, KIẾN NGHỊ", list(_proposals(told))),
        ]
        made = Progress(subject, opening, _missing(told), chapters, [])
        return replace(made, annexes=_annexes(told, made))


def report(view: Snapshot, as_of: AsOf, made: Progress) -> Report:
    """The draft for the screen, a page, a spreadsheet or a PDF."""
    lacks = [Section("Dự thảo", (), [], "", f"⚠ {made.missing}")] if made.missing else []
    chapters = [
        Section(f"{roman(n)}. {one.title}", (), [], text=tuple(one.lines)) for n, one in enumerate(made.chapters, 1)
    ]
    annexes = [replace(one, title=f"Phụ lục {n:02}. {one.title}") for n, one in enumerate(made.annexes, 1)]
    return Report(f"Báo cáo: {made.subject}", as_of.day, [*lacks, *chapters, *annexes], entries.foot(view, as_of))


def _cited(directive: Row) -> str:
    return f"{directive['kind'] or 'Văn bản'} số {directive['number']} ngày {show_day(directive['issued_on'])}"


def _of(directive: Row) -> str:
    return f" của {directive['issuer']}" if directive["issuer"] else ""


def _figure(told: Gathered, row: Row, name: str, wanted: Wanted, what: str = "") -> Part:
    """A figure of a tally with the list that it counts."""
    about = _(LABELS[name]) + (f" – {what}" if what else "")
    return Part(str(row[name]), listing.address(told.as_of, wanted, figure=name), about)


def _missing(told: Gathered) -> str:
    if told.period and not told.call:
        return f"Chưa yêu cầu các cơ quan, đơn vị báo cáo {show_period(told.period)}."
    if told.missing:
        return (
            f"Còn thiếu báo cáo của {len(told.missing)}/{len(told.answers)} cơ quan, đơn vị: {', '.join(told.missing)}."
        )
    return ""


def _documents(told: Gathered) -> Iterator[Line]:
    if not told.documents:
        yield line("Chưa ghi nhận văn bản triển khai thực hiện.")
        return
    yield line(
        f"Để triển khai thực hiện, các cơ quan, đơn vị đã ban hành {len(told.documents)} văn bản (Phụ lục 01), gồm:"
    )
    for n, row in enumerate(told.documents[:LISTED], 1):
        end = ";" if n < min(len(told.documents), LISTED) else "." if len(told.documents) <= LISTED else "; ..."
        yield line(f"{n}. {_said(row)}{end}")


def _said(row: Row) -> str:
    day = f" ngày {show_day(row['issued_on'])}" if row["issued_on"] else ""
    return f"{row['number']}{day} của {row['issuer']}: {row['subject'].rstrip(' .;')}"


def _results(told: Gathered) -> Iterator[Line]:
    yield line("1. Kết quả chung", bold=True)
    yield _counted(
        told, told.tally, told.wanted, f"Đến ngày {show_day(told.as_of.day)}, tổng số nhiệm vụ được giao là "
    )
    if told.period:
        words = f"Riêng trong {show_period(told.period)}, số nhiệm vụ có thời hạn hoàn thành là "
        yield _counted(told, told.due_tally, replace(told.wanted, period=told.period), words, show_period(told.period))
    yield line(
        "2. Kết quả theo từng lĩnh vực" + (f" trong {show_period(told.period)}" if told.period else ""), bold=True
    )
    for row in told.sections:
        name = row["name"] or "Nhiệm vụ khác"
        wanted = replace(told.wanted, section=row["code"] or NO_SECTION)
        yield line(name, bold=True)
        yield _counted(told, [row], wanted, "Số nhiệm vụ được giao: ", name)
        yield from (line(f"- {_result(one)}") for one in told.results if one["section"] == (row["code"] or ""))


def _counted(told: Gathered, rows: list[Row], wanted: Wanted, opening: str, what: str = "") -> Line:
    """The official two by two in a sentence, each figure with its list."""
    sums = queries.summed(rows)

    def figure(name: str) -> Part:
        return _figure(told, sums, name, wanted, what)

    shares = _joined([(words, name) for words, name in SHARES if sums[name]], figure, ", ")
    done: list[str | Part] = [" (", *shares, ")"] if shares else []
    rest = _joined([(words, name) for words, name in OTHERS if sums[name] or name == "overdue"], figure, "; ")
    parts: list[str | Part] = [opening, figure("total")]
    if sums["total"]:
        parts += [", trong đó: đã hoàn thành ", figure("done"), *done, "; ", *rest]
    if sums["due"]:
        parts += [". Tỷ lệ hoàn thành trên số nhiệm vụ đã đến hạn: ", figure("done"), "/", figure("due"), f" ({tally.rate(sums, 'due')})"]  # fmt: skip
    return line(*parts, ".")


def _joined(told: list[tuple[str, str]], figure: Callable[[str], Part], between: str) -> list[str | Part]:
    """Words with the figure behind each."""
    return [piece for n, (words, name) in enumerate(told) for piece in (between * bool(n) + words, figure(name))]


def _result(row: Row) -> str:
    """What was reported of a task, in a line."""
    day = f" ngày {show_day(row['document_on'])}" if row["document_on"] else ""
    number = f"{row['document_number']}{day}" if row["document_number"] else ""
    said = "không phát sinh" if row["nothing_arose"] else "; ".join(filter(None, (row["result"].rstrip(" ."), number)))
    waits = " (chờ xác nhận)" if row["status"] == "submitted" else ""
    return f"{row['text'].rstrip(' .;')} ({row['agency']}): {said or 'đã hoàn thành'}{waits}."


def _assessment(told: Gathered) -> Iterator[Line]:
    yield line("1. Kết quả đạt được", bold=True)
    yield from _by_agency(told, "done")
    here = f"/directives/{told.directive['code']}/targets" + (f"?period={told.period}" if told.period else "")
    if told.targets["indicators"]:
        yield line("Về các chỉ tiêu (Phụ lục 03):")
    for one in told.targets["indicators"]:
        value = Part(targets.value_words(one), here, one["name"])
        yield line(
            f"- {one['name']}: mục tiêu {targets.aim_words(one)}; kết quả ", value, f", {targets.state_words(one)}."
        )
    if told.targets["money"]:
        yield line("Về kinh phí (triệu đồng, chi tiết tại Phụ lục 04):")
    for one in told.targets["money"]:
        if not one["beneficiary"]:
            yield _money(targets.balance_words(one), one, here)
    for one in told.targets["differences"]:
        yield line(f"⚠ Số liệu chưa khớp, cần rà soát: {one['words']}.")
    yield line("2. Khó khăn, vướng mắc và nguyên nhân", bold=True)
    yield from _by_agency(told, "difficulties")
    yield from _delays(told)


def _money(said: Row, row: Row, here: str) -> Line:
    """One row of the money of all beneficiaries: what is needed, planned, allocated, paid out."""
    stages = (("needed", "nhu cầu "), ("planned", "dự kiến "), ("allocated", "đã bố trí "), ("paid", "đã giải ngân "))
    parts: list[str | Part] = [f"- {row['purpose']}, {said['from'].lower()}: "]
    told = [(stage, words) for stage, words in stages if row[stage] is not None or stage in row["unclear"]]
    for n, (stage, words) in enumerate(told):
        parts += [
            "; " if n else "",
            words,
            Part(said[stage], here, f"{row['purpose']}, {said['from'].lower()}, {words.strip()}"),
        ]
        rate = {"allocated": "allocated_rate", "paid": "paid_rate"}.get(stage)
        parts += [f" ({said[rate]})"] if rate and row[rate] is not None else []
    return line(*parts, ".")


def _by_agency(told: Gathered, name: str) -> Iterator[Line]:
    """What the agencies wrote under one heading of their reports; that nobody wrote anything is said."""
    rows = [row for row in told.answers if row["sent"] and row[name]]
    if not rows:
        yield line("Chưa có nội dung báo cáo của các cơ quan, đơn vị.")
    for row in rows:
        words = row[name].split("\n")
        yield line("- ", Part(row["agency"], f"/answers/{row['occurrence_id']}", "Báo cáo của đơn vị"), f": {words[0]}")
        yield from (line(f"  {one}") for one in words[1:])


def _delays(told: Gathered) -> Iterator[Line]:
    """How much is late, and the reasons that were given."""
    if not told.late:
        return
    count = Part(str(len(told.late)), listing.address(told.as_of, told.wanted, figure="overdue"), _(LABELS["overdue"]))
    yield line("Đến ngày ", show_day(told.as_of.day), " còn ", count, " nhiệm vụ quá hạn chưa hoàn thành (Phụ lục 02).")
    given = [(row, reason) for row in told.late if (reason := _reason(row))]
    yield from (line(f"- {row['text'].rstrip(' .;')} ({row['agency']}): {reason}.") for row, reason in given[:REASONS])


def _reason(row: Row) -> str:
    """Why a task is late, as its agency says."""
    told = [*(one["reason"] for one in row["requests"][:1]), *(one["words"] for one in row["notes"])]
    return "; ".join(filter(None, told)).rstrip(" .")


def _proposals(told: Gathered) -> Iterator[Line]:
    yield from _by_agency(told, "proposals")


def _annexes(told: Gathered, made: Progress) -> list[Section]:
    """The tables behind the text; the last one says where each figure comes from."""
    documents = [{"no": n, "number": row["number"], "day": _day(row["issued_on"]), "issuer": row["issuer"], "subject": row["subject"]} for n, row in enumerate(told.documents, 1)]  # fmt: skip
    duties = [_duty(n, row, told) for n, row in enumerate(told.duties, 1)]
    aims = [
        {"no": n, "name": one["name"], "unit": one["unit"], "aim": targets.aim_words(one), "value": targets.value_words(one), "state": targets.state_words(one)}
        for n, one in enumerate(told.targets["indicators"], 1)
    ]  # fmt: skip
    money = [{"no": n, **targets.balance_words(one)} for n, one in enumerate(told.targets["money"], 1)]
    return [
        _table("Danh mục văn bản triển khai thực hiện", documents, no="TT", number="Số, ký hiệu", day="Ngày", issuer="Cơ quan ban hành", subject="Nội dung"),
        _table("Tình hình thực hiện nhiệm vụ", duties, no="TT", text="Nhiệm vụ", agency="Cơ quan chủ trì", due="Thời hạn", state="Tình trạng", result="Kết quả"),
        _table("Kết quả thực hiện chỉ tiêu", aims, no="TT", name="Chỉ tiêu", unit="Đơn vị tính", aim="Mục tiêu", value="Kết quả", state="Đánh giá"),
        _table("Kinh phí thực hiện (triệu đồng)", money, no="TT", purpose="Nội dung", beneficiary="Đơn vị thụ hưởng", **{"from": "Nguồn"}, needed="Nhu cầu", planned="Dự kiến", allocated="Đã bố trí", allocated_rate="So với kế hoạch", paid="Đã giải ngân", paid_rate="So với vốn bố trí"),
        _table("Nguồn số liệu", sources(made.lines()), no="TT", what="Số liệu", value="Giá trị", list="Danh sách trong hệ thống"),
    ]  # fmt: skip


WIDE = {
    "subject",
    "value",
    "text",
    "agency",
    "result",
    "name",
    "state",
    "purpose",
    "beneficiary",
    "what",
    "list",
    "issuer",
}
RIGHT = {"no", "needed", "planned", "allocated", "paid", "allocated_rate", "paid_rate"}


def _table(title: str, rows: list[dict[str, Any]], **titles: str) -> Section:
    columns = tuple(Column(key, name, wide=key in WIDE, right=key in RIGHT) for key, name in titles.items())
    return Section(title, columns, rows, "" if rows else "Không có.")


def _duty(number: int, row: Row, told: Gathered) -> dict[str, Any]:
    """One task of the annex with how it stands and what was reported."""
    own = [one for one in told.results if (one["code"], one["agency"], one["period"]) == (row["code"], row["agency"], row["period"])]  # fmt: skip
    result = "; ".join(filter(None, (own[0]["result"], own[0]["document_number"]))) if own else ""
    return {
        "no": number,
        "text": f"{row['text']} ({row['code']})",
        "agency": queries.owner(row),
        "due": _day(row["due_on"]) if row["due_on"] else show_period(row["period"]),
        "state": _state(row),
        "result": result,
    }


def _state(row: Row) -> str:
    """How a task stands, with what is done told apart from what is only late."""
    words = say_standing(row["standing"])
    if row["standing"] == "overdue":
        return f"{words}, {-row['days_left']} ngày"
    return f"{say_status(row['status'])}, {words}" if row["status"] in DONE else words


def _day(day: Any) -> str:
    return show_day(day) if day else ""
