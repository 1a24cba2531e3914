"""Schedules: the list, one with what is to come, and the forms to make, change, pause, resume and end one."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView, FormView

from projects import permissions
from projects.forms import StepForm
from projects.models import TransitionError, audit
from projects.views.page import FilteredList, Page
from reports import clock, preview
from reports.choices import ReportState
from reports.filters import ScheduleFilter
from reports.forms import ChangeScheduleForm, EndForm, NewScheduleForm, PauseForm
from reports.models import Report, ReportSchedule
from reports.views.history import told

SHOWN = 8  # of its reports on a schedule's page
JOINED = ("project", "agreement", "organisation", "owner")


class ScheduleList(FilteredList):
    template_name = "reports/schedule_list.html"
    section = "schedules"
    filterset_class = ScheduleFilter
    exported = "schedule-list"
    left_out = ("as_of",)

    def rows(self) -> QuerySet:
        last = Report.objects.readable().filter(schedule=OuterRef("pk")).order_by("-period_start", "-pk")
        return (
            ReportSchedule.objects.visible_to(self.actor)
            .select_related(*JOINED)
            .annotate(
                last_serial=Subquery(last.values("serial")[:1]), last_slug=Subquery(last.values("slug")[:1])
            )
            .order_by("-active", "title", "pk")
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        now = clock.now()
        context["rows"] = [
            {
                "schedule": row,
                "over": row.is_over(now),
                "next": next(iter(preview.following(row, now=now, count=1)), None) if row.active else None,
            }
            for row in context["object_list"]
        ]
        context["may_schedule"] = permissions.allows(self.actor, "schedule.create")
        return context


class OneSchedule(Page):
    """A page on one schedule; 404 unless the actor may see it, 403 where a step is not theirs."""

    section = "schedules"
    right: ClassVar[str] = ""

    @cached_property
    def schedule(self) -> ReportSchedule:
        visible = ReportSchedule.objects.visible_to(self.actor).select_related(*JOINED)
        return get_object_or_404(visible, pk=self.kwargs["pk"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and self.right:
            permissions.require(self.actor, self.right, self.schedule)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(schedule=self.schedule, **kwargs)


class ScheduleDetail(OneSchedule, DetailView):
    template_name = "reports/schedule_detail.html"

    def get_object(self, queryset: QuerySet | None = None) -> ReportSchedule:
        return self.schedule

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now, schedule = clock.now(), self.schedule
        reports = schedule.reports.select_related("project", "agreement", "organisation")
        reads_history = permissions.allows(self.actor, "history.read", schedule)
        return super().get_context_data(
            preview=preview.of(schedule, now=now),
            over=schedule.is_over(now),
            reports=list(reports.order_by("-period_start", "-pk")[: SHOWN + 1]),
            most=SHOWN,
            failed=schedule.reports.filter(state=ReportState.FAILED).count(),
            # Who else gets a mail is no business of a partner.
            recipients=list(schedule.recipients.all()) if self.actor.sees_programme else None,
            may_change=permissions.allows(self.actor, "schedule.change", schedule),
            history=told(schedule) if reads_history else None,
            updated_at=schedule.updated_at,
            **kwargs,
        )


class ScheduleNew(Page, FormView):
    """A new schedule. What it will do is shown on demand, and always before reports are registered at once."""

    template_name = "reports/schedule_new.html"
    section = "schedules"
    form_class = NewScheduleForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            permissions.require(self.actor, "schedule.create")
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.actor}

    def get_initial(self) -> dict[str, Any]:
        return {"owner": self.actor.user.username, "starts_on": self.actor.on}

    def form_valid(self, form: NewScheduleForm) -> HttpResponse:
        try:
            foreseen = preview.of(form.schedule(), now=clock.now())
        except ValidationError as error:
            form.refuse(error)
            return self.form_invalid(form)
        if "preview" in self.request.POST:
            return self.render_to_response(self.get_context_data(form=form, preview=foreseen))
        twin = form.twin()
        if twin:
            messages.info(self.request, _("This is scheduled already; nothing was added."))
            return redirect("schedule-detail", pk=twin.pk)
        if foreseen.at_once and form.cleaned_data["confirmed"] != len(foreseen.at_once):
            return self.render_to_response(
                self.get_context_data(form=form, preview=foreseen, must_confirm=True)
            )
        schedule = ReportSchedule.create(by=self.actor, **form.fields_of_schedule())
        messages.success(self.request, _("“%(title)s” is scheduled.") % {"title": schedule.title})
        return redirect("schedule-detail", pk=schedule.pk)


class ScheduleStep(OneSchedule, FormView):
    """A form that changes a schedule: 409 when it was changed since the form was made, else done once."""

    template_name = "reports/schedule_step.html"
    right = "schedule.change"
    form_class: type[StepForm]
    step: ClassVar[str]
    title: ClassVar[Any]
    button: ClassVar[Any]
    done: ClassVar[Any]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.actor}

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.schedule.version}

    def form_valid(self, form: StepForm) -> HttpResponse:
        try:
            self.schedule.change(by=self.actor, **self.changes(form.cleaned_data))
        except TransitionError as error:
            return self.conflict(form, error)
        except ValidationError as error:
            form.refuse(error)
            return self.form_invalid(form)
        messages.success(self.request, self.done % {"title": self.schedule.title})
        return redirect("schedule-detail", pk=self.schedule.pk)

    def changes(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return what the model is asked to change."""
        return given

    def conflict(self, form: StepForm, error: TransitionError) -> HttpResponse:
        """Answer 409 with what was done meanwhile and by whom, and what the reader had typed."""
        now = ReportSchedule.objects.get(pk=self.schedule.pk)
        context = {
            "schedule": now,
            "error": str(error),
            "last_event": audit.history(now).last(),
            "entered": list(form.entered()),
            "section": self.section,
        }
        return render(self.request, "reports/schedule_conflict.html", context, status=409)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("preview", preview.of(self.schedule, now=clock.now()))
        return super().get_context_data(step=self.step, title=self.title, button=self.button, **kwargs)


