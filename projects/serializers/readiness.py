"""Shapes of readiness levels."""

from __future__ import annotations

from rest_framework import serializers

from projects.choices import Ladder
from projects.models import Project, Readiness
from projects.serializers.claims import HEAD, TAIL, ClaimBody, ClaimFacts
from projects.serializers.common import Known, KnownKey, Reference


class ReadinessSerializer(ClaimFacts):
    """A level of TRL or MRL as a body assessed it. `waiver`: why levels below it were skipped, where they were."""

    project = Reference()

    class Meta:
        model = Readiness
        fields = (*HEAD, "project", "ladder", "value", "assessed_on", "assessor", "waiver", *TAIL)


# --- bodies ---


class ClaimReadiness(ClaimBody):
    """A level with its assessment. A correction names the assessment that it supersedes."""

    project = Known(model=Project)
    ladder = serializers.ChoiceField(choices=Ladder.choices)
    value = serializers.IntegerField(min_value=1, max_value=10)
    assessed_on = serializers.DateField()
    assessor = serializers.CharField(max_length=200)
    supersedes = KnownKey(model=Readiness, required=False, allow_null=True)
