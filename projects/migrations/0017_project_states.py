"""The states of a project, by their codes, read from what its record says of its region."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

import projects.states


def read_regions(apps: Any, schema_editor: Any) -> None:
    """Fill what the regions on record name for sure; the import does the same for new records.

    No audit event is written: nobody changed a fact, the same words are told by codes.
    """
    rows = apps.get_model("projects", "Project")._base_manager
    for pk, region, country in rows.exclude(region="").values_list("pk", "region", "country"):
        found = projects.states.from_record(region, country)
        if found:
            rows.filter(pk=pk).update(states=found)


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0016_notices_and_meetings"),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="states",
            field=models.CharField(
                blank=True,
                help_text="Codes of ISO 3166-2:IN; empty where the record names no state of India for sure.",
                max_length=251,
                validators=[projects.states.require_known],
                verbose_name="states",
            ),
        ),
        migrations.RunPython(read_regions, migrations.RunPython.noop),
    ]
