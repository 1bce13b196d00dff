"""Taking positions in: what may not be kept is refused with its reason, and is nowhere afterwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from drivers.models import Driver, Shift
from echauffeur.common.distances import is_on_earth, metres_between
from echauffeur.common.refusals import Refusal, Text
from tracking.actions.arrivals import look_for_arrival
from tracking.actions.trails import take_back
from tracking.positions import Position, forget, keep_and_tell, newest

# How many positions one message may hold: whoever has more sends the rest in further ones.
LARGEST_BATCH = 500
OLDEST = timedelta(hours=1)
CLOCK_TOLERANCE = timedelta(minutes=1)
VAGUEST = 1000  # metres
# A first fix may lie far off: what follows it is measured against it for no longer than this.
JUMP_WITHIN = timedelta(minutes=1)
FASTEST = 250 / 3.6  # metres a second
JUMP_FROM = 100  # metres; less is how a standing phone's fixes wander

REASONS: dict[str, Text] = {
    "disabled": _("You no longer drive on this base: your position is not taken."),
    "sharing_off": _("Position sharing is off. Switch it on to be seen on the map."),
    "off_shift": _("You are not on duty: your position is not taken."),
    "impossible": _("This point is not on Earth: latitude -90 to 90, longitude -180 to 180."),
    "vague": _("This position is too vague to be of use: more than a kilometre."),
    "jump": _("No car gets there that fast: this position is left out."),
    "too_old": _("This position is an hour old or older: it is no longer taken."),
    "future": _("This position is ahead of time. Check the phone's clock."),
}


@dataclass(frozen=True)
class Taken:
    """What came of a batch: the positions that were kept, oldest first, and why others were not.

    ``refused``: by their place in the batch. ``passed_on``: False when Redis could not take them now; send them again.
    """

    kept: list[Position] = field(default_factory=list)
    refused: dict[int, Refusal] = field(default_factory=dict)
    passed_on: bool = True


def take_in(*, driver: Driver, positions: Sequence[Position]) -> Taken:
    """Keep what may be kept of a driver's positions, in any order, and tell the maps the newest.

    Each is judged by its own time: it is refused off shift, when it is impossible, an hour old or ahead of time; all
    are when the driver does not share or no longer drives. The same position may come again.
    """
    if not positions:
        return Taken()
    if reason := _reason_against(driver):
        return _none_of(positions, reason)
    now = timezone.now()
    duty = _duty_around(driver, positions)
    before = newest([driver.pk]).get(driver.pk)
    taken = Taken()
    for place, position in sorted(enumerate(positions), key=lambda each: each[1].at):
        if reason := _reason_against_point(position, now, duty, before):
            taken.refused[place] = _refusal(reason)
        else:
            taken.kept.append(position)
            before = position
    return _pass_on(driver, positions, taken, duty) if taken.kept else taken


def _pass_on(driver: Driver, positions: Sequence[Position], taken: Taken, duty: list[DateTimeTZRange]) -> Taken:
    """Hand out what was kept: all that leaves `take_in` passes here."""
    until = next(period.upper for period in duty if taken.kept[-1].at in period)
    passed_on = keep_and_tell(driver.base_id, taken.kept, until=until)
    if passed_on:
        look_for_arrival(driver=driver, positions=taken.kept, until=until)
    if reason := _reason_against(driver):
        # Switched off since the driver was read: the switch has forgotten before we kept, so forgetting is ours.
        forget(driver.pk)
        take_back(taken.kept)
        return _none_of(positions, reason)
    return Taken(taken.kept, taken.refused, passed_on)


def forget_off_duty(driver_ids: Iterable[int]) -> None:
    """Drop the positions of those of these drivers who may not be seen: no longer drivers, off duty or not sharing."""
    drivers = Driver.objects.entitled().filter(sharing=True, shifts__in=Shift.objects.running())
    ids = set(driver_ids)
    for driver_id in ids.difference(drivers.filter(pk__in=ids).values_list("pk", flat=True)):
        forget(driver_id)


def _reason_against(driver: Driver) -> str:
    """Return why nothing is taken of the driver as things stand now, or nothing."""
    found = Driver.objects.entitled().filter(pk=driver.pk).values_list("sharing", flat=True).first()
    if found is None:
        return "disabled"
    return "" if found else "sharing_off"


def _duty_around(driver: Driver, positions: Sequence[Position]) -> list[DateTimeTZRange]:
    times = [position.at for position in positions]
    moments = DateTimeTZRange(min(times), max(times), "[]")
    return list(driver.shifts.filter(period__overlap=moments).values_list("period", flat=True))


def _reason_against_point(
    position: Position, now: datetime, duty: list[DateTimeTZRange], before: Position | None
) -> str:
    if not is_on_earth(position.point):
        return "impossible"
    if position.at <= now - OLDEST:
        return "too_old"
    if position.at > now + CLOCK_TOLERANCE:
        return "future"
    if not any(position.at in period for period in duty):
        return "off_shift"
    if position.accuracy is not None and position.accuracy > VAGUEST:
        return "vague"
    return "jump" if before and _is_jump(before, position) else ""


def _is_jump(before: Position, after: Position) -> bool:
    passed = after.at - before.at
    if not timedelta() <= passed <= JUMP_WITHIN:
        return False
    reach = JUMP_FROM + FASTEST * passed.total_seconds()
    return metres_between(before.point, after.point) > reach


def _refusal(reason: str) -> Refusal:
    return Refusal(REASONS[reason], code=reason)


def _none_of(positions: Sequence[Position], reason: str) -> Taken:
    return Taken(refused={place: _refusal(reason) for place in range(len(positions))})
