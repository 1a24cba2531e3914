"""`manage.py api_reference`: writes the reference of the API, docs/api-reference.md by `make api-reference`."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from tracker.document import document
from tracker.reference import page


class Command(BaseCommand):
    help = "Write the reference of the REST API as Markdown."

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en"):
            self.stdout.write(page(document("en")), ending="")
