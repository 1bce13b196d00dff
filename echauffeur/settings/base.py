"""What holds everywhere. demo, test and production each say only what differs."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from echauffeur import env

PROJECT = Path(env.PROJECT)
DATA = env.data_folder()

ROLES_WITH_SECOND_FACTOR = frozenset({"driver", "regulator", "manager", "administrator"})

DEBUG = False
DEMO = False
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
SECRET_KEY = env.text("SECRET_KEY", "")
# How many proxies of ours stand before the site: only what they say of the client's address is believed.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "echauffeur.apps.AdminConfig",
    "django.forms",
    "channels",
    "django_htmx",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "echauffeur.common",
    "echauffeur.notifications",
    "echauffeur.bases",
    "echauffeur.accounts",
    "echauffeur.journal",
    "fleet",
    "drivers",
    "bookings",
    "tracking",
    "dispatch",
    "echauffeur.exchange",
    "echauffeur.own_data",
    "echauffeur.public",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "echauffeur.common.headers.ContentPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "echauffeur.accounts.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "echauffeur.accounts.middleware.SignInRequiredMiddleware",
    "echauffeur.accounts.middleware.LanguageMiddleware",
    "echauffeur.accounts.middleware.ConsentMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "echauffeur.accounts.middleware.NewsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "echauffeur.common.htmx.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "echauffeur.urls"
ASGI_APPLICATION = "echauffeur.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PROJECT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "echauffeur.accounts.context.site",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {
    "default": dj_database_url.parse(
        env.text("DATABASE_URL", "postgresql:///echauffeur"),
        conn_health_checks=True,  # a connection that did not survive a restart of the server is replaced, not used
    )
}
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    "pool": {"min_size": 1, "max_size": 16, "timeout": 30},  # seconds: a crowd waits rather than gets an error
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "plan-outages-ahead": {"task": "fleet.tasks.plan_outages_ahead", "schedule": crontab(minute=22)},
    "warn-of-vehicles-due": {"task": "fleet.tasks.warn_of_due_dates", "schedule": 3600.0},
    "sweep-the-outbox": {"task": "echauffeur.journal.tasks.sweep", "schedule": 2.0, "options": {"expires": 2}},
    "send-messages": {"task": "echauffeur.notifications.tasks.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "purge": {"task": "echauffeur.own_data.tasks.purge", "schedule": crontab(minute=37)},
    "plan-shifts-ahead": {"task": "drivers.tasks.plan_shifts_ahead", "schedule": crontab(minute=17)},
    "warn-of-endings": {"task": "dispatch.tasks.warn_of_endings", "schedule": crontab(minute=7)},
}

# The base's own counter is told to every open page this often; without it a lost notice would stay unnoticed.
HEARTBEAT = env.flag("ECHAUFFEUR_HEARTBEAT", default=True)
HEARTBEAT_SECONDS = 10.0
# What one may see is told at once when it changes; sockets look by themselves as well, in case that was lost.
RIGHTS_SECONDS = 60.0
# While Redis is away the web process itself asks the database, so that pages stay true.
HEARTBEAT_SECONDS_WITHOUT_REDIS = 2.0

# How many days it is kept where drivers drove, at most two months; 0 keeps nothing.
TRAIL_DAYS = env.number("TRAIL_DAYS", 7, most=62)

# Messages to people. Each way out is a class of echauffeur/notifications/channels.py.
MESSAGE_CHANNELS = {
    "mail": "echauffeur.notifications.channels.Mail",
    "text": "echauffeur.notifications.channels.TextGateway",
}
# Where links in messages lead: never what a request says of its host.
SITE_URL = env.text("SITE_URL", f"https://{ALLOWED_HOSTS[0].lstrip('.')}" if ALLOWED_HOSTS else "").rstrip("/")
# Where what people write with the contact form is mailed to; without one it waits in the administration.
CONTACT_ADDRESS = env.text("CONTACT_ADDRESS", "")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("MAIL_FROM", "e-Chauffeur <ne-pas-repondre@localhost>")
EMAIL_HOST = env.text("MAIL_HOST", "localhost")
EMAIL_PORT = env.number("MAIL_PORT", 587)
EMAIL_HOST_USER = env.text("MAIL_USER", "")
EMAIL_HOST_PASSWORD = env.text("MAIL_PASSWORD", "")
_MAIL_SECURITY = env.choice("MAIL_SECURITY", "starttls", {"starttls", "tls", "none"})
EMAIL_USE_TLS = _MAIL_SECURITY == "starttls"
EMAIL_USE_SSL = _MAIL_SECURITY == "tls"
EMAIL_TIMEOUT = 10
# An HTTP gateway for texts; without one no phone number can be confirmed, and the page says so.
TEXT_GATEWAY_URL = env.text("TEXT_GATEWAY_URL", "")
TEXT_GATEWAY_TOKEN = env.text("TEXT_GATEWAY_TOKEN", "")
TEXT_SENDER = env.text("TEXT_SENDER", "eChauffeur")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "echauffeur.accounts.passwords.VariedPasswordValidator"},
]
# The domains whose addresses may open an account, exactly; none closes the sign-up.
SIGN_UP_DOMAINS = env.words("SIGN_UP_DOMAINS")
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"

# A provider of identities (OpenID Connect), such as ProConnect: off while no issuer is named.
OIDC_NAME = env.text("OIDC_NAME", "OpenID Connect")
OIDC_ISSUER = env.text("OIDC_ISSUER", "")
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env.text("OIDC_CLIENT_SECRET", "")
OIDC_SCOPES = env.words("OIDC_SCOPES", "openid,email,profile")
OIDC_ACR_VALUES = env.words("OIDC_ACR_VALUES")  # asked for, and one of them must be given
OIDC_STRONG_ACR = env.words("OIDC_STRONG_ACR")  # these stand for a second step of ours
OIDC_VOUCHES_FOR_EMAIL = env.flag("OIDC_VOUCHES_FOR_EMAIL")  # where a provider checks addresses without saying so

# Wrong passwords are counted by account and place together: see accounts/lockout.py.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "echauffeur.accounts.lockout.name_tried"
AXES_CLIENT_IP_CALLABLE = "echauffeur.accounts.lockout.place_tried_from"
AXES_LOCKOUT_CALLABLE = "echauffeur.accounts.lockout.answer"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken"]
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False

# Whose sign-in always takes a second step: roles, and "administrator".
SECOND_FACTOR_REQUIRED_FOR = env.some_of("SECOND_FACTOR_REQUIRED_FOR", ROLES_WITH_SECOND_FACTOR)
OTP_TOTP_ISSUER = "e-Chauffeur"
# One step of 30 seconds early or late, and no more: a clock is not followed wherever it drifts.
OTP_TOTP_SYNC = False
# Tries are counted by accounts/actions/second_factor.py, whose limit ends after a while.
OTP_TOTP_THROTTLE_FACTOR = OTP_STATIC_THROTTLE_FACTOR = 0

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [PROJECT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
# Only what the build makes is served: sources import from node_modules, and are nobody's business.
STATICFILES_DIRS = [PROJECT / "static" / "dist"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_ENGINE = "echauffeur.accounts.models.sessions"
SESSION_COOKIE_AGE = 86_400 * env.number("SESSION_DAYS", 7)  # after signing in, however often one comes back
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
# The driver's phone reads it: a step kept without a network is sent with the token of today, not with its page's.
CSRF_COOKIE_HTTPONLY = False
# Messages may hold a link for guests: they stay on the server.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "echauffeur.views.csrf_failure"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"without_query": {"()": "echauffeur.common.logs.WithoutQuery"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "httpx": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        # Where a device is, and its key, stand in what it sends: no access log and no report by mail may hold them.
        "uvicorn.access": {"handlers": ["console"], "filters": ["without_query"], "propagate": False},
        "django": {"handlers": []},
    },
}
