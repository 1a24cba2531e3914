"""Steps: right, row lock, legality, change, audit event, in one transaction."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from projects import permissions
from projects.models import audit
from projects.models.audit import Audited, AuditedT
from projects.permissions import Actor


class TransitionError(Exception):
    """The step is not open in the row's present status (HTTP 409)."""


class StaleError(TransitionError):
    """The row was changed after the caller had read it (HTTP 409)."""


def locked(row: AuditedT, version: int | None = None) -> AuditedT:
    """Return the row locked, as it stands now; StaleError where that is not the `version` that the caller read.

    Its key is left free: PostgreSQL checks foreign keys at the commit, when the writer holds the chain of events, and whoever
    records what refers to the row must not wait there for somebody who waits for the chain. No joins: the nullable
    side of an outer join cannot be locked.
    """
    found: AuditedT = type(row)._base_manager.select_for_update(no_key=True).get(pk=row.pk)
    require_version(found, version)
    return found


def require_version(row: Audited, version: int | None) -> None:
    """Raise StaleError where the locked row is not the version that the caller read; None is any."""
    if version is not None and row.version != version:
        raise StaleError(
            _("%(row)s was changed by someone else after you opened it. Look at it again and decide anew.")
            % {"row": row}
        )


def required(text: str, field: str, message: Any) -> str:
    """Return the text without blanks around it; ValidationError with the message at the field where nothing is left."""
    if not text.strip():
        raise ValidationError({field: message})
    return text.strip()


class LifecycleModel(Audited):
    """A row with a `status` that moves by the steps in STEPS: name -> (statuses before, status after).

    A step whose status after is None leaves the status as it is.
    """

    STEPS: ClassVar[dict[str, tuple[frozenset[str], str | None]]] = {}

    status: Any  # a CharField with choices, in each model with its own
    get_status_display: Any

    class Meta:
        abstract = True

    def open_steps(self) -> list[str]:
        """Return the names of the steps that the present status allows."""
        return [name for name, (before, _after) in self.STEPS.items() if self.status in before]

    def may(self, by: Actor, step: str) -> bool:
        """Whether the step is open and `by` may take it: what decides if a button is shown."""
        return step in self.open_steps() and permissions.allows(by, self._action(step), self)

    def require_open(self, step: str) -> None:
        """Raise TransitionError unless the present status allows the step; the step itself asks again under the lock."""
        if self.status not in self.STEPS[step][0]:
            raise TransitionError(
                _("%(row)s is %(status)s: the step “%(step)s” is not open.")
                % {"row": self, "status": self.get_status_display(), "step": step}
            )

    def _action(self, step: str) -> str:
        return f"{self._meta.model_name}.{step}"

    def _locked(self, step: str, *, by: Actor, version: int | None) -> Self:
        """Return the row locked, with the right, the version and the legality of the step checked."""
        row = locked(self)
        permissions.require(by, self._action(step), row)
        require_version(row, version)
        row.require_open(step)
        return row

    def _take(
        self, step: str, *, by: Actor, version: int | None = None, reason: str = "", **changes: Any
    ) -> None:
        """Move one step, as `by`, or raise and leave the database as it was.

        The row is locked before its status is read: two people who press the button together get
        one success and one TransitionError. `version`, where given, is the version the caller read.
        """
        with transaction.atomic():
            row = self._locked(step, by=by, version=version)
            after = self.STEPS[step][1]
            if after is not None:
                changes["status"] = after
            audit.change(row, by=by, action=self._action(step), changes=changes, reason=reason)
        _copy(row, self)


def _copy(source: models.Model, target: models.Model) -> None:
    for field in source._meta.concrete_fields:
        setattr(target, field.attname, getattr(source, field.attname))
