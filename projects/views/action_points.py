"""Action points as pages: what is open, each with its history, and its steps."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from projects import permissions
from projects.filters import ActionPointFilter
from projects.meeting_forms import CloseForm, DoneForm, OpenAgainForm
from projects.models import ActionPoint, Agreement, Project, ReviewMeeting, audit
from projects.views.page import FilteredList, Page
from projects.views.row_step import RowStep

JOINED = ("meeting", "owner", "project", "agreement", "milestone", "done_by", "closed_by")
STEP_WORDS = {"done": _("Say that it is done"), "close": _("Close"), "return": _("Open again")}


class ActionPointList(FilteredList):
    template_name = "projects/action_point_list.html"
    section = "action-points"
    context_object_name = "points"
    filterset_class = ActionPointFilter
    exported = "action-point-list"

    def rows(self) -> QuerySet:
        return ActionPoint.objects.visible_to(self.actor).select_related(*JOINED)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(today=self.actor.on, **kwargs)


class OfActionPoint(Page):
    section = "action-points"

    @cached_property
    def row(self) -> ActionPoint:
        seen = ActionPoint.objects.visible_to(self.actor).select_related(*JOINED)
        return get_object_or_404(seen, reference=self.kwargs["reference"])


class ActionPointDetail(OfActionPoint, TemplateView):
    template_name = "projects/action_point_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        point = self.row
        reads = permissions.allows(self.actor, "history.read", point)
        return super().get_context_data(
            point=point,
            # Its owner reads an action point without seeing the meeting, or the subject, that it comes from.
            sees_meeting=ReviewMeeting.objects.visible_to(self.actor).filter(pk=point.meeting_id).exists(),
            sees_subject=_sees(point, self),
            overdue_days=point.overdue_days(self.actor.on),
            steps=[
                (STEP_WORDS[step], reverse(f"action-point-{step}", args=[point.reference]))
                for step in ActionPoint.STEPS
                if point.may(self.actor, step)
            ],
            history=audit.history(point) if reads else None,
            updated_at=point.updated_at,
            **kwargs,
        )


def _sees(point: ActionPoint, page: Page) -> bool:
    if point.project_id:
        return Project.objects.visible_to(page.actor).filter(pk=point.project_id).exists()
    return Agreement.objects.visible_to(page.actor).filter(pk=point.agreement_id).exists()


class ActionPointStep(OfActionPoint, RowStep):
    template_name = "projects/action_point_step.html"

    def address(self) -> str:
        return reverse("action-point-detail", args=[self.row.reference])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            point=self.row, title=STEP_WORDS[self.step], back=self.address(), **kwargs
        )


class Done(ActionPointStep):
    step: ClassVar[str] = "done"
    form_class = DoneForm

    def take(self, **given: Any) -> None:
        self.row.done(by=self.actor, **given)


class Close(ActionPointStep):
    step: ClassVar[str] = "close"
    form_class = CloseForm

    def take(self, **given: Any) -> None:
        self.row.close(by=self.actor, **given)


class Return(ActionPointStep):
    step: ClassVar[str] = "return"
    form_class = OpenAgainForm

    def take(self, **given: Any) -> None:
        self.row.return_(by=self.actor, **given)
