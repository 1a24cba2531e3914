"""The addresses of the API: one router, signing in, the OpenAPI document and its reader."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from projects import api as programme
from reports.api import ReportViewSet, ScheduleViewSet
from reports.bundle_api import BundleViewSet
from reports.verify_api import VerifyView
from tracker.document import DocumentView, ReaderView

app_name = "api"  # pages bear the same names

router = SimpleRouter()
router.register("organisations", programme.OrganisationViewSet, basename="organisation")
router.register("users", programme.UserViewSet, basename="user")
router.register("memberships", programme.MembershipViewSet, basename="membership")
router.register("minerals", programme.MineralViewSet, basename="mineral")
router.register("indicators", programme.IndicatorViewSet, basename="indicator")
router.register("agreements", programme.AgreementViewSet, basename="agreement")
router.register("projects", programme.ProjectViewSet, basename="project")
router.register("milestones", programme.MilestoneViewSet, basename="milestone")
router.register("targets", programme.TargetViewSet, basename="target")
router.register("measurements", programme.MeasurementViewSet, basename="measurement")
router.register("fund-lines", programme.FundLineViewSet, basename="fundline")
router.register("clearances", programme.ClearanceViewSet, basename="clearance")
router.register("amendments", programme.AmendmentViewSet, basename="amendment")
router.register("duties", programme.DutyViewSet, basename="duty")
router.register("duties-done", programme.DutyDoneViewSet, basename="dutydone")
router.register("gates", programme.StageGateViewSet, basename="gate")
router.register("gate-plans", programme.GatePlanViewSet, basename="gate-plan")
router.register("feeds", programme.FeedViewSet, basename="feed")
router.register("readiness", programme.ReadinessViewSet, basename="readiness")
router.register("transfers", programme.TransferViewSet, basename="transfer")
router.register("know-how-items", programme.KnowHowItemViewSet, basename="knowhowitem")
router.register("transfer-steps", programme.TransferStepViewSet, basename="transferstep")
router.register("trainings", programme.TrainingViewSet, basename="training")
router.register("replication-runs", programme.ReplicationRunViewSet, basename="replicationrun")
router.register("evidence", programme.EvidenceViewSet, basename="evidence")
router.register("reliance", programme.RelianceViewSet, basename="reliance")
router.register("sector-needs", programme.SectorNeedViewSet, basename="sectorneed")
router.register("open-projects", programme.OpenProjectViewSet, basename="open-project")
router.register("open-milestones", programme.OpenMilestoneViewSet, basename="open-milestone")
router.register("open-targets", programme.OpenTargetViewSet, basename="open-target")
router.register("open-measurements", programme.OpenMeasurementViewSet, basename="open-measurement")
router.register("auth/tokens", programme.TokenViewSet, basename="token")
router.register("auth/calendar-links", programme.CalendarLinkViewSet, basename="calendar-link")
router.register("meetings", programme.ReviewMeetingViewSet, basename="meeting")
router.register("action-points", programme.ActionPointViewSet, basename="action-point")
router.register("findings", programme.FindingViewSet, basename="finding")
router.register("notices", programme.NoticeViewSet, basename="notice")
router.register("webhooks", programme.WebhookViewSet, basename="webhook")
router.register("webhook-deliveries", programme.DeliveryViewSet, basename="webhook-delivery")
router.register("reports", ReportViewSet, basename="report")
router.register("schedules", ScheduleViewSet, basename="schedule")

urlpatterns = [
    path("auth/login/", programme.LoginView.as_view(), name="login"),
    path("auth/logout/", programme.LogoutView.as_view(), name="logout"),
    path("auth/logoutall/", programme.LogoutAllView.as_view(), name="logout-all"),
    path("me/", programme.MeView.as_view(), name="me"),
    path("notices/preferences/", programme.NoticePreferencesView.as_view(), name="notice-preferences"),
    path("overview/", programme.OverviewView.as_view(), name="overview"),
    path("warnings/", programme.WarningsView.as_view(), name="warnings"),
    path("iati/", programme.ActivitiesView.as_view(), name="iati"),
    path("iati/<str:reference>/", programme.ActivityView.as_view(), name="iati-activity"),
    path("verifications/", programme.DecisionsViewSet.as_view({"post": "verify"}), name="verifications"),
    path("returns/", programme.DecisionsViewSet.as_view({"post": "send_back"}), name="returns"),
    path(
        "evidence-bundles/<str:reference>/",
        BundleViewSet.as_view({"get": "download"}),
        name="evidence-bundle",
    ),
    path("verify/", VerifyView.as_view(), name="verify"),
    path("schema/", DocumentView.as_view(), name="schema"),
    path("docs/", ReaderView.as_view(), name="docs"),
    path("", include(router.urls)),
]
