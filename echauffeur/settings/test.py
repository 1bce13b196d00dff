"""The demo's settings, with what makes tests strict and quick."""

from echauffeur.settings.base import TEMPLATES
from echauffeur.settings.demo import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Static files are looked for when asked for: every test client would list them all first.
WHITENOISE_AUTOREFRESH = True


# Django's own templates give these a default.
LEFT_OUT_BY_DJANGO = {"password_url"}


class Undefined(str):
    """A template variable that nobody gave: an error in tests, an empty string in service."""

    __slots__ = ()

    def __mod__(self, name: object) -> str:
        if str(name) in LEFT_OUT_BY_DJANGO:
            return ""
        raise NameError(f"undefined template variable: {name}")


TEMPLATES = [engine | {"OPTIONS": {**engine["OPTIONS"], "string_if_invalid": Undefined("%s")}} for engine in TEMPLATES]
