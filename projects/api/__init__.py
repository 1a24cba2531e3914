"""The programme over REST; tracker/api.py gives the addresses."""

from projects.api.clearances import ClearanceViewSet
from projects.api.evidence import EvidenceViewSet
from projects.api.funds import FundLineViewSet
from projects.api.milestones import MilestoneViewSet
from projects.api.overview import OverviewView
from projects.api.people import LoginView, LogoutAllView, LogoutView, MeView
from projects.api.programme import AgreementViewSet, ProjectViewSet
from projects.api.readiness import ReadinessViewSet
from projects.api.reference import IndicatorViewSet, MineralViewSet, OrganisationViewSet, RelianceViewSet
from projects.api.targets import MeasurementViewSet, TargetViewSet
from projects.api.transfers import (
    KnowHowItemViewSet,
    ReplicationRunViewSet,
    TrainingViewSet,
    TransferStepViewSet,
    TransferViewSet,
)

__all__ = [
    "AgreementViewSet",
    "ClearanceViewSet",
    "EvidenceViewSet",
    "FundLineViewSet",
    "IndicatorViewSet",
    "KnowHowItemViewSet",
    "LoginView",
    "LogoutAllView",
    "LogoutView",
    "MeView",
    "MeasurementViewSet",
    "MilestoneViewSet",
    "MineralViewSet",
    "OrganisationViewSet",
    "OverviewView",
    "ProjectViewSet",
    "ReadinessViewSet",
    "RelianceViewSet",
    "ReplicationRunViewSet",
    "TargetViewSet",
    "TrainingViewSet",
    "TransferStepViewSet",
    "TransferViewSet",
]
