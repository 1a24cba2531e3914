"""What only lists need: column heads that sort, and what is known of one row of many."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag(takes_context=True)
def sorting(context: Context, name: str, words: str, kind: str = "") -> SafeString:
    """Return the head of a column that the list can be sorted by: a link that sorts, and turns the order round.

    The other parameters of the address stay, but for the number of the page.
    """
    request: Any = context["request"]
    now = context.get("sorted_by", "")
    is_up, is_down = now == name, now == f"-{name}"
    asked = request.GET.copy()
    asked.pop("page", None)
    asked["sort"] = f"-{name}" if is_up else name
    state = "ascending" if is_up else "descending" if is_down else "none"
    told = _("sort downwards") if is_up else _("sort upwards")
    return format_html(
        '<th scope="col" aria-sort="{}"{}><a class="sorts" href="?{}" title="{}">{}<span class="arrow" aria-hidden="true">{}</span></a></th>',
        state,
        format_html(' class="{}"', kind) if kind else "",
        asked.urlencode(),
        told,
        words,
        "▲" if is_up else "▼" if is_down else "",
    )


@register.filter
def of(found: Any, key: Any) -> Any:
    """Return what a dictionary holds for the key, or nothing."""
    return found.get(key) if found else None
