"""A ride as an entry for its customer's own calendar."""

from datetime import timedelta

from django.conf import settings
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings.access import ride_of_customer
from bookings.models import Ride
from bookings.states import RideState
from echauffeur.accounts.models import phone_in_words
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.common import calendars
from echauffeur.common.calendars import Entry
from echauffeur.journal.queries import seq_of

REMIND = timedelta(minutes=15)
# Nobody has promised these yet.
TENTATIVE = {RideState.REQUESTED, RideState.WAITLISTED}
CANCELLED = {RideState.REFUSED, RideState.CANCELLED}


@require_safe
def ride_file(request: SignedInRequest, code: str) -> HttpResponseBase:
    """Give the customer one own ride as an iCalendar file: sent again, it takes the place of what it said before."""
    ride = ride_of_customer(request.user, code)
    seq = seq_of(ride.stream)
    address = f"{settings.SITE_URL}{reverse('ride', args=[ride.code])}"
    entry = _entry(ride, seq, address if settings.SITE_URL else request.build_absolute_uri(address))
    return calendars.answer(request, calendars.file_of([entry]), filename=f"{ride.code}.ics")


def _entry(ride: Ride, seq: int, address: str) -> Entry:
    status = "TENTATIVE" if ride.state in TENTATIVE else "CANCELLED" if ride.state in CANCELLED else "CONFIRMED"
    ends = {"from": ride.origin_label, "to": ride.destination.name}
    return Entry(
        name=f"ride-{ride.code}",
        starts_at=ride.pickup_at,
        ends_at=ride.expected_end,
        summary=_("Car: %(from)s → %(to)s") % ends,
        changed_at=ride.state_since,
        version=seq,
        status=status,
        description="\n".join(_lines(ride, address)),
        location=ride.origin_label,
        point=(ride.origin_latitude, ride.origin_longitude),
        url=address,
        remind=None if status == "CANCELLED" else REMIND,
    )


def _lines(ride: Ride, address: str) -> list[str]:
    """Return what else to know: where it goes from and to, how to get in there, whom to call."""
    lines = [
        _("From: %(place)s") % {"place": ride.origin_label},
        ride.origin.access_note if ride.origin else "",
        _("To: %(place)s") % {"place": ride.destination.name},
        ride.destination.access_note,
        _("Ride %(code)s, %(base)s") % {"code": ride.code, "base": ride.base.name},
        _("Control room: %(phone)s") % {"phone": phone_in_words(ride.base.phone_customers)},
        address,
    ]
    return [line for line in lines if line]
