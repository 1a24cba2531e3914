"""The administration: its front page, and the accounts of people with their memberships."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import PasswordResetConfirmView
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from projects import accounts, permissions, second_factor
from projects.account_filters import UserFilter
from projects.account_forms import (
    AccountForm,
    ChoosePasswordForm,
    MembershipDatesForm,
    MembershipForm,
    NewAccountForm,
    ReasonForm,
)
from projects.models import Identity, Membership, Organisation, TransitionError, User, audit
from projects.views.page import FilteredList, Guarded
from projects.views.record_form import RecordForm


class AdministrationPage(Guarded):
    section = "administration"
    right = "user.manage"


class AdministrationForm(AdministrationPage, RecordForm):
    """`title`, `lead` and `submit` are the words of the form."""

    template_name = "administration/form.html"
    title: Any = ""
    lead: Any = ""
    submit: Any = gettext_lazy("Save")

    @property
    def back(self) -> str:
        return reverse("administration")

    def trail(self) -> list[tuple[str, str]]:
        """Return the pages above this one, as address and name."""
        return [(reverse("administration"), _("Administration"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        given = {"title": self.title, "lead": self.lead, "submit": self.submit}
        return super().get_context_data(**{**given, "back": self.back, "trail": self.trail(), **kwargs})


class Administration(AdministrationPage, TemplateView):
    template_name = "administration/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        people = User.objects.visible_to(self.actor)
        return super().get_context_data(
            open_accounts=people.filter(is_active=True).count(),
            without_role=people.filter(is_active=True)
            .exclude(pk__in=Membership.objects.valid(self.actor.on).values("user"))
            .count(),
            organisations=Organisation.objects.visible_to(self.actor).count(),
            **kwargs,
        )


def _with_memberships(people: QuerySet, by: permissions.Actor) -> QuerySet:
    held = Membership.objects.valid(by.on).select_related("organisation")
    return people.prefetch_related(Prefetch("memberships", queryset=held, to_attr="held"))


class UserList(AdministrationPage, FilteredList):
    template_name = "administration/user_list.html"
    filterset_class = UserFilter

    def rows(self) -> QuerySet:
        return _with_memberships(User.objects.visible_to(self.actor), self.actor)


def _with_link(page: AdministrationPage, person: User, **more: Any) -> HttpResponse:
    """Show the link to a password in the answer itself: to come back to it, it would have to be kept somewhere."""
    link = accounts.password_link(person, by=page.actor)
    address = page.request.build_absolute_uri(reverse("set-password", args=link))
    context = {**page.get_context_data(), "person": person, "address": address, **more}
    return render(page.request, "administration/password_link.html", context)


class UserPage(AdministrationPage):
    """A page about one account; 404 where the actor does not see its person."""

    @cached_property
    def person(self) -> User:
        return get_object_or_404(User.objects.visible_to(self.actor), pk=self.kwargs["pk"])

    @property
    def subject(self) -> Any:
        return self.person

    @property
    def back(self) -> str:
        return reverse("user-detail", args=[self.person.pk])

    def trail(self) -> list[tuple[str, str]]:
        return [
            (reverse("administration"), _("Administration")),
            (reverse("user-list"), _("Users")),
            (self.back, str(self.person)),
        ]

    def show_link(self) -> HttpResponse:
        return _with_link(self, self.person)


class UserDetail(UserPage, TemplateView):
    template_name = "administration/user_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        held = self.person.memberships.select_related("organisation").order_by("valid_from", "pk")
        today = self.actor.on
        return super().get_context_data(
            person=self.person,
            is_self=self.person.pk == self.actor.user.pk,
            memberships=[(row, _standing(row, today)) for row in held],
            history=audit.history(self.person),
            has_second_factor=second_factor.is_on(self.person),
            provider=settings.OIDC,
            identity=Identity.objects.filter(user=self.person).first() if settings.OIDC else None,
            **kwargs,
        )


def _standing(row: Membership, on: Any) -> str:
    """Return whether the membership is "held", still "coming" or "ended" on the day."""
    if row.valid_from and row.valid_from > on:
        return "coming"
    return "ended" if row.valid_to and row.valid_to < on else "held"


class UserNew(AdministrationForm):
    form_class = NewAccountForm
    title = gettext_lazy("Add a user")
    lead = gettext_lazy("The person chooses the password, through a link that is shown next and works once.")
    submit = gettext_lazy("Add the user")

    def save(self, **given: Any) -> HttpResponse:
        return _with_link(self, accounts.open_account(by=self.actor, **given), is_new=True)

    @property
    def back(self) -> str:
        return reverse("user-list")

    def trail(self) -> list[tuple[str, str]]:
        return [*super().trail(), (reverse("user-list"), _("Users"))]


class UserChange(UserPage, AdministrationForm):
    form_class = AccountForm
    title = gettext_lazy("Change the account")
    done = gettext_lazy("The account is changed.")

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.person, name) for name in accounts.CHANGEABLE}

    def save(self, **given: Any) -> None:
        accounts.change_account(self.person, by=self.actor, **given)


class UserSwitch(UserPage, AdministrationForm):
    """Closes an open account, and opens a closed one."""

    form_class = ReasonForm

    @property
    def closes(self) -> bool:
        return bool(self.person.is_active)

    @property
    def title(self) -> Any:
        return _("Close the account") if self.closes else _("Open the account again")

    submit = title

    @property
    def lead(self) -> Any:
        if self.closes:
            return _("Sessions, access tokens and calendar links end at once. What the person did stays.")
        return _(
            "Memberships hold again as they are dated. The person chooses a new password through a link."
        )

    def save(self, **given: Any) -> Any:
        if self.request.POST.get("was_active", "") != str(self.closes).lower():
            raise TransitionError(_("Somebody else closed or opened this account meanwhile."))
        if self.closes:
            accounts.close_account(self.person, by=self.actor, **given)
            messages.success(self.request, _("The account is closed."))
            return HttpResponseRedirect(self.back)
        accounts.reopen_account(self.person, by=self.actor, **given)
        return self.show_link()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        hidden = {"was_active": str(self.closes).lower()}
        return super().get_context_data(hidden=hidden, is_grave=self.closes, **kwargs)


class UserPassword(UserPage):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show a link by which the person chooses a password, once."""
        try:
            return self.show_link()
        except TransitionError as error:
            messages.warning(request, str(error))
            return HttpResponseRedirect(self.back)


