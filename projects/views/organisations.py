"""Organisations: the list, one with its part in the programme, and the forms by which administrators keep them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView

from projects import permissions
from projects.account_forms import ChangeOrganisationForm, OrganisationForm
from projects.api.filters import OrganisationFilter
from projects.models import Agreement, Membership, Organisation, Project, audit
from projects.views.administration import AdministrationForm
from projects.views.page import FilteredList, Page

RIGHT = "organisation.manage"
FACTS = ("name", "short_name", "kind", "country", "parent_name", "part", "source_url")


class OrganisationList(FilteredList):
    template_name = "projects/organisation_list.html"
    section = "organisations"
    filterset_class = OrganisationFilter
    exported = "organisation-list"
    left_out = ("as_of",)
    default_sort = "name"

    def rows(self) -> QuerySet:
        return Organisation.objects.visible_to(self.actor)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(may_manage=permissions.allows(self.actor, RIGHT), **kwargs)


class OrganisationDetail(Page, DetailView):
    template_name = "projects/organisation_detail.html"
    section = "organisations"

    def get_object(self, queryset: QuerySet | None = None) -> Organisation:
        seen = Organisation.objects.visible_to(self.actor)
        return get_object_or_404(seen, reference=self.kwargs["reference"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        it = self.object
        may_manage = permissions.allows(self.actor, RIGHT, it)
        reads = permissions.allows(self.actor, "history.read", it)
        projects = Project.objects.visible_to(self.actor).filter(Q(lead=it) | Q(partners=it)).distinct()
        members = Membership.objects.valid(self.actor.on).filter(organisation=it, user__is_active=True)
        return super().get_context_data(
            organisation=it,
            agreements=Agreement.objects.visible_to(self.actor).filter(parties=it),
            projects=projects,
            members=members.select_related("user") if may_manage else None,
            may_manage=may_manage,
            history=audit.history(it) if reads else None,
            updated_at=it.updated_at,
            **kwargs,
        )


class OrganisationNew(AdministrationForm):
    right = RIGHT
    form_class = OrganisationForm
    title = gettext_lazy("Add an organisation")
    submit = gettext_lazy("Add the organisation")
    done = gettext_lazy("The organisation is added.")

    @property
    def back(self) -> str:
        return reverse("organisation-list")

    def save(self, **given: Any) -> str:
        row = Organisation.record(by=self.actor, **given)
        return reverse("organisation-detail", args=[row.reference])

    def trail(self) -> list[tuple[str, str]]:
        return [(self.back, _("Organisations"))]


class OrganisationChange(AdministrationForm):
    right = RIGHT
    form_class = ChangeOrganisationForm
    title = gettext_lazy("Change the organisation")
    done = gettext_lazy("The organisation is changed.")

    @cached_property
    def organisation(self) -> Organisation:
        seen = Organisation.objects.visible_to(self.actor)
        return get_object_or_404(seen, reference=self.kwargs["reference"])

    @property
    def subject(self) -> Any:
        return self.organisation

    @property
    def back(self) -> str:
        return reverse("organisation-detail", args=[self.organisation.reference])

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.organisation, name) for name in ("version", *FACTS)}

    def save(self, **given: Any) -> None:
        self.organisation.change(by=self.actor, **given)

    def trail(self) -> list[tuple[str, str]]:
        return [
            (reverse("organisation-list"), _("Organisations")),
            (self.back, self.organisation.short_name),
        ]
