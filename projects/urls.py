"""The pages of the programme."""

from django.urls import path

from projects.views import agreements, evidence, milestones, overview, projects, session, steps

_milestone = "milestones/<str:reference>/"

urlpatterns = [
    path("", overview.Overview.as_view(), name="overview"),
    path("agreements/", agreements.AgreementList.as_view(), name="agreement-list"),
    path("agreements/<str:reference>/", agreements.AgreementDetail.as_view(), name="agreement-detail"),
    path("projects/", projects.ProjectList.as_view(), name="project-list"),
    path("projects/<str:reference>/", projects.ProjectDetail.as_view(), name="project-detail"),
    path("milestones/", milestones.MilestoneList.as_view(), name="milestone-list"),
    path("milestones/log/", milestones.MilestoneLog.as_view(), name="milestone-log"),
    path(_milestone, milestones.MilestoneDetail.as_view(), name="milestone-detail"),
    path(f"{_milestone}claim/", steps.Claim.as_view(), name="milestone-claim"),
    path(f"{_milestone}verify/", steps.Verify.as_view(), name="milestone-verify"),
    path(f"{_milestone}return/", steps.Return.as_view(), name="milestone-return"),
    path(f"{_milestone}revise/", steps.Revise.as_view(), name="milestone-revise"),
    path(f"{_milestone}cancel/", steps.Cancel.as_view(), name="milestone-cancel"),
    path("evidence/<int:pk>/", evidence.EvidenceDownload.as_view(), name="evidence-download"),
    path("sign-in/", session.SignIn.as_view(), name="sign-in"),
    path("sign-out/", session.SignOut.as_view(), name="sign-out"),
]
