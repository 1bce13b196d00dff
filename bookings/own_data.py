"""What rides hold of a person: where they went, when, and how to reach them on the way."""

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Ride, TrackingLink
from echauffeur.accounts.models import User
from echauffeur.common.personal import Choice, Identity, Keeper, Kept, Section, Value, clock_of, register
from echauffeur.journal.models import Entry

KEPT = (
    Kept(
        what=gettext_lazy("Your rides: from where to where, when, how many passengers, luggage and wheelchairs"),
        why=gettext_lazy("To drive you, and to plan cars and drivers for the base."),
        seen_by=gettext_lazy("You, the control room and managers of that base, and the driver of the ride."),
        until=gettext_lazy(
            "Rides that are over stay for the figures; nothing says whose they were once you delete your account."
        ),
        columns=("bookings.Ride.customer", "bookings.Ride.booked_by"),
    ),
    Kept(
        what=gettext_lazy(
            "On each ride: the passenger's name and phone, the motive, the note, your rating and its words"
        ),
        why=gettext_lazy("So that the driver finds and can call the passenger, and the service gets better."),
        seen_by=gettext_lazy(
            "You, the control room and managers of that base; the driver, until the ride is over, without the "
            "rating."
        ),
        until=gettext_lazy("Until you delete your account. The stars stay, without their words."),
        columns=(
            "bookings.Ride.passenger_name", "bookings.Ride.phone", "bookings.Ride.note", "bookings.Ride.end_words",
            "bookings.Ride.rating_words", "bookings.Ride.motive",
        ),
    ),
    Kept(
        what=gettext_lazy("Links that you gave to somebody to follow your car"),
        why=gettext_lazy("So that they see when the car comes, without an account."),
        seen_by=gettext_lazy(
            "Whoever has the link sees the driver's first name, the plate and the car on its way, nothing about "
            "you."
        ),
        until=gettext_lazy(
            "The link works until an hour after the ride, or until you end it; it is gone when you delete your "
            "account."
        ),
        columns=("bookings.TrackingLink.created_by",),
    ),
)  # fmt: skip
HARMLESS = (
    "bookings.Ride.code", "bookings.Ride.origin_label", "bookings.Ride.state", "bookings.Ride.end_reason",
    "bookings.TrackingLink.digest",
)  # fmt: skip


def export(person: User) -> list[Section]:
    rides = Ride.objects.for_customer(person).with_places().order_by("-pickup_at", "-pk")
    booked = Ride.objects.filter(booked_by=person).exclude(customer=person).with_places().order_by("-requested_at")
    links = TrackingLink.objects.filter(created_by=person).select_related("ride").order_by("-created_at")
    clock = clock_of(person)
    labels = _labels()
    return [
        Section("rides", _("Rides"), labels, [_facts(ride) for ride in rides]),
        Section(
            "booked_for_others",
            _("Rides booked for others"),
            {"code": _("Code"), "base": _("Base"), "requested_at": _("Requested at")},
            [(ride.code, ride.base.name, ride.base.local(ride.requested_at)) for ride in booked],
        ),
        Section(
            "tracking_links",
            _("Links to follow a car"),
            {"ride": _("Ride"), "made_at": _("Made at"), "ended": _("Ended")},
            [(link.ride.code, link.created_at.astimezone(clock), not link.holds) for link in links],
        ),
    ]


def _labels() -> dict[str, str]:
    return {
        "code": _("Code"),
        "base": _("Base"),
        "state": _("State"),
        "from": _("From"),
        "to": _("To"),
        "requested_at": _("Requested at"),
        "wanted_at": _("Wanted at"),
        "pickup_at": _("Pick-up"),
        "ended_at": _("Ended at"),
        "passenger_name": _("Passenger"),
        "phone": _("Phone"),
        "passengers": _("Passengers"),
        "luggage": _("Luggage"),
        "wheelchairs": _("Wheelchairs"),
        "category": _("Category"),
        "motive": _("Motive"),
        "note": _("Note for the driver"),
        "reason": _("Reason"),
        "words": _("Words of the control room"),
        "rating": _("Rating"),
        "rating_words": _("Words on the ride"),
    }


def _facts(ride: Ride) -> tuple[Value, ...]:
    """Return what `_labels` names, on the clock of the ride's base."""
    local = ride.base.local
    return (
        ride.code,
        ride.base.name,
        Choice(ride.state, ride.get_state_display()),
        ride.origin_label,
        ride.destination.name,
        local(ride.requested_at),
        local(ride.wanted_at),
        local(ride.pickup_at),
        local(ride.ended_at) if ride.ended_at else None,
        ride.passenger_name,
        ride.phone,
        ride.passengers,
        ride.luggage,
        ride.wheelchairs,
        ride.category.name if ride.category else None,
        ride.motive,
        ride.note,
        Choice(ride.end_reason, ride.reason_in_words) if ride.end_reason else None,
        ride.end_words,
        ride.rating,
        ride.rating_words,
    )


def erase(person: User, identity: Identity) -> None:
    """Leave the rides without anybody in them. Their rows are locked, and none of them is live, by now.

    Rides that somebody else booked for the same name and number are the person's too, once they are over.
    """
    named = Q(passenger_name__iexact=identity.full_name, phone=identity.phone) if identity.phone else Q(pk=None)
    theirs = Ride.objects.ended().filter(Q(customer=person) | named)
    keys = list(theirs.values_list("pk", flat=True))
    Entry.objects.filter(subject="ride", subject_id__in=keys).exclude(words="").update(words="")
    TrackingLink.objects.filter(Q(created_by=person) | Q(ride__in=keys)).delete()
    theirs.update(passenger_name="", phone="", note="", end_words="", rating_words="", motive="")
    identity.left_out_of_rows(Ride.objects.all(), "note", "motive", "end_words", "rating_words")


register(Keeper("bookings", KEPT, export, erase, harmless=HARMLESS))
