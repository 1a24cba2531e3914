"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

from tracker import limits

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

application = get_wsgi_application()
limits.bound_statements()
