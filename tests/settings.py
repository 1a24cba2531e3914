"""The settings under test: tracker/settings.py on a database, a broker and a folder that belong to this run.

Importing them starts the run's servers, so that DATABASE_URL and REDIS_URL stand before they are read.
"""

from tests import services

TEST_RUN = services.begin()

from tracker.settings import *  # noqa: E402, F403 - the environment comes first
from tracker.settings import DATA_DIR, DATABASES, STATIC_ROOT  # noqa: E402

if TEST_RUN.engine == "sqlite":
    # A file, not memory: in memory SQLite has other locks than the ones we rely on.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    # What a power failure would take is of no use here.
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
# Threads of a test open connections of their own; a kept one would hinder the removal of the database.
DATABASES["default"]["CONN_MAX_AGE"] = 0
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns of a missing folder
SECOND_FACTOR_FOR = frozenset()  # who signs in here has none; tests/pages/test_second_factor.py asks for it
SESSION_IDLE_MINUTES = (
    12 * 60
)  # no page of a slow test notes that it was read; tests/pages/test_sign_ins.py sets the real one
# Fast, and only here: the tests ask who may sign in, not how slow guessing is.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
