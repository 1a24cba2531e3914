"""Shapes of fund lines."""

from __future__ import annotations

from decimal import Decimal

from rest_framework import serializers

from projects.choices import FundKind, FundSource
from projects.models import FundLine, Organisation, Project
from projects.serializers.claims import HEAD, TAIL, ClaimBody, ClaimFacts
from projects.serializers.common import Known, KnownKey, Reference


class FundLineSerializer(ClaimFacts):
    """An amount of one kind in crore rupees; the contributor is null where none is stated, or none that you may see."""

    project = Reference()
    contributor = Reference(allow_null=True)

    class Meta:
        model = FundLine
        fields = (
            *HEAD,
            "project",
            "kind",
            "source",
            "contributor",
            "amount_crore",
            "dated_on",
            "order_reference",
            "pfms_reference",
            *TAIL,
        )


# --- bodies ---


class ClaimFundLine(ClaimBody):
    """An amount by an order. A correction names the fund line that it supersedes."""

    project = Known(model=Project)
    kind = serializers.ChoiceField(choices=FundKind.choices)
    source = serializers.ChoiceField(choices=FundSource.choices)  # type: ignore[assignment]  # hides Field.source
    contributor = Known(model=Organisation, required=False, allow_null=True)
    amount_crore = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=Decimal("0.01"))
    dated_on = serializers.DateField()
    order_reference = serializers.CharField(max_length=120, required=False, allow_blank=True)
    pfms_reference = serializers.CharField(max_length=60, required=False, allow_blank=True)
    supersedes = KnownKey(model=FundLine, required=False, allow_null=True)
