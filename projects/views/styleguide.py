"""The parts that pages are made of, shown with each of their states; for those who change pages and those who check them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from projects import charts, display, tiles
from projects.charts import Event, Part, Row, Value
from projects.file_fields import EvidenceField
from projects.paging import CappedPaginator
from projects.states import IndianState
from projects.views.page import Guarded

RIGHT = "styleguide.read"
COLOURS = {
    "ink": gettext_lazy("text"),
    "soft": gettext_lazy("text beside"),
    "line": gettext_lazy("lines between rows"),
    "line-strong": gettext_lazy("edges of controls"),
    "paper": gettext_lazy("the page"),
    "ground": gettext_lazy("quiet areas"),
    "accent": gettext_lazy("links, and what is chosen"),
    "accent-ink": gettext_lazy("text on the accent"),
    "accent-quiet": gettext_lazy("what the pointer is on"),
    "masthead": gettext_lazy("the head of the page"),
    "warn": gettext_lazy("what is wrong"),
    "warn-quiet": gettext_lazy("behind it"),
    "note": gettext_lazy("what to notice"),
    "note-quiet": gettext_lazy("behind it"),
    "good": gettext_lazy("what is right"),
    "good-quiet": gettext_lazy("behind it"),
}
SHAPES = (
    "verified",
    "claimed",
    "achieved",
    "open",
    "overdue",
    "baseline",
    "late",
    "undated",
    "after",
    "cancelled",
    "contained",
    "track",
)
SPACES = ("s1", "s2", "s3", "s4", "s5", "s6", "s7")


class SampleForm(forms.Form):
    """One control of each kind; sent empty, so that its errors show."""

    title = forms.CharField(
        label=gettext_lazy("Title"), help_text=gettext_lazy("As it stands in the agreement.")
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[("", gettext_lazy("Choose")), ("pilot", gettext_lazy("Pilot plant"))],
    )
    due_on = forms.DateField(
        label=gettext_lazy("Due on"), widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 2}), required=False
    )
    evidence = EvidenceField(label=gettext_lazy("Evidence"), required=False)


class StyleGuide(Guarded, TemplateView):
    """Tokens in each theme, and every component include in its states."""

    template_name = "about/styleguide.html"
    section = "styleguide"
    right = RIGHT

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        refused = SampleForm({"title": "", "kind": "", "due_on": "31 June"}, auto_id="refused_%s")
        refused.is_valid()
        return super().get_context_data(
            themes=[theme for theme in display.Theme if theme.value],
            colours=COLOURS.items(),
            shapes=SHAPES,
            spaces=SPACES,
            form=SampleForm(auto_id="sample_%s"),
            refused=refused,
            rows=rows(),
            meters=meters(),
            facts=facts(),
            drawn=drawn(),
            page_obj=CappedPaginator(range(60), 25).page(2),
            **kwargs,
        )


def rows() -> list[Any]:
    """Return one milestone of each state, as `projects/_state.html` reads it."""
    plain = {
        "state": "open",
        "is_verified": False,
        "overdue_days": None,
        "milestone": SimpleNamespace(status="planned"),
    }
    returned = SimpleNamespace(status="returned")
    states: list[dict[str, Any]] = [
        {},
        {"milestone": returned},
        {"overdue_days": 41},
        {"state": "achieved"},
        {"state": "achieved", "is_verified": True},
        {"state": "undated"},
        {"state": "later"},
        {"state": "cancelled"},
    ]
    return [SimpleNamespace(**plain | state) for state in states]


def meters() -> list[Any]:
    """Return targets of which nothing is reported, something claimed, something verified, and more than all."""
    found = []
    for claimed, verified in ((None, None), (60, None), (60, 35), (130, 100)):
        found.append(
            SimpleNamespace(
                achievement_claimed=None if claimed is None else Decimal(claimed),
                achievement_verified=None if verified is None else Decimal(verified),
                achievement_claimed_capped=min(claimed or 0, 100),
                achievement_verified_capped=min(verified or 0, 100),
            )
        )
    return found


def facts() -> list[Any]:
    """Return a fact with a source, one whose day is inferred, and one without."""
    told = {"further_source_url": "", "as_of": dt.date(2026, 3, 31), "as_of_basis": "stated"}
    return [
        SimpleNamespace(source_url="https://mines.gov.in/", **told),
        SimpleNamespace(source_url="https://mines.gov.in/", **told | {"as_of_basis": "inferred"}),
        SimpleNamespace(source_url=""),
    ]


def drawn() -> dict[str, Any]:
    """Return one chart of each kind, of invented figures."""
    day = dt.date(2026, 6, 15)
    events = [
        Event("A", dt.date(2026, 1, 31), dt.date(2026, 4, 30), dt.date(2026, 5, 20)),
        Event("B", dt.date(2026, 3, 31), dt.date(2026, 9, 30), None, overdue=False),
        Event("C", dt.date(2026, 5, 31), dt.date(2026, 5, 31), None, overdue=True),
    ]
    return {
        "bars": charts.bars(
            _("Claimed and verified"),
            [
                Row("A", "60", [Value("claimed", 60), Value("verified", 35)]),
                Row("B", "120", [Value("claimed", 120)]),
                Row("C", _("not known"), [Value("claimed", None)]),
            ],
            maximum=100,
        ),
        "stack": charts.stack(
            _("Where the milestones stand"),
            [
                Part("verified", _("achieved and verified"), 12),
                Part("claimed", _("achieved as claimed"), 7),
                Part("open", _("open, not yet due"), 20),
                Part("overdue", _("overdue"), 5),
                Part("cancelled", _("cancelled"), 1),
            ],
        ),
        "ladder": charts.ladder(_("Technology readiness"), _("Claimed up to 6, verified up to 4"), (4, 6), 4),
        "tiles": tiles.tiles(
            _("Projects by state"), {IndianState.JH: 4, IndianState.OD: 2, IndianState.KL: 1}
        ),
        "timelines": charts.timeline(_("Original, latest and actual dates"), events, day),
    }
