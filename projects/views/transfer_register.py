"""The forms by which a technology transfer and the items of its know-how schedule are recorded and changed."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import permissions, uploads
from projects.models import KnowHowItem, Project, Transfer, audit
from projects.transfer_forms import (
    ITEM,
    TERMS,
    ChangeKnowHowForm,
    ChangeTransferForm,
    KnowHowForm,
    RecordTransferForm,
)
from projects.views.record_form import RecordForm

RIGHT = "transfer.record"


class RegisterPage(RecordForm):
    """A form of the register: 404 unless its subject is visible, 403 unless the actor may record."""

    template_name = "projects/transfer_form.html"
    section = "transfers"
    right = RIGHT
    done = gettext_lazy("It is recorded.")
    row: Any = None
    """What is changed; None where something new is recorded."""

    @property
    def subject(self) -> Any:
        """What the right is asked of, and what the page names."""
        return self.row

    @property
    def title(self) -> str:
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        reads = self.row is not None and permissions.allows(self.actor, "history.read", self.row)
        return super().get_context_data(
            title=self.title,
            subject=self.subject,
            back=self.back,
            history=audit.history(self.row) if reads else None,
            **kwargs,
        )


class TransferNew(RegisterPage):
    form_class = RecordTransferForm

    @cached_property
    def subject(self) -> Project:
        return get_object_or_404(Project.objects.visible_to(self.actor), reference=self.kwargs["reference"])

    @property
    def back(self) -> str:
        return reverse("project-transfers", args=[self.subject.reference])

    @property
    def title(self) -> str:
        return _("Record a transfer")

    def save(self, **given: Any) -> str:
        row = Transfer.record(self.subject, by=self.actor, **given)
        return reverse("transfer-detail", args=[row.reference])


class TransferChange(RegisterPage):
    form_class = ChangeTransferForm

    @cached_property
    def row(self) -> Transfer:
        return get_object_or_404(Transfer.objects.visible_to(self.actor), reference=self.kwargs["reference"])

    @property
    def back(self) -> str:
        return reverse("transfer-detail", args=[self.row.reference])

    @property
    def title(self) -> str:
        return _("Change the transfer")

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.row.version, **{name: getattr(self.row, name) for name in TERMS}}

    def save(self, **given: Any) -> str:
        if given["agreement"] is None and not self._sees_agreement:
            given.pop("agreement")  # what the actor does not see it does not take away either
        self.row.change(by=self.actor, **given)
        return self.back

    @property
    def _sees_agreement(self) -> bool:
        visible = self.get_form().fields["agreement"].queryset
        return bool(visible.filter(pk=self.row.agreement_id).exists())


class KnowHowPage(RegisterPage):
    """Files go with the item: the transmittal, the acceptance note."""

    @property
    def transfer(self) -> Transfer:
        raise NotImplementedError

    @property
    def may_accept(self) -> bool:
        return (self.row or KnowHowItem(transfer=self.transfer)).may_accept(self.actor)

    @property
    def back(self) -> str:
        return f"{reverse('transfer-detail', args=[self.transfer.reference])}#know-how"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "may_accept": self.may_accept}

    def save(self, **given: Any) -> str:
        # Kept before the record: writing files inside its transaction would stop every other writer.
        given["evidence"] = [uploads.keep(file) for file in given["evidence"]]
        self.keep(**given)
        return self.back

    def keep(self, **given: Any) -> None:
        raise NotImplementedError


class KnowHowNew(KnowHowPage):
    form_class = KnowHowForm

    @cached_property
    def transfer(self) -> Transfer:
        return get_object_or_404(Transfer.objects.visible_to(self.actor), reference=self.kwargs["reference"])

    @property
    def subject(self) -> Transfer:
        return self.transfer

    @property
    def title(self) -> str:
        return _("Add an item of know-how")

    def keep(self, **given: Any) -> None:
        KnowHowItem.record(self.transfer, by=self.actor, **given)


class KnowHowChange(KnowHowPage):
    form_class = ChangeKnowHowForm

    @cached_property
    def row(self) -> KnowHowItem:
        visible = KnowHowItem.objects.visible_to(self.actor).select_related("transfer")
        return get_object_or_404(visible, pk=self.kwargs["pk"])

    @property
    def transfer(self) -> Transfer:
        return self.row.transfer

    @property
    def title(self) -> str:
        return _("Deliver or accept an item of know-how")

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.row.version, **{name: getattr(self.row, name) for name in ITEM}}

    def keep(self, **given: Any) -> None:
        self.row.change(by=self.actor, **given)
