"""All settings, read from the environment; `docs/operations.md` describes each variable."""

from pathlib import Path
from typing import Any

import environ
from django.conf import global_settings
from django.core.exceptions import ImproperlyConfigured

from aggregator import environment as read
from aggregator.accounts import *  # noqa: F403  (settings of logging in, single sign-on and mail)
from aggregator.accounts import FORM_TARGETS
from aggregator.logs import logging_configuration
from aggregator.openapi import SPECTACULAR_SETTINGS  # noqa: F401  (a setting)

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = read.text("CROWDBLEND_ENV", "development", one_of=("development", "production"))
PRODUCTION = ENVIRONMENT == "production"

# -- Folders ---------------------------------------------------------------------------------------------

VAR_DIR = read.folder("VAR_DIR", BASE_DIR / "var")
MATRIX_DIR = read.folder("MATRIX_DIR", VAR_DIR / "matrix")
UPLOADS_DIR = read.folder("UPLOADS_DIR", VAR_DIR / "uploads")

# -- Databases: outside ones by URL, or the launcher's, which writes their addresses while they run ------

if not PRODUCTION:
    # What the environment says goes first; the launcher's file fills what is missing.
    environ.Env.read_env(VAR_DIR / "run" / "urls.env", overwrite=False)
DATABASE_URL = read.url("DATABASE_URL", "", ("postgresql", "postgres"))
DATABASE_OWNER_URL = read.url("DATABASE_OWNER_URL", "", ("postgresql", "postgres"))
REDIS_URL = read.url("REDIS_URL", "", ("redis", "rediss", "unix"))


def _database(address: str) -> dict[str, Any]:
    if not address:
        return {"ENGINE": "aggregator.nodatabase"}
    return {
        **environ.Env.db_url_config(address),
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 600,
        # A connection that a restart of PostgreSQL cut is replaced at the next request, not reported.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, "application_name": "crowdblend"},
    }


# Role `app` does all the work; role `owner` exists only where migrations run: `migrate --database owner`.
DATABASES = {"default": _database(DATABASE_URL)}
if DATABASE_OWNER_URL:
    DATABASES["owner"] = _database(DATABASE_OWNER_URL)
