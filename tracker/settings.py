"""One settings file; machines differ only by their environment (docs/settings.md lists every variable).

Without any variable the application runs on one machine: SQLite and files under DATA_DIR, a
secret key made at first start, mails written to a folder. DATABASE_URL and REDIS_URL move it to PostgreSQL
and Redis. A value that cannot be used stops the start with the name of its variable.
"""

import os
import secrets
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from tracker import files, mail, pace

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"

env = environ.Env()

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
FILES_DIR = DATA_DIR / "files"
RUN_DIR = DATA_DIR / "run"


def _stored_secret_key() -> str:
    """Return the key kept in DATA_DIR, made at the first start and readable by the owner only."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"secret_key.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(draft, path)  # a second process that starts at the same moment keeps the first key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()


DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or _stored_secret_key()
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured(
        "SECRET_KEY is shorter than 50 characters: set a longer random one, or none at all."
    )
BASE_URL = env.str("BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "tracker.admin_config.AdministratorsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "knox",
    "django_filters",
    "django_htmx",
    "axes",
    "csp",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "projects",
    "reports",
    "tracker",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "projects.edge.RequestIdMiddleware",
    "tracker.limits.BoundsMiddleware",  # before anything reads a body
    "tracker.deprecations.EndingMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "tracker.urls"
WSGI_APPLICATION = "tracker.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "tracker.context.site",
            ],
        },
    },
]

# Database: SQLite with one writer at a time (IMMEDIATE takes the lock before the first read, so that a
# read that decides a write cannot be stale), or PostgreSQL.
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
else:
    raise ImproperlyConfigured("DATABASE_URL must name a sqlite or a postgres database.")
STATEMENT_SECONDS = env.int("STATEMENT_SECONDS", default=30)  # the web server's statements, on PostgreSQL
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People and sign-in
AUTH_USER_MODEL = "projects.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "tracker.errors.locked_out"
AXES_CLIENT_IP_CALLABLE = "projects.throttles.address"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True

# Transport: an https BASE_URL switches every cookie and header to https.
_HTTPS = BASE_URL.startswith("https://")
SECURE_SSL_REDIRECT = _HTTPS
SESSION_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_SECURE = _HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _HTTPS
SECURE_HSTS_PRELOAD = _HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", default=False)
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
PROXIES = env.int("PROXIES", default=0)  # whose word on the caller's address is believed
if PROXIES < 0:
    raise ImproperlyConfigured("PROXIES is a number of proxies: 0 or more.")
THROTTLES = pace.rates(env.str("THROTTLES", default=""))
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# Languages and time. All rules take their day as an argument; the edge asks the clock in this zone.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("hi", _("Hindi"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Kolkata"
USE_THOUSAND_SEPARATOR = False

# Files: static files by whitenoise; evidence and reports are content-addressed under FILES_DIR or in a bucket,
# and are never served by path.
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
    "archive": files.of(env),
}
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = FILES_DIR
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
EVIDENCE_MAX_BYTES = env.int("EVIDENCE_MAX_BYTES", default=25_000_000)
EVIDENCE_MAX_FILES = 10
VERIFY_MAX_BYTES = 50_000_000  # of a file that anybody may hold against the register; larger than any report

# The server's seal on reports: none without a key. docs/settings.md and docs/verify.md say what it is and what it is not.
REPORT_SEAL_PKCS12 = env.str("REPORT_SEAL_PKCS12", default="")
REPORT_SEAL_PASSWORD = env.str("REPORT_SEAL_PASSWORD", default="")
REPORT_SEAL_TSA_URL = env.str("REPORT_SEAL_TSA_URL", default="")
# What the tables of reports on the whole programme say of their use; reports on one subject are for their readers only.
DATA_LICENCE = env.str("DATA_LICENCE", default="GODL-India")
# Who publishes activities as IATI: the identifier given at the registration with the IATI Registry, and the name.
IATI_PUBLISHER_ID = env.str("IATI_PUBLISHER_ID", default="NCMM")
IATI_PUBLISHER_NAME = env.str("IATI_PUBLISHER_NAME", default="National Critical Mineral Mission")

# Jobs. The row in the database is the job; the broker only rings the bell, so a lost or frozen broker
# delays a report and never loses one. Publishing gives up after two seconds: no page waits on Redis.
REDIS_URL = env.str("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL or None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_ENABLE_UTC = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "retry_on_timeout": False,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE_FILENAME = str(RUN_DIR / "beat-schedule")
# How often owed reports are looked for, and how long a worker that no longer answers keeps a report to itself.
TICK_SECONDS = env.int("TICK_SECONDS", default=60)
REPORT_LEASE_SECONDS = env.int("REPORT_LEASE_SECONDS", default=60)
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # A worker that freezes inside a transaction holds the locks of the serials and the audit trail, which everybody
    # needs: the server ends what stands still there for as long as a lease.
    _OPTIONS = DATABASES["default"].setdefault("OPTIONS", {})
    _OPTIONS["options"] = (
        f"{_OPTIONS.get('options', '')} -c idle_in_transaction_session_timeout={REPORT_LEASE_SECONDS}s".strip()
    )
CELERY_BEAT_SCHEDULE = {
    # A tick that no worker heard before the next one is of no use: the next does the same.
    "tick": {
        "task": "reports.tasks.tick",
        "schedule": float(TICK_SECONDS),
        "options": {"expires": TICK_SECONDS},
    },
    "notices": {
        "task": "projects.tasks.notify",
        "schedule": float(TICK_SECONDS),
        "options": {"expires": TICK_SECONDS},
    },
    "uploads": {"task": "projects.tasks.expire_uploads", "schedule": 3600.0, "options": {"expires": 3600}},
    "webhooks": {
        "task": "projects.tasks.deliver",
        "schedule": float(TICK_SECONDS),
        "options": {"expires": TICK_SECONDS},
    },
}

# Webhooks. Local addresses, plain http and any port are for trying out on one machine: whoever may enter an address
# could otherwise make this server reach what only this server can reach.
WEBHOOKS_ALLOW_LOCAL = env.bool("WEBHOOKS_ALLOW_LOCAL", default=False)
WEBHOOK_PORTS = env.list("WEBHOOK_PORTS", cast=int, default=[443, 8443])
WEBHOOK_CA_FILE = env.str("WEBHOOK_CA_FILE", default="")

# Mail. Without EMAIL_URL each message becomes a file, so that no start ever fails for want of a mail server.
EMAIL_TIMEOUT = 10
vars().update(mail.of(env, DATA_DIR))

# API
REST_FRAMEWORK = {
    # The token class stands first: it makes "not signed in" a 401 instead of a 403.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "projects.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "tracker.limits.BoundedJSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "projects.renderers.Formats",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "tracker.schema.RightsSchema",
    "EXCEPTION_HANDLER": "tracker.errors.problem",
    "DEFAULT_THROTTLE_CLASSES": ["projects.throttles.PerCaller"],
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REST_KNOX = {"TOKEN_TTL": timedelta(hours=10), "TOKEN_LIMIT_PER_USER": 20, "AUTO_REFRESH": False}
SPECTACULAR_SETTINGS = {
    "TITLE": "Mission Tracker API",
    "DESCRIPTION": "Agreements, projects, milestones, targets and reports of the mission. Docs: docs/api.md.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "tracker.examples.add_examples",
    ],
    # One name for one vocabulary, whatever the fields that use it are called.
    "ENUM_NAME_OVERRIDES": {
        "GateEnum": "projects.choices.Gate.choices",
        "AgreementStatus": "projects.choices.AgreementStatus",
        "AgreementLevel": "projects.choices.AgreementLevel",
        "ClearanceType": "projects.choices.ClearanceType",
        "Flow": "projects.progress.reliance.Flow",
        "FundKind": "projects.choices.FundKind",
        "Material": "projects.choices.Material",
        "KnowHowKind": "projects.choices.KnowHowKind",
        "MeasurementStatus": "projects.choices.MeasurementStatus",
        "MilestoneType": "projects.choices.MilestoneType",
        "MilestoneStatus": "projects.choices.MilestoneStatus",
        "OrganisationKind": "projects.choices.OrganisationKind",
        "OwnPrecision": "projects.serializers.common.OWN_PRECISIONS",
        "ClaimKind": "projects.serializers.decisions.CLAIM_KINDS",
        "GivenLevel": "projects.serializers.claims.GIVEN_LEVELS",
        "Precision": "projects.choices.Precision",
        "ProjectKind": "projects.choices.ProjectKind",
        "RelianceForm": "projects.choices.RelianceForm",
        "Role": "projects.choices.Role.choices",
        "Outcome": "reports.choices.Outcome",
        "ReportKind": "reports.choices.ReportKind",
        "ReportState": "reports.choices.ReportState",
        "DeliveryState": "projects.choices.DeliveryState",
        "Stage": "projects.choices.Stage",
        "TransferNeed": "projects.models.transfer_steps.Need",
        "TransferStage": "projects.choices.TransferStage",
        "VerificationLevel": "projects.choices.VerificationLevel",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"secrets": {"()": "tracker.logs.WithoutSecrets"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["secrets"]}},
    # Django's own loggers of requests have further handlers: what they name is cut where it is made.
    "loggers": {name: {"filters": ["secrets"]} for name in ("django.request", "django.server")},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
