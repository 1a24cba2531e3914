"""The programme over REST; tracker/api.py gives the addresses."""

from projects.api.accounts import MembershipViewSet, UserViewSet
from projects.api.agreement_life import AmendmentViewSet, DutyDoneViewSet, DutyViewSet
from projects.api.calendars import CalendarLinkViewSet
from projects.api.clearances import ClearanceViewSet
from projects.api.decisions import DecisionsViewSet
from projects.api.evidence import EvidenceViewSet
from projects.api.feeds import FeedViewSet
from projects.api.findings import FindingViewSet
from projects.api.funds import FundLineViewSet
from projects.api.gates import GatePlanViewSet, StageGateViewSet
from projects.api.iati import ActivitiesView, ActivityView
from projects.api.meetings import ActionPointViewSet, ReviewMeetingViewSet
from projects.api.milestones import MilestoneViewSet
from projects.api.notices import NoticePreferencesView, NoticeViewSet
from projects.api.open_data import (
    OpenMeasurementViewSet,
    OpenMilestoneViewSet,
    OpenProjectViewSet,
    OpenTargetViewSet,
)
from projects.api.overview import OverviewView, WarningsView
from projects.api.people import LoginView, LogoutAllView, LogoutView, MeView
from projects.api.programme import AgreementViewSet, ProjectViewSet
from projects.api.readiness import ReadinessViewSet
from projects.api.reference import IndicatorViewSet, MineralViewSet, OrganisationViewSet
from projects.api.reliance import RelianceViewSet, SectorNeedViewSet
from projects.api.targets import MeasurementViewSet, TargetViewSet
from projects.api.tokens import TokenViewSet
from projects.api.transfers import (
    KnowHowItemViewSet,
    ReplicationRunViewSet,
    TrainingViewSet,
    TransferStepViewSet,
    TransferViewSet,
)
from projects.api.webhooks import DeliveryViewSet, WebhookViewSet

__all__ = [
    "ActionPointViewSet",
    "ActivitiesView",
    "ActivityView",
    "AgreementViewSet",
    "AmendmentViewSet",
    "CalendarLinkViewSet",
    "ClearanceViewSet",
    "DecisionsViewSet",
    "DeliveryViewSet",
    "DutyDoneViewSet",
    "DutyViewSet",
    "EvidenceViewSet",
    "FeedViewSet",
    "FindingViewSet",
    "FundLineViewSet",
    "GatePlanViewSet",
    "IndicatorViewSet",
    "KnowHowItemViewSet",
    "LoginView",
    "LogoutAllView",
    "LogoutView",
    "MeView",
    "MeasurementViewSet",
    "MembershipViewSet",
    "MilestoneViewSet",
    "MineralViewSet",
    "NoticePreferencesView",
    "NoticeViewSet",
    "OpenMeasurementViewSet",
    "OpenMilestoneViewSet",
    "OpenProjectViewSet",
    "OpenTargetViewSet",
    "OrganisationViewSet",
    "OverviewView",
    "ProjectViewSet",
    "ReadinessViewSet",
    "RelianceViewSet",
    "ReplicationRunViewSet",
    "ReviewMeetingViewSet",
    "SectorNeedViewSet",
    "StageGateViewSet",
    "TargetViewSet",
    "TokenViewSet",
    "TrainingViewSet",
    "TransferStepViewSet",
    "TransferViewSet",
    "UserViewSet",
    "WarningsView",
    "WebhookViewSet",
]
