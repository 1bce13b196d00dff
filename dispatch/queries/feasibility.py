"""Whether a driver and a vehicle can carry a ride, and if not, why not: one truth for the screen and for the action."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from django.utils.translation import gettext as _

from bookings.models import Ride
from dispatch.models import Mission
from dispatch.queries.means import DriverMeans, Engagement, Means, VehicleMeans
from drivers.models import Driver
from echauffeur.bases.models import Base
from echauffeur.common.obstacles import Against, Obstacle
from fleet.models import Vehicle
from tracking.travel import Point, estimated_seconds

# Time to get in and set off, and the least that a driver is given to reach a pick-up.
LEAST_APPROACH = timedelta(minutes=5)
# Missions further away than this say nothing about where a driver is.
AROUND = timedelta(hours=12)

Row = TypeVar("Row", Driver, Vehicle)


@dataclass(frozen=True)
class Slot:
    """The time a mission takes: from setting out to the last passenger out."""

    starts_at: datetime
    ends_at: datetime

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        return self.starts_at, self.ends_at

    def meets(self, engagement: Engagement) -> bool:
        """Whether a mission that is not over takes part of this time."""
        return engagement.is_live and engagement.starts_at < self.ends_at and self.starts_at < engagement.ends_at


@dataclass
class Candidate(Generic[Row]):
    """A driver or a vehicle, and every reason against it; none means that it can be taken.

    ``notes``: why it can, where the plan has it for somebody else.
    """

    row: Row
    name: str
    obstacles: list[Obstacle] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    approach: timedelta = LEAST_APPROACH

    @property
    def possible(self) -> bool:
        return not self.obstacles

    @property
    def approach_minutes(self) -> int:
        return round(self.approach.total_seconds() / 60)


def slot_for(ride: Ride, pickup_at: datetime, approach: timedelta = LEAST_APPROACH) -> Slot:
    """Return the time that a mission for this ride alone takes."""
    return Slot(pickup_at - max(approach, LEAST_APPROACH), pickup_at + timedelta(minutes=ride.minutes))


def drivers_for(means: Means, ride: Ride, pickup_at: datetime) -> list[Candidate[Driver]]:
    """Judge these drivers for the ride: the possible ones first, then the nearest.

    The means must reach `AROUND` to both sides of the pick-up. Licences are judged with the vehicle (`vehicles_for`).
    """
    candidates = [_judge_driver(means.base, ride, pickup_at, driver) for driver in means.drivers.values()]
    return sorted(candidates, key=lambda c: (not c.possible, len(c.obstacles), c.approach))


def _judge_driver(base: Base, ride: Ride, pickup_at: datetime, driver: DriverMeans) -> Candidate[Driver]:
    candidate = Candidate(driver.row, driver.row.short_name, approach=_approach(base, ride, pickup_at, driver))
    slot = slot_for(ride, pickup_at, candidate.approach)
    candidate.obstacles += driver_obstacles(ride, slot, driver)
    for engagement in driver.engagements:
        if slot.meets(engagement):
            candidate.obstacles.append(_in_the_way(base, pickup_at, candidate.approach, engagement))
    candidate.obstacles += _too_late_for_next(base, ride, slot, driver)
    return candidate


def driver_obstacles(ride: Ride, slot: Slot, driver: DriverMeans) -> list[Obstacle]:
    """Return every reason against this driver for the ride at that time, but for other missions and the vehicle."""
    return driver.time.obstacles(*slot.bounds, wheelchairs=bool(ride.wheelchairs))


def _approach(base: Base, ride: Ride, pickup_at: datetime, driver: DriverMeans) -> timedelta:
    """Return the estimated time to reach the pick-up from where the driver's mission before it ends."""
    before = [e for e in driver.engagements if pickup_at - AROUND < e.ends_at <= pickup_at]
    if not before:
        return LEAST_APPROACH
    last = max(before, key=lambda engagement: engagement.ends_at)
    return max(LEAST_APPROACH, _way(base, last.stops[-1], pickup_point(ride)))


def _in_the_way(base: Base, pickup_at: datetime, approach: timedelta, engagement: Engagement) -> Obstacle:
    if engagement.ends_at > pickup_at:
        return _busy(base, engagement)
    arrival = engagement.ends_at + approach
    words = _("would arrive at %(arrival)s, %(minutes)d min too late, from mission %(code)s") % {
        "arrival": _clock(base, arrival),
        "minutes": _minutes(arrival - pickup_at),
        "code": engagement.mission.code,
    }
    return Obstacle(Against.BUSY, words)


