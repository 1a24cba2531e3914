"""Signing in and out."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from projects import display, throttles
from projects.views.page import too_many


class SignInForm(AuthenticationForm):
    # One sentence for an unknown name, a wrong password and a closed account: nobody learns which accounts exist.
    error_messages = {
        "invalid_login": _("User name and password do not match an account that is open."),
        "inactive": _("User name and password do not match an account that is open."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")


class SignIn(LoginView):
    http_method_names = ["get", "head", "post", "options"]  # a form view would take PUT for a POST
    template_name = "registration/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return too_many(request, throttles.SIGN_IN) or super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        display.take_over(self.request, response)
        return response


class SignOut(LogoutView):
    """Ends the session; by POST only, so that no link or image can do it."""

    http_method_names = ["post", "options"]
