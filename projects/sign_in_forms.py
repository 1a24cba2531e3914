"""The forms by which people keep their own password and second factor."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from projects.forms import ActorForm

APP_CODE = {
    "autocomplete": "one-time-code",
    "inputmode": "text",
    "autocapitalize": "none",
    "spellcheck": "false",
}


def _password(label: Any, autocomplete: str) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=1000, widget=widget)


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        strip=True,
        widget=forms.TextInput(attrs={**APP_CODE, "autofocus": True}),
        help_text=_("The six digits that your authenticator app shows now, or one of your recovery codes."),
    )


class OwnForm(ActorForm):
    """A form for one's own account, which asks for the password once more where there is one."""

    current = _password(_("Your current password"), "current-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.actor.user.has_usable_password():
            del self.fields["current"]


class OwnCodeForm(CodeForm, OwnForm):
    """The password and a code: what a change of the second factor asks for."""


class EnrolForm(OwnForm):
    offer = forms.CharField(max_length=400, widget=forms.HiddenInput)
    code = forms.CharField(
        label=_("Code"),
        max_length=10,
        widget=forms.TextInput(attrs={**APP_CODE, "inputmode": "numeric"}),
        help_text=_("The six digits that the app shows now: they prove that it has the secret."),
    )


class ChangePasswordForm(OwnForm):
    new = _password(_("New password"), "new-password")
    again = _password(_("The same once more"), "new-password")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("new") and given.get("again"):
            if given["new"] != given["again"]:
                raise ValidationError({"again": _("The two are not the same.")})
            try:
                validate_password(given["new"], self.actor.user)
            except ValidationError as error:
                self.add_error("new", error)
        return given
