"""A mission that is over, once more: its stops, its steps, where the car was, and when nobody knows where it was."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from dispatch.models import Mission, Stop
from dispatch.queries.history import sentence_of
from echauffeur.journal.models import Entry
from tracking.actions.positions import OLDEST
from tracking.models import TrailPoint
from tracking.models.trails import TrailPointQuerySet

# A phone says where it is every few seconds; for so long nothing, and nobody knows where it went.
HOLE_FROM = timedelta(minutes=2)
STEPS = ("depart", "arrive", "board", "complete", "no_show", "abort", "cancel")


@dataclass(frozen=True)
class Moment:
    """What happened at a time; a hole, in which no position came, lasts ``until``."""

    at: datetime
    text: str
    until: datetime | None = None


@dataclass(frozen=True)
class Trip:
    """A mission from setting out to its end. ``stops``: also those that were dropped on the way."""

    mission: Mission
    start: datetime
    end: datetime

    @property
    def stops(self) -> list[Stop]:
        return list(self.mission.stops.all())

    @property
    def is_kept(self) -> bool:
        """Whether anything is kept of where the car was."""
        return self._trail.exists()

    def points(self) -> list[TrailPoint]:
        """Return where the car was, in order."""
        return list(self._trail)

    @property
    def _trail(self) -> TrailPointQuerySet:
        return TrailPoint.objects.filter(driver=self.mission.driver_id).between(self.start, self.end)

    def steps(self) -> list[Moment]:
        """Return the steps of the mission's rides on this trip, in order, by the phone's own time."""
        rides = {stop.ride_id for stop in self.stops if stop.ride_id}
        entries = Entry.objects.filter(subject="ride", subject_id__in=rides, verb__in=STEPS).order_by("at", "pk")
        moments = (Moment(_time_of(entry), f"{entry.code} · {sentence_of(entry)}") for entry in entries)
        return sorted((m for m in moments if self.start <= m.at <= self.end), key=lambda moment: moment.at)


def trip_of(mission: Mission) -> Trip | None:
    """Return the trip of a mission that is over; None when it never set out."""
    set_out = Entry.objects.about("mission", mission.pk).filter(verb="set_out").order_by("at").first()
    if set_out is None or mission.ended_at is None:
        return None
    # On the full second: the page counts from there.
    return Trip(mission, _time_of(set_out).replace(microsecond=0), mission.ended_at)


def holes_in(trip: Trip, points: list[TrailPoint]) -> list[tuple[datetime, datetime]]:
    """Return from when until when no position came, beginning and end included."""
    times = [trip.start, *(point.at for point in points), trip.end]
    return [(before, after) for before, after in pairwise(times) if after - before >= HOLE_FROM]


def moments_of(trip: Trip, points: list[TrailPoint]) -> list[Moment]:
    """Return what happened, step by step, with the holes in the trail: all that the map shows, in words."""
    holes = [Moment(start, _("No position"), end) for start, end in holes_in(trip, points)]
    return sorted([*trip.steps(), *holes], key=lambda moment: moment.at)


def trail_as_json(trip: Trip) -> dict[str, Any]:
    """Return ``points`` as [seconds after the start, latitude, longitude, heading], and ``holes`` as [from, until]."""
    points = trip.points()

    def seconds(moment: datetime) -> float:
        return round((moment - trip.start).total_seconds(), 1)

    return {
        "points": [[seconds(point.at), point.latitude, point.longitude, point.heading] for point in points],
        "holes": [[seconds(start), seconds(end)] for start, end in holes_in(trip, points)],
    }


def _time_of(entry: Entry) -> datetime:
    """Return when the step was taken on the phone, as far back as positions were taken in."""
    return min(entry.at, max(entry.claimed_at or entry.at, entry.at - OLDEST))
