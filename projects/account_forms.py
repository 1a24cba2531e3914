"""The forms by which administrators keep accounts, memberships, organisations and minerals."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext_lazy as _

from projects.choices import OrganisationKind, Role
from projects.forms import ActorForm, Day, Reasoned
from projects.models import MineralListing, Organisation
from projects.models.sourced import SOURCE_URL_LENGTH


class AccountForm(ActorForm):
    full_name = forms.CharField(label=_("Official name"), max_length=120)
    post = forms.CharField(
        label=_("Post"),
        required=False,
        max_length=120,
        help_text=_("What reports print instead of the name."),
    )
    email = forms.EmailField(label=_("Office e-mail"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, initial="en")


class NewAccountForm(AccountForm):
    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        help_text=_("Letters, digits and . _ @ + - only. It stays, since the history tells it."),
    )
    field_order = ("username",)


class ReasonForm(ActorForm):
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=5000, help_text=_("It stands in the history.")
    )


class IdentityForm(ReasonForm):
    email = forms.EmailField(
        label=_("E-mail at the provider"),
        required=False,
        help_text=_(
            "Only until the first sign-in: from then on the provider's own name for the person counts."
        ),
    )
    subject = forms.CharField(
        label=_("Subject"),
        required=False,
        max_length=255,
        help_text=_(
            "The provider's own name for the person (sub), where you know it. Both empty: nobody comes in so."
        ),
    )
    field_order = ("email", "subject", "reason")


class MembershipForm(ActorForm):
    role = forms.ChoiceField(label=_("Role"), choices=[("", _("choose a role")), *Role.choices])
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("Organisation"),
        to_field_name="reference",
        required=False,
        empty_label=_("the whole programme"),
        help_text=_(
            "Officers and managers belong to a ministry, leads and viewers to a partner. An auditor without an "
            "organisation audits the whole programme."
        ),
    )
    valid_from = Day(label=_("Valid from"), required=False, help_text=_("Empty: from the beginning."))
    valid_to = Day(
        label=_("Valid to"), required=False, help_text=_("The last day. Empty: until it is ended.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organisation"]
        field.queryset = Organisation.objects.visible_to(self.actor).order_by("short_name")


class MembershipDatesForm(Reasoned):
    valid_from = Day(label=_("Valid from"), required=False, help_text=_("Empty: from the beginning."))
    valid_to = Day(
        label=_("Valid to"), required=False, help_text=_("The last day. Empty: until it is ended.")
    )
    field_order = ("valid_from", "valid_to", "reason")


class OrganisationForm(ActorForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    short_name = forms.CharField(label=_("Short name"), max_length=40)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("choose a kind")), *OrganisationKind.choices])
    country = forms.CharField(label=_("Country"), required=False, max_length=60)
    parent_name = forms.CharField(label=_("Parent or ministry"), required=False, max_length=200)
    part = forms.CharField(label=_("Part in the programme"), required=False, max_length=200)
    source_url = forms.URLField(
        label=_("Source"), required=False, max_length=SOURCE_URL_LENGTH, assume_scheme="https"
    )


class ChangeOrganisationForm(OrganisationForm, Reasoned):
    field_order = ("name", "short_name", "kind", "country", "parent_name", "part", "source_url", "reason")


class MineralForm(ActorForm):
    name = forms.CharField(label=_("Name"), max_length=80)
    symbol = forms.CharField(label=_("Symbol"), required=False, max_length=20)
    source_url = forms.URLField(
        label=_("Source"), required=False, max_length=SOURCE_URL_LENGTH, assume_scheme="https"
    )


class ChangeMineralForm(MineralForm, Reasoned):
    field_order = ("name", "symbol", "source_url", "reason")


class ListingForm(ActorForm):
    official_list = forms.ChoiceField(
        label=_("Official list"), choices=[("", _("choose a list")), *MineralListing.OfficialList.choices]
    )
    listed_from = Day(label=_("Listed from"))
    listed_to = Day(label=_("Listed to"), required=False, help_text=_("Empty: it still stands on the list."))


class ChangeListingForm(Reasoned):
    listed_from = Day(label=_("Listed from"))
    listed_to = Day(label=_("Listed to"), required=False, help_text=_("Empty: it still stands on the list."))
    field_order = ("listed_from", "listed_to", "reason")


class ChoosePasswordForm(SetPasswordForm):
    """A new password, typed twice."""
