"""One FilterSet per list, shared by page and API: the same parameters find the same rows.

The QuerySets come from the view, already restricted to what the actor may see.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_filters.widgets import BooleanWidget

from projects import edge
from projects.choices import (
    ActionState,
    AgreementLevel,
    AgreementStatus,
    Binding,
    Instrument,
    LicenceType,
    MeasureBasis,
    MilestoneStatus,
    MilestoneType,
    Phase,
    ProjectKind,
    Sector,
    Stage,
    TargetBasis,
)
from projects.models import (
    ActionPoint,
    Agreement,
    Indicator,
    Milestone,
    Mineral,
    Organisation,
    Project,
    ReviewMeeting,
    State,
    Target,
    Transfer,
)
from projects.progress.standings import workings
from projects.progress.target_states import TargetState
from projects.progress.targets import OUTPUT_CODES
from projects.progress.working import Standing
from projects.reference_words import said, with_hindi
from projects.states import Elsewhere, IndianState
from projects.worked_out_filters import (
    STANDING,
    WorkedOut,
    banded,
    of_milestones,
    of_project_delay,
    of_targets,
    yes_or_no,
)

ANY = _("any")
YES_NO = [("true", _("yes")), ("false", _("no"))]
UNDECIDED = "none"  # in addresses: no gate is decided, or no phase is reported


def _visible(model: Any) -> Any:
    """Return a callable that gives a filter its choices: what the request's actor may see."""

    def rows(request: HttpRequest | None) -> QuerySet:
        return model.objects.none() if request is None else model.objects.visible_to(edge.acting(request))

    return rows


def named(model: Any, path: str, label: Any) -> filters.ModelChoiceFilter:
    return filters.ModelChoiceFilter(
        field_name=path, to_field_name="reference", queryset=_visible(model), label=label, empty_label=ANY
    )


class _SaidField(filters.fields.ModelChoiceField):
    """Offers reference data in the language of the reader."""

    def label_from_instance(self, row: Any) -> str:
        return said(str(row))


class MineralFilter(filters.ModelChoiceFilter):
    field_class = _SaidField

    def __init__(self, path: str) -> None:
        super().__init__(
            field_name=path,
            to_field_name="reference",
            queryset=_visible(Mineral),
            label=_("Mineral"),
            empty_label=ANY,
        )


def choice(choices: Any, label: Any) -> filters.ChoiceFilter:
    return filters.ChoiceFilter(choices=choices, label=label, empty_label=ANY)


