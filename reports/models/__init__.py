"""The models of reports; outsiders import from here only."""

from reports.models.register import MOST_ATTEMPTS, NeverDeleted, Report
from reports.models.schedules import ISSUED_KINDS, ISSUED_LANGUAGES, ReportSchedule
from reports.models.serials import SerialCounter

__all__ = [
    "ISSUED_KINDS",
    "ISSUED_LANGUAGES",
    "MOST_ATTEMPTS",
    "NeverDeleted",
    "Report",
    "ReportSchedule",
    "SerialCounter",
]
