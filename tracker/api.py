"""The addresses of the API: one router, signing in, the OpenAPI document and its reader."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from projects import api as programme

router = SimpleRouter()
router.register("organisations", programme.OrganisationViewSet, basename="organisation")
router.register("minerals", programme.MineralViewSet, basename="mineral")
router.register("indicators", programme.IndicatorViewSet, basename="indicator")
router.register("agreements", programme.AgreementViewSet, basename="agreement")
router.register("projects", programme.ProjectViewSet, basename="project")
router.register("milestones", programme.MilestoneViewSet, basename="milestone")
router.register("targets", programme.TargetViewSet, basename="target")
router.register("measurements", programme.MeasurementViewSet, basename="measurement")
router.register("evidence", programme.EvidenceViewSet, basename="evidence")
router.register("reliance", programme.RelianceViewSet, basename="reliance")

urlpatterns = [
    path("auth/login/", programme.LoginView.as_view(), name="api-login"),
    path("auth/logout/", programme.LogoutView.as_view(), name="api-logout"),
    path("auth/logoutall/", programme.LogoutAllView.as_view(), name="api-logout-all"),
    path("me/", programme.MeView.as_view(), name="api-me"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(template_name="api_docs.html"), name="api-docs"),
    path("", include(router.urls)),
]
