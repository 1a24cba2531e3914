"""Minerals and the official lists they stand on, as administrators keep them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from projects.account_forms import ChangeListingForm, ChangeMineralForm, ListingForm, MineralForm
from projects.models import Mineral, MineralListing
from projects.views.administration import AdministrationForm, AdministrationPage


class MineralList(AdministrationPage, TemplateView):
    right = "reference.change"
    template_name = "administration/mineral_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows: QuerySet = Mineral.objects.visible_to(self.actor).prefetch_related("listings")
        return super().get_context_data(minerals=rows, **kwargs)


class MineralEdit(AdministrationForm):
    right = "reference.change"
    done = gettext_lazy("The mineral is recorded.")

    @property
    def back(self) -> str:
        return reverse("mineral-list")

    def trail(self) -> list[tuple[str, str]]:
        return [*super().trail(), (self.back, _("Minerals"))]


class MineralNew(MineralEdit):
    form_class = MineralForm
    title = gettext_lazy("Add a mineral")

    def save(self, **given: Any) -> None:
        Mineral.record(by=self.actor, **given)


class OfMineral(MineralEdit):
    """404 unless the mineral exists."""

    @cached_property
    def mineral(self) -> Mineral:
        seen = Mineral.objects.visible_to(self.actor)
        return get_object_or_404(seen, reference=self.kwargs["reference"])

    @property
    def subject(self) -> Any:
        return self.mineral

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(about=self.mineral, **kwargs)


class MineralChange(OfMineral):
    form_class = ChangeMineralForm
    title = gettext_lazy("Change the mineral")

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.mineral, name) for name in ("version", "name", "symbol", "source_url")}

    def save(self, **given: Any) -> None:
        self.mineral.change(by=self.actor, **given)


class ListingNew(OfMineral):
    form_class = ListingForm
    title = gettext_lazy("Put the mineral on an official list")

    def save(self, **given: Any) -> None:
        MineralListing.record(self.mineral, by=self.actor, **given)


class ListingChange(MineralEdit):
    form_class = ChangeListingForm
    title = gettext_lazy("Change or end a listing")

    @cached_property
    def listing(self) -> MineralListing:
        seen = MineralListing.objects.visible_to(self.actor).select_related("mineral")
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    @property
    def subject(self) -> Any:
        return self.listing

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.listing, name) for name in ("version", "listed_from", "listed_to")}

    def save(self, **given: Any) -> None:
        self.listing.change(by=self.actor, **given)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(about=self.listing, **kwargs)
