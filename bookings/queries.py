"""What the customer's pages need to know."""

from uuid import UUID

from django.db.models import F, OuterRef, Q, Subquery

from bookings.models import Ride, RideQuerySet, TrackingLink
from echauffeur.accounts.models import User
from echauffeur.accounts.queries import Person
from echauffeur.bases.models import BY_NAME, Base, PlaceQuerySet
from echauffeur.journal.models import Entry


def places_by_use(base: Base, user: Person) -> PlaceQuerySet:
    """Return the base's enabled places, first those of this customer's latest rides; ``used_at`` says when, or None."""
    touching = Q(origin=OuterRef("pk")) | Q(destination=OuterRef("pk"))
    latest = Ride.objects.for_customer(user.pk).filter(touching).order_by("-requested_at")
    places = base.places.enabled().annotate(used_at=Subquery(latest.values("requested_at")[:1]))
    return places.order_by(F("used_at").desc(nulls_last=True), BY_NAME)


def coming_rides(user: User) -> RideQuerySet:
    """Return the customer's rides that are not over, the next one first."""
    return Ride.objects.for_customer(user).live().with_places().order_by("pickup_at", "pk")


def past_rides(user: User) -> RideQuerySet:
    """Return the customer's rides that are over, the latest first."""
    return Ride.objects.for_customer(user).ended().with_places().order_by("-pickup_at", "-pk")


def ride_made_by(user: User, key: UUID) -> Ride | None:
    """Return the ride that this person's press of that button made, if it did."""
    entry = Entry.objects.filter(tap=key, by=user, verb="request").first()
    return Ride.objects.get(pk=entry.subject_id) if entry else None


def link_in_force(ride: Ride) -> TrackingLink | None:
    """Return the tracking link under which guests follow the ride now, if there is one."""
    link = ride.tracking_links.filter(revoked_at=None).select_related("ride").first()
    return link if link and link.holds else None
