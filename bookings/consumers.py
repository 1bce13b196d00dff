"""The live sockets of customers and guests."""

from django.http import Http404

from bookings.access import link_followed, ride_of_customer
from bookings.models import Ride
from bookings.states import CAR_IN_SIGHT
from dispatch.queries.missions import driver_of
from echauffeur.journal.live import LiveConsumer
from tracking.frames import driver_topic

FOLLOWED_LINK = "followed_link"
LINK_ENDED = 4404


def sight_of(ride: Ride) -> list[str]:
    """Return the topic of the car's position, but only while it comes for, or carries, this very ride."""
    driver_id = driver_of(ride) if ride.state in CAR_IN_SIGHT else None
    return [driver_topic(driver_id)] if driver_id else []


class RideConsumer(LiveConsumer):
    """A customer follows one own ride."""

    topics_change_with_steps = True

    def enter(self) -> tuple[str, list[str]]:
        ride = ride_of_customer(self.scope["user"], self.scope["url_route"]["kwargs"]["code"])
        return ride.stream, sight_of(ride)


class RidesConsumer(LiveConsumer):
    """A customer follows the list of own rides."""

    def enter(self) -> tuple[str, list[str]]:
        user = self.scope["user"]
        if not user.is_authenticated:
            raise Http404
        return f"customer:{user.pk}", []


class GuestConsumer(LiveConsumer):
    """Whoever holds a tracking link follows that ride's car; when it closes, the link has ended."""

    topics_change_with_steps = True

    def enter(self) -> tuple[str, list[str]]:
        ride = link_followed(self.scope["session"].get(FOLLOWED_LINK, 0)).ride
        return ride.stream, sight_of(ride)

    def refusal_code(self) -> int:
        return LINK_ENDED
