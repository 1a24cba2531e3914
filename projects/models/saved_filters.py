"""Filters of lists that a person has given a name: links, for that person alone."""

from __future__ import annotations

import builtins
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.models.people import User

MOST_SAVED = 20  # of one person and one list
LONGEST = 1000
LONGEST_NAME = 60
UNSAVED = (
    "page",
    "csrfmiddlewaretoken",
)  # of an address: a filter is a filter, whichever page of it was open


class SavedFilter(models.Model):
    """A name for the filter and the order of a list. The address is the filter: whoever gets it sees their own rows."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_filters")
    list = models.CharField(gettext_lazy("list"), max_length=40)
    name = models.CharField(gettext_lazy("name"), max_length=LONGEST_NAME)
    query = models.CharField(gettext_lazy("query"), max_length=LONGEST)

    class Meta:
        ordering = ("name", "pk")
        verbose_name = gettext_lazy("saved filter")
        verbose_name_plural = gettext_lazy("saved filters")
        constraints = [
            models.UniqueConstraint(fields=["user", "list", "name"], name="saved_filter_is_named_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def keep(cls, user: User, *, of: str, name: str, query: str) -> Self:
        """Keep the filter under the name, in place of the one that bore it; ValidationError says what is wrong."""
        name, asked = name.strip(), QueryDict(query, mutable=True)
        for parameter in builtins.list(asked):
            asked.setlist(parameter, [value for value in asked.getlist(parameter) if value])
            if parameter in UNSAVED or not asked.getlist(parameter):
                del asked[parameter]
        if not name or len(name) > LONGEST_NAME:
            raise ValidationError({"name": _("Give the filter a name of at most 60 characters.")})
        if not asked or len(asked.urlencode()) > LONGEST:
            raise ValidationError({"query": _("Filter or sort the list first: then it can be saved.")})
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two at once are counted one by one
            mine = cls.objects.filter(user=user, list=of)
            if not mine.filter(name=name).exists() and mine.count() >= MOST_SAVED:
                text = _("You keep %(most)d filters of this list already: delete one first.")
                raise ValidationError({"name": text % {"most": MOST_SAVED}})
            row, _made = cls.objects.update_or_create(
                user=user, list=of, name=name, defaults={"query": asked.urlencode()}
            )
        return row
