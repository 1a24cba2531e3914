"""Shapes of imports: a file in, what becomes of its rows out."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from projects.intake.uploaded import Result
from projects.serializers.common import Body

MOST_TOLD = 1000


class ImportFile(Body):
    """A CSV file, and whether it is only to be looked at."""

    file = serializers.FileField(
        allow_empty_file=True,  # what reads it says what is missing
        help_text=_("CSV in UTF-8 with the columns of the template; at most 10,000 rows and 5 MB."),
    )
    dry_run = serializers.BooleanField(
        default=True, help_text=_("True: nothing is written, the answer tells what would happen.")
    )


class ImportedRowSerializer(serializers.Serializer):
    """What becomes of one row; without a step nothing does, as it was imported before or is so already."""

    line = serializers.IntegerField(read_only=True)
    steps = serializers.ListField(child=serializers.CharField(), read_only=True)
    reference = serializers.CharField(read_only=True)
    text = serializers.CharField(read_only=True)


class ImportSerializer(serializers.Serializer):
    """What became of a file, or would become of it. All of it happened, or nothing."""

    dry_run = serializers.BooleanField(source="is_dry_run", read_only=True)
    changed = serializers.IntegerField(read_only=True, help_text=_("How many rows do something."))
    unchanged = serializers.IntegerField(
        read_only=True, help_text=_("How many rows were imported before, or are so.")
    )
    rows = serializers.SerializerMethodField(help_text=_("The first 1,000 rows that do something."))

    @extend_schema_field(ImportedRowSerializer(many=True))
    def get_rows(self, result: Result) -> list[dict[str, object]]:
        told = [row for row in result.rows if row.steps][:MOST_TOLD]
        return [dict(ImportedRowSerializer(row).data) for row in told]
