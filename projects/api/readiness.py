"""Readiness levels over the API."""

from __future__ import annotations

from typing import Any

from projects.api.claims import claims
from projects.api.filters import ReadinessFilter
from projects.models import Readiness
from projects.serializers.readiness import ClaimReadiness, ReadinessSerializer

ReadinessViewSet: Any = claims(
    Readiness,
    shape=ReadinessSerializer,
    body=ClaimReadiness,
    filters=ReadinessFilter,
    doc="Levels of TRL and MRL that were claimed and verified for the projects that you may see, an assessment each.",
)
