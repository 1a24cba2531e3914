"""Review meetings: the list, the pack with its agenda, and the forms of the ministry."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import ListView, TemplateView

from projects import permissions
from projects.meeting_forms import ChangeMeetingForm, NewActionPointForm, NewMeetingForm
from projects.models import ActionPoint, ReviewMeeting, audit
from projects.progress.agenda import agenda
from projects.views.page import Page
from projects.views.record_form import RecordForm
from projects.views.warnings import address, title


class MeetingList(Page, ListView):
    template_name = "projects/meeting_list.html"
    section = "meetings"
    context_object_name = "meetings"
    paginate_by = 25

    def get_queryset(self) -> QuerySet:
        seen = ReviewMeeting.objects.visible_to(self.actor).select_related("organisation", "agreement")
        points = ActionPoint.objects.visible_to(self.actor)
        own = points.order_by().values("meeting").annotate(number=Count("pk"))
        self.counts = dict(own.values_list("meeting", "number"))
        return seen

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(
            may_record=permissions.allows(self.actor, "meeting.record"), **kwargs
        )
        return {**found, "rows": [(it, self.counts.get(it.pk, 0)) for it in found["meetings"]]}


class OfMeeting(Page):
    section = "meetings"

    @cached_property
    def meeting(self) -> ReviewMeeting:
        seen = ReviewMeeting.objects.visible_to(self.actor).select_related("organisation", "agreement")
        return get_object_or_404(seen, reference=self.kwargs["reference"])


class MeetingDetail(OfMeeting, TemplateView):
    """The pack: facts, agenda, and what was decided. It prints as it stands."""

    template_name = "projects/meeting_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        meeting = self.meeting
        found = agenda(meeting, self.actor, self.actor.on)
        decided = ActionPoint.objects.visible_to(self.actor).filter(meeting=meeting)
        reads = permissions.allows(self.actor, "history.read", meeting)
        may_record = permissions.allows(self.actor, "actionpoint.record", meeting)
        return super().get_context_data(
            meeting=meeting,
            agenda=found,
            parts=[
                (part, [(it, address(it.subject), title(it.subject)) for it in rows])
                for part, rows in found.parts
                if rows
            ],
            silent=[part.label for part, rows in found.parts if not rows],
            decided=decided.select_related("owner", "project", "agreement", "milestone", "meeting"),
            may_change=permissions.allows(self.actor, "meeting.record", meeting),
            may_record=may_record and meeting.held_on <= self.actor.on,
            history=audit.history(meeting) if reads else None,
            updated_at=meeting.updated_at,
            **kwargs,
        )


class MeetingForms(RecordForm):
    template_name = "projects/meeting_form.html"
    section = "meetings"
    right = "meeting.record"


class MeetingNew(MeetingForms):
    form_class = NewMeetingForm
    done = gettext_lazy("The meeting is recorded. Its agenda stands below.")

    def save(self, **given: Any) -> str:
        made = ReviewMeeting.plan(by=self.actor, **given)
        return reverse("meeting-detail", args=[made.reference])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=_("Record a meeting"), back=reverse("meeting-list"), **kwargs)


class OnMeeting(OfMeeting, MeetingForms):
    """A form on one meeting."""

    @property
    def subject(self) -> Any:
        return self.meeting

    @property
    def back(self) -> str:
        return reverse("meeting-detail", args=[self.meeting.reference])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(meeting=self.meeting, back=self.back, **kwargs)


class MeetingChange(OnMeeting):
    form_class = ChangeMeetingForm
    done = gettext_lazy("The meeting is changed.")

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.meeting, name) for name in ("version", "title", "held_on", "chaired_by")}

    def save(self, **given: Any) -> None:
        self.meeting.change(by=self.actor, **given)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=_("Change the meeting"), **kwargs)


class ActionPointNew(OnMeeting):
    form_class = NewActionPointForm
    right = "actionpoint.record"

    def save(self, **given: Any) -> None:
        made = ActionPoint.record(self.meeting, by=self.actor, **given)
        text = _("%(reference)s is recorded. It stands in the reports until it is closed.")
        self.done = text % {"reference": made.reference}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=_("Record an action point"), **kwargs)
