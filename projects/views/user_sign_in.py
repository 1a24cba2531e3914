"""How a person signs in, as far as administrators decide it: a lost second factor, and the provider of OpenID Connect."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import identities, second_factor
from projects.account_forms import IdentityForm, ReasonForm
from projects.models import Identity
from projects.views.administration import AdministrationForm, UserPage
from projects.views.oidc import OfProvider


class ResetSecondFactor(UserPage, AdministrationForm):
    """Takes a lost second factor away; the person sets a new one up at the next sign-in, where the role asks for one."""

    form_class = ReasonForm
    title = gettext_lazy("Reset the second factor")
    lead = gettext_lazy(
        "For somebody who has lost telephone and recovery codes. Be sure that it is the person who asks: call back. "
        "Sessions and access tokens end at once."
    )
    submit = gettext_lazy("Reset it")
    done = gettext_lazy("The second factor is taken away.")

    def save(self, **given: Any) -> None:
        second_factor.reset(self.person, by=self.actor, **given)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(is_grave=True, **kwargs)


class UserIdentity(OfProvider, UserPage, AdministrationForm):
    """Says by what the person is known at the provider; 404 where no provider is set."""

    form_class = IdentityForm
    lead = gettext_lazy(
        "By what the person is known there. It opens the account as a password does, and gives no right."
    )
    done = gettext_lazy("It is kept.")

    @property
    def title(self) -> Any:
        return _("Sign-in through %(name)s") % {"name": self.provider.name}

    def get_initial(self) -> dict[str, Any]:
        found = Identity.objects.filter(user=self.person, issuer=self.provider.issuer).first()
        return {"email": found.email, "subject": found.subject} if found else {}

    def save(self, **given: Any) -> None:
        if given["email"] or given["subject"]:
            identities.bind(self.person, by=self.actor, issuer=self.provider.issuer, **given)
        else:
            identities.unbind(self.person, by=self.actor, reason=given["reason"])
