"""Behind a proxy that ends TLS. Secrets come from the environment or from secret files, and have no default."""

from echauffeur import env
from echauffeur.settings.base import *  # noqa: F403
from echauffeur.settings.base import ROLES_WITH_SECOND_FACTOR

SECRET_KEY = env.text("SECRET_KEY")
SECOND_FACTOR_REQUIRED_FOR = env.some_of(
    "SECOND_FACTOR_REQUIRED_FOR", ROLES_WITH_SECOND_FACTOR, "manager,administrator"
)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
# A host that begins with a dot stands for all below it; an origin says so with a star.
CSRF_TRUSTED_ORIGINS = [f"https://{'*' if host.startswith('.') else ''}{host}" for host in ALLOWED_HOSTS]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
# A browser takes cookies of this name over TLS from this very host only: no neighbour below our domain can plant one.
SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
LANGUAGE_COOKIE_NAME = "__Host-language"
