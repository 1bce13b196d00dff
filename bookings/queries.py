"""What the customer's pages need to know."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import Ride, RideQuerySet, TrackingLink
from echauffeur.accounts.models import User
from echauffeur.accounts.queries import Person
from echauffeur.bases.models import BY_NAME, Base, PlaceQuerySet
from echauffeur.bases.queries import Timetable
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


@dataclass(frozen=True)
class Misfit:
    """A ride that was booked before its base changed its mind, and what it no longer fits."""

    ride: Ride
    why: str


def misfits(base: Base) -> list[Misfit]:
    """Return the base's coming rides that could not be booked any more under its hours, party and area as they are now.

    The next one comes first. Rides that a regulator booked against the rules, with a reason, are left out.
    """
    timetable = Timetable(base)
    coming = Ride.objects.of(base).live().filter(pickup_at__gt=timezone.now()).with_places()
    found = [Misfit(ride, why) for ride in coming if (why := _misfit(base, timetable, ride))]
    codes = [one.ride.pk for one in found]
    told = Entry.objects.filter(subject="ride", subject_id__in=codes, verb="request", data__has_key="overruled")
    meant = set(told.values_list("subject_id", flat=True))
    return [one for one in found if one.ride.pk not in meant]


def _misfit(base: Base, timetable: Timetable, ride: Ride) -> str:
    """Return what the ride no longer fits; nothing when it still does."""
    ends = [(ride.origin_latitude, ride.origin_longitude), (ride.destination.latitude, ride.destination.longitude)]
    found = {
        _("outside the opening hours"): not timetable.is_open(ride.pickup_at),
        _("too many passengers"): base.greatest_party is not None and ride.passengers > base.greatest_party,
        _("outside the area"): any(base.metres_beyond(*end) for end in ends),
    }
    return ", ".join(words for words, holds in found.items() if holds)