def _too_late_for_next(base: Base, ride: Ride, slot: Slot, driver: DriverMeans) -> list[Obstacle]:
    """Return the reason, if so it is, that this ride would make the driver late for the mission that follows."""
    following = [e for e in driver.engagements if e.is_live and slot.ends_at <= e.starts_at < slot.ends_at + AROUND]
    if not following:
        return []
    engagement = min(following, key=lambda engagement: engagement.starts_at)
    stop = engagement.next_stop
    arrival = slot.ends_at + _way(base, ride.destination, stop)
    if arrival <= stop.planned_at:
        return []
    words = _("would be %(minutes)d min late for mission %(code)s at %(planned)s") % {
        "minutes": _minutes(arrival - stop.planned_at),
        "code": engagement.mission.code,
        "planned": _clock(base, stop.planned_at),
    }
    return [Obstacle(Against.BUSY, words)]


@dataclass(frozen=True)
class RidePoint:
    """Where a ride starts, in WGS 84 degrees."""

    latitude: float
    longitude: float


def pickup_point(ride: Ride) -> RidePoint:
    """Return where the ride starts."""
    return RidePoint(ride.origin_latitude, ride.origin_longitude)


def vehicles_for(
    means: Means, ride: Ride, slot: Slot, *, driver: DriverMeans | None = None
) -> list[Candidate[Vehicle]]:
    """Judge these vehicles for the ride; the possible and smallest first. With a driver, licences are judged too."""
    candidates = [
        Candidate(
            vehicle.row,
            vehicle.row.name,
            vehicle_obstacles(means.base, ride, slot, vehicle, driver),
            vehicle.time.notes(*slot.bounds, driver=driver.row.pk if driver else None),
        )
        for vehicle in means.vehicles.values()
    ]
    return sorted(
        candidates,
        key=lambda c: (
            not c.possible,
            len(c.obstacles),
            c.row.model.wheelchair_places,
            c.row.model.seats,
            c.row.name,
        ),
    )


def vehicle_obstacles(
    base: Base, ride: Ride, slot: Slot, vehicle: VehicleMeans, driver: DriverMeans | None = None
) -> list[Obstacle]:
    """Return every reason against this vehicle for the ride, and against this driver driving it."""
    obstacles = vehicle.time.obstacles(*slot.bounds, driver=driver.row.pk if driver else None)
    obstacles += _too_small(ride, vehicle.row)
    obstacles += [_busy(base, engagement) for engagement in vehicle.engagements if slot.meets(engagement)]
    if driver is not None:
        obstacles += driver.time.licence_obstacles(vehicle.row.model.licence, slot.ends_at)
    return obstacles


def _too_small(ride: Ride, vehicle: Vehicle) -> list[Obstacle]:
    model, found = vehicle.model, []
    if model.seats < ride.passengers:
        found.append(
            _("%(seats)d seats for %(passengers)d passengers") % {"seats": model.seats, "passengers": ride.passengers}
        )
    if model.wheelchair_places < ride.wheelchairs:
        found.append(_("no room for %(wheelchairs)d wheelchairs") % {"wheelchairs": ride.wheelchairs})
    return [Obstacle(Against.TOO_SMALL, words) for words in found]


def against(means: Means, mission: Mission, ride: Ride, now: datetime) -> list[Obstacle]:
    """Return every reason why what is left of a mission cannot be driven as planned, but for other missions."""
    driver = means.drivers[mission.driver_id]
    # What it is on already is this mission, and no reason against it.
    vehicle = replace(means.vehicles[mission.vehicle_id], engagements=[])
    slot = Slot(max(mission.starts_at, now), max(mission.ends_at, now))
    return [*driver_obstacles(ride, slot, driver), *vehicle_obstacles(means.base, ride, slot, vehicle, driver)]


def promised_against(means: Means, mission: Mission) -> list[Obstacle]:
    """Return what the database lets no mission lie on (`dispatch.promises`): of its whole time, what is past too."""
    driver, vehicle = means.drivers[mission.driver_id].time, means.vehicles[mission.vehicle_id].time
    return [*driver.away(mission.starts_at, mission.ends_at), *vehicle.out(mission.starts_at, mission.ends_at)]


def _busy(base: Base, engagement: Engagement) -> Obstacle:
    words = _("on mission %(code)s from %(start)s to %(end)s") % {
        "code": engagement.mission.code,
        "start": _clock(base, engagement.starts_at),
        "end": _clock(base, engagement.ends_at),
    }
    return Obstacle(Against.BUSY, words)


def _way(base: Base, start: Point, end: Point) -> timedelta:
    return timedelta(seconds=estimated_seconds(base, start, end))


def _clock(base: Base, moment: datetime) -> str:
    return f"{base.local(moment):%H:%M}"


def _minutes(late: timedelta) -> int:
    return max(1, round(late.total_seconds() / 60))
