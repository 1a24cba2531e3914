"""The life of an agreement: its status, expiry, amendments, and what each party owes by when."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import DetailView

from projects import agreeing, permissions, uploads
from projects.agreement_forms import AmendmentForm, ChangeDutyForm, DutyFields, RecordDutyForm, TakeStepForm
from projects.choices import AgreementMove
from projects.models import Agreement, Amendment, Duty, Evidence, TransitionError, audit
from projects.progress.agreement_life import life, precision_of, with_life
from projects.views.page import Page
from projects.views.record_form import RecordForm


class AgreementLifePage(Page, DetailView):
    template_name = "projects/agreement_life.html"
    section = "agreements"

    def get_object(self, queryset: QuerySet | None = None) -> Agreement:
        visible = with_life(Agreement.objects.visible_to(self.actor))
        return get_object_or_404(visible, reference=self.kwargs["reference"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        agreement = self.object
        found = life(agreement, self.on)
        moves = [
            (move.label, reverse(f"agreement-{move.value}", args=[agreement.reference]))
            for move in agreeing.open_moves(agreement, self.actor)
        ]
        return super().get_context_data(
            agreement=agreement,
            life=found,
            expiry_precision=precision_of(found.expiry),
            moves=moves,
            steps=[(row, self._files.get(("step", row.pk), [])) for row in found.steps],
            amendments=[(row, self._files.get(("amendment", row.pk), [])) for row in found.amendments],
            parties=[
                (
                    party,
                    [(row, permissions.allows(self.actor, "dutydone.claim", row.duty)) for row in party.rows],
                )
                for party in found.duties
            ],
            may_record=permissions.allows(self.actor, "duty.record", agreement),
            may_amend=permissions.allows(self.actor, "amendment.record", agreement),
            updated_at=max(
                [agreement.updated_at, *(row.updated_at for row in (*found.steps, *found.amendments))]
            ),
            **kwargs,
        )

    @cached_property
    def _files(self) -> dict[tuple[str, int], list[Evidence]]:
        found: dict[tuple[str, int], list[Evidence]] = {}
        visible = Evidence.objects.visible_to(self.actor).filter(superseded_by=None)
        for file in visible.filter(agreement_step__agreement=self.object):
            found.setdefault(("step", file.agreement_step_id or 0), []).append(file)
        for file in visible.filter(amendment__agreement=self.object):
            found.setdefault(("amendment", file.amendment_id or 0), []).append(file)
        return found


class LifeForm(RecordForm):
    """A form on one agreement."""

    section = "agreements"
    template_name = "projects/agreement_form.html"

    @cached_property
    def agreement(self) -> Agreement:
        visible = Agreement.objects.visible_to(self.actor)
        return get_object_or_404(visible, reference=self.kwargs["reference"])

    @property
    def subject(self) -> Any:
        """What the right is asked of."""
        return self.agreement

    @property
    def back(self) -> str:
        return reverse("agreement-life", args=[self.agreement.reference])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(agreement=self.agreement, back=self.back, **kwargs)


class AgreementMovePage(LifeForm):
    """One step of the agreement's life; `move` comes with the address."""

    form_class = TakeStepForm
    move = ""

    @property
    def right(self) -> str:
        return f"agreement.{self.move}"

    @property
    def done(self) -> str:
        return _("The step is recorded.")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            permissions.require(self.actor, self.right, self.agreement)
            try:
                agreeing.require_open(self.agreement, self.move)
            except TransitionError as error:
                return self.refuse(error)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.agreement.version, "taken_on": self.actor.on}

    def save(self, **given: Any) -> None:
        files = [uploads.keep(file) for file in given.pop("evidence")]
        agreeing.take(self.agreement, self.move, by=self.actor, evidence=files, **given)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=AgreementMove(self.move).label, **kwargs)


class AmendmentNew(LifeForm):
    form_class = AmendmentForm
    right = "amendment.record"

    @property
    def done(self) -> str:
        return _("The amendment is recorded.")

    def save(self, **given: Any) -> None:
        files = [uploads.keep(file) for file in given.pop("evidence")]
        Amendment.record(self.agreement, by=self.actor, evidence=files, **given)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=_("Record an amendment"), **kwargs)


class DutyNew(LifeForm):
    form_class: type[DutyFields] = RecordDutyForm
    right = "duty.record"

    @property
    def done(self) -> str:
        return _("The duty is recorded.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "agreement": self.agreement}

    def save(self, **given: Any) -> None:
        Duty.record(self.agreement, by=self.actor, **given)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=_("Record a duty"), **kwargs)


class DutyChange(DutyNew):
    form_class = ChangeDutyForm

    @cached_property
    def row(self) -> Duty:
        visible = Duty.objects.visible_to(self.actor).select_related("agreement", "party")
        return get_object_or_404(visible, pk=self.kwargs["pk"])

    @cached_property
    def agreement(self) -> Agreement:
        return self.row.agreement

    @property
    def subject(self) -> Any:
        return self.row

    def get_initial(self) -> dict[str, Any]:
        row = self.row
        return {
            "version": row.version,
            "party": row.party.reference,
            "text": row.text,
            "agreed_on": row.agreed_on,
            "due_on": row.due_on,
            "due_precision": row.due_precision or "day",
            "source_url": row.source_url,
        }

    def save(self, **given: Any) -> None:
        self.row.change(by=self.actor, **given)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        reads = permissions.allows(self.actor, "history.read", self.row)
        found = super().get_context_data(history=audit.history(self.row) if reads else None, **kwargs)
        return {**found, "title": _("Change the duty")}
