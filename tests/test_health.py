"""/healthz: what it says of each part, and that it says it quickly while parts are away."""

import time
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from echauffeur import heartbeats
from echauffeur.celery import app
from echauffeur.common import hub
from echauffeur.journal.tasks import sweep
from tests.services import Services

pytestmark = pytest.mark.django_db
# A probe through the pool of connections would take that long to find out.
POOL_WAITS = settings.DATABASES["default"]["OPTIONS"]["pool"]["timeout"]


@pytest.fixture(autouse=True)
def no_sign_yet(services: Services) -> None:
    """Redis is asked afresh, and knows nobody."""
    hub._resting_until = 0.0
    hub._client().delete(heartbeats.PREFIX + "worker", heartbeats.PREFIX + "beat")


def ask(client: Client) -> tuple[int, dict[str, Any], float]:
    started = time.monotonic()
    answer = client.get("/healthz")
    return answer.status_code, answer.json(), time.monotonic() - started


def test_all_is_well_when_beat_and_worker_gave_signs(client: Client) -> None:
    heartbeats.beat_seen()
    heartbeats.worker_seen()
    code, said, _ = ask(client)
    assert code == 200
    assert said.pop("version")
    assert said == {
        "status": "ok",
        "database": "ok",
        "redis": "ok",
        "worker": "ok",
        "beat": "ok",
        "sweeper_lag_s": 0.0,
    }


@pytest.mark.parametrize(("seen", "silent"), [("beat", "worker"), ("worker", "beat")])
def test_the_silent_one_is_named(client: Client, seen: heartbeats.Process, silent: heartbeats.Process) -> None:
    heartbeats._note(seen)
    code, said, _ = ask(client)
    assert (code, said["status"], said[seen], said[silent]) == (200, "degraded", "ok", "down")


def test_a_task_that_ran_is_a_sign_of_the_worker(client: Client) -> None:
    app.tasks[sweep.name].apply()
    assert ask(client)[1]["worker"] == "ok"


def test_without_redis_people_can_still_book(client: Client, services: Services) -> None:
    with services.without_valkey():
        code, said, seconds = ask(client)
    assert code == 200
    assert (said["status"], said["redis"], said["worker"], said["beat"]) == ("degraded", "down", "unknown", "unknown")
    assert said["database"] == "ok"
    assert seconds < POOL_WAITS


def test_without_the_database_it_answers_at_once(
    client: Client, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", str(services.data / "nowhere"))
    code, said, seconds = ask(client)
    assert code == 503
    assert (said["status"], said["database"], said["sweeper_lag_s"]) == ("down", "down", None)
    assert said["redis"] == "ok"
    assert seconds < POOL_WAITS


def test_it_is_asked_only(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
    assert "no-cache" in client.get("/healthz")["Cache-Control"]
