"""What the columns of a tally count and what they are called: the condition that counts a figure is the one that lists it."""

from __future__ import annotations

from workflow.i18n import N_

# The official two by two (done or not × in time or late), and what lies outside it.
FIGURES = {
    "total": "1 = 1",
    "done_on_time": "status = 'completed' and standing = 'done_on_time'",
    "done_late": "status = 'completed' and standing = 'done_late'",
    "waiting": "status = 'submitted' and standing <> 'no_deadline'",
    "open_in_time": "standing in ('on_track', 'due_soon', 'due_today')",
    "overdue": "standing = 'overdue'",
    "no_deadline": "standing = 'no_deadline'",
}

# What is added up from those: the two parts of a rate, and who is late again and again.
SUMS = {
    "done": ("done_on_time", "done_late"),
    "due": ("done_on_time", "done_late", "overdue"),
    "late": ("overdue", "done_late"),
}

LABELS = {
    "total": N_("Given"),
    "done_on_time": N_("Done on time"),
    "done_late": N_("Done late"),
    "open_in_time": N_("Open, in time"),
    "overdue": N_("Overdue"),
    "waiting": N_("Waiting for confirmation"),
    "no_deadline": N_("No deadline"),
    "done": N_("Done"),
    "due": N_("Fallen due"),
    "late": N_("Late in all"),
}


def counted(figure: str) -> str:
    """The condition over status and standing of what a figure counts."""
    return " or ".join(f"({FIGURES[one]})" for one in SUMS.get(figure, (figure,)))
