"""What is remembered from one position to the next: where the driver is expected, and how long the car has stood there.

Both in Redis, both for minutes at most; who does not remember looks afresh.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import redis

from drivers.models import Driver
from echauffeur.common import hub as hubs
from tracking.arrival import OUTSIDE, SILENCE, Dwell, Fix, Spot
from tracking.goals import Goal, tied

# Positions come every second, goals change a few times an hour: for so long one is believed.
GOAL_LASTS = timedelta(seconds=10)


def goal_key(driver_id: int) -> str:
    return f"goal:{driver_id}"


def dwell_key(driver_id: int) -> str:
    return f"dwell:{driver_id}"


def recall(driver: Driver) -> tuple[Goal | None, Dwell]:
    """Return where the driver is expected, and what is known of the car there. No goal while Redis is away.

    At most one query, and that every ten seconds.
    """
    keys = [goal_key(driver.pk), dwell_key(driver.pk)]
    found: list[bytes | None] | None = hubs.ask(lambda client: client.mget(keys), default=None)
    if found is None:
        return None, OUTSIDE
    known, stood = found
    goal = _goal_of(orjson.loads(known)) if known else _ask(driver)
    return goal, _dwell_of(orjson.loads(stood) if stood else None, goal)


def remember(driver: Driver, goal: Goal, dwell: Dwell, *, until: datetime) -> None:
    """Keep what is known of the car there for as long as it means something, and until that moment at the latest."""
    lifetime = min(SILENCE, until - datetime.now(UTC))
    wire = orjson.dumps({"goal": goal.id, "dwell": dwell})

    def send(client: redis.Redis) -> None:
        if lifetime >= timedelta(milliseconds=1):
            client.set(dwell_key(driver.pk), wire, px=lifetime)

    hubs.ask(send, default=None)


def _ask(driver: Driver) -> Goal | None:
    goal = tied().next_of(driver)
    hubs.ask(lambda client: client.set(goal_key(driver.pk), orjson.dumps(goal), px=GOAL_LASTS), default=None)
    return goal


def _goal_of(wire: dict[str, Any] | None) -> Goal | None:
    if wire is None:
        return None
    return Goal(wire["id"], Spot(**wire["spot"]), _moment(wire["set_at"]), _perhaps(wire["reached_at"]))


def _dwell_of(wire: dict[str, Any] | None, goal: Goal | None) -> Dwell:
    """Return what was known of this very goal, else what its own row says."""
    if goal is None:
        return OUTSIDE
    if wire and wire["goal"] == goal.id:
        dwell, anchor = wire["dwell"], wire["dwell"]["anchor"]
        fix = Fix(**anchor | {"at": _moment(anchor["at"])}) if anchor else None
        return Dwell(fix, _perhaps(dwell["seen_at"]), dwell["away"], dwell["is_there"])
    if goal.reached_at is None:
        return OUTSIDE
    return Dwell(Fix(*goal.spot.point, goal.reached_at), goal.reached_at, is_there=True)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _perhaps(text: str | None) -> datetime | None:
    return _moment(text) if text else None
