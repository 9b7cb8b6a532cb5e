"""What a page must be for everybody: found by axe-core, by measuring it, and by going through it with Tab."""

from __future__ import annotations

import re
from importlib import resources
from typing import Any

from tests.walks.browsing import FOCUSED, Served

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class Eyes:
    """A page, what it complained of, and what may not be the case on it."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, address: str) -> int:
        self.complaints.clear()
        return int(self.page.goto(address).status)

    def quiet(self) -> None:
        """Nothing ran, nothing was forbidden by the policy, nothing is missing."""
        told = [one for one in self.complaints if not re.search(r"status of 4\d\d", one)]
        assert told == [] and self.page.evaluate("window.__hit") is None
        assert not self.page.locator(
            "script:not([src]), [onerror], [onload], a[href^='javascript:'], img:not(.sheet img)"
        ).count()

    def accessible(self) -> None:
        """No finding of axe-core that is serious or worse."""
        found = self.page.evaluate("(tags) => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", TAGS)[
            "violations"
        ]
        bad = [
            (one["id"], node["target"], node["failureSummary"][:200])
            for one in found if one["impact"] in ("serious", "critical") for node in one["nodes"][:3]
        ]  # fmt: skip
        assert bad == [], self.page.url

    def fits(self) -> None:
        """The page itself does not go beyond the window, and no letter of it is cut off."""
        wide = self.page.evaluate(TOO_WIDE)
        assert wide == [], self.page.url

    def labelled(self) -> None:
        bare = self.page.evaluate(
            """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
            .filter((e) => !e.labels.length && !e.getAttribute('aria-label')).map((e) => e.outerHTML)"""
        )
        assert bare == []

    def sound(self) -> None:
        """All of these."""
        for check in (self.accessible, self.labelled, self.fits, self.quiet):
            check()

    def orderly(self) -> None:
        """Tab goes through everything, from above to below, and what has the focus shows it."""
        page, stops = self.page, []
        page.evaluate("document.activeElement.blur()")
        for _step in range(60):
            page.keyboard.press("Tab")
            stop = page.evaluate(FOCUSED)
            if not stop:
                break
            assert stop["outline"] >= 2 and stop["seen"] and stop["name"], f"{page.url}: {stop}"
            stops.append(stop)
        assert stops[0]["href"] == "#main" or page.locator("[autofocus]").count(), page.url
        tops = [stop["top"] for stop in stops[1:]]
        back = [(stops[n + 1]["name"], one) for n, one in enumerate(tops[1:]) if one < tops[n] - 80]
        assert len(back) <= 1, f"{page.url}: {back}"


TOO_WIDE = """() => {
    const wide = document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth;
    if (wide <= 0) return [];
    return [wide, ...[...document.querySelectorAll('main *, header *')].filter((e) => {
        const box = e.getBoundingClientRect();
        return box.right > innerWidth + 1 && box.width;
    }).slice(0, 4).map((e) => e.outerHTML.slice(0, 160))];
}"""


def look(office: Served, browser: Any, who: str, **wanted: Any) -> Eyes:
    axe = resources.files("axe_playwright_python") / "axe.min.js"
    eyes = Eyes(office.page(browser, who, **wanted))
    eyes.page.context.add_init_script(axe.read_text(encoding="utf-8"))
    return eyes
