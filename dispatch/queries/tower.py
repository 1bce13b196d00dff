"""The control tower's read model: a day of a base, in the same handful of queries at ten rides and at three hundred."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import islice

from django.db.models import Q

from bookings.models import Ride
from bookings.states import RIDE, RideState
from dispatch.models import Stop
from dispatch.queries.feasibility import AROUND
from dispatch.queries.history import announcement_of
from dispatch.queries.lanes import (
    Bar,
    BaseDay,
    DriverLane,
    VehicleLane,
    bars_of_day,
    driver_lanes,
    vehicle_lanes,
)
from dispatch.queries.means import Engagement, Means, means_of
from dispatch.queries.problems import Problem, problems_of
from dispatch.queries.proposals import Proposal, promise_for, proposals_for
from echauffeur.bases.models import Base
from echauffeur.journal.models import Entry
from echauffeur.journal.queries import seq_of

TO_HANDLE = [RideState.REQUESTED, RideState.WAITLISTED, RideState.CONFIRMED]
PROPOSALS = 2
# One thing that somebody does may be told in several steps: the ride's, and its mission's.
STEPS_AT_ONCE = 3
# Steps of a mission that belong to the history of each ride named in them, and are not for customers.
ON_MISSIONS = ["overrule", "seem_there", "seem_gone"]


@dataclass(frozen=True)
class Watch:
    """A ride, and what is wrong with it."""

    ride: Ride
    problems: list[Problem]


@dataclass(frozen=True)
class Request(Watch):
    """A ride that waits for the control room. ``promise``: the pick-up for which its proposals were judged."""

    promise: datetime
    proposals: list[Proposal]


@dataclass(frozen=True)
class Tower:
    """Everything that the tower shows, worked out from the rows that were read; no property asks the database."""

    day: BaseDay
    seq: int
    means: Means
    rides: list[Ride]
    selected: Ride | None
    entries: list[Entry]

    @property
    def announcement(self) -> str:
        """What happened last, for screen readers."""
        return announcement_of([entry for entry in self.entries if entry.seq > self.seq - STEPS_AT_ONCE])

    @cached_property
    def shown(self) -> list[Ride]:
        return [ride for ride in self.rides if self.day.holds(ride.pickup_at)]

    @cached_property
    def engagements(self) -> dict[int | None, Engagement]:
        """The mission that carries a ride, by the ride's id."""
        return {stop.ride_id: engagement for engagement in self.means.engagements for stop in engagement.stops}

    @cached_property
    def requests(self) -> list[Request]:
        """What waits for the control room, the most urgent first."""
        declined = self._declined()
        return [self._request(ride, declined.get(ride.pk)) for ride in self.shown if ride.state in TO_HANDLE]

    def _request(self, ride: Ride, declined: Entry | None) -> Request:
        promise = promise_for(ride, self.day.now)
        proposals = list(islice(proposals_for(self.means, ride, promise), PROPOSALS))
        problems = problems_of(ride, self.day.now, declined=declined, can_be_driven=bool(proposals))
        return Request(ride, problems, promise, proposals)

    def _declined(self) -> dict[int, Entry]:
        """Return, by ride, the driver's refusal that brought it into the state that it is in now."""
        since = {ride.pk: ride.state_since for ride in self.shown if ride.state == RideState.CONFIRMED}
        declines = [entry for entry in self.entries if entry.verb == "decline" and entry.subject == "ride"]
        return {e.subject_id: e for e in declines if e.subject_id in since and e.at >= since[e.subject_id]}

    @cached_property
    def watched(self) -> list[Watch]:
        """The rides that have their driver, and with which something is wrong."""
        watches = [Watch(ride, self._problems(ride)) for ride in self.shown if ride.state not in TO_HANDLE]
        return [watch for watch in watches if watch.problems]

    def _problems(self, ride: Ride) -> list[Problem]:
        engagement = self.engagements.get(ride.pk)
        return problems_of(ride, self.day.now, engagement=engagement, means=self.means)

    @cached_property
    def troubled(self) -> dict[int, Watch]:
        """Every ride with which something is wrong, by its id; those with a driver first."""
        return {watch.ride.pk: watch for watch in [*self.watched, *self.requests] if watch.problems}

    @property
    def late(self) -> list[Watch]:
        return [watch for watch in self.troubled.values() if any(problem.is_late for problem in watch.problems)]

    @property
    def alerts(self) -> list[Watch]:
        return [watch for watch in self.troubled.values() if any(not problem.is_late for problem in watch.problems)]

    @property
    def elsewhere(self) -> list[tuple[date, int]]:
        """The other days with rides to handle, and how many: nothing that was asked may be lost from sight."""
        others = (ride for ride in self.rides if ride.state in TO_HANDLE and not self.day.holds(ride.pickup_at))
        return sorted(Counter(self.day.base.local(ride.pickup_at).date() for ride in others).items())

    @cached_property
    def bars(self) -> dict[int, Bar]:
        return bars_of_day(self.day, self.means, {ride.pk: ride for ride in self.rides}, self.troubled.keys())

    @cached_property
    def drivers(self) -> list[DriverLane]:
        return driver_lanes(self.day, self.means, self.bars)

    @cached_property
    def vehicles(self) -> list[VehicleLane]:
        return vehicle_lanes(self.day, self.means, self.bars)


