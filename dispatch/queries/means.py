"""What a base has to drive with around some time: drivers, vehicles and their missions, in a handful of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import Q
from django.utils import timezone

from dispatch.models import Mission, Stop, StopQuerySet
from dispatch.states import MISSION
from drivers.models import Driver
from drivers.queries.availability import DriverTime, driver_times
from echauffeur.bases.models import Base
from fleet.models import Vehicle
from fleet.queries.availability import VehicleTime, vehicle_times


@dataclass(frozen=True)
class Engagement:
    """A mission that was not called off, so takes its driver and vehicle, and the stops it makes or made in order."""

    mission: Mission
    now: datetime
    stops: list[Stop] = field(default_factory=list)

    @cached_property
    def is_live(self) -> bool:
        return self.mission.state in MISSION.live

    @cached_property
    def starts_at(self) -> datetime:
        return self.mission.starts_at

    @cached_property
    def ends_at(self) -> datetime:
        """When it really ended, or will: what is behind its time takes what is left of it from now on."""
        if self.mission.ended_at:
            return self.mission.ended_at
        behind = self.next_stop.planned_at < self.now
        left = self.stops[-1].planned_at - self.next_stop.planned_at
        return max(self.mission.ends_at, self.now + left) if behind else self.mission.ends_at

    @cached_property
    def next_stop(self) -> Stop:
        """The first halt still to make; the last one when all are made."""
        return next((stop for stop in self.stops if stop.is_open), self.stops[-1])


@dataclass(frozen=True)
class DriverMeans:
    """A driver with all that concerns them (`drivers.queries.availability`), and the missions of that time in order."""

    time: DriverTime
    engagements: list[Engagement] = field(default_factory=list)

    @property
    def row(self) -> Driver:
        return self.time.row


@dataclass(frozen=True)
class VehicleMeans:
    """A vehicle with all that concerns it (`fleet.queries.availability`), and the missions of that time in order."""

    time: VehicleTime
    engagements: list[Engagement] = field(default_factory=list)

    @property
    def row(self) -> Vehicle:
        return self.time.row


@dataclass(frozen=True)
class Means:
    """The drivers and vehicles of a base by their ids, and all missions of the time in question, in order."""

    base: Base
    drivers: dict[int, DriverMeans]
    vehicles: dict[int, VehicleMeans]
    engagements: list[Engagement]


def means_of(
    base: Base,
    start: datetime,
    end: datetime,
    *,
    drivers: Iterable[Driver] | None = None,
    vehicles: Iterable[Vehicle] | None = None,
) -> Means:
    """Return all drivers and vehicles of the base, or only these, with what concerns the time from start to end.

    Three queries, however many there are.
    """
    driver_ids, vehicle_ids = _ids(drivers), _ids(vehicles)
    stops = Stop.objects.on_missions(base, start, end)
    if driver_ids is not None and vehicle_ids is not None:
        stops = stops.filter(Q(mission__driver__in=driver_ids) | Q(mission__vehicle__in=vehicle_ids))
    means = Means(
        base,
        {time.row.pk: DriverMeans(time) for time in driver_times(base, start, end, only=driver_ids)},
        {time.row.pk: VehicleMeans(time) for time in vehicle_times(base, start, end, only=vehicle_ids)},
        _engagements_of(stops),
    )
    _hand_out(means)
    return means


def _ids(rows: Iterable[Driver] | Iterable[Vehicle] | None) -> list[int] | None:
    return None if rows is None else [row.pk for row in rows]


def _engagements_of(stops: StopQuerySet) -> list[Engagement]:
    engagements: dict[int, Engagement] = {}
    now = timezone.now()
    for stop in stops:
        engagements.setdefault(stop.mission_id, Engagement(stop.mission, now)).stops.append(stop)
    return list(engagements.values())


def _hand_out(means: Means) -> None:
    for engagement in means.engagements:
        mission = engagement.mission
        for taker in (means.drivers.get(mission.driver_id), means.vehicles.get(mission.vehicle_id)):
            if taker:
                taker.engagements.append(engagement)
