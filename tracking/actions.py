"""Taking a position in. What may not be kept is refused with its reason, and is nowhere afterwards."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from drivers.models import Driver
from drivers.queries import is_on_shift
from echauffeur.common.refusals import Refusal
from tracking.positions import Position, keep_and_tell

OLDEST = timedelta(minutes=10)
CLOCK_TOLERANCE = timedelta(minutes=1)


def take_in(*, driver: Driver, position: Position) -> bool:
    """Keep a driver's position and tell the maps; return whether it could be kept now (Redis may be away).

    Raises Refusal when the driver is off duty or does not share, or when the point is impossible, old or ahead of
    time.
    """
    now = timezone.now()
    if not driver.sharing:
        raise Refusal(_("Position sharing is off. Switch it on to be seen on the map."), code="sharing_off")
    if not is_on_shift(driver, now):
        raise Refusal(_("You are not on duty: your position is not taken."), code="off_shift")
    if not (-90 <= position.latitude <= 90 and -180 <= position.longitude <= 180):
        raise Refusal(_("This point is not on Earth: latitude -90 to 90, longitude -180 to 180."), code="impossible")
    if not now - OLDEST <= position.at <= now + CLOCK_TOLERANCE:
        raise Refusal(_("This position is too old or ahead of time. Check the phone's clock."), code="wrong_time")
    return keep_and_tell(driver.base_id, position)
