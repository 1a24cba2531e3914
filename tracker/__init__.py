"""Wiring: settings, URLs, the API root, Celery. Imports both apps; nobody imports it."""

from tracker.celery import app as celery_app

__all__ = ["celery_app"]
