"""Filters of the lists on technology transfers that only the API has."""

from __future__ import annotations

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from projects.choices import KnowHowKind, MeasurementStatus, TransferStage
from projects.filters import TransferFilter, choice, day, named
from projects.models import KnowHowItem, ReplicationRun, Training, Transfer, TransferStep

__all__ = [
    "KnowHowItemFilter",
    "ReplicationRunFilter",
    "TrainingFilter",
    "TransferFilter",
    "TransferStepFilter",
]


class KnowHowItemFilter(filters.FilterSet):
    transfer = named(Transfer, "transfer", _("Transfer"))
    kind = choice(KnowHowKind.choices, _("Kind"))
    delivered = filters.BooleanFilter(
        field_name="delivered_on", lookup_expr="isnull", exclude=True, label=_("Delivered")
    )
    accepted = filters.BooleanFilter(
        field_name="accepted_on", lookup_expr="isnull", exclude=True, label=_("Accepted")
    )

    class Meta:
        model = KnowHowItem
        fields: tuple[str, ...] = ()


class TransferStepFilter(filters.FilterSet):
    transfer = named(Transfer, "transfer", _("Transfer"))
    stage = choice(TransferStage.choices, _("Stage"))
    status = choice(MeasurementStatus.choices, _("Status"))
    reached_from = day("reached_on", "gte", _("Reached from"))
    reached_to = day("reached_on", "lte", _("Reached to"))

    class Meta:
        model = TransferStep
        fields: tuple[str, ...] = ()


class TrainingFilter(filters.FilterSet):
    transfer = named(Transfer, "transfer", _("Transfer"))
    status = choice(MeasurementStatus.choices, _("Status"))

    class Meta:
        model = Training
        fields: tuple[str, ...] = ()


class ReplicationRunFilter(filters.FilterSet):
    transfer = named(Transfer, "transfer", _("Transfer"))
    status = choice(MeasurementStatus.choices, _("Status"))
    licensor_on_site = filters.BooleanFilter(label=_("Licensor on site"))
    guarantee_met = filters.BooleanFilter(label=_("Guarantee values met"))

    class Meta:
        model = ReplicationRun
        fields: tuple[str, ...] = ()
