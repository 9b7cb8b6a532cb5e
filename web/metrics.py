"""Figures for Prometheus at `/metrics`: how the record is, read at each scrape, and how the pages answer. Counts only, no names."""

from __future__ import annotations

import time
from collections.abc import Iterator

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import Message, Send

from web.pages import Office
from workflow import health, ledger
from workflow.snapshot import snapshot

router = APIRouter()


class Figures:
    """The counters of one application, and the record behind them."""

    def __init__(self, office: Office) -> None:
        self.registry = CollectorRegistry()
        self.answers = Counter("dondoc_http_requests", "Answers by status", ["status"], registry=self.registry)
        self.seconds = Histogram(
            "dondoc_http_seconds",
            "Seconds until an answer began",
            buckets=(0.005, 0.025, 0.1, 0.5, 2, 10),
            registry=self.registry,
        )
        self.registry.register(_Record(office))

    def watched(self, send: Send) -> Send:
        """Send, with the answer counted when it begins."""
        began = time.perf_counter()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.answers.labels(str(message["status"])).inc()
                self.seconds.observe(time.perf_counter() - began)
            await send(message)

        return counted


class _Record(Collector):
    """What a scrape reads from the record."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def describe(self) -> Iterator[Metric]:
        return iter(())  # read at a scrape, not when it is registered

    def collect(self) -> Iterator[Metric]:
        office = self.office
        with snapshot(office.settings.database.url) as view:
            found = health.state(view, office.as_of().day, office.settings.time_zone)
            letters = ledger.outbox_counts(view)
            late = view.rows(
                "select count(*) as n from occurrence where due_on < :today and status in ('not_started', 'in_progress', 'returned')",
                today=office.as_of().day,
            )
        now = office.now()
        outbox = GaugeMetricFamily("dondoc_letters", "Letters by state", labels=["status"])
        for status, n in letters.items():
            outbox.add_metric([status], n)
        yield outbox
        yield GaugeMetricFamily("dondoc_overdue", "Duties that are overdue", late[0]["n"])
        yield GaugeMetricFamily(
            "dondoc_undecided", "Tasks without a deadline that wait for a person", found["undecided"]
        )
        yield GaugeMetricFamily("dondoc_notes", "Comments that wait for a person", found["notes"])
        yield GaugeMetricFamily("dondoc_unreachable", "Agencies that no letter reaches", len(found["unreachable"]))
        for name, words, at in (
            ("dondoc_tick_age_seconds", "Seconds since the clock last ticked", found["tick_at"]),
            ("dondoc_oldest_unsent_seconds", "Seconds that the oldest letter waits", found["oldest_unsent_at"]),
        ):
            if at:
                yield GaugeMetricFamily(name, words, (now - at).total_seconds())


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """The figures as Prometheus reads them."""
    figures: Figures = request.app.state.figures
    return Response(generate_latest(figures.registry), media_type="text/plain; version=0.0.4; charset=utf-8")
