"""Vietnamese time phrases: from the words of a time column or a sentence to a Timing.

Matching is done on text without diacritics, so that "Thang 8/2026" reads like "Tháng 8/2026". Numbers of documents are blanked
out first: they are never dates. Each rule takes what it understands; what smells of time and nobody has taken makes
the reading doubtful, and what is not understood at all is `undetermined` and waits for a person. Nothing is guessed.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from directives.document import clean
from directives.phrases import beside, cycles, events
from directives.phrases.finding import find
from directives.phrases.phrase import Phrase
from workflow.i18n import N_
from workflow.periods import Reason
from workflow.timing import Kind, Timing

__all__ = ["OPEN_TIMES", "find", "timing_of", "understand"]

LONGEST = 2000

NOT_UNDERSTOOD = N_("The phrase is not understood.")

# The reasons that say "a person must set the time".
OPEN_TIMES = frozenset(
    (
        NOT_UNDERSTOOD,
        events.WAITS_FOR_EVENT,
        events.WAITS_FOR_CONDITION,
        events.WAITS_FOR_SESSION,
        events.WAITS_FOR_CYCLE,
        events.STANDS_ELSEWHERE,
    )
)

# The first that knows decides.
_RULES = (
    events.no_deadline,
    events.at_a_session,
    events.from_an_event,
    events.on_a_condition,
    events.ongoing,
    cycles.recurring,
    beside.fixed,
    events.cycle_unknown,
    events.elsewhere,
)


@lru_cache(maxsize=8192)  # a plan says "Quý IV" a hundred times
def understand(words: str, issued: date, year: int | None = None, *, before_is_exclusive: bool = True) -> Timing:
    """Return what a time phrase means in a document issued on `issued` whose plan is for `year` (default: the year of issue).

    "trước ngày D" ends on the day before D where `before_is_exclusive`. Never raises.
    """
    shown = clean(words)
    if not shown:
        return _unknown(shown, N_("No time is stated."))
    if len(shown) > LONGEST:
        return _unknown(shown[:LONGEST], N_("The text is too long for a time phrase."))
    phrase = Phrase(shown, issued, year or issued.year, before_is_exclusive)
    for rule in _RULES:
        timing = rule(phrase)
        if timing:
            return events.doubtful(phrase, timing)
    return _unknown(shown, NOT_UNDERSTOOD)


def _unknown(words: str, message: str) -> Timing:
    return Timing(words, Kind.UNDETERMINED, needs_person=True, reasons=(Reason(message),))


def timing_of(words: str | None, issued: date, year: int, *, before_is_exclusive: bool) -> Timing:
    """The timing of a task; a text that states no time has no deadline, which is not the same as one that cannot be read."""
    if not words:
        return Timing("", Kind.UNDETERMINED).because(N_("No time is stated."))
    return understand(words, issued, year, before_is_exclusive=before_is_exclusive)