class ScheduleChange(ScheduleStep):
    step, form_class = "change", ChangeScheduleForm
    title, button = gettext_lazy("Change the schedule"), gettext_lazy("Save the change")
    done = gettext_lazy("“%(title)s” is changed. What is registered already stays as it is.")

    def get_initial(self) -> dict[str, Any]:
        names = ("title", "due_day", "due_hour", "ends_on")
        return {
            **super().get_initial(),
            **{name: getattr(self.schedule, name) for name in names},
            "owner": self.schedule.owner.username,
            "recipients": [user.username for user in self.schedule.recipients.all()],
        }

    def form_valid(self, form: StepForm) -> HttpResponse:
        if "preview" not in self.request.POST:
            return super().form_valid(form)
        changed = ReportSchedule.objects.get(pk=self.schedule.pk)
        for name in ("due_day", "due_hour", "ends_on", "owner"):
            setattr(changed, name, form.cleaned_data[name])
        foreseen = preview.of(changed, now=clock.now())
        return self.render_to_response(self.get_context_data(form=form, preview=foreseen))


class SchedulePause(ScheduleStep):
    step, form_class = "pause", PauseForm
    title, button = gettext_lazy("Pause the schedule"), gettext_lazy("Pause it")
    done = gettext_lazy("“%(title)s” is paused.")

    def changes(self, given: dict[str, Any]) -> dict[str, Any]:
        return {**given, "active": False}


class ScheduleResume(ScheduleStep):
    step, form_class = "resume", PauseForm
    title, button = gettext_lazy("Resume the schedule"), gettext_lazy("Resume it")
    done = gettext_lazy("“%(title)s” goes on. What it owes is registered within a minute.")

    def changes(self, given: dict[str, Any]) -> dict[str, Any]:
        return {**given, "active": True}


class ScheduleEnd(ScheduleStep):
    step, form_class = "end", EndForm
    title, button = gettext_lazy("End the schedule"), gettext_lazy("End it")
    done = gettext_lazy("“%(title)s” has an end.")

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "ends_on": self.schedule.ends_on or self.actor.on}
