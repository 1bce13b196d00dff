"""The live map's read model: who is on duty now, in which vehicle, doing what, seen when; in a handful of queries."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models.enums import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings.models import Ride
from bookings.states import RideState
from dispatch.models import Stop
from dispatch.queries import lanes
from dispatch.queries.history import announcement_of
from dispatch.queries.means import DriverMeans, Engagement, Means, means_of
from dispatch.queries.planning import plain
from dispatch.states import MissionState
from drivers.models import Driver, Shift
from echauffeur.accounts.models import phone_in_words
from echauffeur.bases.models import Base
from echauffeur.common.periods import meeting
from echauffeur.journal.models import Entry
from echauffeur.journal.queries import seq_of
from fleet.models import Vehicle
from tracking.positions import Position, newest

STEPS_AT_ONCE = 3
# What is under way began at most so long ago; what comes later is no concern of a map.
BEFORE, AHEAD = timedelta(hours=12), timedelta(hours=4)


class Group(TextChoices):
    """By what the list is filtered: what a crew does now, or that nobody sees where it is."""

    FREE = "free", lanes.FREE
    APPROACHING = RideState.APPROACHING.value, RideState.APPROACHING.label
    WAITING = RideState.WAITING.value, RideState.WAITING.label
    ON_BOARD = RideState.ON_BOARD.value, RideState.ON_BOARD.label
    IDLE = "idle", _("On a break or away")
    UNSEEN = "unseen", _("Without position")


@dataclass(frozen=True)
class Crew:
    """A driver on duty, or still on a mission, and the vehicle they have.

    ``work``: the mission under way, ``ride``: what its next stop is for; ``coming``: the next ride, where none is under
    way. ``idle``: the label of why they take nothing now, where they do not. ``until``: when the shift ends.
    """

    driver: Driver
    vehicle: Vehicle | None
    work: Engagement | None
    ride: Ride | None
    coming: Ride | None
    idle: str | Promise
    until: datetime | None
    position: Position | None

    @property
    def state(self) -> str:
        """The state of the ride under way, else free, break or off."""
        if self.ride:
            return self.ride.state
        if not self.idle:
            return "free"
        return "break" if self.idle == lanes.ON_BREAK else "off"

    @property
    def state_label(self) -> str | Promise:
        return self.ride.get_state_display() if self.ride else self.idle or lanes.FREE

    @property
    def stop(self) -> Stop | None:
        """Where they go to, or stand, now."""
        return self.work.next_stop if self.work else None

    @property
    def phone(self) -> str:
        return phone_in_words(self.driver.user.phone)

    @property
    def says(self) -> str:
        """What the map says of the car, beside its age."""
        vehicle, stop = self.vehicle and self.vehicle.name, self.stop and self.stop.label
        return " · ".join(str(word) for word in (self.driver.short_name, vehicle, self.state_label, stop) if word)

    def is_in(self, group: str) -> bool:
        if group == Group.UNSEEN:
            return self.position is None
        return group in ("", self.state) or (group == Group.IDLE and self.state in ("break", "off"))

    def goes_by(self, words: str) -> bool:
        """Whether what the list says of them holds each of these words, however they are written."""
        more = (self.driver, self.vehicle and self.vehicle.plate, self.ride and self.ride.code)
        known = plain(" ".join([self.says, *(str(word) for word in more if word)]))
        return all(plain(word) in known for word in words.split())


@dataclass(frozen=True)
class LiveMap:
    """All crews of a base at that moment, by name; ``words`` and ``group`` say which of them are shown."""

    base: Base
    now: datetime
    seq: int
    crews: list[Crew]
    entries: list[Entry]
    words: str
    group: str
    driver_id: int | None

    @property
    def announcement(self) -> str:
        """What happened last, for screen readers."""
        return announcement_of(self.entries)

    @cached_property
    def shown(self) -> list[Crew]:
        return [crew for crew in self._found if crew.is_in(self.group)]

    @cached_property
    def _found(self) -> list[Crew]:
        return [crew for crew in self.crews if crew.goes_by(self.words)]

    @property
    def groups(self) -> list[tuple[Group, int]]:
        """Each filter, and how many it would show."""
        return [(group, sum(crew.is_in(group) for crew in self._found)) for group in Group]

    @property
    def found(self) -> int:
        return len(self._found)

    @property
    def selected(self) -> Crew | None:
        return next((crew for crew in self.shown if crew.driver.pk == self.driver_id), None)


def live_map_of(
    base: Base, *, now: datetime, words: str = "", group: str = "", driver_id: int | None = None
) -> LiveMap:
    """Return the base's live map. Seven queries; its number in the journal is read first."""
    seq = seq_of(f"base:{base.pk}")
    means = means_of(base, now - BEFORE, now + AHEAD)
    driving = [driver for driver in means.drivers.values() if _is_driving(driver, now)]
    scene = _Scene(
        means,
        now,
        rides=_rides(driving),
        vehicles=dict(Shift.objects.of(base).running(now).values_list("driver_id", "vehicle_id")),
        positions=newest(driver.row.pk for driver in driving if driver.row.sharing),
    )
    entries = list(Entry.objects.of(base).filter(seq__gt=seq - STEPS_AT_ONCE).select_related("by").order_by("seq"))
    return LiveMap(base, now, seq, [scene.crew(driver) for driver in driving], entries, words, group, driver_id)


@dataclass(frozen=True)
class _Scene:
    """What the crews are put together from. ``vehicles``: by driver, the one they took over for their shift."""

    means: Means
    now: datetime
    rides: dict[int, Ride]
    vehicles: dict[int, int | None]
    positions: dict[int, Position]

    def crew(self, driver: DriverMeans) -> Crew:
        work, coming = _under_way(driver), _coming(driver)
        vehicle_id = self.vehicles.get(driver.row.pk)
        if coming and (work or not vehicle_id):
            vehicle_id = coming.mission.vehicle_id
        vehicle = self.means.vehicles.get(vehicle_id or 0)
        duty = meeting(driver.time.duty, self.now, self.now)
        return Crew(
            driver=driver.row,
            vehicle=vehicle.row if vehicle else None,
            work=work,
            ride=self._ride_of(work),
            coming=None if work else self._ride_of(coming),
            idle=lanes.idle_of(driver.time, self.now),
            until=duty[0].upper if duty else None,
            position=self.positions.get(driver.row.pk),
        )

    def _ride_of(self, engagement: Engagement | None) -> Ride | None:
        return self.rides.get(engagement.next_stop.ride_id or 0) if engagement else None


def _is_driving(driver: DriverMeans, now: datetime) -> bool:
    return _under_way(driver) is not None or (driver.time.may_drive and bool(meeting(driver.time.duty, now, now)))


def _under_way(driver: DriverMeans) -> Engagement | None:
    return next((e for e in driver.engagements if e.mission.state == MissionState.UNDER_WAY), None)


def _coming(driver: DriverMeans) -> Engagement | None:
    """Return the mission under way, else the next one."""
    return _under_way(driver) or next((e for e in driver.engagements if e.is_live), None)


def _rides(driving: list[DriverMeans]) -> dict[int, Ride]:
    """Return what their next stops are for."""
    coming = [engagement for driver in driving if (engagement := _coming(driver))]
    return Ride.objects.select_related("destination").in_bulk({engagement.next_stop.ride_id for engagement in coming})
