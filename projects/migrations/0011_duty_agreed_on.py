"""The day on which a duty was agreed, where it was not agreed with the agreement itself."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0010_token_grants"),
    ]

    operations = [
        migrations.AddField(
            model_name="duty",
            name="agreed_on",
            field=models.DateField(
                blank=True,
                help_text="The day from which the duty binds; empty: with the agreement itself.",
                null=True,
                verbose_name="agreed on",
            ),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("due_on", None),
                    ("agreed_on", None),
                    ("due_on__gte", models.F("agreed_on")),
                    _connector="OR",
                ),
                name="duty_is_due_after_it_was_agreed",
                violation_error_message="A duty is due on the day on which it was agreed, or later.",
            ),
        ),
    ]
