"""manage.py load_indicators: the library of standard indicators that comes with the tracker."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from projects import library


class Command(BaseCommand):
    help = (
        "Load the standard indicators that come with the tracker, and bring those up to date that nobody has changed "
        "here. Run it after installing and after each update. Safe to run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = library.load(now=timezone.now())
        self.stdout.write(
            _("Indicators: %(added)s added, %(brought_up)s brought up to date, %(unchanged)s already there")
            % {"added": loaded.added, "brought_up": loaded.brought_up, "unchanged": loaded.unchanged}
        )
        if loaded.kept:
            self.stdout.write(
                _("Left as they were changed here: %(codes)s") % {"codes": ", ".join(loaded.kept)}
            )
