import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0020_findings"),
    ]

    operations = [
        # Failed sign-ins are counted in projects_tally; the tables of django-axes are of no use any more.
        migrations.RunSQL(
            [
                "DROP TABLE IF EXISTS axes_accessattemptexpiration",
                "DROP TABLE IF EXISTS axes_accessattempt",
                "DROP TABLE IF EXISTS axes_accesslog",
                "DROP TABLE IF EXISTS axes_accessfailurelog",
            ],
            migrations.RunSQL.noop,
        ),
        migrations.CreateModel(
            name="SecondFactor",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="second_factor",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                ("secret", models.TextField(verbose_name="sealed secret")),
                ("last_step", models.PositiveBigIntegerField(verbose_name="time step of the last code")),
                ("since", models.DateTimeField(verbose_name="set up at")),
            ],
            options={
                "verbose_name": "second factor",
                "verbose_name_plural": "second factors",
            },
        ),
        migrations.AddField(
            model_name="tokengrant",
            name="is_strong",
            field=models.BooleanField(default=False, verbose_name="made with a second factor"),
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="identity",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                ("issuer", models.CharField(max_length=300, verbose_name="issuer")),
                ("subject", models.CharField(blank=True, max_length=255, verbose_name="subject")),
                (
                    "email",
                    models.EmailField(blank=True, max_length=254, verbose_name="e-mail at the provider"),
                ),
            ],
            options={
                "verbose_name": "identity at the provider",
                "verbose_name_plural": "identities at the provider",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("issuer"),
                        models.F("subject"),
                        condition=models.Q(("subject", ""), _negated=True),
                        name="one_account_a_subject",
                    ),
                    models.UniqueConstraint(
                        models.F("issuer"),
                        django.db.models.functions.text.Lower("email"),
                        condition=models.Q(("email", ""), _negated=True),
                        name="one_account_an_email",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("email", ""), ("subject", ""), _negated=True),
                        name="identity_is_named",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True, verbose_name="digest")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="used at")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recovery_codes",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "recovery code",
                "verbose_name_plural": "recovery codes",
            },
        ),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="session key"
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("since", models.DateTimeField(null=True, verbose_name="signed in at")),
                ("seen_at", models.DateTimeField(db_index=True, verbose_name="last seen at")),
                ("browser", models.CharField(blank=True, max_length=60, verbose_name="browser")),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_ins",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("since", None), ("user", None)),
                            models.Q(("since__isnull", False), ("user__isnull", False)),
                            _connector="OR",
                        ),
                        name="signed_in_since",
                    )
                ],
            },
        ),
    ]
