"""Where the cars of the last day drove, along the streets of the drawn map, so that a trip can be played at once."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import Random

from dispatch.actions import look
from dispatch.models import Mission, Stop
from dispatch.queries.trips import trip_of
from dispatch.states import LookReason, MissionState
from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.demo.simulator.roads import Point as Place
from echauffeur.demo.simulator.roads import Roads
from echauffeur.journal.models import Entry
from tracking.actions.trails import write
from tracking.positions import Position
from tracking.trails import pack, unpack

WRITTEN_FOR = timedelta(days=1)
EVERY = timedelta(seconds=5)
# One trip in so many has a hole: a car park under ground, a phone without a network.
HOLE_IN = 6


def write_trails(base: Base, roads: Roads, now: datetime) -> None:
    """Write the trails of the base's missions of the last day that are done."""
    random = Random(f"trails of {base.code}")
    missions = Mission.objects.of(base).filter(state=MissionState.DONE, ended_at__gt=now - WRITTEN_FOR)
    last: dict[int, Place] = {}
    for mission in missions.with_stops().order_by("period"):
        if trail := list(_trail(mission, roads, last, random)):
            write(unpack(pack(trail)))


def look_at_a_trip(driver: Driver, *, by: User, now: datetime) -> None:
    """Have somebody look at the newest trip of the driver, who finds it said; it was told already, as all the past."""
    mission = Mission.objects.for_driver(driver).filter(state=MissionState.DONE).with_crew().order_by("-period").first()
    if mission and (trip := trip_of(mission)) and trip.is_kept:
        words = "Le passager dit avoir attendu un quart d’heure à la gare."
        entry = look(mission=mission, by=by, reason=LookReason.COMPLAINT, words=words)
        Entry.objects.filter(pk=entry.pk).update(at=now, announced_at=now)


def _trail(mission: Mission, roads: Roads, last: dict[int, Place], random: Random) -> Iterator[Position]:
    """Yield where the car was, from where the one before ended, stop by stop; one in some has a hole."""
    trip = trip_of(mission)
    if trip is None:
        return
    positions = list(_driven(mission, trip.start, list(mission.stops.all()), roads, last))
    if positions and not random.randrange(HOLE_IN):
        first = len(positions) // 3
        del positions[first : first * 2]
    yield from positions


def _driven(
    mission: Mission, at: datetime, stops: Iterable[Stop], roads: Roads, last: dict[int, Place]
) -> Iterator[Position]:
    for stop in stops:
        here = (stop.latitude, stop.longitude)
        arrived_at = stop.arrived_at or stop.done_at
        if arrived_at is None or stop.done_at is None:
            return
        way = roads.trip(last.get(mission.vehicle_id, here), here)
        seconds = max((arrived_at - at).total_seconds(), 1)
        for moment in _moments(at, arrived_at):
            part = (moment - at).total_seconds() / seconds
            way.driven = 0.0
            (latitude, longitude), heading = way.advance(part * way.seconds)
            yield Position(mission.driver_id, latitude, longitude, moment, heading, 6)
        for moment in _moments(arrived_at, stop.done_at):
            yield Position(mission.driver_id, *here, moment, None, 9)
        at, last[mission.vehicle_id] = stop.done_at, here


def _moments(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += EVERY
