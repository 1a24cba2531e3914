"""The formats of projects/formats.py as template filters: `{{ value|indian }}`, `{{ m.actual_on|approximate:m.actual_precision }}`."""

from django import template

from projects import formats

register = template.Library()

for _filter in (
    formats.indian,
    formats.crore,
    formats.per_cent,
    formats.day,
    formats.approximate,
    formats.size,
):
    register.filter(_filter.__name__, _filter)
