"""The steps of a milestone, each a page with a form: claim, verify, return, revise, cancel."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from projects import uploads
from projects.forms import CancelForm, ClaimForm, ReturnForm, ReviseForm, StepForm, VerifyForm
from projects.models import Evidence, Milestone
from projects.progress import milestone_rows
from projects.views.page import STEP_WORDS
from projects.views.row_step import RowStep


class MilestoneStep(RowStep):
    template_name = "projects/milestone_step.html"
    section = "milestones"
    done: ClassVar[Any]

    @cached_property
    def row(self) -> Milestone:
        visible = Milestone.objects.visible_to(self.actor).select_related(
            "project", "agreement", "claimed_by"
        )
        return get_object_or_404(visible, reference=self.kwargs["reference"])

    def address(self) -> str:
        return reverse("milestone-detail", args=[self.row.reference])

    def form_valid(self, form: StepForm) -> HttpResponse:
        answer = super().form_valid(form)
        if isinstance(answer, HttpResponseRedirect):
            messages.success(self.request, self.done % {"reference": self.row.reference})
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        (row,) = milestone_rows(Milestone.objects.filter(pk=self.row.pk), self.on)
        evidence = Evidence.objects.visible_to(self.actor).filter(
            milestone=self.row, claim_number=self.row.claim_number
        )
        return super().get_context_data(
            milestone=row.milestone,
            row=row,
            step=self.step,
            title=STEP_WORDS[self.step],
            evidence=evidence.select_related("superseded_by"),
            elsewhere=evidence.used_elsewhere(self.actor),
            **kwargs,
        )


class Claim(MilestoneStep):
    step = "claim"
    form_class = ClaimForm
    done = gettext_lazy("%(reference)s is claimed as achieved. A second person verifies it.")

    def take(self, **given: Any) -> None:
        # Kept before the step begins: writing files inside its transaction would stop every other writer.
        files = [uploads.keep(file) for file in given.pop("evidence")]
        self.row.claim(by=self.actor, evidence=files, **given)


class Verify(MilestoneStep):
    step = "verify"
    form_class = VerifyForm
    done = gettext_lazy("%(reference)s is verified.")

    def take(self, **given: Any) -> None:
        self.row.verify(by=self.actor, **given)


class Return(MilestoneStep):
    step = "return"
    form_class = ReturnForm
    done = gettext_lazy("%(reference)s is returned. It counts as open until it is claimed again.")

    def take(self, **given: Any) -> None:
        self.row.return_(by=self.actor, **given)


class Revise(MilestoneStep):
    step = "revise"
    form_class = ReviseForm
    done = gettext_lazy("The date of %(reference)s is revised. The earlier date stays in its history.")

    def take(self, **given: Any) -> None:
        self.row.revise(by=self.actor, **given)


class Cancel(MilestoneStep):
    step = "cancel"
    form_class = CancelForm
    done = gettext_lazy("%(reference)s is cancelled. It stays visible.")

    def take(self, **given: Any) -> None:
        self.row.cancel(by=self.actor, **given)
