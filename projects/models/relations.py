"""Many-to-many fields of audited rows: written by the door alone, like the rows themselves."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

from projects.models.audit import DoorQuerySet, refuse


class AuditedRelation(models.ManyToManyField):
    """A many-to-many field whose rows are related by `audit.create` and `audit.change`, with `related=`."""

    def contribute_to_class(self, cls: type[models.Model], name: str, *args: Any, **kwargs: Any) -> None:
        super().contribute_to_class(cls, name, *args, **kwargs)
        through: Any = self.remote_field.through
        through._meta.local_managers.clear()
        # `set`, `add`, `remove` and `clear`, from either side, all write by this manager.
        through.add_to_class("objects", DoorQuerySet.as_manager())
        through.add_to_class("save", _no_save)
        through.add_to_class("delete", _no_delete)

    def deconstruct(self) -> Any:
        """Tell migrations of an ordinary field: the table is the same."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ManyToManyField", args, kwargs


def _no_save(self: models.Model, *args: Any, **kwargs: Any) -> NoReturn:
    refuse(type(self), "save")


def _no_delete(self: models.Model, *args: Any, **kwargs: Any) -> NoReturn:
    refuse(type(self), "delete")
