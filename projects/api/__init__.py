"""The programme over REST; tracker/api.py gives the addresses."""

from projects.api.evidence import EvidenceViewSet
from projects.api.milestones import MilestoneViewSet
from projects.api.people import LoginView, LogoutAllView, LogoutView, MeView
from projects.api.programme import AgreementViewSet, ProjectViewSet
from projects.api.reference import IndicatorViewSet, MineralViewSet, OrganisationViewSet, RelianceViewSet
from projects.api.targets import MeasurementViewSet, TargetViewSet

__all__ = [
    "AgreementViewSet",
    "EvidenceViewSet",
    "IndicatorViewSet",
    "LoginView",
    "LogoutAllView",
    "LogoutView",
    "MeView",
    "MeasurementViewSet",
    "MilestoneViewSet",
    "MineralViewSet",
    "OrganisationViewSet",
    "ProjectViewSet",
    "RelianceViewSet",
    "TargetViewSet",
]
