"""Settings, all from the environment; docs/reference/settings.md names each one."""

import hashlib
import json
import logging
from ipaddress import ip_network
from os import getuid
from pathlib import Path
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from monitor.environment import choice, env, flag, made_keys, needed, number, read

BASE_DIR = Path(__file__).resolve().parent.parent
environ.Env.read_env(BASE_DIR / ".env")

# --- Which of the two ways to run -----------------------------------------------------------------

HANDOFF_MODE = choice("HANDOFF_MODE", "embedded", ("embedded", "production"))
EMBEDDED = HANDOFF_MODE == "embedded"
VAR = Path(env.str("HANDOFF_VAR", default="") or BASE_DIR / "var").absolute()
KEY_FILE = VAR / "keys.env"


SECRET_KEY = env.str("SECRET_KEY", default="")
SECRETS_KEYS = env.list("SECRETS_KEYS", default=[])
if EMBEDDED and not (SECRET_KEY and SECRETS_KEYS):
    _made = made_keys(KEY_FILE)
    SECRET_KEY = SECRET_KEY or _made.get("SECRET_KEY", "")
    SECRETS_KEYS = SECRETS_KEYS or _made.get("SECRETS_KEYS", "").split(",")
_place = f" Put the copy of {KEY_FILE} back." if EMBEDDED else ""
if not SECRET_KEY:
    raise ImproperlyConfigured(
        f"SECRET_KEY is not set. It signs sessions: 50 random characters.{_place}"
    )
if not any(SECRETS_KEYS):
    raise ImproperlyConfigured(
        "SECRETS_KEYS is not set. It seals stored credentials: 32 random bytes in URL-safe "
        f"base64; `manage.py doctor --new-key` prints one.{_place}"
    )
read(
    "SECRETS_KEYS",
    "what `manage.py doctor --new-key` prints, several with commas between",
    lambda: [Fernet(key) for key in SECRETS_KEYS],
)

DEBUG = flag("DEBUG")
if DEBUG and not EMBEDDED:
    raise ImproperlyConfigured("DEBUG is on, which production never is; take it away.")
DEFAULT_EXCEPTION_REPORTER_FILTER = "monitor.vault.HiddenSettings"
ADDRESS_FILE = VAR / "address"  # where `serve` listens, for commands that print links
_served = ADDRESS_FILE.read_text() if ADDRESS_FILE.is_file() else "http://127.0.0.1:8000"
PUBLIC_URL = needed(
    "PUBLIC_URL",
    "the address people open, like https://handoff.example",
    _served if EMBEDDED else "",
).rstrip("/")
_public = urlsplit(PUBLIC_URL)
if _public.scheme not in ("http", "https") or not _public.hostname:
    raise ImproperlyConfigured("PUBLIC_URL cannot be read; write it like https://handoff.example.")
HTTPS = _public.scheme == "https"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
ALLOWED_HOSTS = ALLOWED_HOSTS or [_public.hostname, "127.0.0.1", "localhost"]

# --- Django ---------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "monitor",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "monitor.web.csp.ContentSecurityPolicy",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "monitor.urls"
WSGI_APPLICATION = "monitor.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "builtins": ["monitor.web.tags"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "monitor" / "locale"]
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "monitor" / "static"]
# Static files are few: they are served from where they lie, and no start waits for a copy.
WHITENOISE_USE_FINDERS = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "sign-in"
AUTH_PASSWORD_VALIDATORS: list[dict[str, str]] = []

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# https is ended by a proxy in front; the probes of the container ask without one.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Other names under the domain are their owner's business, not ours to switch to https for good.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if HTTPS else []

# --- The database ---------------------------------------------------------------------------------

_SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000; "
        "PRAGMA cache_size=-4000; PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY; "
        "PRAGMA journal_size_limit=67108864;"
    ),
}
# Lower case, so that no debug page shows it: it holds a password.
_database_url = needed(
    "DATABASE_URL",
    "where the database is, like postgres://user:password@host/name",
    f"sqlite:///{VAR / 'handoff.sqlite3'}" if EMBEDDED else "",
)
_database = read(
    "DATABASE_URL",
    "postgres://user:password@host/name",
    lambda: dict(environ.Env.db_url_config(_database_url)),
)
if "sqlite3" in str(_database.get("ENGINE")):
    _database |= {"OPTIONS": _SQLITE, "CONN_MAX_AGE": None}
