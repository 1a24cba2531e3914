"""The public door to the register: anybody may ask what a file is. No sign-in, nothing written, nothing kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.generic.base import View

from projects import formats, throttles
from reports import bundle, intake, verification
from reports.choices import Language, ReportState
from reports.models import Report
from reports.verification import Answer

PROGRAM = Path(__file__).resolve().parent / "offline" / "verify_report.py"


class VerifyForm(forms.Form):
    """A file, or a SHA-256; one of the two."""

    file = forms.FileField(
        label=gettext_lazy("The file"),
        required=False,
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.json,application/pdf,application/json"}),
    )
    sha256 = forms.CharField(
        label=gettext_lazy("Its SHA-256"),
        required=False,
        max_length=1000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("file")) == bool(given.get("sha256")):
            if not self.errors:
                raise ValidationError(_("Choose a file or give its SHA-256: one of the two."))
        elif given.get("sha256") and verification.digest(given["sha256"]) is None:
            message = _("A SHA-256 has 64 characters, 0 to 9 and a to f. This is none, or more than one.")
            self.add_error("sha256", message)
        return given

    def answer(self) -> Answer:
        """Return what was asked, of a form that is valid."""
        if self.cleaned_data["file"]:
            return verification.of_file(self.cleaned_data["file"].reading)
        return verification.of_digest(verification.digest(self.cleaned_data["sha256"]) or "")


# Without the check against forged requests: it would read the whole body before this view could bound it, and there
# is nothing to forge, since nobody is signed in here and nothing is written.
@method_decorator([csrf_exempt, never_cache], name="dispatch")
class Verify(View):
    """Asks for a file or a digest; under the address of a report also what the register knows of it."""

    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    def get(self, request: HttpRequest, slug: str = "") -> HttpResponse:
        return self._page(slug, VerifyForm())

    def post(self, request: HttpRequest, slug: str = "") -> HttpResponse:
        seconds = throttles.wait(request, throttles.VERIFY)
        if seconds:
            page = self._page(slug, VerifyForm(), status=429, busy=True)
            page["Retry-After"] = str(seconds)
            return page
        if not intake.let_pass(request):
            limit = formats.size(settings.VERIFY_MAX_BYTES)
            problem = _("The file is larger than %(limit)s, so it is none of our reports.") % {"limit": limit}
            return self._page(slug, VerifyForm(), status=413, problem=problem)
        form = VerifyForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(slug, form, status=400)
        answer = form.answer()
        return self._page(
            slug, VerifyForm(), answer=answer, file_name=getattr(form.cleaned_data["file"], "name", "")
        )

    def _page(self, slug: str, form: VerifyForm, *, status: int = 200, **more: Any) -> HttpResponse:
        report = verification.issued(slug) if slug else None
        if slug and report is None and status == 200 and "answer" not in more:
            status = 404
        answer: Answer | None = more.get("answer")
        context = {
            "slug": slug,
            "form": form,
            "report": report,
            "entry": entry(report),
            "found": entry(answer.report) if answer else None,
            "other": bool(answer and answer.report and report and answer.report.pk != report.pk),
            "language_name": Language(answer.language).label if answer and answer.language else "",
            "size": formats.size(settings.VERIFY_MAX_BYTES),
            **more,
        }
        return render(self.request, "reports/verify.html", context, status=status)


def entry(report: Report | None) -> dict[str, Any] | None:
    """Return what a stranger learns of a report: what stands on its cover, but never what it is on."""
    if report is None:
        return None
    return {
        "report": report,
        "superseded": report.state == ReportState.SUPERSEDED,
        "replaced_by": verification.replaced_by(report),
        "editions": list(report.editions.all()),
    }


@require_safe
def program(request: HttpRequest) -> HttpResponse:
    """Hand out the program that verifies a folder of reports without a network."""
    return _handed_out(PROGRAM)


@require_safe
def bundle_program(request: HttpRequest) -> HttpResponse:
    """Hand out the program that verifies an evidence bundle without a network."""
    return _handed_out(bundle.PROGRAM)


def _handed_out(program: Path) -> HttpResponse:
    response = HttpResponse(program.read_bytes(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{program.name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
