"""The doors to missions and stops, and to the way of a mission that is over."""

from datetime import timedelta

from django.http import Http404
from django.utils import timezone

from bookings.models import Ride
from dispatch.models import Mission
from dispatch.states import MISSION
from drivers.models import Driver
from drivers.queries import driving_of
from echauffeur.accounts.queries import Person, may
from echauffeur.accounts.roles import Permission
from echauffeur.common.models import row_of_code
from echauffeur.journal.models import Entry

# Whoever said why may look for so long; then it is said again.
LOOK_LASTS = timedelta(minutes=30)


def mission_to_drive(user: Person, code: str) -> Mission:
    """Return a mission that is the person's own to drive. Raises Http404 when it is somebody else's or none."""
    mission = row_of_code(Mission.objects.with_crew(), code)
    if mission is None or mission.driver.user_id != user.pk or not may(user, Permission.DRIVE, mission.base_id):
        raise Http404
    return mission


def ride_to_drive(user: Person, code: str) -> Ride:
    """Return a ride that is, or was, on one of the person's own missions. Raises Http404 otherwise."""
    driven = Ride.objects.with_places().filter(stops__mission__driver__in=driving_of(user))
    ride = row_of_code(driven, code)
    if ride is None or not may(user, Permission.DRIVE, ride.base_id):
        raise Http404
    return ride


def driver_to_be(user: Person) -> Driver:
    """Return the person's driving profile on their current base, else on any. Raises Http404 when there is none."""
    driving = [driver for driver in driving_of(user) if may(user, Permission.DRIVE, driver.base_id)]
    if not driving:
        raise Http404
    current = getattr(user, "base_id", None)
    return next((driver for driver in driving if driver.base_id == current), driving[0])


def trip_to_see(user: Person, code: str) -> Mission:
    """Return a mission that is over, with crew and stops, to whoever may look at its way after saying why.

    Raises Http404 otherwise, and while the mission is live.
    """
    mission = row_of_code(Mission.objects.with_crew().with_stops(), code)
    if mission is None or mission.state in MISSION.live or not may(user, Permission.SEE_TRAILS, mission.base_id):
        raise Http404
    return mission


def look_to_see(user: Person, code: str, pk: int) -> tuple[Mission, Entry]:
    """Return such a mission, and the entry in which this very person said why, a moment ago. Raises Http404."""
    mission = trip_to_see(user, code)
    said = Entry.objects.about("mission", mission.pk).filter(verb="look", by_id=user.pk)
    look = said.filter(pk=pk, at__gt=timezone.now() - LOOK_LASTS).first()
    if look is None:
        raise Http404
    return mission, look
