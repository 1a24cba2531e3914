"""The steps of a milestone, each a page with a form: claim, verify, return, revise, cancel."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from projects import permissions, uploads
from projects.forms import CancelForm, ClaimForm, ReturnForm, ReviseForm, StepForm, VerifyForm
from projects.models import Evidence, Milestone, TransitionError
from projects.progress import milestone_rows
from projects.views.page import STEP_WORDS, Page, conflict


class MilestoneStep(Page, FormView):
    """A step: 404 when not visible, 403 when not allowed, 409 when not open or changed since, else done once."""

    template_name = "projects/milestone_step.html"
    section = "milestones"
    step: ClassVar[str]
    form_class: type[StepForm]
    done: ClassVar[Any]

    @cached_property
    def milestone(self) -> Milestone:
        visible = Milestone.objects.visible_to(self.actor).select_related(
            "project", "agreement", "claimed_by"
        )
        return get_object_or_404(visible, reference=self.kwargs["reference"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            permissions.require(self.actor, f"milestone.{self.step}", self.milestone)
            try:
                self.milestone.require_open(self.step)
            except TransitionError as error:
                return self.refuse(error)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.actor}

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.milestone.version}

    def form_valid(self, form: StepForm) -> HttpResponse:
        try:
            self.take(**form.cleaned_data)
        except TransitionError as error:
            return self.refuse(error)
        except ValidationError as error:
            form.refuse(error)
            return self.form_invalid(form)
        messages.success(self.request, self.done % {"reference": self.milestone.reference})
        return HttpResponseRedirect(reverse("milestone-detail", args=[self.milestone.reference]))

    def take(self, **given: Any) -> None:
        """Take the step with what the form holds."""
        raise NotImplementedError

    def refuse(self, error: TransitionError) -> HttpResponse:
        entered = self.get_form().entered() if self.request.method == "POST" else ()
        now = Milestone.objects.get(pk=self.milestone.pk)
        back = reverse("milestone-detail", args=[now.reference])
        return conflict(self.request, now, error, actor=self.actor, back=back, entered=entered)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        (row,) = milestone_rows(Milestone.objects.filter(pk=self.milestone.pk), self.on)
        return super().get_context_data(
            milestone=row.milestone,
            row=row,
            step=self.step,
            title=STEP_WORDS[self.step],
            evidence=Evidence.objects.visible_to(self.actor).filter(
                milestone=self.milestone, claim_number=self.milestone.claim_number
            ),
            **kwargs,
        )


class Claim(MilestoneStep):
    step = "claim"
    form_class = ClaimForm
    done = gettext_lazy("%(reference)s is claimed as achieved. A second person verifies it.")

    def take(self, **given: Any) -> None:
        # Kept before the step begins: writing files inside its transaction would stop every other writer.
        files = [uploads.keep(file) for file in given.pop("evidence")]
        self.milestone.claim(by=self.actor, evidence=files, **given)


class Verify(MilestoneStep):
    step = "verify"
    form_class = VerifyForm
    done = gettext_lazy("%(reference)s is verified.")

    def take(self, **given: Any) -> None:
        self.milestone.verify(by=self.actor, **given)


class Return(MilestoneStep):
    step = "return"
    form_class = ReturnForm
    done = gettext_lazy("%(reference)s is returned. It counts as open until it is claimed again.")

    def take(self, **given: Any) -> None:
        self.milestone.return_(by=self.actor, **given)


class Revise(MilestoneStep):
    step = "revise"
    form_class = ReviseForm
    done = gettext_lazy("The date of %(reference)s is revised. The earlier date stays in its history.")

    def take(self, **given: Any) -> None:
        self.milestone.revise(by=self.actor, **given)


class Cancel(MilestoneStep):
    step = "cancel"
    form_class = CancelForm
    done = gettext_lazy("%(reference)s is cancelled. It stays visible.")

    def take(self, **given: Any) -> None:
        self.milestone.cancel(by=self.actor, **given)
