"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

from tracker import statements

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

application = get_wsgi_application()
statements.bound()
