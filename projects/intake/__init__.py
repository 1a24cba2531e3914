"""Taking in records from outside: seven CSV files, all or nothing. docs/import.md is for those who make the files."""

from projects.intake.admission import Count, Outcome, admit
from projects.intake.problems import Problem, Refused
from projects.intake.tables import TABLES

__all__ = ["TABLES", "Count", "Outcome", "Problem", "Refused", "admit"]
