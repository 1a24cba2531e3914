"""Decisions at gates say why they hold or stop a project, and by when conditions are to be met."""

from django.db import migrations, models


def say_that_no_reason_was_kept(apps, schema_editor):
    """A hold or a stop recorded before had no place for its reason: the constraint that follows asks for one."""
    decisions = apps.get_model("projects", "StageGate")
    decisions._base_manager.filter(decision__in=["hold", "stop"], reason="").update(reason="not recorded")


class Migration(migrations.Migration):
    dependencies = [("projects", "0003_results")]

    operations = [
        migrations.AddField(
            "stagegate",
            "conditions_due_on",
            models.DateField(blank=True, null=True, verbose_name="conditions to be met by"),
        ),
        migrations.AddField("stagegate", "reason", models.TextField(blank=True, verbose_name="reason")),
        # Going back loses the column, and with it what was written here.
        migrations.RunPython(say_that_no_reason_was_kept, migrations.RunPython.noop),
        migrations.AddConstraint(
            "stagegate",
            models.CheckConstraint(
                name="gate_that_stays_or_goes_back_says_why",
                condition=models.Q(
                    ("decision__in", ["pass", "conditional"]), ~models.Q(reason=""), _connector="OR"
                ),
                violation_error_message="Say why the project is held or stopped.",
            ),
        ),
    ]
