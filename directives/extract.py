"""Document to Proposal: the letterhead, the task tables, the duties in prose, and every doubt about them."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

from directives import agencies, letterhead, prose, tables
from directives.document import Document, Paragraph, clean
from directives.phrases import find, understand
from directives.proposal import Issue, Letterhead, Proposal, TaskProposal, issue
from workflow.i18n import N_
from workflow.timing import Kind

_CENTRAL = re.compile(r"(?:Bộ|Chính phủ|Thủ tướng|Văn phòng Chính phủ|Quốc hội|Ban Bí thư|Trung ương)\b")
_ANY_DAY = date(1990, 1, 1)  # where a phrase is read without a day of issue
NO_DIRECTIVES = ("Báo cáo", "Tờ trình")  # they are addressed to who reads them, not to who acts


def propose(document: Document, digest: str) -> Proposal:
    """Return what a document asks of whom; pure, and the same for the same document."""
    head = letterhead.read(document)
    found = tables.assignments(document)
    tasks = found.tasks
    paragraphs = document.paragraphs()
    tasks = [*prose.duties(paragraphs, []), *tasks] if tasks else prose.duties(paragraphs, _answerable(head))
    proposal = Proposal(document.name, digest, head, tasks, [], reporting=_reporting(paragraphs))
    for table in found.without_lead:
        proposal.issues.append(issue(N_("The table has no column that says who leads."), table.place))
    if document.format == "scan":
        for task in tasks:
            task.issues.append(issue(N_("Read from a scan; compare it with the paper."), task.place))
    if document.converted:
        proposal.issues.append(
            issue(N_("The text was in an old Vietnamese encoding (TCVN3) and was converted; check it."))
        )
    check(proposal)
    return proposal


def _reporting(paragraphs: list[Paragraph]) -> str | None:
    """The words of the clause that says how often one reports on carrying the document out."""
    for paragraph in paragraphs:
        words = find(paragraph.text) if "báo cáo" in paragraph.text.lower() else None
        if words and understand(words, _ANY_DAY).rules:
            return words
    return None


def _answerable(head: Letterhead) -> list[str]:
    """The addressees that a document can give duties to: not those a report goes to, nor a ministry that a province writes to."""
    if head.kind in NO_DIRECTIVES:
        return []
    upward = head.kind == "Kế hoạch" or head.issuer.startswith("Ủy ban nhân dân")
    return [name for name in head.addressees if not (upward and _CENTRAL.match(name))]


def check(proposal: Proposal) -> None:
    """Raise the issues that a person must look at before anything is recorded."""
    head = proposal.head
    proposal.issues += of_head(head)
    if not proposal.tasks:
        proposal.issues.append(issue(N_("No task was found in the document.")))
    elif head.kind in NO_DIRECTIVES:
        proposal.issues.append(
            issue(N_("A report or a submission assigns no tasks; check whether this is the right document."))
        )
    times = Counter(task.no for task in proposal.tasks)
    for task in proposal.tasks:
        task.text = re.sub(r"\s+", " ", clean(task.text))
        task.issues += doubts(task, head)
        if times[task.no] > 1:
            task.issues.append(repeated(task))


def of_head(head: Letterhead) -> list[Issue]:
    """What the head of a document leaves blank that the record needs."""
    lacking = []
    if not head.number:
        lacking.append(issue(N_("The document has no number; give it with --number.")))
    if not head.issued:
        lacking.append(issue(N_("The document has no day of issue; give it with --issued.")))
    return lacking


def repeated(task: TaskProposal) -> Issue:
    """That another task bears the same number."""
    return issue(N_("The number {no} occurs more than once."), task.place, no=task.no)


def doubts(task: TaskProposal, head: Letterhead) -> list[Issue]:
    """What a person must look at in one task, by what its fields say."""
    found = []
    if not task.text:
        found.append(issue(N_("The row says nothing of what is to be done."), task.place))
    if not task.lead:
        found.append(issue(N_("Nobody is named to lead."), task.place))
    for name in [*task.lead, *task.coordinating]:
        if not agencies.is_agency(name):
            found.append(issue(N_("“{name}” does not read like an agency."), task.place, name=name))
    return found + of_timing(task, head)


def of_timing(task: TaskProposal, head: Letterhead) -> list[Issue]:
    """What a person must look at in the time of a task."""
    if not task.timing:
        return []
    timing = understand(task.timing, head.issued or _ANY_DAY, head.issued.year if head.issued else None)
    if timing.needs_person and (head.issued or timing.kind is not Kind.DEADLINE):
        return [issue(str(timing.reasons[-1].message), task.place, **dict(timing.reasons[-1].args))]
    return []
