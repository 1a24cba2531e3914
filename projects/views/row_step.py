"""A step on a row as a page with a form: what the steps of milestones and of claims have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.generic import FormView

from projects import permissions
from projects.models import LifecycleModel, TransitionError
from projects.views.page import Page, conflict


class RowStep(Page, FormView):
    """A step: 404 when not visible, 403 when not allowed, 409 when not open or changed since, else done once.

    A subclass has `row`, the visible row or 404; the `address` of its page; and `take`.
    """

    step: ClassVar[str]
    row: Any

    def address(self) -> str:
        """Return the page of the row, to which its steps lead back."""
        raise NotImplementedError

    def take(self, **given: Any) -> None:
        """Take the step with what the form holds."""
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            permissions.require(self.actor, f"{self.row._meta.model_name}.{self.step}", self.row)
            try:
                self.row.require_open(self.step)
            except TransitionError as error:
                return self.refuse(error)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.actor}

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.row.version}

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.take(**form.cleaned_data)
        except TransitionError as error:
            return self.refuse(error)
        except ValidationError as error:
            form.refuse(error)
            return self.form_invalid(form)
        return HttpResponseRedirect(self.address())

    def refuse(self, error: TransitionError) -> HttpResponse:
        entered = self.get_form().entered() if self.request.method == "POST" else ()
        now: LifecycleModel = type(self.row)._default_manager.get(pk=self.row.pk)
        return conflict(self.request, now, error, actor=self.actor, back=self.address(), entered=entered)
