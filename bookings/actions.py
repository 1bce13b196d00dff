"""Every write to a ride. `take_step` is the only way that a ride changes state."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bookings.models import Ride, TrackingLink, digest_of
from bookings.states import RIDE, RideState
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base, Place
from echauffeur.bases.queries import is_open, next_opening
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import Refusal
from echauffeur.journal import actions as journal
from echauffeur.journal.actions import Tap
from fleet.queries import greatest_party


@dataclass(frozen=True)
class Origin:
    """Where a ride starts: a place, or a bare point with a label. Degrees WGS 84."""

    label: str
    latitude: float
    longitude: float
    place: Place | None = None

    @classmethod
    def at(cls, place: Place) -> "Origin":
        return cls(place.name, place.latitude, place.longitude, place)


@dataclass(frozen=True)
class Wish:
    """Everything a customer asks of a ride. ``wanted_at`` None means as soon as possible."""

    origin: Origin
    destination: Place
    wanted_at: datetime | None
    passenger_name: str
    phone: str
    passengers: int = 1
    luggage: int = 0
    wheelchairs: int = 0
    note: str = ""


def check_wish(base: Base, wish: Wish, *, party: Party, now: datetime | None = None) -> datetime:
    """Return the moment of pick-up that the wish comes to.

    Raises Refusal, with the rule and what to do instead, when the base's rules forbid it. A regulator may go under
    the shortest notice, because a caller is already waiting.
    """
    now = now or timezone.now()
    _check_places(base, wish)
    _check_party(base, wish)
    if wish.wanted_at is None:
        return _as_soon_as_possible(base, now)
    notice = timedelta(minutes=0 if party == Party.REGULATOR else base.shortest_notice_minutes)
    _check_time(base, wish.wanted_at, now=now, notice=notice)
    return wish.wanted_at


def _check_places(base: Base, wish: Wish) -> None:
    places = [place for place in (wish.origin.place, wish.destination) if place is not None]
    if any(place.base_id != base.pk or not place.enabled for place in places):
        raise Refusal(_("This place is not served by %(base)s. Choose one from the list.") % {"base": base.name})
    if wish.origin.place == wish.destination:
        raise Refusal(_("The ride starts and ends at the same place. Choose another destination."), field="destination")


def _check_party(base: Base, wish: Wish) -> None:
    party = greatest_party(base, wheelchairs=wish.wheelchairs)
    if wish.passengers > party.seats:
        raise Refusal(
            _(
                "No vehicle of %(base)s carries %(asked)d passengers: the largest carries %(most)d. "
                "Book several rides, or call the control room."
            )
            % {"base": base.name, "asked": wish.passengers, "most": party.seats},
            field="passengers",
        )
    if wish.wheelchairs > party.wheelchair_places:
        raise Refusal(
            _(
                "No vehicle of %(base)s takes %(asked)d wheelchairs: the best equipped takes %(most)d. "
                "Book several rides, or call the control room."
            )
            % {"base": base.name, "asked": wish.wheelchairs, "most": party.wheelchair_places},
            field="wheelchairs",
        )
    if wish.wheelchairs > wish.passengers:
        raise Refusal(
            _("There are more wheelchairs than passengers. Count everybody as a passenger."), field="wheelchairs"
        )


def _check_time(base: Base, wanted_at: datetime, *, now: datetime, notice: timedelta) -> None:
    if wanted_at < now - timedelta(minutes=1):
        raise Refusal(_("This time has passed. Choose a later one, or “as soon as possible”."), field="wanted_at")
    if wanted_at < now + notice - timedelta(minutes=1):
        raise Refusal(
            _("%(base)s needs %(minutes)d minutes' notice: choose %(earliest)s or later, or “as soon as possible”.")
            % {
                "base": base.name,
                "minutes": notice.total_seconds() // 60,
                "earliest": f"{base.local(now + notice + timedelta(minutes=1)):%H:%M}",
            },
            field="wanted_at",
        )
    if wanted_at > now + timedelta(days=base.horizon_days):
        raise Refusal(
            _("%(base)s takes bookings up to %(days)d days ahead, until %(latest)s. Choose an earlier day.")
            % {
                "base": base.name,
                "days": base.horizon_days,
                "latest": date_format(base.local(now + timedelta(days=base.horizon_days)), "DATE_FORMAT"),
            },
            field="wanted_at",
        )
    if not is_open(base, wanted_at):
        raise Refusal(_closed(base, wanted_at), field="wanted_at")


def _as_soon_as_possible(base: Base, now: datetime) -> datetime:
    pickup_at = now + timedelta(minutes=base.shortest_notice_minutes)
    for moment in (now, pickup_at):
        if not is_open(base, moment):
            raise Refusal(_closed(base, moment), field="asap")
    return pickup_at


def _closed(base: Base, moment: datetime) -> str:
    opening = next_opening(base, moment)
    if opening is None:
        return _("%(base)s is closed at that time. Call the control room.") % {"base": base.name}
    return _("%(base)s is closed at that time and opens again on %(opening)s. Choose a time after that.") % {
        "base": base.name,
        "opening": date_format(base.local(opening), "l j F, H:i"),
    }


@transaction.atomic
def request(*, base: Base, wish: Wish, by: User, party: Party = Party.CUSTOMER, tap: Tap | None = None) -> Ride:
    """Write a request for a ride; the base's rule may confirm it at once. The same tap returns the same ride.

    Raises Refusal when the base's rules forbid it.
    """
    if entry := journal.earlier(tap):
        return Ride.objects.get(pk=entry.subject_id)
    pickup_at = check_wish(base, wish, party=party)
    ride = Ride.objects.create(
        base=base,
        customer=by if party == Party.CUSTOMER else None,
        booked_by=by,
        passenger_name=wish.passenger_name,
        phone=wish.phone,
        origin=wish.origin.place,
        origin_label=wish.origin.label,
        origin_latitude=wish.origin.latitude,
        origin_longitude=wish.origin.longitude,
        destination=wish.destination,
        asap=wish.wanted_at is None,
        wanted_at=pickup_at,
        pickup_at=pickup_at,
        minutes=base.ride_minutes,
        passengers=wish.passengers,
        luggage=wish.luggage,
        wheelchairs=wish.wheelchairs,
        note=wish.note,
    )
    journal.record(
        base=base,
        verb="request",
        subject=ride.subject,
        by=by,
        party=party,
        to_state=ride.state,
        also_on=streams_of(ride),
        tap=tap,
    )
    if base.auto_confirm:
        take_step(ride=ride, verb="confirm", by=None, party=Party.RULE)
    return ride


def lock(ride: Ride) -> Ride:
    """Return the ride as it stands now, kept from others until the transaction ends."""
    return Ride.objects.select_for_update().get(pk=ride.pk)


def streams_of(ride: Ride) -> list[str]:
    """Return the streams, beside the base's and its own, on which a ride's steps are told."""
    return [f"customer:{ride.customer_id}"] if ride.customer_id else []


def take_step(
    *,
    ride: Ride,
    verb: str,
    by: User | None,
    party: Party,
    reason: str = "",
    words: str = "",
    data: dict[str, Any] | None = None,
    also_on: Iterable[str] = (),
    tap: Tap | None = None,
) -> Ride:
    """Check source and right, write the row and its journal entry, and return the ride.

    The caller holds the ride's lock and has locked every other row it is going to write. Raises WrongState when the
    ride has moved on, NotTheirs when the step is somebody else's, Refusal when the reason is missing or unknown.
    """
    step = RIDE.check(verb, ride.state, party)
    _check_reason(step.reasons, reason)
    from_state, now = ride.state, timezone.now()
    ride.state, ride.state_since = step.target, now
    if step.target in RIDE.final:
        ride.ended_at = now
    if step.target in (RideState.REFUSED, RideState.CANCELLED):
        ride.end_reason, ride.end_words = reason, words
    ride.save(update_fields=["state", "state_since", "ended_at", "end_reason", "end_words"])
    journal.record(
        base=ride.base,
        verb=verb,
        subject=ride.subject,
        by=by,
        party=party,
        from_state=from_state,
        to_state=ride.state,
        reason=reason,
        words=words,
        data=data,
        also_on=[*streams_of(ride), *also_on],
        tap=tap,
    )
    return ride


def _check_reason(known: frozenset[str], reason: str) -> None:
    if known and reason not in known:
        raise Refusal(_("Say why: choose one of the reasons."), field="reason")


@transaction.atomic
def confirm(*, ride: Ride, by: User) -> Ride:
    """Promise the ride to the customer."""
    return take_step(ride=lock(ride), verb="confirm", by=by, party=Party.REGULATOR)


@transaction.atomic
def waitlist(*, ride: Ride, by: User) -> Ride:
    """Put the request on the waiting list."""
    return take_step(ride=lock(ride), verb="waitlist", by=by, party=Party.REGULATOR)


@transaction.atomic
def refuse(*, ride: Ride, by: User, reason: str, words: str) -> Ride:
    """Refuse the request, with words for the customer. Raises Refusal when there are none."""
    if not words.strip():
        raise Refusal(_("Write a sentence for the customer: it is all they will read of your decision."), field="words")
    return take_step(ride=lock(ride), verb="refuse", by=by, party=Party.REGULATOR, reason=reason, words=words.strip())


@transaction.atomic
def rate(*, ride: Ride, by: User, rating: int, words: str = "") -> Ride:
    """Keep the customer's judgement, 1 to 5. It may be changed; the last one counts.

    Raises Refusal when the ride is not completed or not theirs.
    """
    ride = lock(ride)
    if ride.state != RideState.COMPLETED or ride.customer_id != by.pk:
        raise Refusal(_("Only the customer rates a ride, and only once it is completed."))
    if not 1 <= rating <= 5:
        raise Refusal(_("Choose from one to five stars."), field="rating")
    ride.rating, ride.rating_words = rating, words.strip()
    ride.save(update_fields=["rating", "rating_words"])
    _note(ride, "rate", by=by, party=Party.CUSTOMER, data={"rating": rating})
    return ride


@transaction.atomic
def share(*, ride: Ride, by: User, party: Party = Party.CUSTOMER) -> str:
    """Return a new tracking token for guests of this ride; earlier ones end, because there is one link at a time.

    Raises Refusal once no link to the ride would open any more.
    """
    ride = lock(ride)
    if not ride.may_be_followed:
        raise Refusal(_("This ride ended more than an hour ago: no link to follow it can be made any more."))
    _revoke_links(ride)
    token = secrets.token_urlsafe(16)
    TrackingLink.objects.create(ride=ride, digest=digest_of(token), created_by=by)
    _note(ride, "share", by=by, party=party)
    return token


@transaction.atomic
def unshare(*, ride: Ride, by: User) -> None:
    """End the ride's tracking link, if there is one; pages that follow it hear of that at once."""
    ride = lock(ride)
    if _revoke_links(ride):
        _note(ride, "unshare", by=by, party=Party.CUSTOMER)


def _revoke_links(ride: Ride) -> int:
    return ride.tracking_links.filter(revoked_at=None).update(revoked_at=timezone.now())


def _note(ride: Ride, verb: str, *, by: User, party: Party, data: dict[str, Any] | None = None) -> None:
    """Write in the journal what leaves the ride's state as it is."""
    journal.record(
        base=ride.base,
        verb=verb,
        subject=ride.subject,
        by=by,
        party=party,
        from_state=ride.state,
        to_state=ride.state,
        data=data,
        also_on=streams_of(ride),
    )
