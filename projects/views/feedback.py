"""What readers write to the office that runs the tracker: mailed at once, or said to have failed; never kept halfway."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from projects import post, throttles
from projects.views.about import About
from projects.views.page import too_many

log = logging.getLogger(__name__)


class FeedbackForm(forms.Form):
    page = forms.CharField(
        label=gettext_lazy("Page"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Its address, or what it is called."),
    )
    text = forms.CharField(
        label=gettext_lazy("What happened, or what is missing?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("What you did, what you saw, and what you had expected. No passwords."),
    )
    answer_to = forms.EmailField(
        label=gettext_lazy("E-mail for an answer"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class Feedback(About, FormView):
    """A form that becomes a mail to FEEDBACK_MAIL; without it, the page says where else to turn."""

    http_method_names = ["get", "head", "post", "options"]
    template_name = "about/feedback.html"
    section = "feedback"
    title = gettext_lazy("Feedback")
    form_class = FeedbackForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.FEEDBACK_MAIL:
            return self.get(request)
        return too_many(request, throttles.FEEDBACK) or super().post(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        came_from = urlsplit(self.request.headers.get("Referer", ""))
        ours = came_from.netloc == self.request.get_host() and came_from.path != self.request.path
        return {
            "page": came_from.path if ours else "",
            "answer_to": getattr(self.request.user, "email", ""),
        }

    def form_valid(self, form: FeedbackForm) -> HttpResponse:
        try:
            post.send(self.letter(form.cleaned_data))
        except post.NotTaken as error:
            log.warning("Feedback was not taken: %s", error)
            form.add_error(
                None,
                _("It could not be sent just now. Your text stands below: send it again later, or copy it."),
            )
            return self.render_to_response(self.get_context_data(form=form), status=503)
        except post.Unknown as error:
            log.warning("Nobody knows whether feedback was sent: %s", error)
            form.add_error(
                None, _("The line broke while it was sent: it may have arrived. Your text stands below.")
            )
            return self.render_to_response(self.get_context_data(form=form), status=503)
        messages.success(self.request, _("Thank you. Your message was handed to the mail of the office."))
        return redirect("feedback")

    def letter(self, given: dict[str, Any]) -> EmailMessage:
        """Return the message to the office, in English whatever the reader's language: the office is one, readers are many."""
        page, user = " ".join(given["page"].split()), self.request.user
        with translation.override("en"):
            text = render_to_string(
                "about/mail/feedback_body.txt",
                {
                    "given": given,
                    "page": page,
                    "person": user.by_post if user.is_authenticated else "",
                    "request_id": getattr(self.request, "request_id", ""),
                    "version": settings.VERSION,
                    "site": settings.BASE_URL,
                },
            )
        return EmailMessage(
            f"Feedback on the Mission Tracker: {page or 'no page named'}",
            text,
            to=[settings.FEEDBACK_MAIL],
            reply_to=[given["answer_to"]] if given["answer_to"] else None,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            takes_mail=bool(settings.FEEDBACK_MAIL), office=settings.OFFICE_CONTACT, **kwargs
        )
