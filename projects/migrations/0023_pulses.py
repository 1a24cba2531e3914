"""When the scheduler last came: /healthz/deep and the metrics tell its age."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0022_display_copies")]

    operations = [
        migrations.CreateModel(
            name="Pulse",
            fields=[
                (
                    "name",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="name"),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={"verbose_name": "sign of life", "verbose_name_plural": "signs of life"},
        ),
    ]
