"""One's own account: password, second factor, and where one is signed in."""

from __future__ import annotations

import io
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView

from projects import accounts, second_factor, sessions, sign_in
from projects.guessing import Locked
from projects.models import SecondFactor, SignIn, TransitionError
from projects.sign_in_forms import ChangePasswordForm, EnrolForm, OwnCodeForm
from projects.views.page import Page
from projects.views.session import locked


class OwnPage(Page):
    section = "account"


class MyAccount(OwnPage, TemplateView):
    template_name = "registration/account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = self.actor.user
        living = SignIn.living(now=timezone.now(), idle=sessions.idle()).filter(user=person)
        return super().get_context_data(
            person=person,
            factor=SecondFactor.objects.filter(pk=person.pk).first(),
            codes_left=second_factor.codes_left(person),
            is_demanded=not self.actor.roles.isdisjoint(settings.SECOND_FACTOR_FOR),
            sign_ins=living.order_by("-seen_at"),
            here=self.request.session.session_key,
            idle_minutes=settings.SESSION_IDLE_MINUTES,
            hours=settings.SESSION_HOURS,
            **kwargs,
        )


@method_decorator(sensitive_post_parameters(), name="dispatch")
class OwnFormPage(OwnPage, FormView):
    """A form that asks for the password once more; guesses count as those of signing in do."""

    template_name = "registration/own_form.html"
    title: Any = ""
    lead: Any = ""
    submit: Any = gettext_lazy("Save")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.actor}

    def form_valid(self, form: Any) -> HttpResponse:
        user = self.actor.user
        try:
            if "current" in form.fields and not sign_in.is_right_password(
                self.request, user, form.cleaned_data["current"]
            ):
                form.add_error("current", ValidationError(_("This is not your password.")))
                return self.form_invalid(form)
            return self.save(form)
        except Locked as error:
            return locked(self.request, error)
        except TransitionError as error:
            messages.warning(self.request, str(error))
            return redirect("my-account")
        except ValidationError as error:
            form.refuse(error)
            return self.form_invalid(form)

    def save(self, form: Any) -> HttpResponse:
        raise NotImplementedError

    def check_code(self, form: Any) -> None:
        """Raise ValidationError unless the form's code is one of the person's second factor."""
        if not sign_in.by_code(self.request, self.actor.user, form.cleaned_data["code"]):
            raise ValidationError({"code": _("The code is wrong, was used already, or is too old.")})

    def show_codes(self, codes: list[str]) -> HttpResponse:
        """Show recovery codes in the answer itself: nothing keeps them."""
        self.template_name = "registration/recovery_codes.html"
        return self.render_to_response(self.get_context_data(codes=codes))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=self.title, lead=self.lead, submit=self.submit, **kwargs)


class ChangePassword(OwnFormPage):
    form_class = ChangePasswordForm
    title = gettext_lazy("Change your password")
    lead = gettext_lazy(
        "At least 15 characters, nothing that is easily guessed, and none that you use elsewhere. Everything else that "
        "you are signed in with, access tokens too, ends."
    )
    submit = gettext_lazy("Change the password")

    def save(self, form: Any) -> HttpResponse:
        user = self.actor.user
        if not user.has_usable_password():
            raise TransitionError(
                _("Your account has no password: an administrator hands out the link to choose one.")
            )
        accounts.choose_password(
            user, form.cleaned_data["new"], by=self.actor, keep=self.request.session.session_key
        )
        update_session_auth_hash(self.request, user)
        messages.success(
            self.request,
            _("Your password is changed. Everything else that you were signed in with has ended."),
        )
        return redirect("my-account")


class SetUpSecondFactor(OwnFormPage):
    """Shows a fresh secret, which the page carries sealed until a code confirms it; nothing is written before."""

    template_name = "registration/second_factor.html"
    form_class = EnrolForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if second_factor.is_on(self.actor.user):
            if sign_in.lacks_second_factor(request):
                messages.info(request, _("This sign-in was without the code: sign out, and sign in with it."))
                return self.render_to_response(self.get_context_data(is_on=True))
            return redirect("my-account")
        return super().get(request, *args, **kwargs)

    @cached_property
    def secret(self) -> str:
        offer = self.request.POST.get("offer", "")
        return second_factor.taken(self.actor.user, offer) if offer else second_factor.new_secret()

    def get_initial(self) -> dict[str, Any]:
        return {"offer": second_factor.offered(self.actor.user, self.secret)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            assert self.secret  # noqa: S101 - opens it once, so that an old page is answered here
        except ValidationError as error:
            messages.warning(request, error.messages[0])
            return redirect("second-factor")
        return super().post(request, *args, **kwargs)

    def save(self, form: Any) -> HttpResponse:
        user = self.actor.user
        code = form.cleaned_data["code"].replace(" ", "")
        codes = second_factor.enrol(user, self.secret, code, by=self.actor, now=timezone.now())
        accounts.end_everything(user, but=self.request.session.session_key)
        self.request.session.cycle_key()
        self.request.session[sign_in.STRONG] = True
        return self.show_codes(codes)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if not kwargs.get("is_on") and "codes" not in kwargs:
            told = second_factor.address(self.actor.user, self.secret)
            kwargs |= {
                "secret": " ".join(self.secret[at : at + 4] for at in range(0, 32, 4)),
                "square": square(told),
            }
        return super().get_context_data(**kwargs)


class RenewRecoveryCodes(OwnFormPage):
    form_class = OwnCodeForm
    title = gettext_lazy("New recovery codes")
    lead = gettext_lazy("Those that you hold are good no more once new ones are made.")
    submit = gettext_lazy("Make new codes")

    def save(self, form: Any) -> HttpResponse:
        self.check_code(form)
        return self.show_codes(second_factor.renew_codes(self.actor.user, by=self.actor))


class RemoveSecondFactor(OwnFormPage):
    form_class = OwnCodeForm
    title = gettext_lazy("Take the second factor away")
    lead = gettext_lazy(
        "For a new telephone: take it away here, then set it up again. Recovery codes go with it."
    )
    submit = gettext_lazy("Take it away")

    def save(self, form: Any) -> HttpResponse:
        self.check_code(form)
        second_factor.remove(self.actor.user, by=self.actor)
        self.request.session.pop(sign_in.STRONG, None)
        messages.success(self.request, _("The second factor is taken away."))
        return redirect("my-account")


class EndSignIn(OwnPage):
    """Ends one of one's own sessions, the one of now too: its next request is a stranger's."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        mine = {row.reference: row.pk for row in SignIn.objects.filter(user=self.actor.user)}
        key = mine.get(kwargs["reference"])
        if key is None:
            raise Http404
        if key == request.session.session_key:
            request.session.flush()
            return redirect("sign-in")
        SignIn.objects.filter(pk=key).delete()
        messages.success(request, _("That session has ended."))
        return redirect("my-account")


class EndSignIns(OwnPage):
    """Ends every other session and every access token."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        accounts.end_everything(self.actor.user, but=request.session.session_key)
        messages.success(request, _("Everything else that you were signed in with has ended."))
        return redirect("my-account")


def square(text: str) -> str:
    """Return the text as a square code, drawn as SVG without a style of its own."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn,
        kind="svg",
        scale=5,
        border=4,
        xmldecl=False,
        svgns=True,
        svgclass="square",
        lineclass=None,
        omitsize=True,
    )
    return mark_safe(drawn.getvalue().decode())  # noqa: S308  # nosec B308, B703 - made here, of our own letters
