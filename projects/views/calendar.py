"""The calendar of due dates: the page where one makes and ends private links, and the file behind a link."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.generic import FormView
from django.views.generic.base import View

from projects import calendar_file, permissions, throttles
from projects.calendar_forms import CalendarLinkForm
from projects.models import CalendarLink
from projects.progress.due_dates import Source, due_dates
from projects.views.page import Page


class CalendarPage(Page, FormView):
    """One's own links, and a form for another one, whose address is shown in the answer and never again."""

    template_name = "projects/calendar.html"
    section = "calendar"
    form_class = CalendarLinkForm

    def get_initial(self) -> dict[str, Any]:
        return {"language": translation.get_language()}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.actor}

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            link, secret = CalendarLink.issue(self.actor.user, now=timezone.now(), **form.cleaned_data)
        except ValidationError as error:
            form.refuse(error)
            return self.form_invalid(form)
        # No redirect: the address would have to be kept somewhere meanwhile.
        made = {
            "made": link,
            "address": calendar_file.address_of(secret),
            "form": CalendarLinkForm(actor=self.actor),
        }
        return self.render_to_response(self.get_context_data(**made))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(links=self.actor.user.calendar_links.all(), **kwargs)


class CalendarEnd(Page):
    """Ends one of one's own links: the next fetch finds nothing."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        link = get_object_or_404(self.actor.user.calendar_links, reference=kwargs["reference"])
        link.delete()
        messages.success(request, _("The link “%(name)s” has ended.") % {"name": link.name})
        return redirect("calendar")


class CalendarFeed(View):
    """The due dates of the link's owner, by the rights that hold today. `sources` is given by the map of addresses.

    A wrong link, an ended one, and one whose owner is disabled or holds no role any more answer 404 alike.
    """

    http_method_names = ["get", "head", "options"]
    sources: ClassVar[tuple[Source, ...]] = (due_dates,)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        seconds = throttles.wait(request, throttles.OPEN)
        if seconds:
            return _private(
                HttpResponse(status=429, content_type="text/plain", headers={"Retry-After": str(seconds)})
            )
        now = timezone.now()
        link = CalendarLink.opened_by(kwargs["secret"])
        by = permissions.actor(link.user if link else None, on=timezone.localdate(now))
        if link is None or not by.roles:
            return _private(HttpResponse(status=404, content_type="text/plain"))
        link.used(by.on)
        with translation.override(link.language):
            content = calendar_file.written(entry for source in self.sources for entry in source(by, now))
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        answer = HttpResponse(content, content_type=calendar_file.CONTENT_TYPE)
        answer["ETag"] = tag
        answer["Content-Disposition"] = 'inline; filename="mission-tracker.ics"'
        return _private(get_conditional_response(request, etag=tag, response=answer))


def _private(answer: Any) -> HttpResponse:
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer
