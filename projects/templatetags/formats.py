"""The formats of projects/formats.py, and the words of reference data, as template filters: `{{ value|indian }}`, `{{ m.actual_on|approximate:m.actual_precision }}`."""

from django import template

from projects import formats, reference_words

register = template.Library()

for _filter in (
    formats.indian,
    formats.crore,
    formats.per_cent,
    formats.day,
    formats.approximate,
    formats.size,
    reference_words.said,
    reference_words.said_unit,
):
    register.filter(_filter.__name__, _filter)
