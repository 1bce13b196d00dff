"""What the pages need to know of missions."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from bookings.models import Ride
from dispatch.models import Mission, Stop, StopKind
from dispatch.states import MISSION
from echauffeur.journal.models import Entry


def driver_of(ride: Ride) -> int | None:
    """Return the id of the driver whose mission carries the ride, if one does."""
    carried = Stop.objects.filter(ride=ride, dropped_at=None)
    return carried.values_list("mission__driver_id", flat=True).first()


def mission_of(ride: Ride) -> Mission | None:
    """Return the mission that carries, or carried, the ride, with driver, vehicle and stops."""
    return Mission.objects.with_crew().with_stops().filter(stops__ride=ride, stops__dropped_at=None).first()


def missions_of(rides: Iterable[Ride]) -> dict[int, Mission]:
    """Return the mission of each of these rides that has one, by ride id, in two queries."""
    carried = Stop.objects.filter(ride__in=list(rides), kind=StopKind.PICK_UP, dropped_at=None)
    by_ride = dict(carried.values_list("ride_id", "mission_id"))
    missions = Mission.objects.with_crew().in_bulk(set(by_ride.values()))
    return {ride_id: missions[mission_id] for ride_id, mission_id in by_ride.items()}


def trips_of(ride: Ride) -> list[Mission]:
    """Return the missions that set out for the ride and are over, the latest first."""
    set_out = Entry.objects.filter(subject="mission", subject_id=OuterRef("pk"), verb="set_out")
    theirs = Mission.objects.filter(Exists(set_out), stops__ride=ride, state__in=MISSION.final)
    return list(theirs.distinct().order_by("-period"))
