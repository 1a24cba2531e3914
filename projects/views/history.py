"""The history of any audited row, page by page: who did what and when, from what to what, and why."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.http import Http404
from django.utils.functional import cached_property
from django.views.generic import ListView

from projects import history_words, trail
from projects.models import audit
from projects.models.references import is_key
from projects.paging import CappedPaginator
from projects.views.page import Guarded


class History(Guarded, ListView):
    """`/history/<kind>/<key>/`, for those who see the row and may read histories; the newest event first."""

    template_name = "projects/history.html"
    right = "history.read"
    paginate_by = 25
    paginator_class = CappedPaginator

    @cached_property
    def subject(self) -> Any:
        kind, _, key = self.kwargs["subject"].partition("/")
        model = next((it for it in trail.audited_models() if it._meta.model_name == kind), None)
        if model is None or not is_key(key):
            raise Http404
        row = model._default_manager.visible_to(self.actor).filter(pk=key).first()
        if row is None:
            raise Http404
        return row

    def get_queryset(self) -> Any:
        return audit.history(self.subject).order_by("-seq")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(row=self.subject, **kwargs)
        model: type[Model] = type(self.subject)
        kind = str(model._meta.verbose_name)
        told = history_words.told(model, list(found["page_obj"].object_list), self.actor)
        return {**found, "told": told, "kind": kind[:1].upper() + kind[1:]}
