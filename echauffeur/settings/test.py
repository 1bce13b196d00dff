"""The demo's settings, with what makes tests strict and quick."""

from echauffeur.settings.base import TEMPLATES
from echauffeur.settings.demo import *  # noqa: F403

CELERY_TASK_ALWAYS_EAGER = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


class Undefined(str):
    """A template variable that nobody gave: an error in tests, an empty string in service."""

    __slots__ = ()

    def __mod__(self, name: object) -> str:
        raise NameError(f"undefined template variable: {name}")


TEMPLATES = [engine | {"OPTIONS": {**engine["OPTIONS"], "string_if_invalid": Undefined("%s")}} for engine in TEMPLATES]