def tower_of(base: Base, *, now: datetime, on: date | None = None, code: str = "") -> Tower:
    """Return the tower for that day, else for the day of the ride of that code, else for today. Eight queries.

    Its number in the journal is read first: what it shows is at least as new as it says.
    """
    seq = seq_of(f"base:{base.pk}")
    day = BaseDay(base, on or base.local(now).date(), now)
    rides = _rides(day, code)
    selected = next((ride for ride in rides if ride.code == code), None)
    if selected and not day.holds(selected.pickup_at):
        day = BaseDay(base, base.local(selected.pickup_at).date(), now)
        rides = _rides(day, code)
    means = means_of(base, *_time_of_means(day, rides))
    entries = _entries(base, seq, rides, selected)
    return Tower(day, seq, means, rides, selected, entries)


def _rides(day: BaseDay, code: str) -> list[Ride]:
    """Return the day's rides, what still runs from the night before, all that is to handle, and the selected one."""
    start, end = day.bounds
    shown = Q(pickup_at__gte=start, pickup_at__lt=end)
    running = Q(pickup_at__gte=start - AROUND, pickup_at__lt=start, state__in=RIDE.live)
    wanted = shown | running | Q(state__in=TO_HANDLE) | Q(code=code)
    rides = list(Ride.objects.of(day.base).filter(wanted).select_related("destination", "booked_by", "category"))
    for ride in rides:
        ride.base = day.base
    return rides


def _time_of_means(day: BaseDay, rides: Iterable[Ride]) -> tuple[datetime, datetime]:
    """Return the time around the day, and around every pick-up that can still be promised to who waits in it."""
    start, end = day.bounds
    waiting = (ride for ride in rides if ride.state in TO_HANDLE and day.holds(ride.pickup_at))
    return start - AROUND, max([end, *(promise_for(ride, day.now) for ride in waiting)]) + AROUND


def _entries(base: Base, seq: int, rides: Iterable[Ride], selected: Ride | None) -> list[Entry]:
    """Return the newest steps, what drivers declined of what is to handle, and the selected ride's history."""
    waiting = [ride.pk for ride in rides if ride.state == RideState.CONFIRMED]
    wanted = Q(seq__gt=seq - STEPS_AT_ONCE) | Q(subject="ride", subject_id__in=waiting, verb="decline")
    if selected:
        wanted |= Q(subject="ride", subject_id=selected.pk)
        carrying = Stop.objects.filter(ride=selected).values("mission_id")
        wanted |= Q(subject="mission", subject_id__in=carrying, verb__in=ON_MISSIONS)
    return list(Entry.objects.of(base).filter(wanted).select_related("by").order_by("seq"))