def day(path: str, comparison: str, label: Any) -> filters.DateFilter:
    return filters.DateFilter(
        field_name=path,
        lookup_expr=comparison,
        label=label,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class AnyYesNo(BooleanWidget):
    """Offers any, yes and no; as in addresses, `true` and `false`."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.choices = [("", ANY), ("true", _("yes")), ("false", _("no"))]


def yes_no(label: Any, **kwargs: Any) -> filters.BooleanFilter:
    return filters.BooleanFilter(label=label, widget=AnyYesNo, **kwargs)


class Sorting(filters.OrderingFilter):
    """Sorts with unknown values last in either direction and a unique key as the tie-break, so that pages never overlap."""

    def __init__(self, *args: Any, last: str = "reference", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.last = last

    def filter(self, qs: QuerySet, value: Iterable[str] | None) -> QuerySet:
        if not value:
            return qs
        order = []
        for name in (self.get_ordering_value(param) for param in value):
            field = F(name.removeprefix("-"))
            order.append(field.desc(nulls_last=True) if name.startswith("-") else field.asc(nulls_last=True))
        return qs.order_by(*order, self.last)


MOST_WORDS = 10  # of one search; each costs a comparison with every field


def _few_words(text: str) -> None:
    if len(text.split()) > MOST_WORDS:
        raise ValidationError(_("Search for at most %(most)d words."), "too_many", {"most": MOST_WORDS})


class SearchFilter(filters.CharFilter):
    """Finds rows that contain every word of the text in one of `fields`.

    Those of `translated` hold texts of the reference data, which are found by the words of their Hindi, too.
    """

    def __init__(
        self, *args: Any, fields: tuple[str, ...], translated: tuple[str, ...] = (), **kwargs: Any
    ) -> None:
        kwargs.setdefault("label", _("Search"))
        super().__init__(*args, **{"max_length": 200, "validators": [_few_words], **kwargs})
        self.fields, self.translated = fields, translated

    def filter(self, qs: QuerySet, value: str | None) -> QuerySet:
        for word in (value or "").split():
            found = Q()
            for field in self.fields:
                found |= Q(**{f"{field}__icontains": word})
            for field in self.translated:
                found |= Q(**{f"{field}__in": with_hindi(word)})
            qs = qs.filter(found)
        return qs


class AgreementFilter(filters.FilterSet):
    """For `Agreement.objects.visible_to(actor).with_execution()`."""

    q = SearchFilter(fields=("reference", "title", "scope", "partner_country"))
    instrument = choice(Instrument.choices, _("Instrument"))
    status = choice(AgreementStatus.choices, _("Status"))
    level = choice(AgreementLevel.choices, _("Level"))
    binding = choice(Binding.choices, _("Binding"))
    party = named(Organisation, "parties", _("Party"))
    mineral = MineralFilter("minerals")
    has_project = yes_no(_("With a project"))
    has_pilot = yes_no(_("With a pilot or later"))
    has_target = yes_no(_("With a target"))
    paper_only = yes_no(_("Paper only"), field_name="is_paper_only")
    standing = filters.ChoiceFilter(
        choices=Standing.choices, label=_("Symbolic or working"), empty_label=ANY, method="of_standing"
    )
    signed_from = day("signed_on", "gte", _("Signed from"))
    signed_to = day("signed_on", "lte", _("Signed to"))
    sort = Sorting(
        fields=(("reference", "reference"), ("signed_on", "signed_on"), ("title", "title")),
        field_labels={"reference": _("reference"), "signed_on": _("signing date"), "title": _("title")},
        label=_("Sort by"),
    )

    class Meta:
        model = Agreement
        fields: tuple[str, ...] = ()

    def of_standing(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Keep the agreements whose ten answers, on the request's as-of day, make this class."""
        asked = workings(Agreement.objects.all(), edge.as_of(self.request), edge.acting(self.request))
        return queryset.filter(pk__in=[key for key, found in asked.items() if found.standing == value])


class ProjectFilter(filters.FilterSet):
    """For `Project.objects.visible_to(actor).with_progress(on)`."""

    q = SearchFilter(fields=("reference", "name", "product", "region"))
    kind = choice(ProjectKind.choices, _("Kind"))
    phase = filters.ChoiceFilter(
        choices=[*Phase.choices, (UNDECIDED, _("not known"))],
        label=_("Phase as reported"),
        empty_label=ANY,
        method="of_phase",
    )
    stage = filters.ChoiceFilter(
        choices=[*Stage.choices, (UNDECIDED, _("no gate decided yet"))],
        label=_("Stage"),
        empty_label=ANY,
        method="of_stage",
    )
    state = filters.ChoiceFilter(
        choices=[*IndianState.choices, *Elsewhere.choices],
        label=_("State or union territory"),
        empty_label=ANY,
        method="of_state",
    )
    sector = choice(Sector.choices, _("Sector served"))
    lead = named(Organisation, "lead", _("Lead organisation"))
    mineral = MineralFilter("minerals")
    agreement = named(Agreement, "agreement", _("Agreement"))
    parent = named(Project, "parent", _("Parent project"))
    overdue = yes_no(_("With overdue milestones"), method="with_overdue")
    late = banded(_("Late, against the latest date"), of_project_delay(against_latest=True), ANY)
    late_baseline = banded(_("Late, against the original date"), of_project_delay(against_latest=False), ANY)
    has_cost = yes_no(_("With a known cost"), field_name="cost_crore", lookup_expr="isnull", exclude=True)
    sort = Sorting(
        fields=(
            ("reference", "reference"),
            ("name", "name"),
            ("milestones_overdue", "overdue"),
            ("cost_crore", "cost"),
        ),
        field_labels={
            "reference": _("reference"),
            "name": _("name"),
            "milestones_overdue": _("overdue milestones"),
            "cost_crore": _("cost"),
        },
        label=_("Sort by"),
    )

    class Meta:
        model = Project
        fields: tuple[str, ...] = ()

    def of_phase(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(phase="" if value == UNDECIDED else value)

    def of_stage(self, queryset: Any, name: str, value: str) -> QuerySet:
        """Keep the projects that stand in the stage on the request's as-of day."""
        found = queryset.with_stage(edge.as_of(self.request))
        return found.filter(stage_on="" if value == UNDECIDED else value)

    def of_state(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.in_state(value)

    def with_overdue(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:  # noqa: FBT001 - django-filter's signature
        return queryset.filter(milestones_overdue__gt=0) if value else queryset.filter(milestones_overdue=0)


class MilestoneFilter(filters.FilterSet):
    """For `Milestone.objects.visible_to(actor).with_due(on).with_state(on)`; `on` is the request's as-of day."""

    q = SearchFilter(fields=("reference", "title", "acceptance", "owner_post"))
    state = choice(State.choices, _("State"))
    status = choice(MilestoneStatus.choices, _("Step"))
    overdue = yes_no(_("Overdue"), method="only_overdue")
    verified = yes_no(_("Verified"), method="only_verified")
    late = banded(_("Overdue, against the latest date"), of_milestones(lambda it: it.overdue_band), ANY)
    late_baseline = banded(
        _("Overdue, against the original date"), of_milestones(lambda it: it.overdue_baseline_band), ANY
    )
    achieved_late = banded(_("Achieved late"), of_milestones(lambda it: it.delay_band), ANY)
    type = choice(MilestoneType.choices, _("Type"))
    project = named(Project, "project", _("Project"))
    agreement = named(Agreement, "agreement", _("Agreement"))
    due_from = day("due_on", "gte", _("Due from"))
    due_to = day("due_on", "lte", _("Due to"))
    sort = Sorting(
        fields=(
            ("due_on", "due_on"),
            ("reference", "reference"),
            ("actual_on", "actual_on"),
            ("updated_at", "updated_at"),
        ),
        field_labels={
            "due_on": _("due date"),
            "reference": _("reference"),
            "actual_on": _("actual date"),
            "updated_at": _("last change"),
        },
        label=_("Sort by"),
    )

    class Meta:
        model = Milestone
        fields: tuple[str, ...] = ()

    def only_verified(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:  # noqa: FBT001 - django-filter's signature
        done = Milestone.objects.verified(edge.as_of(self.request)).values("pk")
        return queryset.filter(pk__in=done) if value else queryset.exclude(pk__in=done)

    def only_overdue(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:  # noqa: FBT001 - django-filter's signature
        late = Milestone.objects.overdue(edge.as_of(self.request)).values("pk")
        return queryset.filter(pk__in=late) if value else queryset.exclude(pk__in=late)


class TargetFilter(filters.FilterSet):
    """For `Target.objects.visible_to(actor).with_values(on)`."""

    q = SearchFilter(
        fields=("reference", "title", "indicator__code", "indicator__name"), translated=("indicator__name",)
    )
    project = named(Project, "project", _("Project"))
    agreement = named(Agreement, "agreement", _("Agreement"))
    indicator = filters.CharFilter(
        field_name="indicator__code", lookup_expr="istartswith", label=_("Indicator"), max_length=20
    )
    target_basis = choice(TargetBasis.choices, _("Set by"))
    standing = WorkedOut(choices=TargetState.choices, label=_("Standing"), empty_label=ANY, answers=STANDING)
    output = yes_no(_("Output"), method="only_outputs")
    reported = WorkedOut(
        choices=YES_NO,
        label=_("With a reported value"),
        empty_label=ANY,
        answers=of_targets(yes_or_no(lambda it: it.claimed is not None)),
    )
    verified = WorkedOut(
        choices=YES_NO,
        label=_("With a verified value"),
        empty_label=ANY,
        answers=of_targets(yes_or_no(lambda it: it.verified is not None)),
    )
    due_from = day("due_on", "gte", _("Due from"))
    due_to = day("due_on", "lte", _("Due to"))
    sort = Sorting(
        fields=(("reference", "reference"), ("due_on", "due_on")),
        field_labels={"reference": _("reference"), "due_on": _("due date")},
        label=_("Sort by"),
    )

    class Meta:
        model = Target
        fields: tuple[str, ...] = ()

    def only_outputs(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:  # noqa: FBT001 - django-filter's signature
        made = Q()
        for family in OUTPUT_CODES:
            made |= Q(indicator__code__startswith=family)
        return queryset.filter(made) if value else queryset.exclude(made)


class IndicatorFilter(filters.FilterSet):
    q = SearchFilter(fields=("code", "name", "measured_by"), translated=("name", "measured_by"))
    family = filters.CharFilter(
        field_name="code", lookup_expr="istartswith", label=_("Family"), max_length=20
    )
    measure_basis = choice(MeasureBasis.choices, _("Basis"))

    class Meta:
        model = Indicator
        fields: tuple[str, ...] = ()


class TransferFilter(filters.FilterSet):
    """For `Transfer.objects.visible_to(actor)`."""

    q = SearchFilter(fields=("reference", "asset", "description"))
    project = named(Project, "project", _("Project"))
    donor = named(Organisation, "donor", _("Donor"))
    recipient = named(Organisation, "recipient", _("Recipient"))
    licence_type = choice(LicenceType.choices, _("Licence"))

    class Meta:
        model = Transfer
        fields: tuple[str, ...] = ()


class ReviewMeetingFilter(filters.FilterSet):
    """For `ReviewMeeting.objects.visible_to(actor)`."""

    organisation = named(Organisation, "organisation", _("Organisation"))
    agreement = named(Agreement, "agreement", _("Agreement"))
    sort = Sorting(
        fields=(("held_on", "held_on"), ("title", "title"), ("reference", "reference")),
        field_labels={"held_on": _("Day"), "title": _("Title"), "reference": _("Reference")},
        label=_("Sort by"),
    )

    class Meta:
        model = ReviewMeeting
        fields: tuple[str, ...] = ()


class ActionPointFilter(filters.FilterSet):
    """For `ActionPoint.objects.visible_to(actor)`."""

    q = SearchFilter(fields=("reference", "text", "owner_post"))
    status = choice(ActionState.choices, _("Status"))
    owner = named(Organisation, "owner", _("Organisation of the owner"))
    project = named(Project, "project", _("Project"))
    meeting = named(ReviewMeeting, "meeting", _("Review meeting"))
    due_before = day("due_on", "lte", _("Due by"))
    sort = Sorting(
        fields=(("due_on", "due"), ("reference", "reference")),
        field_labels={"due_on": _("Due date"), "reference": _("Reference")},
        label=_("Sort by"),
    )

    class Meta:
        model = ActionPoint
        fields: tuple[str, ...] = ()
