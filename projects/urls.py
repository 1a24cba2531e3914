"""The pages of the programme."""

from django.urls import URLPattern, path
from django.views.generic import RedirectView

from projects.choices import AgreementMove
from projects.claiming import KINDS, ClaimKind
from projects.views import (
    action_points,
    administration,
    agreement_life,
    agreements,
    calendar,
    claims,
    clearances,
    display,
    evidence,
    feeds,
    funds,
    history,
    imports,
    indicators,
    meetings,
    milestones,
    minerals,
    notices,
    organisations,
    overview,
    programme_import,
    projects,
    public,
    readiness,
    reliance,
    roadmaps,
    saved_filters,
    session,
    steps,
    targets,
    transfer_register,
    transfers,
    uploads,
    warnings,
    webhooks,
)

_milestone = "milestones/<str:reference>/"


def _pages_of(kind: ClaimKind) -> list[URLPattern]:
    at = f"claims/{kind.name}/<int:pk>/"
    new = f"claims/{kind.name}/new/<{'int' if kind.key == 'pk' else 'str'}:subject>/"
    return [
        path(new, claims.ClaimNew.as_view(kind=kind), name=f"{kind.name}-new"),
        path(at, claims.ClaimDetail.as_view(kind=kind), name=f"{kind.name}-detail"),
        path(f"{at}verify/", claims.ClaimVerify.as_view(kind=kind), name=f"{kind.name}-verify"),
        path(f"{at}return/", claims.ClaimReturn.as_view(kind=kind), name=f"{kind.name}-return"),
    ]


_at = "administration/"
_administration = [
    path(_at, administration.Administration.as_view(), name="administration"),
    path(f"{_at}users/", administration.UserList.as_view(), name="user-list"),
    path(f"{_at}users/new/", administration.UserNew.as_view(), name="user-new"),
    path(f"{_at}users/<int:pk>/", administration.UserDetail.as_view(), name="user-detail"),
    path(f"{_at}users/<int:pk>/change/", administration.UserChange.as_view(), name="user-change"),
    path(f"{_at}users/<int:pk>/switch/", administration.UserSwitch.as_view(), name="user-switch"),
    path(f"{_at}users/<int:pk>/password/", administration.UserPassword.as_view(), name="user-password"),
    path(
        f"{_at}users/<int:pk>/memberships/new/", administration.MembershipNew.as_view(), name="membership-new"
    ),
    path(
        f"{_at}memberships/<int:pk>/change/",
        administration.MembershipChange.as_view(),
        name="membership-change",
    ),
    path(f"{_at}minerals/", minerals.MineralList.as_view(), name="mineral-list"),
    path(f"{_at}minerals/new/", minerals.MineralNew.as_view(), name="mineral-new"),
    path(f"{_at}minerals/<str:reference>/change/", minerals.MineralChange.as_view(), name="mineral-change"),
    path(f"{_at}minerals/<str:reference>/listings/new/", minerals.ListingNew.as_view(), name="listing-new"),
    path(f"{_at}listings/<int:pk>/change/", minerals.ListingChange.as_view(), name="listing-change"),
    path(f"{_at}import/", programme_import.ProgrammeImport.as_view(), name="programme-import"),
    path("organisations/", organisations.OrganisationList.as_view(), name="organisation-list"),
    path("organisations/new/", organisations.OrganisationNew.as_view(), name="organisation-new"),
    path(
        "organisations/<str:reference>/",
        organisations.OrganisationDetail.as_view(),
        name="organisation-detail",
    ),
    path(
        "organisations/<str:reference>/change/",
        organisations.OrganisationChange.as_view(),
        name="organisation-change",
    ),
    path("set-password/<uidb64>/<token>/", administration.SetPassword.as_view(), name="set-password"),
]

