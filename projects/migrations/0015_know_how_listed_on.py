"""The day from which an item belongs to the know-how schedule, where it was added to it later."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0014_webhooks"),
    ]

    operations = [
        migrations.AddField(
            model_name="knowhowitem",
            name="listed_on",
            field=models.DateField(
                blank=True,
                help_text="The day from which the item belongs to the schedule; empty: from the beginning.",
                null=True,
                verbose_name="listed on",
            ),
        ),
    ]
