"""The tower's timeline: the lines of drivers and vehicles over a day of the base."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings.models import Ride
from bookings.states import RideState
from dispatch.models import Stop
from dispatch.queries.feasibility import AROUND
from dispatch.queries.means import DriverMeans, Engagement, Means, VehicleMeans
from dispatch.states import MissionState
from drivers.models import Driver
from drivers.queries.availability import DriverTime
from echauffeur.bases.models import Base
from echauffeur.common.periods import meeting, meets
from fleet.due import Due, is_low, pressing
from fleet.models import Vehicle
from tracking.positions import Position, newest

# Short, for there are hundreds on a page: the database gives all times in UTC.
STAMP = "%Y-%m-%dT%H:%MZ"
STATE_LABELS = dict(RideState.choices)
FREE, OFF_DUTY, ON_BREAK, AWAY = _("Free"), _("Off duty"), _("On a break"), _("Away")


@dataclass(frozen=True)
class BaseDay:
    """A day on the base's own clock, and the moment at which it is looked at."""

    base: Base
    on: date
    now: datetime

    @cached_property
    def bounds(self) -> tuple[datetime, datetime]:
        return self.base.day(self.on)

    @property
    def is_today(self) -> bool:
        return self.on == self.base.local(self.now).date()

    @property
    def before(self) -> date:
        return self.on - timedelta(days=1)

    @property
    def after(self) -> date:
        return self.on + timedelta(days=1)

    @property
    def hours(self) -> list[datetime]:
        """Every full hour of the day; 23 to 25 of them."""
        start, end = (moment.astimezone(UTC) for moment in self.bounds)  # only there an hour always takes an hour
        return [start + timedelta(hours=n) for n in range(int((end - start) / timedelta(hours=1)))]

    def holds(self, moment: datetime) -> bool:
        """Whether a ride of that moment is shown: the day's own, and what the night before left running."""
        start, end = self.bounds
        return start - AROUND <= moment < end


@dataclass(frozen=True)
class Bar:
    """A ride on the timeline, for as long as it takes its driver and vehicle; in words made once for both its lines."""

    ride: Ride
    starts_at: datetime
    ends_at: datetime
    text: str
    hint: str
    is_troubled: bool

    @cached_property
    def starts(self) -> str:
        return f"{self.starts_at:{STAMP}}"

    @cached_property
    def ends(self) -> str:
        return f"{self.ends_at:{STAMP}}"


@dataclass(frozen=True)
class DriverLane:
    """A driver's line: on duty when, on which rides, and what they do now. ``position`` is the newest one shared.

    ``idle``: the label of why they take nothing now, where they do not. ``there``: the stop that they have reached by
    their position, without saying so.
    """

    driver: Driver
    duty: list[DateTimeTZRange]
    breaks: list[DateTimeTZRange]
    absences: list[DateTimeTZRange]
    bars: list[Bar]
    vehicle: Vehicle | None
    ride: Ride | None
    idle: str | Promise
    position: Position | None
    there: Stop | None

    @property
    def state(self) -> str:
        """The state of the ride under way, else whether the driver is free."""
        if self.ride:
            return self.ride.state
        return "off" if self.idle else "free"

    @property
    def state_label(self) -> str | Promise:
        if self.ride:
            return STATE_LABELS[self.ride.state]
        return self.idle or FREE

    @property
    def on_duty(self) -> bool:
        return self.idle != OFF_DUTY


@dataclass(frozen=True)
class VehicleLane:
    """A vehicle's line: on which rides, and when it is out of service.

    ``dues``: inspection and maintenance that press on that day; ``energy``: percent left as last read, None: never.
    """

    vehicle: Vehicle
    out_of_service: list[DateTimeTZRange]
    bars: list[Bar]
    dues: list[Due]
    energy: int | None

    @property
    def is_low(self) -> bool:
        return is_low(self.energy)


