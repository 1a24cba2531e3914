"""What webhooks can be told: which entries of the audit trail are news to others, and where their subject is found.

The trail names a model in words, so that reports, which this package does not know, are told of like everything else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.apps import apps
from django.conf import settings
from django.urls import reverse

from projects.choices import AgreementMove
from projects.permissions import CLAIMS, Actor

PING = "ping"  # a trial that anybody who keeps a webhook can ask for


@dataclass(frozen=True)
class EventKind:
    """One kind of news: the action and model by which the trail knows it, and the names of its page and resource."""

    type: str
    action: str
    model: str
    """As the trail names it, `projects.milestone`."""
    page: str
    resource: str
    key: str = "pk"
    """By which attribute page and resource are found."""
    page_key: str = ""
    """The same for the page, where it is another."""

    def subject(self, object_id: str, by: Actor) -> Any:
        """Return the subject, or None where it does not exist for `by`."""
        return self._visible(by).filter(pk=object_id).first()

    def seen(self, object_ids: Iterable[str], by: Actor) -> set[str]:
        """Return those of the keys whose subjects exist for `by`; one query."""
        found = self._visible(by).filter(pk__in=list(object_ids)).order_by().values_list("pk", flat=True)
        return {str(key) for key in found}

    def _visible(self, by: Actor) -> Any:
        return apps.get_model(self.model)._default_manager.visible_to(by)

    def told(self, subject: Any) -> dict[str, str]:
        """Return what is told of the subject: its name in the tracker and where to read it, for those who may."""
        key = getattr(subject, self.key)
        page_key = reduce(getattr, (self.page_key or self.key).split("."), subject)
        return {
            "reference": str(getattr(subject, "serial", "") or key),
            "url": f"{settings.BASE_URL}{reverse(self.page, args=[page_key])}",
            "api_url": f"{settings.BASE_URL}{reverse(f'api:{self.resource}', args=[key])}",
        }


PAST = {
    "log": "logged",
    "claim": "claimed",
    "verify": "verified",
    "return": "returned",
    "revise": "revised",
    "cancel": "cancelled",
    "sign": "signed",
    "take_effect": "took_effect",
    "suspend": "suspended",
    "resume": "resumed",
    "terminate": "terminated",
}


def _kinds() -> Iterable[EventKind]:
    for step in ("log", "claim", "verify", "return", "revise", "cancel"):
        yield EventKind(
            f"milestone.{PAST[step]}",
            f"milestone.{step}",
            "projects.milestone",
            "milestone-detail",
            "milestone-detail",
            key="reference",
        )
    for claim in CLAIMS:
        for step in ("claim", "verify", "return"):
            at = f"{claim}-detail"
            yield EventKind(f"{claim}.{PAST[step]}", f"{claim}.{step}", f"projects.{claim}", at, at)
    at = "target-detail"
    yield EventKind("target.set", "target.set", "projects.target", at, at, key="reference")
    yield EventKind("target.revised", "target.revise", "projects.target", at, at, key="reference")
    yield EventKind(
        "gate.decided",
        "gate.decide",
        "projects.stagegate",
        "project-roadmap",
        "gate-detail",
        page_key="project.reference",
    )
    for move in AgreementMove:
        yield EventKind(
            f"agreement.{PAST[move.value]}",
            f"agreement.{move.value}",
            "projects.agreement",
            "agreement-life",
            "agreement-detail",
            key="reference",
        )
    at = "report-detail"
    yield EventKind("report.issued", "report.issue", "reports.report", at, at, key="slug")
    yield EventKind("report.superseded", "report.supersede", "reports.report", at, at, key="slug")


EVENTS: dict[str, EventKind] = {kind.type: kind for kind in _kinds()}
_BY_ENTRY = {(kind.action, kind.model): kind for kind in EVENTS.values()}


def kind_of(action: str, model: str) -> EventKind | None:
    """Return the kind of news that an entry of the trail is, or None."""
    return _BY_ENTRY.get((action, model))
