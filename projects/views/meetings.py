"""Review meetings: the list, the pack with its agenda, and the forms of the ministry."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, ListView, TemplateView

from projects import permissions
from projects.meeting_forms import ChangeMeetingForm, NewActionPointForm, NewMeetingForm
from projects.models import ActionPoint, ReviewMeeting, TransitionError, audit
from projects.progress.agenda import agenda
from projects.views.page import Page, conflict
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


class MeetingForms(Page, FormView):
    """A form that is saved, or comes back with its errors; 403 unless the actor may."""

    template_name = "projects/meeting_form.html"
    section = "meetings"
    right = "meeting.record"
    subject: Any = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            permissions.require(self.actor, self.right, self.subject)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.actor}

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return self.saved(form.cleaned_data)
        except TransitionError as error:
            now = ReviewMeeting.objects.get(pk=self.subject.pk)
            back = reverse("meeting-detail", args=[now.reference])
            return conflict(self.request, now, error, actor=self.actor, back=back, entered=form.entered())
        except ValidationError as error:
            form.refuse(error)
            return self.form_invalid(form)

    def saved(self, given: dict[str, Any]) -> HttpResponse:
        raise NotImplementedError


class MeetingNew(MeetingForms):
    form_class = NewMeetingForm

    def saved(self, given: dict[str, Any]) -> HttpResponse:
        made = ReviewMeeting.plan(by=self.actor, **given)
        messages.success(self.request, _("The meeting is recorded. Its agenda stands below."))
        return redirect("meeting-detail", reference=made.reference)

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

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.meeting, name) for name in ("version", "title", "held_on", "chaired_by")}

    def saved(self, given: dict[str, Any]) -> HttpResponse:
        self.meeting.change(by=self.actor, **given)
        messages.success(self.request, _("The meeting is changed."))
        return HttpResponseRedirect(self.back)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=_("Change the meeting"), **kwargs)


class ActionPointNew(OnMeeting):
    form_class = NewActionPointForm
    right = "actionpoint.record"

    def saved(self, given: dict[str, Any]) -> HttpResponse:
        made = ActionPoint.record(self.meeting, by=self.actor, **given)
        text = _("%(reference)s is recorded. It stands in the reports until it is closed.")
        messages.success(self.request, text % {"reference": made.reference})
        return HttpResponseRedirect(self.back)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=_("Record an action point"), **kwargs)
