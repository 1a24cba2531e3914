"""Claims as pages: a form for a new one, the claim with its evidence and history, and its verification or return."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import DetailView, FormView

from projects import permissions, uploads
from projects.claiming import ClaimKind
from projects.claiming.forms import ReturnClaimForm, VerifyClaimForm, VerifyLadderForm
from projects.models import Claim, Evidence, Organisation, audit
from projects.views.page import STEP_WORDS, Page
from projects.views.row_step import RowStep


class ClaimPage(Page):
    """A page of one kind of claims; 404 unless the actor may see what it is about."""

    kind: ClaimKind = None  # type: ignore[assignment]  # given by the address

    @property
    def section(self) -> str:  # type: ignore[override]
        return self.kind.section

    def claim(self) -> Claim:
        related = ("claimed_by", "claimant_organisation", "verified_by", self.kind.model.SUBJECT)
        rows: Any = self.kind.model._default_manager
        visible = rows.visible_to(self.actor).select_related(*related)
        named = Organisation.objects.visible_to(self.actor)
        hidden = (Prefetch(name, queryset=named) for name in self.kind.organisations)
        return get_object_or_404(visible.prefetch_related(*hidden), pk=self.kwargs["pk"])

    def shown(self, claim: Claim) -> dict[str, Any]:
        files = Evidence.objects.visible_to(self.actor).filter(**{claim.evidence.field.name: claim})  # type: ignore[attr-defined]
        return {
            "kind": self.kind,
            "claim": claim,
            "facts": self.kind.facts(claim),
            "warnings": self.kind.warnings(claim, self.actor, self.on),
            "back": self.kind.address_of(claim.subject),
            "evidence": files.select_related("uploaded_by", "superseded_by"),
            "elsewhere": files.used_elsewhere(self.actor),
        }


class ClaimNew(ClaimPage, FormView):
    """403 unless the actor may claim on the subject."""

    template_name = "projects/claim_new.html"

    @cached_property
    def subject(self) -> Any:
        visible = self.kind.subject._default_manager.visible_to(self.actor)
        return get_object_or_404(visible, **{self.kind.key: self.kwargs["subject"]})

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            permissions.require(self.actor, f"{self.kind.model._meta.model_name}.claim", self.subject)
        return super().dispatch(request, *args, **kwargs)

    def get_form_class(self) -> type[Form]:
        return self.kind.form

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.actor, "subject": self.subject}

    def form_valid(self, form: Any) -> HttpResponse:
        given = dict(form.cleaned_data)
        # Kept before the claim: writing files inside its transaction would stop every other writer.
        files = tuple(uploads.keep(file) for file in given.pop("evidence"))
        try:
            claim = self.kind.model.claim(self.subject, by=self.actor, evidence=files, **given)
        except ValidationError as error:
            form.refuse(error)
            return self.form_invalid(form)
        messages.success(self.request, _("The claim is recorded. A second person verifies it."))
        return HttpResponseRedirect(reverse(f"{self.kind.name}-detail", args=[claim.pk]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = self.kind.address_of(self.subject)
        return super().get_context_data(kind=self.kind, subject=self.subject, back=back, **kwargs)


class ClaimDetail(ClaimPage, DetailView):
    template_name = "projects/claim_detail.html"

    def get_object(self, queryset: QuerySet | None = None) -> Claim:
        return self.claim()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        claim = self.object
        reads_history = permissions.allows(self.actor, "history.read", claim)
        steps = [
            (STEP_WORDS[step], reverse(f"{self.kind.name}-{step}", args=[claim.pk]), step)
            for step in claim.STEPS
            if claim.may(self.actor, step)
        ]
        return super().get_context_data(
            **self.shown(claim),
            steps=steps,
            history=audit.history(claim) if reads_history else None,
            updated_at=claim.updated_at,
            **kwargs,
        )


class ClaimStep(ClaimPage, RowStep):
    template_name = "projects/claim_step.html"

    @cached_property
    def row(self) -> Claim:
        return self.claim()

    def address(self) -> str:
        return reverse(f"{self.kind.name}-detail", args=[self.row.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **self.shown(self.row), step=self.step, title=STEP_WORDS[self.step], **kwargs
        )


class ClaimVerify(ClaimStep):
    step = "verify"

    def get_form_class(self) -> type[Form]:
        return VerifyLadderForm if self.kind.is_ladder else VerifyClaimForm

    def get_form_kwargs(self) -> dict[str, Any]:
        given = super().get_form_kwargs()
        if self.kind.is_ladder:
            right = f"{self.kind.model._meta.model_name}.waive"
            given["may_waive"] = permissions.allows(self.actor, right, self.row)
        return given

    def take(self, **given: Any) -> None:
        self.row.verify(by=self.actor, **given)
        messages.success(self.request, _("The claim is verified."))


class ClaimReturn(ClaimStep):
    step = "return"
    form_class = ReturnClaimForm

    def take(self, **given: Any) -> None:
        self.row.return_(by=self.actor, **given)
        messages.success(
            self.request, _("The claim is returned. It does not count; a correction is a new claim.")
        )
