"""The models of reports; outsiders import from here only."""

from reports.models.editions import Edition, NeverDeleted
from reports.models.mails import Mail
from reports.models.register import MOST_ATTEMPTS, Report
from reports.models.schedules import ReportSchedule
from reports.models.scopes import Subject, check_subject
from reports.models.serials import SerialCounter

__all__ = [
    "MOST_ATTEMPTS",
    "Edition",
    "Mail",
    "NeverDeleted",
    "Report",
    "ReportSchedule",
    "SerialCounter",
    "Subject",
    "check_subject",
]
