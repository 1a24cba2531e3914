"""The public page: the programme in published facts, without signing in; every number leads to its rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from projects import edge
from projects.filters import UNDECIDED
from projects.models import audit
from projects.progress.projects import ProjectRow, late_band
from projects.progress.target_states import by_state, target_state
from projects.publishing import Publication, publication
from projects.views import dashboard_parts as parts
from projects.views import drawings
from projects.views.dashboard_parts import Number

KEPT = 300  # seconds: a public page may be that much older than the records


def _said(answer: bool) -> str:  # noqa: FBT001 - an answer is a bool
    return "true" if answer else "false"


# What the addresses of rows ask, by kind; the same names as in the filters of the lists inside.
MILESTONES: Mapping[str, Callable[[Any], Any]] = {
    "state": lambda row: row.state,
    "verified": lambda row: _said(row.is_verified),
    "overdue": lambda row: _said(row.overdue_days is not None),
    "late": lambda row: row.overdue_band,
    "late_baseline": lambda row: row.overdue_baseline_band,
    "achieved_late": lambda row: row.delay_band,
}
TARGETS: Mapping[str, Callable[[Any], Any]] = {
    "standing": target_state,
    "output": lambda row: _said(row.is_output),
    "reported": lambda row: _said(row.verified is not None),
}
AGREEMENTS: Mapping[str, Callable[[Any], Any]] = {
    "has_project": lambda row: _said(row.has_project),
    "has_pilot": lambda row: _said(row.has_pilot),
}


class Public(TemplateView):
    """A page for everybody: the same for each, whoever is signed in."""

    @cached_property
    def on(self) -> dt.date:
        return edge.as_of(self.request)

    @cached_property
    def found(self) -> Publication:
        """The figures, worked out once for each state of the records."""
        _seq, state = audit.head()
        key = f"public:{self.on.isoformat()}:{state}"
        found: Publication | None = cache.get(key)
        if found is None:
            found = publication(self.on)
            cache.set(key, found, KEPT)
        return found

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            assert self.on  # noqa: S101 - asks for the day once, so that a wrong one is answered here
        except edge.BadDay as error:
            return render(request, "400.html", {"bad_day": str(error)}, status=400)
        return super().dispatch(request, *args, **kwargs)

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        if not self.request.user.is_authenticated:
            response["Cache-Control"] = f"public, max-age={KEPT}"
        return response

    def rows_of(self, kind: str) -> parts.Address:
        """Return what makes addresses of the rows of a kind, on the day that the reader has chosen."""

        def address(**asked: str) -> str:
            if "as_of" in self.request.GET:
                asked["as_of"] = self.on.isoformat()
            path = reverse("public-rows", args=[kind])
            return f"{path}?{urlencode(asked)}" if asked else path

        return address

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            found=self.found,
            as_of=self.on,
            chosen_day=self.on if "as_of" in self.request.GET else None,
            licence=settings.DATA_LICENCE,
            **kwargs,
        )


class PublicPage(Public):
    template_name = "projects/public.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self.found
        outputs = found.outputs
        verified = [row for row in outputs if row.verified]
        projects, agreements = self.rows_of("projects"), self.rows_of("agreements")
        bands = parts.bands(found.milestones, found.projects, self.rows_of("milestones"), projects)
        return super().get_context_data(
            outputs=(
                Number(len(verified), self.rows_of("targets")(output="true", reported="true")),
                Number(len(outputs), self.rows_of("targets")(output="true")),
            ),
            outputs_verified=verified,
            targets_chart=parts.targets(by_state(found.targets), self.rows_of("targets")),
            states=parts.milestones(
                found.milestones, self.rows_of("milestones"), _("achieved as the source reports")
            ),
            bands=bands,
            band_chart=parts.band_chart(bands),
            suppliers=drawings.suppliers(found.reliance),
            india=parts.india((row.project for row in found.projects.rows), projects),
            phases=parts.phases(found.projects.by_phase, projects),
            with_cost=Number(found.projects.money.with_cost, projects(has_cost="true")),
            all_projects=Number(found.projects.total, projects()),
            agreements=[
                (
                    _("with a published project"),
                    Number(sum(it.has_project for it in found.agreements), agreements(has_project="true")),
                ),
                (
                    _("with a pilot or later"),
                    Number(sum(it.has_pilot for it in found.agreements), agreements(has_pilot="true")),
                ),
                (_("announced or signed"), Number(len(found.agreements), agreements())),
            ],
            **kwargs,
        )


class PublicRows(Public):
    """The rows behind one number of the public page; 404 where the address asks for what it cannot."""

    template_name = "projects/public_rows.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(rows=self.chosen(), **kwargs)

    def chosen(self) -> list[Any]:
        rows, questions = self._kind()
        for name, value in self.request.GET.items():
            if name == "as_of":
                continue
            if name not in questions:
                raise Http404
            rows = [row for row in rows if questions[name](row) == value]
        return rows

    def _kind(self) -> tuple[list[Any], Mapping[str, Callable[[Any], Any]]]:
        found = self.found
        kinds: dict[str, tuple[Any, Mapping[str, Callable[[Any], Any]]]] = {
            "milestones": (found.milestones.rows, MILESTONES),
            "targets": (found.targets, TARGETS),
            "projects": (found.projects.rows, self._of_projects()),
            "agreements": (found.agreements, AGREEMENTS),
        }
        if self.kwargs["kind"] not in kinds:
            raise Http404
        rows, questions = kinds[self.kwargs["kind"]]
        return list(rows), questions

    def _of_projects(self) -> Mapping[str, Callable[[ProjectRow], Any]]:
        asked = self.request.GET.get("state", "")
        return {
            "state": lambda row: asked if asked in parts.where(row.project) else "",
            "phase": lambda row: row.project.phase or UNDECIDED,
            "has_cost": lambda row: _said(row.project.cost_crore is not None),
            "late": lambda row: late_band(row, self.on, against_latest=True),
            "late_baseline": lambda row: late_band(row, self.on, against_latest=False),
        }
