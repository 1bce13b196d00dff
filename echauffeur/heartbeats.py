"""Signs of life of the worker and of beat, kept in Redis: neither has a port that one could ask."""

import time
from typing import Any, Literal

from echauffeur.common import hub

Process = Literal["worker", "beat"]
Health = Literal["ok", "down", "unknown"]

PREFIX = "heartbeat:"
# The sweep comes every two seconds; a worker busy with one long task is not dead.
SILENT_AFTER_SECONDS = 15.0


def beat_seen(**_: Any) -> None:
    """Note that beat has just sent a task. Celery calls this in the process that sends."""
    _note("beat")


def worker_seen(**_: Any) -> None:
    """Note that a worker has just finished a task. Celery calls this in the process that works."""
    _note("worker")


def health(process: Process) -> Health:
    """Return ``ok`` when the process gave a sign lately, ``down`` when not, ``unknown`` when Redis can't be asked."""
    answer: tuple[bytes | None] | None = hub.ask(lambda client: (client.get(PREFIX + process),), default=None)
    if answer is None:
        return "unknown"
    return "ok" if answer[0] else "down"


def redis_health() -> Literal["ok", "down"]:
    """Return whether Redis answers."""
    return "ok" if hub.ask(lambda client: bool(client.ping()), default=False) else "down"


def _note(process: Process) -> None:
    hub.ask(lambda client: client.set(PREFIX + process, time.time(), px=int(SILENT_AFTER_SECONDS * 1000)), default=None)
