"""Every write to a ride. `take_step` is the only way that a ride changes state."""

import secrets
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import Ride, TrackingLink, digest_of
from bookings.rules import Verdict, Wish, check_wish
from bookings.states import RIDE, RideState
from echauffeur.accounts.actions.presence import hold
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import Refusal
from echauffeur.journal import actions as journal
from echauffeur.journal.actions import Tap


@transaction.atomic
def request(
    *,
    base: Base,
    wish: Wish,
    by: User,
    party: Party = Party.CUSTOMER,
    overrule: str = "",
    tap: Tap | None = None,
) -> Ride:
    """Write a request for a ride; the base's rule may confirm it at once. The same tap returns the same ride.

    ``overrule``: why a regulator books against rules of the base; the journal keeps which, and why.
    Raises Refusal when it cannot be driven, AgainstTheRules when the base's rules forbid it.
    """
    if entry := journal.earlier(tap):
        return Ride.objects.get(pk=entry.subject_id)
    if party == Party.CUSTOMER:
        hold(by)
    verdict = check_wish(base, wish, party=party, overrule=overrule)
    ride = _create(base, wish, verdict, by=by, party=party)
    journal.record(
        base=base,
        verb="request",
        subject=ride.subject,
        by=by,
        party=party,
        to_state=ride.state,
        words=verdict.because,
        data=verdict.kept,
        also_on=streams_of(ride),
        tap=tap,
    )
    if base.auto_confirm:
        take_step(ride=ride, verb="confirm", by=None, party=Party.RULE)
    return ride


def _create(base: Base, wish: Wish, verdict: Verdict, *, by: User, party: Party) -> Ride:
    return Ride.objects.create(
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
        wanted_at=verdict.pickup_at,
        pickup_at=verdict.pickup_at,
        minutes=base.ride_minutes,
        passengers=wish.passengers,
        luggage=wish.luggage,
        wheelchairs=wish.wheelchairs,
        note=wish.note,
        category=wish.category,
        motive=wish.motive,
    )


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
    hold(by)
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
