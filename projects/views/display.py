"""The page on which anybody, signed in or not, chooses how the pages are shown."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from projects import display, edge
from projects.views.page import navigation


class DisplayForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES],
        widget=forms.RadioSelect,
    )
    theme = forms.ChoiceField(
        label=_("Theme"), choices=display.Theme.choices, required=False, widget=forms.RadioSelect
    )
    text = forms.ChoiceField(
        label=_("Size of text"), choices=display.Text.choices, required=False, widget=forms.RadioSelect
    )
    shortcuts = forms.ChoiceField(
        label=_("Keyboard shortcuts"),
        choices=display.Shortcuts.choices,
        required=False,
        widget=forms.RadioSelect,
    )


@method_decorator(never_cache, name="dispatch")
class Display(FormView):
    """Language, theme, size of text and shortcuts; the header sends the language alone."""

    template_name = "projects/display.html"
    form_class = DisplayForm
    http_method_names = ["get", "head", "post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if set(request.POST) <= {"language", "next", "csrfmiddlewaretoken"}:
            language = request.POST.get("language", "")
            if language in dict(settings.LANGUAGES):
                return self.chosen(language=language)
        return super().post(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"language": translation.get_language(), **display.shown(self.request)}

    def form_valid(self, form: DisplayForm) -> HttpResponse:
        return self.chosen(**form.cleaned_data)

    def chosen(self, **values: str) -> HttpResponse:
        """Return to the page that was being read, shown as chosen."""
        response = HttpResponseRedirect(self.after())
        display.remember(response, user=self.request.user, **values)
        return response

    def after(self) -> str:
        asked = self.request.POST.get("next") or self.request.GET.get("next") or ""
        here = url_has_allowed_host_and_scheme(
            asked, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )
        return asked if here else "/"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            next=self.after(), section="display", **navigation(edge.acting(self.request)), **kwargs
        )
