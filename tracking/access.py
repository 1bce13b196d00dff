"""The doors to maps and devices."""

from django.http import Http404

from bookings.access import link_followed
from drivers.models import Driver
from echauffeur.accounts.queries import Person
from echauffeur.bases.models import Base
from echauffeur.common.models import row_of_code
from tracking.models import Device
from tracking.models.devices import digest_of
from tracking.queries import devices_of


def base_to_map(user: Person, code: str, *, followed_link: int = 0) -> Base:
    """Return the base whose map the person may see: any when signed in, as one may book on each of them; a guest
    sees the base of the ride whose link they opened. Raises Http404 otherwise.
    """
    if not user.is_authenticated:
        base = link_followed(followed_link).ride.base
        if base.code != code:
            raise Http404
        return base
    found = row_of_code(Base.objects.all(), code)
    if found is None:
        raise Http404
    return found


def device_of(base: Base, pk: int) -> Device:
    """Return the base's device, with whom it speaks for. Raises Http404 when it is another base's or none."""
    device = Device.objects.of(base).with_owner().filter(pk=pk).first()
    if device is None:
        raise Http404
    return device


def own_device(driver: Driver, pk: int) -> Device:
    """Return the driver's own device, while it is in force. Raises Http404 otherwise."""
    device = devices_of(driver).filter(pk=pk).first()
    if device is None:
        raise Http404
    return device


def device_speaking(token: str) -> Device:
    """Return the device of that token. Raises Http404 alike when there is none, or when it was ended or renewed."""
    device = Device.objects.in_force().select_related("driver", "vehicle").filter(digest=digest_of(token)).first()
    if device is None:
        raise Http404
    return device
