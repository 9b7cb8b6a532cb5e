"""Every table of the record, for those who must see them all: migrations and tests."""

from workflow.access.entry import AccessToken, KeptAnswer, SignIn, WebSession
from workflow.access.people import Appointment
from workflow.agency import Agency, AgencyAlias, FocalPoint, GroupMember
from workflow.audit import AuditEntry
from workflow.directive import Directive, DirectiveReader, LegalBasis, Revision
from workflow.dispatch import Dispatch, DispatchLine
from workflow.duties.closing import ClosedPeriod
from workflow.duties.note import Note
from workflow.duties.part import Part
from workflow.duties.period_report import PeriodReport
from workflow.duties.request import Request
from workflow.evidence import Evidence
from workflow.message import (
    ActionLink,
    Attempts,
    Delivery,
    Feed,
    Heartbeat,
    Incoming,
    LinkCode,
    Message,
    Morning,
    Reminder,
    Upload,
    Webhook,
)
from workflow.occurrence import Occurrence
from workflow.office_calendar import CalendarDay
from workflow.received import ReceivedDocument
from workflow.register.succession import Handover, Succession
from workflow.reporting.answer import Answer
from workflow.reporting.call import PeriodCall
from workflow.review import Review, ReviewLine
from workflow.submission import Submission
from workflow.targets.funding import FundingLine
from workflow.targets.indicator import Actual, Indicator
from workflow.task import Assignment, Question, Task

TABLES = (
    Agency,
    AgencyAlias,
    FocalPoint,
    GroupMember,
    Directive,
    DirectiveReader,
    LegalBasis,
    Revision,
    Task,
    Assignment,
    Question,
    Occurrence,
    Submission,
    PeriodCall,
    Answer,
    Evidence,
    Message,
    Delivery,
    Reminder,
    Morning,
    Feed,
    ActionLink,
    LinkCode,
    Upload,
    Attempts,
    Incoming,
    Note,
    Heartbeat,
    AuditEntry,
    CalendarDay,
    Succession,
    Handover,
    Request,
    Part,
    PeriodReport,
    ClosedPeriod,
    Appointment,
    SignIn,
    WebSession,
    AccessToken,
    KeptAnswer,
    Webhook,
    Review,
    ReviewLine,
    ReceivedDocument,
    Dispatch,
    DispatchLine,
    Indicator,
    Actual,
    FundingLine,
)
