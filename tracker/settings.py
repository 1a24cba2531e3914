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

from projects import scanning
from tracker import files, logs, mail, office, pace, safety, signing_in

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"

env = environ.Env()

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
FILES_DIR = DATA_DIR / "files"
RUN_DIR = DATA_DIR / "run"
# Better a place that this machine can only add to: docs/audit.md.
CHECKPOINT_DIR = env.str("CHECKPOINT_DIR", default="") or str(DATA_DIR / "checkpoints")


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
# Keys of former times: what they signed and sealed is still read, nothing new is (docs/sign-in.md).
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
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
    "csp",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "projects",
    "reports",
    "tracker",
]

MIDDLEWARE = [
    "tracker.access.AccessMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "tracker.headers.HeadersMiddleware",
    "tracker.compression.StaticFilesMiddleware",
    "tracker.compression.PageCompressionMiddleware",
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
    "projects.gate.SecondFactorMiddleware",
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
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_LENGTH = 15  # where the password may be all that is asked for, as ASVS 5.0 recommends
BREACHED_PASSWORDS_FILE = env.str("BREACHED_PASSWORDS_FILE", default="")
if BREACHED_PASSWORDS_FILE and not Path(BREACHED_PASSWORDS_FILE).is_file():
    raise ImproperlyConfigured(
        "BREACHED_PASSWORDS_FILE names no file: docs/sign-in.md says what belongs there."
    )
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_LENGTH},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "projects.passwords.Guessable"},
    {"NAME": "projects.passwords.Breached", "OPTIONS": {"path": BREACHED_PASSWORDS_FILE}},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
SIGN_IN_FAILURES = env.int(
    "SIGN_IN_FAILURES", default=10
)  # of one name from one place (projects/guessing.py)
SIGN_IN_LOCK_MINUTES = env.int("SIGN_IN_LOCK_MINUTES", default=15)
SECOND_FACTOR_FOR = signing_in.roles(env.str("SECOND_FACTOR_FOR", default=""), base_url=BASE_URL)
OIDC = signing_in.provider(env)
SESSION_ENGINE = "projects.sessions"
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=30)
SESSION_HOURS = env.int("SESSION_HOURS", default=12)
signing_in.refuse_none(SIGN_IN_FAILURES=SIGN_IN_FAILURES, SIGN_IN_LOCK_MINUTES=SIGN_IN_LOCK_MINUTES)
signing_in.refuse_none(SESSION_IDLE_MINUTES=SESSION_IDLE_MINUTES, SESSION_HOURS=SESSION_HOURS)
SESSION_COOKIE_AGE = SESSION_HOURS * 60 * 60
SESSION_COOKIE_HTTPONLY = True

# Transport: an https BASE_URL switches every cookie and header to https.
_HTTPS = BASE_URL.startswith("https://")
SECURE_SSL_REDIRECT = _HTTPS
SESSION_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_SECURE = _HTTPS
LANGUAGE_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_HTTPONLY = True  # forms and htmx take the token from the page
LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
# Browsers take a cookie of this prefix over TLS only, for this host alone: no neighbouring host can plant one.
COOKIE_PREFIX = "__Host-" if _HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}django_language"
MESSAGE_STORAGE = "tracker.headers.Messages"
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
# Nothing inline runs or styles, and nothing comes from elsewhere; previews of evidence are frames of our own.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "manifest-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "upgrade-insecure-requests": _HTTPS,
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

# Files: static files by whitenoise, compressed where they were collected (tracker/compression.py); evidence and reports are
# content-addressed under FILES_DIR or in a bucket, and are never served by path.
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
EVIDENCE_MAX_PIXELS = env.int("EVIDENCE_MAX_PIXELS", default=50_000_000)
EVIDENCE_MAX_UNPACKED_BYTES = env.int(
    "EVIDENCE_MAX_UNPACKED_BYTES", default=200_000_000
)  # of office documents
# What the process that looks into one file may use.
INSPECTION_SECONDS = env.int("INSPECTION_SECONDS", default=20)
INSPECTION_MEGABYTES = env.int("INSPECTION_MEGABYTES", default=1024)
for _NAME in (
    "EVIDENCE_MAX_PIXELS",
    "EVIDENCE_MAX_UNPACKED_BYTES",
    "INSPECTION_SECONDS",
    "INSPECTION_MEGABYTES",
):
    if vars()[_NAME] < 1:
        raise ImproperlyConfigured(f"{_NAME} is a whole number above 0.")
