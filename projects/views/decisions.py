"""Claims that wait for a second person: chosen in a list, looked at together, and decided on together, all or none."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView

from projects import waiting
from projects.claiming.forms import LEVELS
from projects.claiming_together import RowErrors
from projects.deciding_together import return_together, verify_together
from projects.forms import lines
from projects.views.page import Guarded
from projects.waiting import MILESTONE, Waiting

NOTE_LENGTH = 5000


class TogetherForm(forms.Form):
    """What holds for all claims of a decision."""

    level = forms.TypedChoiceField(
        label=gettext_lazy("Level of verification"),
        coerce=int,
        choices=LEVELS,
        help_text=gettext_lazy("For all that are verified here; milestones have none."),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        widget=lines(2),
        required=False,
        max_length=NOTE_LENGTH,
        help_text=gettext_lazy("What you checked. It stands in the history of each."),
    )
    reason = forms.CharField(
        label=gettext_lazy("What is missing"),
        widget=lines(2),
        required=False,
        max_length=NOTE_LENGTH,
        help_text=gettext_lazy("Only to return them: each claimant reads this."),
    )


class Decisions(Guarded, TemplateView):
    """The claims that wait for the reader's decision, to be chosen from."""

    template_name = "projects/decision_list.html"
    section = "home"
    right = "milestone.verify"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(rows=waiting.to_decide(self.actor), most=waiting.MOST, **kwargs)


class Decide(Guarded, TemplateView):
    """Shows what a decision would do (GET), and takes it (POST): all of the claims, or none and what is wrong with each."""

    template_name = "projects/decide.html"
    section = "home"
    right = "milestone.verify"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._shown(waiting.names_of(request.GET.getlist("claim")), TogetherForm())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        names = waiting.names_of(request.POST.getlist("claim"))
        form = TogetherForm(request.POST)
        verifies = request.POST.get("decision") != "return"
        if form.is_valid() and not verifies and not form.cleaned_data["reason"]:
            form.add_error("reason", _("Say what is missing, so that it can be claimed again."))
        if not names or not form.is_valid():
            return self._shown(names, form, status=400)
        given = [self._decision(name, form.cleaned_data, verifies=verifies) for name in names]
        try:
            done = (verify_together if verifies else return_together)(given, by=self.actor)
        except RowErrors as refused:
            errors = dict(zip(names, refused.rows, strict=True))
            return self._shown(names, form, errors=errors, status=409)
        count = len(done)
        if verifies:
            text = ngettext("%(count)d claim is verified.", "%(count)d claims are verified.", count)
        else:
            text = ngettext("%(count)d claim is returned.", "%(count)d claims are returned.", count)
        messages.success(request, text % {"count": count})
        return redirect("decision-list")

    @staticmethod
    def _decision(name: str, given: dict[str, Any], *, verifies: bool) -> dict[str, Any]:
        kind, key, version = name.split(":")
        facts: dict[str, Any] = {"kind": kind, "key": key, "version": int(version)}
        if not verifies:
            return facts | {"reason": given["reason"]}
        if kind != MILESTONE:
            facts["level"] = given["level"]
        return facts | {"note": given["note"]}

    def _shown(
        self,
        names: list[str],
        form: TogetherForm,
        *,
        errors: dict[str, ValidationError | None] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Return the page with every claim that was chosen: as it stands, or that it stands so no more."""
        if not names:
            messages.warning(self.request, _("Choose at least one claim."))
            return redirect("decision-list")
        found: dict[str, Waiting] = {it.name: it for it in waiting.to_decide(self.actor, names)}
        rows = [
            {"name": name, "claim": found.get(name), "errors": _told((errors or {}).get(name))}
            for name in names
        ]
        context = self.get_context_data(
            rows=rows,
            form=form,
            gone=sum(row["claim"] is None for row in rows),
            refused=bool(errors),
            has_levels=any(not name.startswith(f"{MILESTONE}:") for name in names),
        )
        return render(self.request, self.template_name, context, status=status)


def _told(error: ValidationError | None) -> list[str]:
    return [] if error is None else list(error.messages)