elif "postgresql" in str(_database.get("ENGINE")) and _database.get("NAME"):
    _pool = {
        "min_size": 1,
        "max_size": int(number("DATABASE_POOL", 12, 1, 500)),
        "timeout": 5,
        # The pool itself would wait longer each time for a server that is away, up to minutes.
        "reconnect_timeout": 2,
    }
    _database["OPTIONS"] = {**dict(_database.get("OPTIONS", {})), "pool": _pool}
    _database["CONN_HEALTH_CHECKS"] = True  # those a restarted server closed are thrown away
else:
    raise ImproperlyConfigured("DATABASE_URL names neither a sqlite nor a postgres database.")
DATABASES = {"default": _database}

# --- Celery: wake-up calls only -------------------------------------------------------------------

VALKEY_SOCKET = VAR / "valkey" / "socket"
if len(str(VALKEY_SOCKET)) > 100:  # the system allows 107 characters for a socket's name
    _short = hashlib.sha256(bytes(VAR)).hexdigest()[:12]
    VALKEY_SOCKET = Path(f"/tmp/handoff-{getuid()}-{_short}/socket")  # noqa: S108 - made 0700
REDIS_URL = needed(
    "REDIS_URL",
    "where Redis is, like redis://host:6379/0",
    f"unix://{VALKEY_SOCKET}" if EMBEDDED else "",
)
if not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    raise ImproperlyConfigured("REDIS_URL cannot be read; write it like redis://host:6379/0.")
TICK_SECONDS = number("TICK_SECONDS", 5.0, 0.1, 60.0)

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_keepalive": True,
    # A broker that takes connections and then says nothing is away too.
    "socket_timeout": 3,
    "socket_connect_timeout": 3,
    # Who sends must not wait for a broker that is away: rows fall due again without a message.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = int(number("WORKER_THREADS", 8, 1, 100))
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
CELERY_WORKER_TIMER_PRECISION = 0.05
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_IMPORTS = ("monitor.engine.tasks",)
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "tick": {
        "task": "tick",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
}

# --- The outside ----------------------------------------------------------------------------------

ALLOWED_NETWORKS = read(
    "ALLOWED_NETWORKS",
    "10.0.0.0/8,192.168.7.0/24",
    lambda: tuple(str(ip_network(each)) for each in env.list("ALLOWED_NETWORKS", default=[])),
)
TOOL_URLS = read(
    "TOOL_URLS",
    "hubspot=https://twin.example,stripe=https://other.example",
    lambda: env.dict("TOOL_URLS", default={}) if env.str("TOOL_URLS", default="") else {},
)
CALL_SECONDS = number("CALL_SECONDS", 20.0, 0.1, 100.0)
HOLD_SECONDS = number("HOLD_SECONDS", 90.0, 1.0, 280.0)
DEAD_MAN_URL = env.str("DEAD_MAN_URL", default="")
if DEAD_MAN_URL and urlsplit(DEAD_MAN_URL).scheme not in ("http", "https"):
    raise ImproperlyConfigured("DEAD_MAN_URL cannot be read; write it like https://ping.example.")

_mail = read(
    "EMAIL_URL",
    "smtp+tls://user:password@host:587",
    lambda: environ.Env.email_url_config(env.str("EMAIL_URL", default="") or "consolemail://"),
)
vars().update(_mail)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="") or "Handoff <handoff@localhost>"

# Where the demo's sandbox answers, for the bar on every page; only the demo sets it.
HANDOFF_DEMO = read(
    "HANDOFF_DEMO", "{}", lambda: json.loads(env.str("HANDOFF_DEMO", default="") or "{}")
)

# --- Logs -----------------------------------------------------------------------------------------

WEB_THREADS = int(number("WEB_THREADS", 4, 1, 100))
LOG_LEVEL = choice("LOG_LEVEL", "INFO", tuple(logging.getLevelNamesMapping()))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["terminal"], "level": LOG_LEVEL},
    # A line for every tick would bury what matters.
    "loggers": {
        name: {"level": "WARNING"}
        for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace", "kombu")
    },
}
