"""Signing in and out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from projects import display, second_factor, sign_in, throttles
from projects.guessing import Locked
from projects.models import User
from projects.sign_in_forms import CodeForm
from projects.views.page import too_many


def locked(request: HttpRequest, error: Locked) -> HttpResponse:
    """Return the page that tells who guessed too often how long to wait."""
    page = render(request, "registration/locked_out.html", {"minutes": error.minutes}, status=429)
    page["Retry-After"] = str(error.seconds)
    return page


def come_in(request: HttpRequest, user: User, after: str, *, is_strong: bool = False) -> HttpResponse:
    """Ask for the code where the person has a second factor and did not show one; else open the session and the page."""
    if not is_strong and second_factor.is_on(user):
        sign_in.go_half(request, user, after)
        return redirect("sign-in-code")
    sign_in.enter(request, user, is_strong=is_strong)
    response = HttpResponseRedirect(after)
    display.take_over(request, response)
    return response


class SignInForm(AuthenticationForm):
    # One sentence for an unknown name, a wrong password and a closed account: nobody learns which accounts exist.
    error_messages = {"invalid_login": sign_in.WRONG, "inactive": sign_in.WRONG}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = gettext_lazy("User name")

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("username") is not None and given.get("password"):
            request: Any = self.request
            self.user_cache = sign_in.by_password(request, given["username"], given["password"])
            if self.user_cache is None:
                raise self.get_invalid_login_error()
        return given


@method_decorator(never_cache, name="dispatch")
class SignIn(LoginView):
    http_method_names = ["get", "head", "post", "options"]  # a form view would take PUT for a POST
    template_name = "registration/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return too_many(request, throttles.SIGN_IN) or super().post(request, *args, **kwargs)
        except Locked as error:
            return locked(request, error)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user: Any = form.get_user()
        return come_in(self.request, user, self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            provider=settings.OIDC, is_trial=not settings.SECOND_FACTOR_FOR, **kwargs
        )


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class SignInCode(FormView):
    """The second step, for who has shown the password in this session within five minutes."""

    http_method_names = ["get", "head", "post", "options"]
    template_name = "registration/sign_in_code.html"
    form_class = CodeForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().get(request, *args, **kwargs) if sign_in.half(request) else redirect("sign-in")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = sign_in.half(request)
        if found is None:
            messages.info(request, _("That took too long: enter your password again."))
            return redirect("sign-in")
        form = self.get_form()
        user, after = found
        try:
            busy = too_many(request, throttles.SIGN_IN)
            if busy is not None:
                return busy
            if form.is_valid() and sign_in.by_code(request, user, form.cleaned_data["code"]):
                return come_in(request, user, after, is_strong=True)
        except Locked as error:
            return locked(request, error)
        if form.is_valid():
            form.add_error("code", ValidationError(_("The code is wrong, was used already, or is too old.")))
        return self.form_invalid(form)


class SignOut(LogoutView):
    """Ends the session; by POST only, so that no link or image can do it."""

    http_method_names = ["post", "options"]
