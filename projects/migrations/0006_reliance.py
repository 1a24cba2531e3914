import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0005_agreement_life"),
    ]

    operations = [
        migrations.CreateModel(
            name="SectorNeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                ("created_at", models.DateTimeField(editable=False, verbose_name="created at")),
                ("updated_at", models.DateTimeField(editable=False, verbose_name="updated at")),
                ("source_url", models.URLField(blank=True, max_length=2000, verbose_name="source")),
                (
                    "further_source_url",
                    models.URLField(blank=True, max_length=2000, verbose_name="further source"),
                ),
                ("as_of", models.DateField(blank=True, null=True, verbose_name="as of")),
                (
                    "as_of_basis",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("printed", "printed on the source"),
                            ("text", "stated in the text"),
                            ("inferred", "inferred"),
                        ],
                        max_length=10,
                        verbose_name="basis of the as-of date",
                    ),
                ),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                ("reference", models.CharField(max_length=20, unique=True, verbose_name="reference")),
                (
                    "sector",
                    models.CharField(
                        choices=[
                            ("ev", "electric vehicles"),
                            ("renewable", "renewable energy"),
                            ("defence", "defence"),
                            ("electronics", "electronics"),
                        ],
                        max_length=12,
                        verbose_name="sector served",
                    ),
                ),
                (
                    "material",
                    models.CharField(
                        choices=[
                            ("ndpr_oxide", "NdPr oxide"),
                            ("ndpr_metal", "NdPr metal"),
                            ("ndfeb_magnet", "NdFeB magnets"),
                            ("treo", "rare earth oxides (TREO)"),
                            ("black_mass", "black mass"),
                            ("lithium", "lithium compounds"),
                            ("cobalt", "cobalt compounds"),
                            ("nickel", "nickel compounds"),
                            ("other", "other"),
                        ],
                        default="ndfeb_magnet",
                        max_length=14,
                        verbose_name="material",
                    ),
                ),
                (
                    "period",
                    models.CharField(help_text="As in 2029-30.", max_length=7, verbose_name="financial year"),
                ),
                ("tonnes", models.DecimalField(decimal_places=4, max_digits=18, verbose_name="amount, t")),
            ],
            options={
                "verbose_name": "need of a sector",
                "verbose_name_plural": "needs of sectors",
                "ordering": ("sector", "period", "reference"),
            },
        ),
        migrations.RemoveConstraint(
            model_name="reliancepoint",
            name="reliance_is_not_negative",
        ),
        migrations.AddField(
            model_name="reliancepoint",
            name="form",
            field=models.CharField(
                blank=True,
                choices=[
                    ("ore", "ore or concentrate"),
                    ("oxide", "oxide or compound"),
                    ("metal", "metal or alloy"),
                    ("product", "finished product"),
                ],
                help_text="What is weighed: ore, oxide, metal or finished product. Empty where the source does not say.",
                max_length=10,
                verbose_name="form",
            ),
        ),
        migrations.AddField(
            model_name="reliancepoint",
            name="hs_codes",
            field=models.CharField(
                blank=True,
                help_text="The tariff codes that the figure covers, as in 850511; separated by commas.",
                max_length=200,
                verbose_name="HS codes",
            ),
        ),
        migrations.AddField(
            model_name="reliancepoint",
            name="supplier",
            field=models.CharField(
                blank=True,
                help_text="Needed for the quantity imported from one supplier.",
                max_length=60,
                verbose_name="supplier (country)",
            ),
        ),
        migrations.AlterField(
            model_name="reliancepoint",
            name="mineral",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reliance",
                to="projects.mineral",
                verbose_name="mineral",
            ),
        ),
        migrations.AddConstraint(
            model_name="reliancepoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("value__gte", 0), ("metric", "stock_change"), _connector="OR"),
                name="reliance_is_not_negative",
                violation_error_message="Only a change of stocks can be below 0: then stocks have risen.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="feed",
            name="feed_is_more_than_zero",
            constraint=models.CheckConstraint(
                condition=models.Q(("tonnes__gt", 0)),
                name="feed_is_more_than_zero",
                violation_error_message="An amount is more than 0; a correction supersedes the feed it corrects.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="feed",
            name="feed_period_ends_after_it_begins",
            constraint=models.CheckConstraint(
                condition=models.Q(("period_end__gte", models.F("period_start"))),
                name="feed_period_ends_after_it_begins",
                violation_error_message="The period cannot end before it begins.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="reliancepoint",
            name="reliance_per_cent_is_at_most_100",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("unit", "per cent"), _negated=True), ("value__lte", 100), _connector="OR"
                ),
                name="reliance_per_cent_is_at_most_100",
                violation_error_message="A share is at most 100 per cent: correct it, or name another unit.",
            ),
        ),
        migrations.AddConstraint(
            model_name="sectorneed",
            constraint=models.CheckConstraint(
                condition=models.Q(("tonnes__gt", 0)),
                name="sector_need_is_more_than_zero",
                violation_error_message="A need is more than 0; leave it out where it is not known.",
            ),
        ),
    ]
