"""An index on the digest of the figures: the public page asks for it, and must not read past every snapshot."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_editions")]

    operations = [
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["snapshot_sha256"], name="report_snapshot_digest"),
        ),
    ]
