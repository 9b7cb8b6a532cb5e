"""Calendar arithmetic: windows, recurrences, round trips."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow import i18n
from workflow.calendar import CalendarLine, DayKind, WorkingCalendar
from workflow.errors import BadInput, Refused
from workflow.periods import (
    day_window,
    month_end,
    month_window,
    period_key,
    quarter_window,
    show_day,
    show_days,
    show_period,
    span,
)
from workflow.rules import Data, Offset, Rule, Unit
from workflow.sessions import CouncilSession
from workflow.timing import Kind, Timing

years = st.integers(1991, 2099)
days = st.dates(date(1991, 1, 1), date(2099, 12, 31))


def test_quarters_end_on_their_last_day() -> None:
    assert [quarter_window(2025, q).due.isoformat() for q in (1, 2, 3, 4)] == [
        "2025-03-31",
        "2025-06-30",
        "2025-09-30",
        "2025-12-31",
    ]
    assert [quarter_window(2025, q).key for q in (1, 2)] == ["2025-Q1", "2025-Q2"]


@pytest.mark.parametrize(("year", "last"), [(2024, 29), (2025, 28), (2100, 28), (2000, 29)])
def test_february(year: int, last: int) -> None:
    assert month_end(year, 2).day == last


def test_months_run_into_the_next_year() -> None:
    assert month_end(2025, 12) == date(2025, 12, 31)
    assert month_end(2025, 14) == date(2026, 2, 28)


CALENDAR = WorkingCalendar()


def recurring(**rule: object) -> Timing:
    return Timing("", Kind.RECURRING, rules=(Rule(**rule),))  # type: ignore[arg-type]


@given(years, st.sampled_from([1, 2, 3, 4, 6, 12]))
def test_the_periods_of_a_year_neither_overlap_nor_leave_gaps(year: int, months: int) -> None:
    windows = recurring(months=months).occurrences(date(year, 1, 1), date(year, 12, 31), CALENDAR)
    assert len(windows) == 12 // months
    assert windows[0].opens == date(year, 1, 1)
    assert windows[-1].due == date(year, 12, 31)
    for before, after in pairwise(windows):
        assert after.opens == before.due + timedelta(days=1)


@given(years, st.sampled_from([1, 3, 6, 12]))
def test_the_days_that_administrative_reports_cover_neither_overlap_nor_leave_gaps(year: int, months: int) -> None:
    """Decree 09/2019/NĐ-CP, Article 12: from the 15th before the period to the 14th of its last month."""
    rule = recurring(months=months, data=Data.ADMINISTRATIVE)
    windows = rule.occurrences(date(year, 1, 1), date(year, 12, 31), CALENDAR)
    assert len(windows) == 12 // months
    assert (windows[0].opens, windows[-1].due) == (date(year - 1, 12, 15), date(year, 12, 14))
    for before, after in pairwise(windows):
        assert after.opens == before.due + timedelta(days=1)


@pytest.mark.parametrize(
    ("months", "data", "send_days", "due"),
    [
        (3, Data.ADMINISTRATIVE, 0, ["2026-03-14", "2026-06-14", "2026-09-14", "2026-12-14"]),
        (3, Data.ADMINISTRATIVE, 2, ["2026-03-17", "2026-06-16", "2026-09-16", "2026-12-16"]),
        (6, Data.STATISTICAL, 0, ["2026-06-30", "2026-12-31"]),
        (12, Data.STATISTICAL, 5, ["2026-01-09"]),  # that of 2025: 01/01 and 02/01 are off
    ],
)
def test_a_report_is_sent_so_many_working_days_after_its_data_end(
    months: int, data: Data, send_days: int, due: list[str]
) -> None:
    rule = recurring(months=months, data=data, send_days=send_days)
    found = rule.occurrences(date(2026, 1, 1), date(2026, 12, 31), CALENDAR)
    assert [w.due.isoformat() for w in found] == due


@given(days, st.sampled_from([1, 2, 3, 4, 6, 12]), st.integers(0, 31), st.integers(0, 13), st.booleans())
def test_36_months_have_unique_keys_and_the_count_of_the_closed_formula(
    first: date, months: int, day: int, month: int, before: bool
) -> None:
    year = min(max(first.year, 1992), 2094)
    timing = recurring(months=months, day=day, month=min(month, months + 1), before=before)
    windows = timing.occurrences(date(year - 1, 1, 1), date(year + 4, 12, 31), CALENDAR)
    inside = [w for w in windows if w.key[:4] in {str(y) for y in range(year, year + 3)}]
    assert len({w.key for w in inside}) == len(inside) == 36 // months


@given(days, st.integers(-5, 20).filter(bool), st.sampled_from([1, 3]))
def test_working_day_rules_fall_on_working_days_with_unique_keys(first: date, nth: int, months: int) -> None:
    year = min(max(first.year, 1992), 2094)
    timing = recurring(months=months, month=1 if nth > 0 else 0, working_day=nth)
    windows = timing.occurrences(date(year, 1, 1), date(year, 12, 31), CALENDAR)
    assert len(windows) == len({w.key for w in windows}) == 12 // months
    assert all(CALENDAR.is_working(w.due) for w in windows)


RULES = st.one_of(
    st.builds(
        Rule,
        months=st.sampled_from([1, 2, 3, 4, 6, 12]),
        day=st.integers(0, 31),
        month=st.integers(0, 13),
        before=st.booleans(),
    ),
    st.builds(
        Rule, months=st.sampled_from([1, 3]), working_day=st.sampled_from([-1, 1, 5]), month=st.sampled_from([0, 1])
    ),
    st.builds(Rule, months=st.just(1), week=st.sampled_from([1, 2, 3, 4, -1]), weekday=st.integers(0, 7)),
    st.builds(Rule, weeks=st.integers(1, 6), day=st.integers(0, 7), anchor=st.none() | days),
    st.builds(
        Rule, months=st.sampled_from([1, 3, 6, 12]), data=st.sampled_from(list(Data)), send_days=st.integers(0, 5)
    ),
    st.builds(
        Rule, months=st.just(3), only=st.sampled_from([(1,), (2, 4)]), since=st.none() | days, until=st.none() | days
    ),
)


@given(days, RULES)
def test_occurrences_do_not_depend_on_where_one_looks_from(first: date, rule: Rule) -> None:
    """Computed from the anchor, never from the previous one: a longer look only adds, and none comes out of order."""
    first = min(max(first, date(1993, 1, 1)), date(2096, 1, 1))
    timing = Timing("", Kind.RECURRING, rules=(rule,))
    near, far = (timing.occurrences(first, first + timedelta(days=n), CALENDAR) for n in (200, 600))
    assert far[: len(near)] == near
    assert all(a.due <= b.due for a, b in pairwise(far))
    assert len({w.key for w in far}) == len(far)
    assert timing.follows_calendar() is rule.counts_working_days()


@given(RULES)
def test_every_rule_says_itself_in_both_languages(rule: Rule) -> None:
    told = [str(reason) for reason in rule.said()]
    i18n.set_language("en")
    english = [str(reason) for reason in rule.said()]
    i18n.set_language("vi")
    assert told and len(told) == len(english)
    for vietnamese, said in zip(told, english, strict=True):
        assert vietnamese != said
        assert "{" not in vietnamese + said


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        (Rule(months=1, day=31), [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]),
        (Rule(months=1, day=30, before=True), [29, 28, 29, 29, 29, 29, 29, 29, 29, 29, 29, 29]),
    ],
)
def test_days_that_a_month_lacks_clamp_to_its_end(rule: Rule, due: list[int]) -> None:
    timing = Timing("", Kind.RECURRING, rules=(rule,))
    found = timing.occurrences(date(2025, 1, 1), date(2025, 12, 31), CALENDAR)
    assert [w.due.day for w in found] == due
    assert "Tháng không có ngày" in str(found[1].reasons[0])


@pytest.mark.parametrize(("year", "due"), [(2024, "2024-02-29"), (2025, "2025-02-28"), (2100, "2100-02-28")])
def test_the_29th_of_february(year: int, due: str) -> None:
    rule = recurring(months=12, day=29, month=2)
    assert [w.due.isoformat() for w in rule.occurrences(date(year, 1, 1), date(year, 12, 31), CALENDAR)] == [due]


def test_a_day_of_the_month_after_belongs_to_the_year_before() -> None:
    rule = recurring(months=12, day=15, month=13)
    (window,) = rule.occurrences(date(2026, 1, 1), date(2026, 12, 31), CALENDAR)
    assert (window.due, window.key) == (date(2026, 1, 15), "2025")


def test_a_weekly_duty_crosses_new_year() -> None:
    windows = recurring(weeks=1).occurrences(date(2025, 12, 20), date(2026, 1, 12), CALENDAR)
    assert [w.due.isoformat() for w in windows] == ["2025-12-26", "2026-01-02", "2026-01-09"]
    assert [w.key for w in windows] == ["2025-W52", "2026-W01", "2026-W02"]


def test_every_second_week_is_counted_from_its_anchor() -> None:
    rule = recurring(weeks=2, anchor=date(2025, 12, 17))
    windows = rule.occurrences(date(2025, 12, 1), date(2026, 1, 31), CALENDAR)
    assert [w.due.isoformat() for w in windows] == ["2025-12-26", "2026-01-09", "2026-01-23"]


@pytest.mark.parametrize(
    ("count", "unit", "event", "due"),
    [
        (5, Unit.WORKING_DAY, "2026-04-24", "2026-05-06"),  # 27/4, 30/4 and 01/5 are off
        (5, Unit.WORKING_DAY, "2026-04-25", "2026-05-06"),  # from a Saturday the count begins on Tuesday
        (30, Unit.DAY, "2025-04-01", "2025-05-05"),  # 01/5 to 04/5 are off: the last day moves on
        (30, Unit.DAY, "2025-05-01", "2025-06-02"),  # 31/5 is a Saturday
        (10, Unit.DAY, "2025-05-01", "2025-05-12"),
        (1, Unit.MONTH, "2025-01-31", "2025-02-28"),
        (2, Unit.MONTH, "2024-12-31", "2025-02-28"),
        (1, Unit.YEAR, "2024-02-29", "2025-02-28"),
        (2, Unit.WEEK, "2025-07-01", "2025-07-15"),
        (3, Unit.HOUR, "2025-07-05", "2025-07-05"),
        (48, Unit.HOUR, "2025-07-01", "2025-07-03"),
        (-2, Unit.WORKING_DAY, "2026-05-04", "2026-04-28"),
        (-10, Unit.DAY, "2026-05-12", "2026-04-29"),  # 02/5 is a Saturday; moving on would shorten the notice
        (0, Unit.DAY, "2025-07-05", "2025-07-05"),
    ],
)
def test_durations_follow_the_civil_code(count: int, unit: Unit, event: str, due: str) -> None:
    """Civil Code 2015, Articles 147 and 148: the first day is not counted, a last day that is off moves on."""
    timing = Timing("", Kind.RELATIVE, event="x", offset=Offset(count, unit), happened_on=date.fromisoformat(event))
    (window,) = timing.occurrences(date.min, date.max, CALENDAR)
    assert (window.due.isoformat(), window.key) == (due, "event")
    assert window.reasons


@given(days, st.integers(1, 60), st.sampled_from([u for u in Unit if u is not Unit.HOUR]))
def test_a_duration_ends_on_a_working_day_and_never_too_early(event: date, count: int, unit: Unit) -> None:
    event = min(event, date(2030, 1, 1))
    due = Offset(count, unit).window(event, "event", CALENDAR).due
    assert due > event and CALENDAR.is_working(due)
    assert CALENDAR.is_working(Offset(-count, unit).window(event, "event", CALENDAR).due)


def session_on(day: str, kind: DayKind, name: str = "Kỳ họp") -> CalendarLine:
    return CalendarLine(date.fromisoformat(day), kind, name, "TB 1")


@pytest.mark.parametrize(
    ("session", "due"),
    [
        (CouncilSession("mid_year", 2026), "2026-07-08"),
        (CouncilSession("mid_year", 2026, before=True), "2026-07-07"),
        (CouncilSession("year_end", 2026), None),
        (CouncilSession("thematic", 2026), None),  # two of them: a person says which
        (CouncilSession("thematic", 2026, month=5), "2026-05-20"),
        (CouncilSession("thematic", 2026, number=31), "2026-09-15"),
        (CouncilSession("next", after=date(2026, 5, 21)), "2026-07-08"),
        (CouncilSession("next", after=date(2026, 9, 16)), None),
    ],
)
def test_a_session_is_due_on_the_day_it_opens_once_the_calendar_knows_it(session: CouncilSession, due: str) -> None:
    calendar = WorkingCalendar(
        [
            session_on("2026-05-20", DayKind.THEMATIC, "Kỳ họp thứ 29 HĐND tỉnh"),
            session_on("2026-07-08", DayKind.MID_YEAR, "Kỳ họp thứ 30 HĐND tỉnh"),
            session_on("2026-09-15", DayKind.THEMATIC, "Kỳ họp thứ 31 HĐND tỉnh"),
        ]
    )
    found = Timing("", Kind.SESSION, session=session).occurrences(date.min, date.max, calendar)
    assert [w.due.isoformat() for w in found] == ([due] if due else [])


def test_a_notice_before_a_session_is_counted_back_from_it() -> None:
    calendar = WorkingCalendar([session_on("2026-07-08", DayKind.MID_YEAR)])
    timing = Timing("", Kind.RELATIVE, session=CouncilSession("mid_year", 2026), offset=Offset(-15, Unit.DAY))
    (window,) = timing.occurrences(date.min, date.max, calendar)
    assert window.due == date(2026, 6, 23)


def test_an_event_needs_a_term_and_days_that_follow_each_other() -> None:
    waits = Timing("Sau khi có hướng dẫn", Kind.CONDITIONAL, event="có hướng dẫn", needs_person=True)
    with pytest.raises(BadInput, match="--due"):
        waits.since(date(2025, 7, 1))
    with pytest.raises(BadInput, match="01/6/2025"):
        waits.since(date(2025, 7, 1), date(2025, 6, 1))
    known = waits.since(date(2025, 7, 1), date(2025, 8, 1))
    assert not known.needs_person
    assert [w.due for w in known.occurrences(date.min, date.max, CALENDAR)] == [date(2025, 8, 1)]
    with pytest.raises(Refused, match="deadline set"):
        Timing("Quý IV", Kind.DEADLINE).since(date(2025, 7, 1))


@pytest.mark.parametrize(
    ("opens", "ends", "key"),
    [
        ("2025-01-01", "2025-12-31", "2025"),
        ("2025-01-01", "2025-06-30", "2025-H1"),
        ("2025-07-01", "2025-12-31", "2025-H2"),
        ("2025-04-01", "2025-06-30", "2025-Q2"),
        ("2025-07-01", "2025-07-31", "2025-07"),
        ("2025-01-01", "2025-09-30", "2025-01..2025-09"),
    ],
)
def test_period_keys(opens: str, ends: str, key: str) -> None:
    assert period_key(date.fromisoformat(opens), date.fromisoformat(ends)) == key


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("2025", "năm 2025"),
        ("2025-H1", "6 tháng đầu năm 2025"),
        ("2025-H2", "6 tháng cuối năm 2025"),
        ("2025-Q4", "quý IV năm 2025"),
        ("2025-07", "tháng 7 năm 2025"),
        ("2025-W03", "tuần 03 năm 2025"),
        ("2025-01..2025-09", "1/2025 – 9/2025"),
        ("2025-07-14", "14/7/2025"),
        ("ongoing", "thường xuyên"),
        ("untimed", "không hạn"),
        ("event", "tính theo sự kiện"),
        ("2026-mid_year", "kỳ họp HĐND giữa năm 2026"),
        ("0-next", "kỳ họp HĐND gần nhất"),
    ],
)
def test_periods_are_said_in_vietnamese(key: str, words: str) -> None:
    assert show_period(key) == words


def test_days_are_written_as_offices_write_them() -> None:
    assert show_day(date(2025, 7, 4)) == "04/7/2025"
    assert show_day(date(2025, 2, 14)) == "14/02/2025"
    assert show_days("2025-06-30, 2025-12-31") == "30/6/2025, 31/12/2025"


windows = st.one_of(
    st.builds(month_window, years, st.integers(1, 12)),
    st.builds(quarter_window, years, st.integers(1, 4)),
    st.builds(day_window, days),
    st.builds(lambda y, n: span(date(y, 1, 1), month_end(y, n)), years, st.integers(1, 12)),
)
timings = st.builds(
    lambda words, kind, found, rules, offset, session, happened, person: Timing(
        words, kind, tuple(found), tuple(rules), "sự kiện", offset, happened, session, person
    ).because("There is no such day.", due="2025-01-01"),
    st.text(max_size=20),
    st.sampled_from(list(Kind)),
    st.lists(windows, max_size=3),
    st.lists(RULES, max_size=2),
    st.none() | st.builds(Offset, st.integers(-60, 60), st.sampled_from(list(Unit))),
    st.none()
    | st.builds(CouncilSession, st.sampled_from(["mid_year", "next"]), st.integers(2020, 2030), after=st.none() | days),
    st.none() | days,
    st.booleans(),
)


@given(timings)
def test_a_timing_survives_json(timing: Timing) -> None:
    assert Timing.from_json(json.loads(json.dumps(timing.to_json()))) == timing
