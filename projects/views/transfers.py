"""Technology transfers: the register, those of one project, and one with all that shows how far it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import DetailView

from projects import formats, permissions
from projects.claiming import KINDS
from projects.filters import TransferFilter
from projects.models import (
    Agreement,
    Evidence,
    KnowHowItem,
    Measurement,
    Need,
    Organisation,
    Project,
    ReplicationRun,
    Training,
    Transfer,
    TransferStep,
    audit,
)
from projects.models.transfer_steps import holdings
from projects.permissions import Actor
from projects.progress.transfers import StageNeed, StageRow, TransferStanding, transfer_standing
from projects.views.page import FilteredList, Page

CLAIMED = ("transferstep", "training", "replicationrun")


def as_seen(actor: Actor) -> QuerySet[Transfer]:
    """Return the transfers that the actor may see; of donor, recipient and agreement only what it may see of them."""
    named = Organisation.objects.visible_to(actor)
    found: QuerySet[Transfer] = (
        Transfer.objects.visible_to(actor)
        .select_related("project")
        .prefetch_related(
            Prefetch("donor", queryset=named),
            Prefetch("recipient", queryset=named),
            Prefetch("agreement", queryset=Agreement.objects.visible_to(actor)),
        )
    )
    return found


def standings(transfers: Iterable[Transfer], on: Any) -> list[TransferStanding]:
    return [transfer_standing(held, on) for held in holdings(transfers)]


class TransferList(FilteredList):
    template_name = "projects/transfer_list.html"
    section = "transfers"
    filterset_class = TransferFilter
    exported = "transfer-list"

    def rows(self) -> QuerySet:
        return as_seen(self.actor).order_by("reference")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["standings"] = standings(context["object_list"], self.on)
        return context


class ProjectTransfers(Page, DetailView):
    template_name = "projects/project_transfers.html"
    section = "projects"

    def get_object(self, queryset: QuerySet | None = None) -> Project:
        return get_object_or_404(Project.objects.visible_to(self.actor), reference=self.kwargs["reference"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = standings(as_seen(self.actor).filter(project=self.object), self.on)
        return super().get_context_data(
            project=self.object,
            standings=found,
            may_record=permissions.allows(self.actor, "transfer.record", self.object),
            updated_at=max((it.transfer.updated_at for it in found), default=self.object.updated_at),
            **kwargs,
        )


class TransferDetail(Page, DetailView):
    """The stage rail with what each stage needs, the terms, the know-how schedule, training and runs."""

    template_name = "projects/transfer_detail.html"
    section = "transfers"

    def get_object(self, queryset: QuerySet | None = None) -> Transfer:
        return get_object_or_404(as_seen(self.actor), reference=self.kwargs["reference"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        transfer = self.object
        (held,) = holdings([transfer])
        found = transfer_standing(held, self.on)
        files = self._files()
        may_record = permissions.allows(self.actor, "transfer.record", transfer)
        return super().get_context_data(
            transfer=transfer,
            standing=found,
            rail=[(row, [(it, shown(it, row)) for it in row.needs]) for row in found.stages],
            steps=[(row, files.get(row, []), self._told(row, found)) for row in held.steps],
            training=[(row, files.get(row, []), self._told(row, found)) for row in held.training],
            runs=[(row, files.get(row, []), self._told(row, found)) for row in held.runs],
            items=[(row, files.get(row, []), row in found.know_how.overdue) for row in found.know_how.items],
            may_record=may_record,
            new={
                name: KINDS[name].address_of_form(transfer)
                for name in CLAIMED
                if permissions.allows(self.actor, f"{name}.claim", transfer)
            },
            history=audit.history(transfer)
            if permissions.allows(self.actor, "history.read", transfer)
            else None,
            updated_at=max(
                row.updated_at for row in (transfer, *held.steps, *held.training, *held.runs, *held.know_how)
            ),
            **kwargs,
        )

    def _files(self) -> dict[Any, list[Evidence]]:
        """The files that the reader may see, by the row that they support; one query."""
        found: dict[Any, list[Evidence]] = {}
        keys: dict[str, Any] = {
            "transfer_step": TransferStep,
            "know_how_item": KnowHowItem,
            "training": Training,
            "replication_run": ReplicationRun,
        }
        visible = Evidence.objects.visible_to(self.actor).filter(superseded_by=None)
        chosen = visible.none()
        for name in keys:
            chosen = chosen | visible.filter(**{f"{name}__transfer": self.object})
        for file in chosen:
            for name, model in keys.items():
                if key := getattr(file, f"{name}_id"):
                    found.setdefault(model(pk=key), []).append(file)
        return found

    def _told(self, row: Any, found: TransferStanding) -> list[str]:
        """Return what is to be said of a claim beside its facts: a fall back, a skip, or why it does not count."""
        if row.status == "returned":
            return [_("returned, does not count")]
        if row.day > self.on:
            return [_("later than this day")]
        if row not in found.counting:
            return [_("replaced by a correction")]
        words = [
            _("fell back from %(stage)s") % {"stage": it.before.get_stage_display()}
            for it in found.falls
            if it.row == row
        ]
        return words + [
            _("skips from %(level)s") % {"level": it.row.told(it.below)} for it in found.gaps if it.row == row
        ]


def shown(need: StageNeed, row: StageRow) -> list[tuple[str, str]]:
    """Return text and address of the records that meet a need."""
    if need.need == Need.DOCUMENT:
        step = row.verified or row.claimed
        return [(_("see the claim"), reverse("transferstep-detail", args=[step.pk]))] if step else []
    links: list[tuple[str, str]] = []
    for it in need.witnesses[:3]:
        if isinstance(it, Training):
            links.append((_("%(total)s persons") % {"total": it.persons}, _claim("training", it)))
        elif isinstance(it, ReplicationRun):
            links.append(
                (_("run of %(day)s") % {"day": formats.day(it.run_on)}, _claim("replicationrun", it))
            )
        elif isinstance(it, Measurement):
            links.append((it.target.title, _claim("measurement", it)))
    return links


def _claim(name: str, row: Any) -> str:
    return reverse(f"{name}-detail", args=[row.pk])
