"""The Celery application. Its beat table stands in the settings, as CELERY_BEAT_SCHEDULE."""

import logging.config
import os

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

app = Celery("tracker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_like_the_web_server(**_kwargs: object) -> None:
    """Log as the settings say. Celery sends this instead of setting up handlers of its own, which know of no secrets."""
    logging.config.dictConfig(settings.LOGGING)
