"""Every table of the record, for those who must see them all: migrations and tests."""

from workflow.agency import Agency, AgencyAlias, FocalPoint, GroupMember
from workflow.audit import AuditEntry
from workflow.directive import Directive, LegalBasis, Revision
from workflow.message import ActionLink, Delivery, Heartbeat, Message, Reminder
from workflow.occurrence import Occurrence
from workflow.office_calendar import CalendarDay
from workflow.register.succession import Handover, Succession
from workflow.submission import Evidence, Submission
from workflow.task import Assignment, Question, Task

TABLES = (
    Agency,
    AgencyAlias,
    FocalPoint,
    GroupMember,
    Directive,
    LegalBasis,
    Revision,
    Task,
    Assignment,
    Question,
    Occurrence,
    Submission,
    Evidence,
    Message,
    Delivery,
    Reminder,
    ActionLink,
    Heartbeat,
    AuditEntry,
    CalendarDay,
    Succession,
    Handover,
)
