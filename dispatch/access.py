"""The doors to missions and stops."""

from django.http import Http404

from bookings.models import Ride
from dispatch.models import Mission
from drivers.models import Driver
from drivers.queries import driving_of
from echauffeur.accounts.queries import Person, may
from echauffeur.accounts.roles import Permission
from echauffeur.common.models import row_of_code


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
