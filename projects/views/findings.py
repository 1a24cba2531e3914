"""Findings as pages: the list, each with its answers and history, and its steps."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from projects import permissions, uploads
from projects.finding_filters import FindingFilter
from projects.finding_forms import AnswerForm, RaiseAgainForm, RaiseForm, SettleForm, WithdrawForm
from projects.models import Evidence, Finding, audit
from projects.models.findings import SUBJECTS
from projects.views.page import FilteredList, Page
from projects.views.record_form import RecordForm
from projects.views.row_step import RowStep

STEP_WORDS = {
    "answer": gettext_lazy("Answer the finding"),
    "settle": gettext_lazy("Settle the finding"),
    "return": gettext_lazy("Raise it again"),
    "withdraw": gettext_lazy("Withdraw the finding"),
}
DONE_WORDS = {
    "answer": gettext_lazy("%(reference)s is answered. An auditor settles it or raises it again."),
    "settle": gettext_lazy("%(reference)s is settled."),
    "return": gettext_lazy("%(reference)s is raised again and waits for an answer."),
    "withdraw": gettext_lazy("%(reference)s is withdrawn."),
}


class FindingList(FilteredList):
    template_name = "projects/finding_list.html"
    section = "findings"
    context_object_name = "findings"
    filterset_class = FindingFilter
    exported = "finding-list"
    left_out = ("as_of",)

    def rows(self) -> QuerySet:
        return Finding.objects.visible_to(self.actor).with_subjects()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_raise = bool(self.actor.role_for("finding.raise"))
        return super().get_context_data(today=self.actor.on, may_raise=may_raise, **kwargs)


class FindingNew(RecordForm):
    template_name = "projects/finding_form.html"
    section = "findings"
    right = "finding.raise"
    form_class = RaiseForm

    @property
    def back(self) -> str:
        return reverse("finding-list")

    def get_initial(self) -> dict[str, Any]:
        return {name: self.request.GET[name] for name in SUBJECTS if self.request.GET.get(name)}

    def save(self, **given: Any) -> str:
        (about,) = [row for name in SUBJECTS if (row := given.pop(name))]
        made = Finding.raise_(about, by=self.actor, **given)
        self.done = _("%(reference)s is raised. Those who are to answer get a notice.") % {
            "reference": made.reference
        }
        return reverse("finding-detail", args=[made.reference])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(back=self.back, **kwargs)


class OfFinding(Page):
    section = "findings"

    @cached_property
    def row(self) -> Finding:
        seen = Finding.objects.visible_to(self.actor).with_subjects().with_people()
        return get_object_or_404(seen, reference=self.kwargs["reference"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        days = self.row.overdue_days(self.actor.on)
        return super().get_context_data(finding=self.row, overdue_days=days, **kwargs)


class FindingDetail(OfFinding, TemplateView):
    template_name = "projects/finding_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.row
        reads = permissions.allows(self.actor, "history.read", row)
        evidence = Evidence.objects.visible_to(self.actor).filter(finding=row)
        files = list(evidence.select_related("uploaded_by", "superseded_by"))
        return super().get_context_data(
            steps=[
                (STEP_WORDS[step], reverse(f"finding-{step}", args=[row.reference]))
                for step in Finding.STEPS
                if row.may(self.actor, step)
            ],
            files=[file for file in files if file.claim_number == row.claim_number],
            earlier=[file for file in files if file.claim_number != row.claim_number],
            elsewhere=evidence.used_elsewhere(self.actor),
            history=audit.history(row) if reads else None,
            updated_at=row.updated_at,
            **kwargs,
        )


class FindingStep(OfFinding, RowStep):
    template_name = "projects/finding_step.html"

    def address(self) -> str:
        return reverse("finding-detail", args=[self.row.reference])

    def take(self, **given: Any) -> None:
        self.act(**given)
        messages.success(self.request, str(DONE_WORDS[self.step]) % {"reference": self.row.reference})

    def act(self, **given: Any) -> None:
        """Take the step of the model."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=STEP_WORDS[self.step], back=self.address(), **kwargs)


class Answer(FindingStep):
    step: ClassVar[str] = "answer"
    form_class = AnswerForm

    def act(self, **given: Any) -> None:
        # Kept before the step: writing files inside its transaction would stop every other writer.
        given["evidence"] = [uploads.keep(file) for file in given["evidence"]]
        self.row.answer_(by=self.actor, **given)


class Settle(FindingStep):
    step: ClassVar[str] = "settle"
    form_class = SettleForm

    def act(self, **given: Any) -> None:
        self.row.settle(by=self.actor, **given)


class Return(FindingStep):
    step: ClassVar[str] = "return"
    form_class = RaiseAgainForm

    def act(self, **given: Any) -> None:
        self.row.return_(by=self.actor, **given)


class Withdraw(FindingStep):
    step: ClassVar[str] = "withdraw"
    form_class = WithdrawForm

    def act(self, **given: Any) -> None:
        self.row.withdraw(by=self.actor, **given)
