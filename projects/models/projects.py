"""Projects, and the gates that move them from stage to stage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import (
    Case,
    Count,
    DecimalField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from projects import states as places
from projects.choices import Gate, GateDecision, Phase, ProjectKind, Sector, Stage
from projects.models.agreements import Agreement
from projects.models.audit import Audited, AuditedQuerySet
from projects.models.people import Organisation, User
from projects.models.prepared import prepared
from projects.models.reference import Mineral
from projects.models.relations import AuditedRelation
from projects.models.sourced import Sourced
from projects.states import INDIA, Elsewhere, IndianState

TRL = [MinValueValidator(1), MaxValueValidator(9)]


def _count(kind: str) -> Callable[[dt.date], Coalesce]:
    """Return what makes the number of a project's milestones of a kind on a day; "total" is every kind."""

    def made(on: dt.date) -> Coalesce:
        milestones: Any = Project._meta.get_field("milestones").related_model
        rows = milestones.objects.filter(project=OuterRef("pk"))
        if kind != "total":
            rows = getattr(rows, kind)(on)
        counted = rows.order_by().values("project").annotate(n=Count("pk")).values("n")
        return Coalesce(Subquery(counted, output_field=IntegerField()), 0)

    return made


COUNTS = {kind: _count(kind) for kind in ("total", "achieved", "verified", "open", "overdue")}


class ProjectQuerySet(AuditedQuerySet):
    def in_state(self, where: str) -> Self:
        """Return the projects in a state (its code), or those of which none is known (`Elsewhere`)."""
        if where in IndianState:
            return self.filter(states__contains=where)
        bare = self.filter(states="")
        if where == Elsewhere.UNKNOWN:
            return bare.filter(country=INDIA)
        return (
            bare.filter(country="") if where == Elsewhere.NOWHERE else bare.exclude(country__in=["", INDIA])
        )

    def with_stage(self, on: dt.date) -> Self:
        """Annotate `stage_on`: the stage that the decisions up to the day lead to, '' before the first."""
        decisions: Any = Project._meta.get_field("gates").related_model
        known = decisions.objects.filter(project=OuterRef("pk"), decided_on__lte=on)
        last = known.order_by("-decided_on", "-pk").values("to_stage")[:1]
        return self.annotate(stage_on=Coalesce(Subquery(last), Value("")))

    def with_progress(self, on: dt.date) -> Self:
        """Annotate `milestones_total`, `_achieved`, `_verified`, `_open` and `_overdue` as they stand on `on`.

        Subqueries rather than joined counts: a second join would multiply the first.
        """
        counts = {name: prepared(self.model, made, on) for name, made in COUNTS.items()}
        return self.annotate(**{f"milestones_{name}": count for name, count in counts.items()})

    def with_counted_cost(self) -> Self:
        """Annotate `counted_cost` in crore INR: nothing where the parent's cost already contains it (rule R10)."""
        inside_parent = Exists(
            self.model._base_manager.filter(pk=OuterRef("parent_id"), cost_crore__isnull=False)
        )
        return self.annotate(
            counted_cost=Case(
                When(inside_parent, then=Value(None)),
                default=F("cost_crore"),
                output_field=DecimalField(max_digits=14, decimal_places=2),
            )
        )

    def total_cost(self) -> Decimal | None:
        """Return the summed cost in crore INR by rule R10, None when no cost is known."""
        return self.with_counted_cost().aggregate(total=Sum("counted_cost"))["total"]


