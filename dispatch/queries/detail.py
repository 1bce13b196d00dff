"""Everything about the ride that the regulator has chosen: what was asked, what happened, and who could drive it."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from bookings.models import Ride
from bookings.states import RIDE
from dispatch.models import Stop
from dispatch.queries.feasibility import Candidate, drivers_for, slot_for, vehicles_for
from dispatch.queries.history import Line, line_of
from dispatch.queries.lanes import vehicle_of
from dispatch.queries.means import Engagement
from dispatch.queries.problems import TIME_TO_CONFIRM, Problem, reached_silently
from dispatch.queries.proposals import Proposal, promise_for, proposals_for
from dispatch.queries.tower import ON_MISSIONS, TO_HANDLE, Tower
from drivers.models import Driver
from echauffeur.accounts.models import phone_in_words
from echauffeur.common.lifecycle import Party
from echauffeur.journal.models import Entry
from fleet.models import Vehicle

PROPOSALS = 4


@dataclass(frozen=True)
class Choice:
    """Who could carry the ride at that promise, who could not, and why."""

    promise: datetime
    proposals: list[Proposal]
    drivers: list[Candidate[Driver]]
    vehicles: list[Candidate[Vehicle]]

    @property
    def impossible(self) -> list[Candidate[Driver] | Candidate[Vehicle]]:
        """Those who cannot, drivers first."""
        candidates: list[Candidate[Driver] | Candidate[Vehicle]] = [*self.drivers, *self.vehicles]
        return [candidate for candidate in candidates if not candidate.possible]


@dataclass(frozen=True)
class Halt:
    """An end of a ride that has no mission yet. Degrees WGS 84."""

    label: str
    latitude: float
    longitude: float
    planned_at: datetime | None = None
    done_at: datetime | None = None


@dataclass(frozen=True)
class Detail:
    """The chosen ride. ``verbs``: what a regulator may do with it now; ``choice``: while it has no driver.

    ``there_since``: when its car reached the next stop by its position, as long as that is no problem yet.
    """

    ride: Ride
    verbs: list[str]
    problems: list[Problem]
    history: list[Line]
    engagement: Engagement | None
    driver: Driver | None
    vehicle: Vehicle | None
    choice: Choice | None
    there_since: datetime | None

    @property
    def overruled(self) -> Line | None:
        """The step that was taken against rules of the base, if one was."""
        return next((line for line in self.history if line.is_overruled), None)

    @property
    def phone(self) -> str:
        return phone_in_words(self.ride.phone)

    @property
    def driver_phone(self) -> str:
        return phone_in_words(self.driver.user.phone) if self.driver else ""

    @property
    def stops(self) -> list[Stop] | list[Halt]:
        """Where the mission halts; without one, where the ride would start and end."""
        if self.engagement:
            return self.engagement.stops
        ride, to = self.ride, self.ride.destination
        return [
            Halt(ride.origin_label, ride.origin_latitude, ride.origin_longitude, ride.pickup_at),
            Halt(to.name, to.latitude, to.longitude),
        ]


def detail_of(tower: Tower, *, promise: datetime | None = None) -> Detail | None:
    """Return the tower's selected ride in full, judged for that promise or for the best one; no query."""
    ride = tower.selected
    if ride is None:
        return None
    engagement = tower.engagements.get(ride.pk)
    driver = tower.means.drivers.get(engagement.mission.driver_id) if engagement else None
    vehicle = vehicle_of(tower.means, engagement)
    there_since = reached_silently(ride, engagement)
    return Detail(
        ride=ride,
        verbs=RIDE.verbs(ride.state, Party.REGULATOR),
        problems=tower.troubled[ride.pk].problems if ride.pk in tower.troubled else [],
        history=[line_of(entry) for entry in tower.entries if _is_of(ride, entry)],
        engagement=engagement,
        driver=driver.row if driver else None,
        vehicle=vehicle.row if vehicle else None,
        choice=choice_for(tower, ride, promise) if ride.state in TO_HANDLE else None,
        there_since=there_since if there_since and tower.day.now - there_since < TIME_TO_CONFIRM else None,
    )


def _is_of(ride: Ride, entry: Entry) -> bool:
    """Whether a step belongs to the ride's history: its own, or one of its mission that names it."""
    if entry.subject == "mission":
        return entry.verb in ON_MISSIONS and ride.code in entry.data.get("rides", [])
    return entry.subject == "ride" and entry.subject_id == ride.pk


def choice_for(tower: Tower, ride: Ride, promise: datetime | None) -> Choice:
    """Return who could carry the ride, with every reason against the others."""
    promise = promise or promise_for(ride, tower.day.now)
    return Choice(
        promise,
        list(islice(proposals_for(tower.means, ride, promise), PROPOSALS)),
        drivers_for(tower.means, ride, promise),
        vehicles_for(tower.means, ride, slot_for(ride, promise)),
    )
