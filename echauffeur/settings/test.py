"""The demo's settings, with what makes tests strict and quick."""

from echauffeur.settings.base import CELERY_BEAT_SCHEDULE, TEMPLATES
from echauffeur.settings.demo import *  # noqa: F403

CELERY_TASK_ALWAYS_EAGER = True
CELERY_BEAT_SCHEDULE = CELERY_BEAT_SCHEDULE
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


class Undefined(str):
    """A template variable that nobody gave: an error in tests, an empty string in service."""

    def __mod__(self, name: object) -> str:
        raise NameError(f"undefined template variable: {name}")


TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = Undefined("%s")