# The scanner for malicious software, clamd: none without an address. With one, nothing is taken that it did not call clean.
CLAMAV_ADDRESS = env.str("CLAMAV_ADDRESS", default="")
CLAMAV_SECONDS = env.int("CLAMAV_SECONDS", default=30)
try:
    scanning.scanner(CLAMAV_ADDRESS, CLAMAV_SECONDS)
except ValueError as _error:
    raise ImproperlyConfigured(
        "CLAMAV_ADDRESS is neither unix:/path/of/the/socket nor host:port: correct it, or unset it to scan nothing."
    ) from _error
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
BUNDLE_MAX_BYTES = env.int("BUNDLE_MAX_BYTES", default=500_000_000)  # in one evidence bundle; 0: no limit
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
safety.require(
    debug=DEBUG,
    secret_key=SECRET_KEY,
    fallbacks=SECRET_KEY_FALLBACKS,
    base_url=BASE_URL,
    allowed_hosts=ALLOWED_HOSTS,
    behind_tls_proxy=BEHIND_TLS_PROXY,
    webhooks_allow_local=WEBHOOKS_ALLOW_LOCAL,
)
WEBHOOK_PORTS = env.list("WEBHOOK_PORTS", cast=int, default=[443, 8443])
WEBHOOK_CA_FILE = env.str("WEBHOOK_CA_FILE", default="")

# Mail. Without EMAIL_URL each message becomes a file, so that no start ever fails for want of a mail server.
EMAIL_TIMEOUT = 10
vars().update(mail.of(env, DATA_DIR))

# Whose tracker it is: names and emblem in the head of the pages, and where feedback goes.
_OFFICE = office.of(env)
MINISTRY_NAME: str = _OFFICE.name
MINISTRY_NAME_HI: str = _OFFICE.name_hi
EMBLEM: bytes = _OFFICE.emblem
OFFICE_CONTACT: str = _OFFICE.contact
FEEDBACK_MAIL: str = _OFFICE.feedback_mail

# API
REST_FRAMEWORK = {
    # The token class stands first: it makes "not signed in" a 401 instead of a 403.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "projects.tokens.TokenAuthentication",
        "projects.tokens.SessionAuthentication",
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
        "FindingKind": "projects.choices.FindingKind",
        "FindingState": "projects.choices.FindingState",
        "FindingVisibility": "projects.models.findings.VISIBILITIES",
        "VisibilityEnum": "projects.choices.Visibility.choices",
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

# The log: lines or JSON on the terminal, and a file of JSON a day, kept as long as CERT-In wants logs kept.
LOG_FORMAT = env.str("LOG_FORMAT", default="text")
if LOG_FORMAT not in ("text", "json"):
    raise ImproperlyConfigured("LOG_FORMAT is text or json.")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
if LOG_LEVEL not in ("DEBUG", "INFO", "WARNING", "ERROR"):
    raise ImproperlyConfigured("LOG_LEVEL is DEBUG, INFO, WARNING or ERROR.")
LOG_KEEP_DAYS = env.int("LOG_KEEP_DAYS", default=logs.REQUIRED_DAYS)
if LOG_KEEP_DAYS and LOG_KEEP_DAYS < logs.REQUIRED_DAYS:
    raise ImproperlyConfigured(
        f"LOG_KEEP_DAYS is {logs.REQUIRED_DAYS} or more, or 0 where the journal or a collector keeps what is printed."
    )
LOGGING = logs.configuration(
    level=LOG_LEVEL, form=LOG_FORMAT, folder=str(DATA_DIR / "logs"), keep_days=LOG_KEEP_DAYS
)

# Metrics: no such page without one of the two.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
if METRICS_TOKEN and len(METRICS_TOKEN) < 32:
    raise ImproperlyConfigured(
        "METRICS_TOKEN is shorter than 32 characters: set a longer random one, or none."
    )
METRICS_NETWORKS = [str(network) for network in pace.networks(env.list("METRICS_NETWORKS", default=[]))]
# The library decides when it is loaded whether processes share their counts.
os.environ.update(PROMETHEUS_MULTIPROC_DIR=str(RUN_DIR / "metrics"))
