"""The addresses that are open to all; that of a report stands on its cover, and never changes."""

from django.urls import path

from reports import verify_views

urlpatterns = [
    path("verify/", verify_views.Verify.as_view(), name="verify"),
    path("verify/verify_report.py", verify_views.program, name="verify-program"),
    path("verify/verify_bundle.py", verify_views.bundle_program, name="verify-bundle-program"),
    path("verify/<slug:slug>/", verify_views.Verify.as_view(), name="verify-report"),
]
