"""Rows of lists without the machinery of models: what was read, and the rules of the model about one record.

A shape reads them as it reads models. They are never written, and know only what was asked for.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from django.db import models

from projects.models.questions import Listed, Row
from projects.permissions import Actor


class Light:
    """One row; what was read stands in its attributes."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.__dict__ = facts


class Several(list[Any]):
    """Related rows that came along."""

    def all(self) -> Several:
        return self


@functools.cache
def light(model: type[models.Model]) -> type[Light]:
    """Return the class of light rows of a model: they answer its methods and properties, which read attributes only."""
    rules = {
        name: rule
        for name, rule in vars(model).items()
        if (isinstance(rule, (FunctionType, property)) and (name == "__str__" or not name.startswith("_")))
        or (isinstance(rule, functools.partialmethod) and name.endswith("_display"))  # the label of a choice
    }
    return type(f"Light{model.__name__}", (Light,), {**rules, "_meta": model._meta})


def days(facts: dict[str, Any], *names: str) -> None:
    """Make days of the texts of these facts."""
    for name in names:
        text = facts[name]
        facts[name] = dt.date.fromisoformat(text) if text else None


@dataclass(frozen=True)
class Joined:
    """A related row by its foreign key, None where there is none."""

    model: type[models.Model]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Along:
    """Related rows that come along as a list; `is_one`: the row or None. `mend` takes back what JSON holds as text."""

    model: type[models.Model]
    rows: Callable[[Actor, dt.date], models.QuerySet]
    """With an OuterRef to the row, as this actor sees them on this day."""
    names: tuple[str, ...]
    mend: Callable[[dict[str, Any]], None] | None = None
    is_one: bool = False
    counts: str = ""
    """With this in front of their names, the numbers of the one row become facts of the row itself; 0 where there is none."""

    def read(self, text: str | None) -> Any:
        if self.counts:
            (numbers,) = json.loads(text or "[]") or [[0] * len(self.names)]
            return {self.counts + name: found for name, found in zip(self.names, numbers, strict=True)}
        kind, found = light(self.model), Several()
        for cells in json.loads(text or "[]"):
            facts = dict(zip(self.names, cells, strict=True))
            if self.mend is not None:
                self.mend(facts)
            found.append(kind(facts))
        return (found[0] if found else None) if self.is_one else found


class LightRows:
    """How rows of a model are read: their own columns and annotations, what is joined and what comes along; one query."""

    def __init__(
        self,
        model: type[models.Model],
        own: Iterable[str],
        joined: dict[str, Joined] | None = None,
        along: dict[str, Along] | None = None,
    ) -> None:
        self.model, self.own, self.joined, self.along = model, ["pk", *own], joined or {}, along or {}

    def of(self, rows: models.QuerySet, by: Actor, on: dt.date, **more: Any) -> models.QuerySet:
        """Return the question for `rows`, with further annotations at the end of each."""
        related = [f"{path}__{name}" for path, it in self.joined.items() for name in ("pk", *it.names)]
        listed = {f"{name}_along": Listed(it.rows(by, on), *it.names) for name, it in self.along.items()}
        return rows.annotate(**listed, **more).values_list(*self.own, *related, *listed, *more)

    def read(self, found: list[Row]) -> list[Any]:
        """Return the light rows of what was found."""
        kind, names, width = light(self.model), self.own, len(self.own)
        known: dict[tuple[str, Any], Any] = {}  # what many rows have in common is read once
        made = []
        for cells in found:
            facts = dict(zip(names, cells, strict=False))
            position = width
            for name, it in self.joined.items():
                end = position + 1 + len(it.names)
                facts[name] = (
                    None
                    if cells[position] is None
                    else light(it.model)(dict(zip(("pk", *it.names), cells[position:end], strict=True)))
                )
                position = end
            for name, along in self.along.items():
                key = (name, cells[position])
                if key not in known:
                    known[key] = along.read(cells[position])
                if along.counts:
                    facts.update(known[key])
                else:
                    facts[name] = known[key]
                position += 1
            made.append(kind(facts))
        return made