class MembershipNew(UserPage, AdministrationForm):
    right = "membership.manage"
    form_class = MembershipForm
    title = gettext_lazy("Give a role")
    submit = gettext_lazy("Give the role")
    done = gettext_lazy("The role is given.")

    def get_initial(self) -> dict[str, Any]:
        return {"valid_from": self.actor.on}

    def save(self, **given: Any) -> None:
        Membership.grant(self.person, by=self.actor, **given)


class MembershipChange(AdministrationForm):
    right = "membership.manage"
    form_class = MembershipDatesForm
    title = gettext_lazy("Change or end a membership")
    lead = gettext_lazy(
        "A role ends with its last day. It stays in the record, for the reports of that time."
    )
    done = gettext_lazy("The membership is changed.")

    @cached_property
    def membership(self) -> Membership:
        seen = Membership.objects.visible_to(self.actor).select_related("user", "organisation")
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    @property
    def subject(self) -> Any:
        return self.membership

    @property
    def back(self) -> str:
        return reverse("user-detail", args=[self.membership.user_id])

    def trail(self) -> list[tuple[str, str]]:
        return [*super().trail(), (reverse("user-list"), _("Users")), (self.back, str(self.membership.user))]

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.membership, name) for name in ("version", "valid_from", "valid_to")}

    def save(self, **given: Any) -> None:
        self.membership.change_dates(by=self.actor, **given)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(about=self.membership, **kwargs)


@method_decorator(never_cache, name="dispatch")
class SetPassword(PasswordResetConfirmView):
    """Where a person chooses a password, by the link that an administrator handed over; open to whoever has it."""

    http_method_names = ["get", "head", "post", "options"]
    form_class = ChoosePasswordForm
    template_name = "registration/set_password.html"
    success_url = reverse_lazy("sign-in")

    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.request.method is None or self.request.method.lower() not in self.http_method_names:
            return self.http_method_not_allowed(self.request)
        return super().dispatch(*args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        person = self.user
        by = permissions.Actor(
            user=person, on=timezone.localdate(), request_id=getattr(self.request, "request_id", "")
        )
        try:
            accounts.choose_password(person, form.cleaned_data["new_password1"], by=by)
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        self.request.session.pop("_password_reset_token", None)
        messages.success(self.request, _("Your password is set. Sign in with it."))
        return HttpResponseRedirect(str(self.success_url))
