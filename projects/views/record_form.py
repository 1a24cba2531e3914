"""The form behind the pages that record or change something."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.views.generic import FormView

from projects.forms import StepForm
from projects.models import TransitionError
from projects.views.page import Guarded, conflict


class RecordForm(Guarded, FormView):
    """A form that is saved, or comes back with its errors.

    Where somebody was faster, 409 shows what was done meanwhile beside what was typed.
    """

    done: Any = ""
    """What is told once it is saved."""

    @property
    def back(self) -> str:
        """The page to return to."""
        raise NotImplementedError

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.actor}

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            answer = self.save(**form.cleaned_data)
        except TransitionError as error:
            return self.refuse(error)
        except ValidationError as error:
            form.refuse(error)
            return self.form_invalid(form)
        if isinstance(answer, HttpResponse):
            return answer
        messages.success(self.request, str(self.done))
        return HttpResponseRedirect(answer or self.back)

    def save(self, **given: Any) -> Any:
        """Write what was entered; return the address to go to, a whole answer, or None for `back`."""
        raise NotImplementedError

    def refuse(self, error: TransitionError) -> HttpResponse:
        """Return the 409 page: the subject as it is now, and what was typed."""
        now = type(self.subject)._base_manager.get(pk=self.subject.pk)
        form = self.get_form() if self.request.method == "POST" else None
        entered = form.entered() if isinstance(form, StepForm) else ()
        return conflict(self.request, now, error, actor=self.actor, back=self.back, entered=entered)