def bars_of_day(day: BaseDay, means: Means, rides: dict[int, Ride], troubled: Collection[int]) -> dict[int, Bar]:
    """Return the bar of each mission that touches the day, by the mission's id."""
    start, end = day.bounds
    bars = {}
    for engagement in means.engagements:
        ride = rides.get(engagement.stops[0].ride_id or 0)
        if ride is None or engagement.starts_at >= end or engagement.ends_at <= start:
            continue
        bars[engagement.mission.pk] = Bar(
            ride=ride,
            starts_at=engagement.starts_at,
            ends_at=engagement.ends_at,
            text=f"{day.base.local(ride.pickup_at):%H:%M} {ride.origin_label} → {ride.destination.name}",
            hint=f"{ride.code} · {STATE_LABELS[ride.state]}",
            is_troubled=ride.pk in troubled,
        )
    return bars


def _bars_of(means: DriverMeans | VehicleMeans, bars: dict[int, Bar]) -> list[Bar]:
    return [bars[e.mission.pk] for e in means.engagements if e.mission.pk in bars]


def driver_lanes(day: BaseDay, means: Means, bars: dict[int, Bar]) -> list[DriverLane]:
    """Return a line for who is on duty or drives that day; those on duty now first, then by name."""
    here = [driver for driver in means.drivers.values() if _duty(day, driver) or _bars_of(driver, bars)]
    positions = newest(driver.row.pk for driver in here) if day.is_today else {}
    lanes = [_driver_lane(day, means, driver, bars, positions.get(driver.row.pk)) for driver in here]
    return sorted(lanes, key=lambda lane: (not lane.on_duty, lane.driver.user.last_name, lane.driver.pk))


def _duty(day: BaseDay, driver: DriverMeans) -> list[DateTimeTZRange]:
    start, end = day.bounds
    return [period for period in driver.time.duty if meets(period, start, end)]


def idle_of(time: DriverTime, now: datetime) -> str | Promise:
    """Return why the driver takes nothing at that moment; nothing when they are there."""
    if not meeting(time.duty, now, now):
        return OFF_DUTY
    if meeting(time.absences, now, now):
        return AWAY
    return ON_BREAK if meeting(time.breaks, now, now) else ""


def _driver_lane(
    day: BaseDay, means: Means, driver: DriverMeans, bars: dict[int, Bar], position: Position | None
) -> DriverLane:
    under_way = next((e for e in driver.engagements if e.mission.state == MissionState.UNDER_WAY), None)
    vehicle = vehicle_of(means, under_way or next((e for e in driver.engagements if e.is_live), None))
    return DriverLane(
        driver=driver.row,
        duty=_duty(day, driver),
        breaks=meeting(driver.time.breaks, *day.bounds),
        absences=meeting(driver.time.absences, *day.bounds),
        bars=_bars_of(driver, bars),
        vehicle=vehicle.row if vehicle else None,
        ride=bars[under_way.mission.pk].ride if under_way and under_way.mission.pk in bars else None,
        idle=idle_of(driver.time, day.now),
        position=position if driver.row.sharing else None,
        there=under_way.next_stop if under_way and under_way.next_stop.is_unconfirmed else None,
    )


def vehicle_lanes(day: BaseDay, means: Means, bars: dict[int, Bar]) -> list[VehicleLane]:
    """Return a line for each vehicle of the fleet, and for those that left it but drove that day."""
    start, end = day.bounds
    return [
        VehicleLane(
            vehicle.row,
            meeting((outage.period for outage in vehicle.time.outages), start, end),
            _bars_of(vehicle, bars),
            pressing(vehicle.row, day.on, vehicle.time.mileage),
            vehicle.row.energy,  # type: ignore[attr-defined]  # annotated
        )
        for vehicle in means.vehicles.values()
        if vehicle.row.enabled or _bars_of(vehicle, bars)
    ]


def vehicle_of(means: Means, engagement: Engagement | None) -> VehicleMeans | None:
    """Return the vehicle of that mission with what is known of it, if there is a mission."""
    return means.vehicles.get(engagement.mission.vehicle_id) if engagement else None