CACHES = {
    "default": {
        "BACKEND": "aggregator.caches.OpenRedisCache",
        "LOCATION": REDIS_URL or "redis://no-redis-url-is-set.invalid/0",
        "KEY_PREFIX": "crowdblend",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- Bytes -----------------------------------------------------------------------------------------------

UPLOAD_MAX_BYTES = read.number("UPLOAD_MAX_BYTES", 100 * 1024 * 1024)
UPLOAD_MAX_INFLATION = read.number("UPLOAD_MAX_INFLATION", 10)
S3_BUCKET = read.text("S3_BUCKET")


def _uploads() -> dict[str, Any]:
    if not S3_BUCKET:
        return {
            "BACKEND": "tournaments.store.storage.UploadStorage",
            "OPTIONS": {
                "location": UPLOADS_DIR,
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        }
    options = {
        "bucket_name": S3_BUCKET,
        "endpoint_url": read.url("S3_ENDPOINT_URL", "", ("https", "http")) or None,
        "region_name": read.text("S3_REGION") or None,
        "access_key": read.text("S3_ACCESS_KEY") or None,
        "secret_key": read.text("S3_SECRET_KEY") or None,
        "location": read.text("S3_PREFIX"),
        "default_acl": None,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


_STATIC = "whitenoise.storage.CompressedManifestStaticFilesStorage"
_PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": _uploads(),
    "uploads": _uploads(),
    "staticfiles": {"BACKEND": _STATIC if PRODUCTION else _PLAIN},
}
STATIC_URL = "/static/"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "aggregator.wheels.WheelFinder",
]
# Production serves what `collectstatic` gathered here, development what lies in the apps.
STATIC_ROOT = read.folder("STATIC_DIR", VAR_DIR / "static") if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION
FILE_UPLOAD_HANDLERS = ["aggregator.uploads.BoundedForms", *global_settings.FILE_UPLOAD_HANDLERS]
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# -- Who may come in -------------------------------------------------------------------------------------

DEBUG = read.flag("DEBUG", False)
SECRET_KEY = read.text("SECRET_KEY")
ALLOWED_HOSTS = read.words("ALLOWED_HOSTS", [] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
BASE_URL = read.url("BASE_URL", "" if PRODUCTION else "http://localhost:8000", ("https", "http")).rstrip("/")
CSRF_TRUSTED_ORIGINS = read.words("CSRF_TRUSTED_ORIGINS", [BASE_URL] if BASE_URL else [])
TRUSTED_PROXY = read.flag("TRUSTED_PROXY", False)

AUTH_USER_MODEL = "tournaments.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
_VALIDATORS = ("UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator"} for name in _VALIDATORS
]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# No inline script or style, nothing from elsewhere. The data: images are those of the admin's style sheets,
# the blob: ones a chart on its way to becoming a PNG.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'", *FORM_TARGETS],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}


def _development_defaults() -> list[str]:
    """What a production start must not go with, one phrase a variable."""
    hosts = {"ALLOWED_HOSTS is empty": not ALLOWED_HOSTS, "ALLOWED_HOSTS is *": "*" in ALLOWED_HOSTS}
    faults = {
        "SECRET_KEY is not set": not SECRET_KEY,
        "SECRET_KEY is shorter than 50 characters": 0 < len(SECRET_KEY) < 50,
        "DEBUG is on": DEBUG,
        "BASE_URL is not set": not BASE_URL,
        "DATABASE_URL is not set": not DATABASE_URL,
        "REDIS_URL is not set": not REDIS_URL,
        "DATABASE_URL names an embedded database": read.flag("CROWDBLEND_EMBEDDED", False),
        **hosts,
    }
    return [phrase for phrase, holds in faults.items() if holds]


if PRODUCTION and _development_defaults():
    raise ImproperlyConfigured(f"CROWDBLEND_ENV is production, but {', and '.join(_development_defaults())}.")
SECRET_KEY = SECRET_KEY or read.generated_secret(VAR_DIR / "secret_key")

# -- The application -------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "django_htmx",
    "django_structlog",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "tournaments",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "aggregator.compression.PageCompression",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "aggregator.request_log.DiscreetRequestMiddleware",
]
_CONTEXT = ("debug", "request")
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Before those of the libraries, whose pages ours take the place of.
        "DIRS": [BASE_DIR / "tournaments" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["tournaments.web.formats"],
            "libraries": {
                "worth": "tournaments.web.running.worth_tags",
                "money": "tournaments.web.money.figures",
            },
            "context_processors": [
                *(f"django.template.context_processors.{name}" for name in _CONTEXT),
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
ROOT_URLCONF = "aggregator.urls"
WSGI_APPLICATION = "aggregator.wsgi.application"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "tournaments.api.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "tournaments.api.throttling.AnonThrottle",
        "tournaments.api.throttling.UserThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": read.rate("THROTTLE_ANON", "120/min"),
        "user": read.rate("THROTTLE_USER", "1200/min"),
        "upload": read.rate("THROTTLE_UPLOAD", "120/min"),
        "calculate": read.rate("THROTTLE_CALCULATE", "60/min"),
    },
    "EXCEPTION_HANDLER": "tournaments.api.problems.handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

# -- Work ------------------------------------------------------------------------------------------------

SWEEP_SECONDS = read.number("SWEEP_SECONDS", 5)
LEASE_SECONDS = read.number("LEASE_SECONDS", 60)
HEARTBEAT_SECONDS = read.number("HEARTBEAT_SECONDS", 10, most=LEASE_SECONDS - 1)
MAX_ATTEMPTS = read.number("MAX_ATTEMPTS", 5)
RETRY_SECONDS = read.number("RETRY_SECONDS", 5)
SWEEP_LIMIT = read.number("SWEEP_LIMIT", 200)
WAIT_SECONDS_MAX = read.number("WAIT_SECONDS_MAX", 30, least=0, most=60)
WAITERS_MAX = read.number("WAITERS_MAX", 4, least=0)
WEBHOOKS_PRIVATE = read.flag("WEBHOOKS_PRIVATE", False)

# The first is for sweeps, deliveries and deadlines. Each kind of work is told of in one of these.
QUEUES = ("crowdblend", "scoring", "blending", "settlement")
LISTENED = read.words("CROWDBLEND_QUEUES", [], some_of=QUEUES)
CELERY_TASK_QUEUES: dict[str, dict[str, Any]] = {name: {} for name in QUEUES}
CELERY_TASK_DEFAULT_QUEUE = QUEUES[0]
CELERY_BROKER_URL = CACHES["default"]["LOCATION"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "run" / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "tournaments.sweep",
        "schedule": SWEEP_SECONDS,
        # Sweeps that nobody took in time are of no use: the next one sees the same rows.
        "options": {"expires": SWEEP_SECONDS},
    },
    "tidy": {"task": "tournaments.tidy", "schedule": 24 * 3600},
}

# -- Logs ------------------------------------------------------------------------------------------------

LOG_FORMAT = read.text("LOG_FORMAT", "json" if PRODUCTION else "console", one_of=("json", "console"))
LOG_LEVEL = read.text("LOG_LEVEL", "INFO", one_of=("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING_CONFIG = "aggregator.logs.configure"
LOGGING = logging_configuration(LOG_FORMAT, LOG_LEVEL)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
