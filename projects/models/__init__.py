"""The programme's models; outsiders import from here only."""

from projects.models.agreements import Agreement, AgreementParty
from projects.models.audit import AuditBypass, AuditEvent
from projects.models.evidence import Evidence
from projects.models.imports import ImportedRow
from projects.models.lifecycle import LifecycleModel, StaleError, TransitionError
from projects.models.measurements import Measurement
from projects.models.milestone_states import State
from projects.models.milestones import Milestone, MilestoneRevision
from projects.models.people import Membership, Organisation, User
from projects.models.projects import Project, StageGate
from projects.models.reference import Indicator, Mineral, MineralListing, ReliancePoint
from projects.models.targets import Target, TargetVersion, achievement

__all__ = [
    "Agreement",
    "AgreementParty",
    "AuditBypass",
    "AuditEvent",
    "Evidence",
    "ImportedRow",
    "Indicator",
    "LifecycleModel",
    "Measurement",
    "Membership",
    "Milestone",
    "MilestoneRevision",
    "Mineral",
    "MineralListing",
    "Organisation",
    "Project",
    "ReliancePoint",
    "StageGate",
    "StaleError",
    "State",
    "Target",
    "TargetVersion",
    "TransitionError",
    "User",
    "achievement",
]
