"""What the URL resolver knows: the ground on which the matrix of rights stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Route:
    """One address of the application: its name and the parameters that its path takes."""

    name: str
    parameters: tuple[str, ...]


def walk() -> list[Route]:
    """Return every route but those of Django's admin, which is for administrators alone."""
    return list(_walk(get_resolver(), "", ()))


def _walk(resolver: URLResolver, space: str, above: tuple[str, ...]) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        parameters = (*above, *_parameters(entry))
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":
                yield from _walk(entry, f"{entry.namespace}:" if entry.namespace else space, parameters)
        else:
            yield Route(f"{space}{entry.name or entry.pattern}", parameters)


def _parameters(entry: URLPattern | URLResolver) -> tuple[str, ...]:
    pattern = entry.pattern
    if isinstance(pattern, RegexPattern):
        return tuple(pattern.regex.groupindex)
    return tuple(getattr(pattern, "converters", {}))