urlpatterns = [
    *_administration,
    path("", RedirectView.as_view(pattern_name="overview", query_string=True), name="home"),
    path("public/", public.PublicPage.as_view(), name="public"),
    path("public/rows/<str:kind>/", public.PublicRows.as_view(), name="public-rows"),
    path("programme/", overview.Overview.as_view(), name="overview"),
    path("agreements/", agreements.AgreementList.as_view(), name="agreement-list"),
    path("agreements/<str:reference>/", agreements.AgreementDetail.as_view(), name="agreement-detail"),
    path(
        "agreements/<str:reference>/life/", agreement_life.AgreementLifePage.as_view(), name="agreement-life"
    ),
    *(
        path(
            f"agreements/<str:reference>/{move.value.replace('_', '-')}/",
            agreement_life.AgreementMovePage.as_view(move=move.value),
            name=f"agreement-{move.value}",
        )
        for move in AgreementMove
    ),
    path(
        "agreements/<str:reference>/amendments/new/",
        agreement_life.AmendmentNew.as_view(),
        name="amendment-new",
    ),
    path("agreements/<str:reference>/duties/new/", agreement_life.DutyNew.as_view(), name="duty-new"),
    path("duties/<int:pk>/change/", agreement_life.DutyChange.as_view(), name="duty-change"),
    path("projects/", projects.ProjectList.as_view(), name="project-list"),
    path("projects/<str:reference>/", projects.ProjectDetail.as_view(), name="project-detail"),
    path("projects/<str:reference>/money/", funds.ProjectMoney.as_view(), name="project-money"),
    path(
        "projects/<str:reference>/clearances/",
        clearances.ProjectClearances.as_view(),
        name="project-clearances",
    ),
    path("projects/<str:reference>/clearances/new/", clearances.ClearanceNew.as_view(), name="clearance-new"),
    path("clearances/<int:pk>/change/", clearances.ClearanceChange.as_view(), name="clearance-change"),
    path("projects/<str:reference>/roadmap/", roadmaps.ProjectRoadmap.as_view(), name="project-roadmap"),
    path("projects/<str:reference>/roadmap/plan/", roadmaps.GatePlanNew.as_view(), name="gate-plan"),
    path("projects/<str:reference>/roadmap/decide/", roadmaps.GateDecide.as_view(), name="gate-decide"),
    path("warnings/", warnings.Warnings.as_view(), name="warnings"),
    path("roadmap/", roadmaps.Roadmaps.as_view(), name="roadmap"),
    path("projects/<str:reference>/readiness/", readiness.ProjectLadders.as_view(), name="project-readiness"),
    path(
        "projects/<str:reference>/transfers/", transfers.ProjectTransfers.as_view(), name="project-transfers"
    ),
    path(
        "projects/<str:reference>/transfers/new/",
        transfer_register.TransferNew.as_view(),
        name="transfer-new",
    ),
    path("transfers/", transfers.TransferList.as_view(), name="transfer-list"),
    path("transfers/<str:reference>/", transfers.TransferDetail.as_view(), name="transfer-detail"),
    path(
        "transfers/<str:reference>/change/",
        transfer_register.TransferChange.as_view(),
        name="transfer-change",
    ),
    path(
        "transfers/<str:reference>/know-how/new/",
        transfer_register.KnowHowNew.as_view(),
        name="know-how-new",
    ),
    path("know-how/<int:pk>/change/", transfer_register.KnowHowChange.as_view(), name="know-how-change"),
    path("money/", funds.ProgrammeMoney.as_view(), name="money"),
    path("projects/<str:reference>/feed/", feeds.ProjectFeed.as_view(), name="project-feed"),
    path("reliance/", reliance.RelianceList.as_view(), name="reliance-list"),
    path("reliance/new/", reliance.PointNew.as_view(), name="reliance-new"),
    path("reliance/<str:reference>/", reliance.RelianceDetail.as_view(), name="reliance-detail"),
    path("reliance/points/<str:reference>/change/", reliance.PointChange.as_view(), name="reliance-change"),
    path("reliance/needs/new/", reliance.NeedNew.as_view(), name="sectorneed-new"),
    path("reliance/needs/<str:reference>/change/", reliance.NeedChange.as_view(), name="sectorneed-change"),
    path("milestones/", milestones.MilestoneList.as_view(), name="milestone-list"),
    path("milestones/log/", milestones.MilestoneLog.as_view(), name="milestone-log"),
    path("milestones/import/", imports.MilestoneImport.as_view(), name="milestone-import"),
    path("measurements/import/", imports.MeasurementImport.as_view(), name="measurement-import"),
    path(_milestone, milestones.MilestoneDetail.as_view(), name="milestone-detail"),
    path(f"{_milestone}claim/", steps.Claim.as_view(), name="milestone-claim"),
    path(f"{_milestone}verify/", steps.Verify.as_view(), name="milestone-verify"),
    path(f"{_milestone}return/", steps.Return.as_view(), name="milestone-return"),
    path(f"{_milestone}revise/", steps.Revise.as_view(), name="milestone-revise"),
    path(f"{_milestone}cancel/", steps.Cancel.as_view(), name="milestone-cancel"),
    path("targets/", targets.TargetList.as_view(), name="target-list"),
    path("targets/new/", targets.TargetNew.as_view(), name="target-new"),
    path("targets/<str:reference>/", targets.TargetDetail.as_view(), name="target-detail"),
    path("targets/<str:reference>/revise/", targets.TargetRevise.as_view(), name="target-revise"),
    path("indicators/", indicators.IndicatorList.as_view(), name="indicator-list"),
    path("indicators/new/", indicators.IndicatorNew.as_view(), name="indicator-new"),
    path("indicators/<str:code>/", indicators.IndicatorDetail.as_view(), name="indicator-detail"),
    path("indicators/<str:code>/change/", indicators.IndicatorChange.as_view(), name="indicator-change"),
    *(page for kind in KINDS.values() for page in _pages_of(kind)),
    path("saved-filters/new/", saved_filters.SavedFilterNew.as_view(), name="saved-filter-new"),
    path(
        "saved-filters/<int:pk>/delete/",
        saved_filters.SavedFilterDelete.as_view(),
        name="saved-filter-delete",
    ),
    path("uploads/", uploads.UploadNew.as_view(), name="upload-new"),
    path("evidence/<int:pk>/about/", evidence.EvidencePage.as_view(), name="evidence-about"),
    path("evidence/<int:pk>/preview/", evidence.EvidencePreview.as_view(), name="evidence-preview"),
    path("evidence/<int:pk>/supersede/", evidence.EvidenceSupersede.as_view(), name="evidence-supersede"),
    path("evidence/<int:pk>/", evidence.EvidenceDownload.as_view(), name="evidence-download"),
    path("calendar/", calendar.CalendarPage.as_view(), name="calendar"),
    path("calendar/<uuid:reference>/end/", calendar.CalendarEnd.as_view(), name="calendar-end"),
    path("notices/", notices.NoticeList.as_view(), name="notice-list"),
    path("notices/acknowledge/", notices.NoticeAcknowledge.as_view(), name="notice-acknowledge"),
    path("notices/preferences/", notices.Preferences.as_view(), name="notice-preferences"),
    path("notices/<int:pk>/snooze/", notices.NoticeSnooze.as_view(), name="notice-snooze"),
    path("meetings/", meetings.MeetingList.as_view(), name="meeting-list"),
    path("meetings/new/", meetings.MeetingNew.as_view(), name="meeting-new"),
    path("meetings/<str:reference>/", meetings.MeetingDetail.as_view(), name="meeting-detail"),
    path("meetings/<str:reference>/change/", meetings.MeetingChange.as_view(), name="meeting-change"),
    path(
        "meetings/<str:reference>/action-points/new/",
        meetings.ActionPointNew.as_view(),
        name="action-point-new",
    ),
    path("action-points/", action_points.ActionPointList.as_view(), name="action-point-list"),
    path(
        "action-points/<str:reference>/",
        action_points.ActionPointDetail.as_view(),
        name="action-point-detail",
    ),
    path("action-points/<str:reference>/done/", action_points.Done.as_view(), name="action-point-done"),
    path("action-points/<str:reference>/close/", action_points.Close.as_view(), name="action-point-close"),
    path("action-points/<str:reference>/return/", action_points.Return.as_view(), name="action-point-return"),
    path("webhooks/", webhooks.WebhookList.as_view(), name="webhook-list"),
    path("webhooks/new/", webhooks.WebhookNew.as_view(), name="webhook-new"),
    path("webhooks/<int:pk>/", webhooks.WebhookDetail.as_view(), name="webhook-detail"),
    path("webhooks/<int:pk>/change/", webhooks.WebhookChange.as_view(), name="webhook-change"),
    path("webhooks/<int:pk>/switch/", webhooks.WebhookSwitch.as_view(), name="webhook-switch"),
    path("webhooks/<int:pk>/ping/", webhooks.WebhookPing.as_view(), name="webhook-ping"),
    path("webhooks/<int:pk>/rotate/", webhooks.WebhookRotate.as_view(), name="webhook-rotate"),
    path(
        "webhooks/deliveries/<int:pk>/again/", webhooks.DeliveryAgain.as_view(), name="webhook-delivery-again"
    ),
    path("history/<path:subject>/", history.History.as_view(), name="history"),
    path("preferences/", display.Display.as_view(), name="display"),
    path("sign-in/", session.SignIn.as_view(), name="sign-in"),
    path("sign-out/", session.SignOut.as_view(), name="sign-out"),
]
