"""Taking a position in: what may not be kept is refused with its reason, and is nowhere afterwards."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drivers.models import Driver, Shift
from drivers.queries import running_shift
from echauffeur.common.refusals import Refusal
from tracking.positions import Position, forget, keep_and_tell

OLDEST = timedelta(minutes=10)
CLOCK_TOLERANCE = timedelta(minutes=1)


class SharingOff(Refusal):
    """The driver does not want to be seen."""

    code = "sharing_off"
    message = gettext_lazy("Position sharing is off. Switch it on to be seen on the map.")


def take_in(*, driver: Driver, position: Position) -> bool:
    """Keep a driver's position until the shift ends at the latest, and tell the maps.

    Return whether it could be kept now (Redis may be away). Raises Refusal when the driver is off duty or does not
    share, or when the point is impossible, old or ahead of time.
    """
    now = timezone.now()
    if not driver.sharing:
        raise SharingOff
    shift = running_shift(driver, now)
    if shift is None:
        raise Refusal(_("You are not on duty: your position is not taken."), code="off_shift")
    _check_point(position, now)
    kept = keep_and_tell(driver.base_id, position, until=shift.period.upper)
    if not Driver.objects.filter(pk=driver.pk, sharing=True).exists():
        # Switched off since the driver was read: the switch has forgotten before we kept, so forgetting is ours.
        forget(driver.pk)
        raise SharingOff
    return kept


def forget_off_duty(driver_ids: Iterable[int]) -> None:
    """Drop the positions of those of these drivers who may not be seen: no longer drivers, off duty or not sharing."""
    drivers = Driver.objects.entitled().filter(sharing=True, shifts__in=Shift.objects.running())
    ids = set(driver_ids)
    for driver_id in ids.difference(drivers.filter(pk__in=ids).values_list("pk", flat=True)):
        forget(driver_id)


def _check_point(position: Position, now: datetime) -> None:
    if not (-90 <= position.latitude <= 90 and -180 <= position.longitude <= 180):
        raise Refusal(_("This point is not on Earth: latitude -90 to 90, longitude -180 to 180."), code="impossible")
    if not now - OLDEST <= position.at <= now + CLOCK_TOLERANCE:
        raise Refusal(_("This position is too old or ahead of time. Check the phone's clock."), code="wrong_time")