class Project(Sourced, Audited):
    """Work with a lead, a site and a product: a pilot, a plant, an exploration, a scheme."""

    ORGANISATION_PATHS = ("lead", "partners")

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=300)
    kind = models.CharField(_("kind"), max_length=12, choices=ProjectKind)
    phase = models.CharField(_("phase as reported"), max_length=14, choices=Phase, blank=True)
    stage = models.CharField(
        _("stage"),
        max_length=2,
        choices=Stage,
        blank=True,
        help_text=_("Set by gate decisions; empty until the first."),
    )
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        verbose_name=_("parent project"),
    )
    agreement = models.ForeignKey(
        Agreement,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="projects",
        verbose_name=_("agreement"),
    )
    lead = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="led_projects",
        verbose_name=_("lead organisation"),
    )
    partners = AuditedRelation(
        Organisation, related_name="partner_projects", blank=True, verbose_name=_("partners")
    )
    minerals = AuditedRelation(Mineral, related_name="projects", blank=True, verbose_name=_("minerals"))
    product = models.CharField(_("product"), max_length=200, blank=True)
    capacity_value = models.DecimalField(
        _("capacity"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    capacity_unit = models.CharField(_("unit of the capacity"), max_length=60, blank=True)
    sector = models.CharField(_("sector served"), max_length=12, choices=Sector, blank=True)
    region = models.CharField(_("state or region"), max_length=200, blank=True)
    country = models.CharField(_("country"), max_length=60, blank=True)
    states = models.CharField(
        _("states"),
        max_length=251,
        blank=True,
        validators=[places.require_known],
        help_text=_("Codes of ISO 3166-2:IN; empty where the record names no state of India for sure."),
    )
    trl_stated = models.CharField(_("TRL as stated by the source"), max_length=20, blank=True)
    trl_claimed = models.PositiveSmallIntegerField(_("TRL claimed"), null=True, blank=True, validators=TRL)
    trl_verified = models.PositiveSmallIntegerField(_("TRL verified"), null=True, blank=True, validators=TRL)
    trl_verified_on = models.DateField(_("TRL verified on"), null=True, blank=True)
    cost_crore = models.DecimalField(
        _("cost (crore INR)"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    cost_basis = models.CharField(_("basis of the cost"), max_length=200, blank=True)
    funding_source = models.CharField(_("source of funds"), max_length=200, blank=True)
    status_as_reported = models.CharField(_("status as reported"), max_length=80, blank=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ("reference",)
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        constraints = [
            models.CheckConstraint(
                name="project_cost_is_not_negative", condition=Q(cost_crore=None) | Q(cost_crore__gte=0)
            ),
            models.CheckConstraint(
                name="project_is_not_its_own_parent", condition=Q(parent=None) | ~Q(parent=F("id"))
            ),
            models.CheckConstraint(
                name="project_capacity_has_its_unit", condition=Q(capacity_value=None) | ~Q(capacity_unit="")
            ),
            models.CheckConstraint(
                name="project_trl_claimed_is_1_to_9",
                condition=Q(trl_claimed=None) | Q(trl_claimed__range=(1, 9)),
            ),
            models.CheckConstraint(
                name="project_trl_verified_is_1_to_9",
                condition=Q(trl_verified=None) | Q(trl_verified__range=(1, 9)),
            ),
            models.CheckConstraint(
                name="project_trl_verified_has_its_date",
                condition=Q(trl_verified=None) | Q(trl_verified_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.name}"

    def acting_organisations(self) -> set[int]:
        """Return the keys of the organisations whose lead may act on the project: its lead and its partners."""
        found = set(self.partners.values_list("pk", flat=True))
        return found | {self.lead_id} if self.lead_id else found


class StageGate(Sourced, Audited):
    """A decision at a gate, taken on a day by a post on criteria with evidence; moving back stays visible."""

    ORGANISATION_PATHS = ("project__lead", "project__partners")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="gates")
    gate = models.CharField(_("gate"), max_length=2, choices=Gate)
    from_stage = models.CharField(_("from stage"), max_length=2, choices=Stage, blank=True)
    to_stage = models.CharField(_("to stage"), max_length=2, choices=Stage)
    decision = models.CharField(_("decision"), max_length=12, choices=GateDecision)
    decided_on = models.DateField(_("decided on"))
    decided_by_post = models.CharField(_("decided by (post)"), max_length=120)
    criteria = models.JSONField(_("criteria"), default=list, blank=True)
    conditions = models.TextField(_("conditions"), blank=True)
    conditions_due_on = models.DateField(_("conditions to be met by"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )

    objects = AuditedQuerySet.as_manager()

    class Meta:
        ordering = ("project", "decided_on", "pk")
        verbose_name = _("gate decision")
        verbose_name_plural = _("gate decisions")
        constraints = [
            models.CheckConstraint(
                name="conditional_gate_names_its_conditions",
                condition=~Q(decision=GateDecision.CONDITIONAL) | ~Q(conditions=""),
                violation_error_message=_("A conditional decision names its conditions."),
            ),
            models.CheckConstraint(
                name="gate_that_stays_or_goes_back_says_why",
                condition=Q(decision__in=[GateDecision.PASS, GateDecision.CONDITIONAL]) | ~Q(reason=""),
                violation_error_message=_("Say why the project is held or stopped."),
            ),
            models.UniqueConstraint(
                fields=["project", "gate", "decided_on"], name="gate_is_decided_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gate} {self.get_decision_display()} {self.decided_on}"

    def acting_organisations(self) -> set[int]:
        return self.project.acting_organisations()
