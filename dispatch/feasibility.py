"""Whether a driver and a vehicle can carry a ride, and if not, why not: one truth for the screen and for the action."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from bookings.models import Ride
from dispatch.models import Mission, Stop
from drivers.models import Driver, Shift
from fleet.models import Unavailability, Vehicle
from tracking.travel import estimated_seconds

# Time to get in and set off, and the least that a driver is given to reach a pick-up.
LEAST_APPROACH = timedelta(minutes=5)


@dataclass(frozen=True)
class Slot:
    """The time a mission takes: from setting out to the last passenger out."""

    starts_at: datetime
    ends_at: datetime

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        return self.starts_at, self.ends_at


@dataclass
class Candidate:
    """A driver or a vehicle, and every reason against it; none means that it can be taken."""

    row: Driver | Vehicle
    obstacles: list[str] = field(default_factory=list)
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


def drivers_for(ride: Ride, pickup_at: datetime, drivers: Iterable[Driver] | None = None) -> list[Candidate]:
    """Judge these drivers, or all enabled ones of the base, for the ride; the possible ones first, then the nearest.

    Three queries, however many drivers. Licences are judged with the vehicle (`vehicles_for`).
    """
    around = (pickup_at - timedelta(hours=12), pickup_at + timedelta(hours=12))
    chosen = (
        Driver.objects.of(ride.base).enabled()
        if drivers is None
        else Driver.objects.filter(pk__in=[driver.pk for driver in drivers])
    )
    rows = chosen.with_person().prefetch_related(
        Prefetch("shifts", Shift.objects.overlapping(*around), to_attr="shifts_around"),
        Prefetch(
            "missions",
            Mission.objects.live().overlapping(*around).prefetch_related(Prefetch("stops", Stop.objects.to_do())),
            to_attr="missions_around",
        ),
        "licences",
    )
    candidates = [_judge_driver(ride, pickup_at, driver) for driver in rows]
    return sorted(candidates, key=lambda c: (not c.possible, len(c.obstacles), c.approach))


def _judge_driver(ride: Ride, pickup_at: datetime, driver: Driver) -> Candidate:
    candidate = Candidate(driver, approach=_approach(ride, pickup_at, driver))
    slot = slot_for(ride, pickup_at, candidate.approach)
    local = ride.base.local
    if not driver.enabled or not driver.user.is_active:
        candidate.obstacles.append(_("no longer drives on this base"))
    if not any(s.period.lower <= slot.starts_at and slot.ends_at <= s.period.upper for s in driver.shifts_around):
        candidate.obstacles.append(
            _("not on duty from %(start)s to %(end)s")
            % {"start": f"{local(slot.starts_at):%H:%M}", "end": f"{local(slot.ends_at):%H:%M}"}
        )
    for mission in driver.missions_around:
        if mission.starts_at < slot.ends_at and slot.starts_at < mission.ends_at:
            candidate.obstacles.append(_busy(ride, mission))
    if ride.wheelchairs and not driver.wheelchair_trained:
        candidate.obstacles.append(_("not trained for wheelchairs"))
    return candidate


def _approach(ride: Ride, pickup_at: datetime, driver: Driver) -> timedelta:
    """Return the estimated time to reach the pick-up from where the driver's mission before it ends."""
    before = [m for m in driver.missions_around if m.ends_at <= pickup_at and m.stops.all()]
    if not before:
        return LEAST_APPROACH
    last = max(before, key=lambda m: m.ends_at)
    from_stop = max(last.stops.all(), key=lambda stop: stop.position)
    seconds = estimated_seconds(ride.base, from_stop, RidePoint(ride.origin_latitude, ride.origin_longitude))
    return max(LEAST_APPROACH, timedelta(seconds=seconds))


@dataclass(frozen=True)
class RidePoint:
    """Where a ride starts, in WGS 84 degrees."""

    latitude: float
    longitude: float


def vehicles_for(
    ride: Ride, slot: Slot, *, driver: Driver | None = None, vehicles: Iterable[Vehicle] | None = None
) -> list[Candidate]:
    """Judge these vehicles, or all enabled ones of the base, for the ride; the possible and smallest first.

    With a driver, the licence that each vehicle needs is judged too. Three queries, however many vehicles.
    """
    chosen = (
        Vehicle.objects.of(ride.base).enabled()
        if vehicles is None
        else Vehicle.objects.filter(pk__in=[vehicle.pk for vehicle in vehicles])
    )
    rows = chosen.with_model().prefetch_related(
        Prefetch(
            "unavailabilities",
            Unavailability.objects.filter(period__overlap=slot.bounds),
            to_attr="out_of_service",
        ),
        Prefetch("missions", Mission.objects.live().overlapping(*slot.bounds), to_attr="missions_around"),
    )
    candidates = [Candidate(vehicle, _vehicle_obstacles(ride, slot, vehicle, driver)) for vehicle in rows]
    return sorted(
        candidates,
        key=lambda c: (not c.possible, len(c.obstacles), c.row.model.wheelchair_places, c.row.model.seats, c.row.name),  # type: ignore[union-attr]
    )


def _vehicle_obstacles(ride: Ride, slot: Slot, vehicle: Vehicle, driver: Driver | None) -> list[str]:
    obstacles = []
    if not vehicle.enabled:
        obstacles.append(_("no longer in the fleet"))
    if vehicle.model.seats < ride.passengers:
        obstacles.append(
            _("%(seats)d seats for %(passengers)d passengers")
            % {"seats": vehicle.model.seats, "passengers": ride.passengers}
        )
    if vehicle.model.wheelchair_places < ride.wheelchairs:
        obstacles.append(_("no room for %(wheelchairs)d wheelchairs") % {"wheelchairs": ride.wheelchairs})
    obstacles += [
        _("out of service: %(reason)s") % {"reason": out.get_reason_display()} for out in vehicle.out_of_service
    ]
    obstacles += [_busy(ride, mission) for mission in vehicle.missions_around]
    if driver is not None and not holds_licence(driver, vehicle, slot.ends_at):
        obstacles.append(
            _("%(driver)s has no valid licence %(licence)s")
            % {"driver": driver.short_name, "licence": vehicle.model.licence}
        )
    return obstacles


def holds_licence(driver: Driver, vehicle: Vehicle, until: datetime) -> bool:
    """Return whether the driver may drive this vehicle on the day that the mission ends."""
    last_day = driver.base.local(until).date()
    return any(
        licence.category == vehicle.model.licence and licence.expires_on >= last_day
        for licence in driver.licences.all()
    )


def _busy(ride: Ride, mission: Mission) -> str:
    local = ride.base.local
    return _("on mission %(code)s from %(start)s to %(end)s") % {
        "code": mission.code,
        "start": f"{local(mission.starts_at):%H:%M}",
        "end": f"{local(mission.ends_at):%H:%M}",
    }
