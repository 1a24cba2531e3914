"""The pages of reports."""

from django.urls import path

from reports.views import bundles, downloads, findings, home, mails, ordering, reports, schedules

_report = "reports/<slug:slug>/"
_schedule = "schedules/<int:pk>/"

urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("reports/", reports.ReportList.as_view(), name="report-list"),
    path("reports/order/", ordering.ReportOrder.as_view(), name="report-order"),
    path("reports/mails/", mails.MailList.as_view(), name="mail-list"),
    path("reports/mails/<int:pk>/again", mails.MailAgain.as_view(), name="mail-again"),
    path(_report, reports.ReportDetail.as_view(), name="report-detail"),
    path(f"{_report}progress", reports.ReportProgress.as_view(), name="report-progress"),
    path(f"{_report}pdf", reports.ReportPdf.as_view(), name="report-pdf"),
    path(f"{_report}downloads", downloads.ReportDownloads.as_view(), name="report-downloads"),
    path(f"{_report}findings/new/", findings.ReportFinding.as_view(), name="report-finding-new"),
    path(f"{_report}retry", reports.ReportRetry.as_view(), name="report-retry"),
    path(f"{_report}revise/", ordering.ReportRevise.as_view(), name="report-revise"),
    path("projects/<str:reference>/bundle/", bundles.EvidenceBundle.as_view(), name="project-bundle"),
    path("schedules/", schedules.ScheduleList.as_view(), name="schedule-list"),
    path("schedules/new/", schedules.ScheduleNew.as_view(), name="schedule-new"),
    path(_schedule, schedules.ScheduleDetail.as_view(), name="schedule-detail"),
    path(f"{_schedule}change/", schedules.ScheduleChange.as_view(), name="schedule-change"),
    path(f"{_schedule}pause/", schedules.SchedulePause.as_view(), name="schedule-pause"),
    path(f"{_schedule}resume/", schedules.ScheduleResume.as_view(), name="schedule-resume"),
    path(f"{_schedule}end/", schedules.ScheduleEnd.as_view(), name="schedule-end"),
]
