"""The doors to a ride. A ride that is not yours to see is a ride that does not exist."""

from django.db.models import QuerySet
from django.http import Http404

from bookings.models import Ride, TrackingLink, digest_of
from echauffeur.accounts.access import require
from echauffeur.accounts.queries import Person
from echauffeur.accounts.roles import Permission
from echauffeur.common.models import row_of_code


def _ride(code: str) -> Ride:
    ride = row_of_code(Ride.objects.with_places(), code)
    if ride is None:
        raise Http404
    return ride


def ride_of_customer(user: Person, code: str) -> Ride:
    """Return the person's own ride. Raises Http404 when it is somebody else's or none."""
    ride = _ride(code)
    if not user.is_authenticated or ride.customer_id != user.pk:
        raise Http404
    return ride


def ride_to_regulate(user: Person, code: str) -> Ride:
    """Return a ride of a base that the person steers. Raises Http404 otherwise."""
    ride = _ride(code)
    require(user, Permission.REGULATE_RIDES, ride.base_id)
    return ride


def link_to_follow(token: str) -> TrackingLink:
    """Return the tracking link of that token while it holds: not revoked, until an hour after the ride's end.

    Raises Http404 otherwise.
    """
    return _held(TrackingLink.objects.filter(digest=digest_of(token)))


def link_followed(link_id: int) -> TrackingLink:
    """Return the tracking link that was swapped for a cookie earlier, while it holds. Raises Http404 otherwise."""
    return _held(TrackingLink.objects.filter(pk=link_id))


def _held(links: QuerySet[TrackingLink]) -> TrackingLink:
    link = links.select_related("ride__base", "ride__origin", "ride__destination").first()
    if link is None or not link.holds:
        raise Http404
    return link
