from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _

from reports import seal


class ReportsConfig(AppConfig):
    name = "reports"
    label = "reports"
    verbose_name = _("Reports")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        checks.register(seal.check)
