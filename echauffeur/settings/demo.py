"""The living demo on one machine: plain HTTP on this host, demo accounts, static files straight from the source."""

from echauffeur import env
from echauffeur.settings.base import *  # noqa: F403
from echauffeur.settings.base import INSTALLED_APPS, STORAGES

DEMO = True
SECOND_FACTOR_REQUIRED_FOR = []
SECRET_KEY = env.text("SECRET_KEY", "demo-only-secret-that-guards-nothing-but-made-up-people")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
INSTALLED_APPS = [*INSTALLED_APPS, "echauffeur.demo"]
# Nothing leaves the machine: /demo/mail/ shows what would.
MESSAGE_CHANNELS = dict.fromkeys(["mail", "text"], "echauffeur.notifications.channels.Table")
CONTACT_ADDRESS = env.text("CONTACT_ADDRESS", "contact@demo.example")
SITE_URL = env.text("SITE_URL", f"http://127.0.0.1:{env.text('PORT', '8000')}")
SIGN_UP_DOMAINS = env.words("SIGN_UP_DOMAINS", "demo.example")
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = None  # type: ignore[assignment]  # nothing is collected
