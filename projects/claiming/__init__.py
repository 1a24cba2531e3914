"""The kinds of claims that have pages: each with its address, its form and what the page shows.

A new kind is one entry of KINDS here, a form, and its rows in the tables of rights; pages and addresses follow.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from projects.claiming import duties, feeds, funds, measurements, readiness, transfers
from projects.claiming.forms import FactForm
from projects.models import (
    Claim,
    Duty,
    DutyDone,
    Feed,
    FundLine,
    Measurement,
    Project,
    Readiness,
    ReplicationRun,
    Target,
    Training,
    Transfer,
    TransferStep,
)
from projects.permissions import Actor


@dataclass(frozen=True)
class ClaimKind:
    """How one model of claims is shown. Its subject is named in addresses by `key`, a field of the subject's model."""

    name: str
    """In addresses and route names: "measurement"."""
    model: type[Claim]
    subject: type[Any]
    form: type[FactForm]
    title: Any
    new: Any
    """The words of the link that opens the form."""
    facts: Callable[[Any], list[tuple[Any, Any]]]
    """Label and value of what is claimed."""
    section: str = "projects"
    key: str = "reference"
    warnings: Callable[[Any, Actor, dt.date], list[str]] = lambda row, by, on: []
    """What does not add up with this claim, for whoever reads or verifies it; nothing is refused because of it."""
    organisations: tuple[str, ...] = ()
    """Foreign keys to organisations, which are shown to those only who may see the organisation."""
    page: str = ""
    """The route of the subject's page on which the claims stand, where that is not the page of its project."""
    is_ladder: bool = False
    """Whether a manager may waive what is skipped."""

    def address_of(self, subject: Any) -> str:
        """Return the page on which the subject stands."""
        if self.page:
            return reverse(self.page, args=[subject.reference])
        if subject._meta.model_name not in ("project", "agreement", "target"):
            subject = getattr(subject, "project", None) or subject.agreement
        return reverse(f"{subject._meta.model_name}-detail", args=[subject.reference])

    def address_of_form(self, subject: Any) -> str:
        return reverse(f"{self.name}-new", args=[getattr(subject, self.key)])


KINDS: dict[str, ClaimKind] = {
    kind.name: kind
    for kind in (
        ClaimKind(
            name="measurement",
            model=Measurement,
            subject=Target,
            form=measurements.MeasurementForm,
            title=_("Measurement"),
            new=_("Claim a value"),
            facts=measurements.described,
            section="targets",
            warnings=feeds.beyond_feed,
        ),
        ClaimKind(
            name="fundline",
            model=FundLine,
            subject=Project,
            form=funds.FundLineForm,
            title=_("Fund line"),
            new=_("Claim an amount"),
            facts=funds.described,
            organisations=("contributor",),
        ),
        ClaimKind(
            name="dutydone",
            model=DutyDone,
            subject=Duty,
            form=duties.DutyDoneForm,
            title=_("Duty met"),
            new=_("Claim that the duty is met"),
            facts=duties.described,
            section="agreements",
            key="pk",
        ),
        ClaimKind(
            name="feed",
            model=Feed,
            subject=Project,
            form=feeds.FeedForm,
            title=_("Feed"),
            new=_("Claim feed"),
            facts=feeds.described,
            warnings=feeds.told_twice,
            organisations=("supplier",),
        ),
        ClaimKind(
            name="readiness",
            model=Readiness,
            subject=Project,
            form=readiness.ReadinessForm,
            title=_("Readiness level"),
            new=_("Claim a readiness level"),
            facts=readiness.described,
            page="project-readiness",
            is_ladder=True,
        ),
        ClaimKind(
            name="transferstep",
            model=TransferStep,
            subject=Transfer,
            form=transfers.TransferStepForm,
            title=_("Stage of a transfer"),
            new=_("Claim a stage"),
            facts=transfers.step_shown,
            page="transfer-detail",
            is_ladder=True,
        ),
        ClaimKind(
            name="training",
            model=Training,
            subject=Transfer,
            form=transfers.TrainingForm,
            title=_("Certified training"),
            new=_("Claim people certified"),
            facts=transfers.training_shown,
            page="transfer-detail",
        ),
        ClaimKind(
            name="replicationrun",
            model=ReplicationRun,
            subject=Transfer,
            form=transfers.ReplicationRunForm,
            title=_("Replication run"),
            new=_("Claim a run"),
            facts=transfers.run_shown,
            page="transfer-detail",
        ),
    )
}
