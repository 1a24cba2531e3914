"""The figures of the front page, as one shape."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from projects.choices import FundKind, Phase
from projects.models.audit import plain
from projects.progress import Programme
from projects.progress.funds import FundTotals
from projects.reference_words import said
from projects.serializers.targets import AchievementSerializer


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


class CountsSerializer(serializers.Serializer):
    total = serializers.IntegerField()
    claimed = serializers.IntegerField(help_text="With a reported value, verified or not.")
    verified = serializers.IntegerField()


class TargetCountsSerializer(CountsSerializer):
    achievement_claimed = AchievementSerializer()
    achievement_verified = AchievementSerializer()


class RelianceCountsSerializer(serializers.Serializer):
    published = serializers.IntegerField(help_text="How many published figures there are.")
    imported_entirely = serializers.ListField(
        child=serializers.CharField(), help_text="Minerals and products of which India imports all it needs."
    )


class MilestoneCountsSerializer(serializers.Serializer):
    """`achieved`, `open`, `undated`, `recorded_after` and `cancelled` add up to the total; overdue ones are open."""

    total = serializers.IntegerField()
    achieved = serializers.IntegerField()
    verified = serializers.IntegerField()
    open = serializers.IntegerField()
    overdue = serializers.IntegerField()
    undated = serializers.IntegerField()
    recorded_after = serializers.IntegerField()
    cancelled = serializers.IntegerField()


class PhaseCountSerializer(serializers.Serializer):
    phase = serializers.ChoiceField(choices=Phase.choices, allow_null=True)
    count = serializers.IntegerField()


class ProjectCountsSerializer(serializers.Serializer):
    total = serializers.IntegerField()
    by_phase = PhaseCountSerializer(many=True)


class FundColumnSerializer(serializers.Serializer):
    """One column in crore rupees, nothing counted twice (rule R10); null where no line is on record."""

    kind = serializers.ChoiceField(choices=FundKind.choices)
    claimed = serializers.CharField(allow_null=True)
    verified = serializers.CharField(allow_null=True)


class MoneySerializer(serializers.Serializer):
    cost_crore = serializers.CharField(allow_null=True, help_text="Of the projects whose cost is known.")
    government_crore = serializers.CharField(allow_null=True)
    projects_with_cost = serializers.IntegerField()
    funds = FundColumnSerializer(many=True)


class AgreementCountsSerializer(serializers.Serializer):
    """Rules R7 and R8."""

    total = serializers.IntegerField()
    with_target = serializers.IntegerField()
    with_pilot = serializers.IntegerField()
    with_project = serializers.IntegerField()
    paper_only = serializers.IntegerField()


class OverviewSerializer(serializers.Serializer):
    """The mission in results, over what you may see: outputs and reliance first, agreements last."""

    as_of = serializers.DateField()
    outputs = CountsSerializer()
    targets = TargetCountsSerializer()
    reliance = RelianceCountsSerializer()
    milestones = MilestoneCountsSerializer()
    projects = ProjectCountsSerializer()
    money = MoneySerializer()
    agreements = AgreementCountsSerializer()


def overview(figures: Programme, funds: FundTotals) -> dict[str, Any]:
    """Return the figures in the shape of OverviewSerializer."""
    targets, states, money, agreements = (
        figures.targets,
        figures.milestones.states,
        figures.projects.money,
        figures.agreements,
    )
    return {
        "as_of": figures.as_of,
        "outputs": {
            "total": len(targets.outputs),
            "claimed": sum(row.claimed is not None for row in targets.outputs),
            "verified": sum(row.verified is not None for row in targets.outputs),
        },
        "targets": {
            "total": targets.total,
            "claimed": targets.with_claimed,
            "verified": targets.with_verified,
            "achievement_claimed": targets.claimed,
            "achievement_verified": targets.verified,
        },
        "reliance": {
            "published": figures.reliance.total,
            "imported_entirely": [
                said(point.mineral.name) if point.mineral else point.product
                for point in figures.reliance.fully_dependent
            ],
        },
        "milestones": {
            "total": figures.milestones.total,
            "achieved": states.achieved,
            "verified": figures.milestones.verified,
            "open": states.open,
            "overdue": figures.milestones.overdue.spread.count,
            "undated": states.undated,
            "recorded_after": states.later,
            "cancelled": states.cancelled,
        },
        "projects": {
            "total": figures.projects.total,
            "by_phase": [
                {"phase": share.code or None, "count": share.count} for share in figures.projects.by_phase
            ],
        },
        "money": {
            "cost_crore": _text(money.total),
            "government_crore": _text(money.government),
            "projects_with_cost": money.with_cost,
            "funds": [
                {"kind": kind.value, "claimed": _text(claimed.total), "verified": _text(verified.total)}
                for kind, (claimed, verified) in funds.items()
            ],
        },
        "agreements": {
            "total": agreements.total,
            "with_target": agreements.with_target.count,
            "with_pilot": agreements.with_pilot.count,
            "with_project": agreements.with_project.count,
            "paper_only": agreements.paper_only.count,
        },
    }
