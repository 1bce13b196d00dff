"""/healthz: whether the service works, for the proxy, the launcher and whoever watches. It never waits for long."""

import logging
from http import HTTPStatus

import psycopg
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from echauffeur import env, heartbeats
from echauffeur.journal.queries import sweeper_lag

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 2  # the least that libpq takes
QUERY_MILLISECONDS = 500
VERSION = env.text("ECHAUFFEUR_VERSION", "unknown")


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 while people can book, which takes the web process and the database; 503 otherwise.

    ``database`` and ``redis`` are ok or down; ``worker`` and ``beat`` also unknown, while Redis is down.
    ``sweeper_lag_s`` is how long the oldest untold step has been waiting, in seconds; null without the database.
    """
    database = database_health()
    parts = {
        "database": database,
        "redis": heartbeats.redis_health(),
        "worker": heartbeats.health("worker"),
        "beat": heartbeats.health("beat"),
    }
    works = database == "ok"
    status = "down" if not works else "ok" if set(parts.values()) == {"ok"} else "degraded"
    answer = {"status": status, **parts, "sweeper_lag_s": _lag() if works else None, "version": VERSION}
    return JsonResponse(answer, status=HTTPStatus.OK if works else HTTPStatus.SERVICE_UNAVAILABLE)


def database_health() -> str:
    """Return ok or down. It asks on a connection of its own: the pool would wait for a dead server to return."""
    parameters = connection.get_connection_params() | {
        "connect_timeout": CONNECT_SECONDS,
        "options": f"-c statement_timeout={QUERY_MILLISECONDS}",
    }
    try:
        with psycopg.connect(**parameters) as probe:
            probe.execute("SELECT 1")
    except psycopg.Error as error:
        logger.warning("The database did not answer: %s", error)
        return "down"
    return "ok"


def _lag() -> float | None:
    try:
        return round(sweeper_lag(), 1)
    except DatabaseError as error:
        logger.warning("The sweeper's lag is unknown: %s", error)
        return None
