"""Writing single shifts: by hand, moved, or changed and removed out of the pattern that made them."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drivers.actions.planning import holders_of, planning, take_vehicle
from drivers.models import Driver, Shift
from echauffeur.accounts.models import User
from echauffeur.accounts.queries import may
from echauffeur.accounts.roles import Permission
from echauffeur.bases.models import Base
from echauffeur.common.periods import bounds_of
from echauffeur.common.refusals import Refusal, Stale
from fleet.commitments import WayOut

GONE = gettext_lazy("Somebody else just removed this shift. Go back to the plan: it shows what holds now.")
MOVED = gettext_lazy(
    "Somebody else just gave this shift to another driver. Go back to the plan: it shows what holds now."
)

NOT_TO_CORRECT = gettext_lazy(
    "This time is over: what was worked stays as it is written. A base manager can correct it."
)


def save_shift(*, shift: Shift, by: User, way_out: WayOut | None = None) -> Shift:
    """Write a new or changed shift; one of a pattern no longer follows it from now on.

    One that goes to another driver leaves the pattern, which makes no other for that day. Its vehicle is taken off
    the shifts of those who do not come for it.

    One that is over is a record of who was on duty: managers correct it. Raises Refusal when it is not theirs to
    correct, or overlaps another shift of the driver, or of the vehicle; Conflict; Stale when it is gone, or somebody
    else's by now.
    """
    told: dict[int, dict[str, str]] = {}
    concerned, vehicles = {shift.driver_id, *_drivers_of(shift)}, {shift.vehicle_id}
    with planning(concerned, "shifts", by=by, way_out=way_out, vehicles=vehicles, told=told) as drivers:
        row = held(shift, drivers) if shift.pk else None
        _check_record(row or shift, shift, by, drivers[0].base)
        told[shift.driver_id] = _told("change" if row and row.driver_id == shift.driver_id else "add", shift)
        if row:
            shift.pattern, shift.on = row.pattern, row.on
            if row.driver_id != shift.driver_id:
                told[row.driver_id] = _told("remove", row)
                leave_pattern(row)
                shift.pattern, shift.on = None, None
        take_vehicle(shift, drivers)
        shift.by_hand = True
        shift.save()
    return shift


def remove_shift(*, row: Shift, by: User, way_out: WayOut | None = None) -> None:
    """Remove a shift that is not over. Its pattern, if it has one, makes no other for that day.

    Raises Refusal when it is over, Conflict, Stale when it is gone, or somebody else's by now.
    """
    told: dict[int, dict[str, str]] = {}
    with planning([row.driver_id], "shifts", by=by, way_out=way_out, told=told) as drivers:
        shift = held(row, drivers)
        if is_over(shift):
            raise Refusal(_("This shift is over: it stays, so that the record of who was on duty stays true."))
        told[shift.driver_id] = _told("remove", shift)
        leave_pattern(shift)
        shift.delete()


def _drivers_of(shift: Shift) -> set[int]:
    """Return whose shift it is, as far as one sees without holding anybody, and who has its vehicle then."""
    return set(Shift.objects.filter(pk=shift.pk).values_list("driver", flat=True)) | holders_of(shift)


def held(shift: Shift, drivers: Iterable[Driver]) -> Shift:
    """Return the shift as it stands now; these drivers are held. Raises Stale when it is gone, or is none of theirs."""
    row = Shift.objects.select_related("pattern").filter(pk=shift.pk).first()
    if row is None:
        raise Stale(GONE)
    if row.driver_id not in {driver.pk for driver in drivers}:
        raise Stale(MOVED)
    return row


def leave_pattern(shift: Shift) -> None:
    """Have the shift's pattern, if it has one, make no other for that day. The driver is held."""
    pattern = shift.pattern
    if pattern and shift.on and shift.on not in pattern.skipped:
        pattern.skipped = sorted([*pattern.skipped, shift.on])
        pattern.save(update_fields=["skipped"])


def _check_record(was: Shift, shift: Shift, by: User, base: Base) -> None:
    """Raise Refusal when the shift is over and not to be written so, or by this person."""
    if not is_over(was):
        return
    if not may_correct(by, base):
        raise Refusal(NOT_TO_CORRECT)
    if was.driver_id != shift.driver_id:
        raise Refusal(
            _("This shift is over: it stays with who was on duty. Add one to the other driver."), field="driver"
        )


def is_over(shift: Shift) -> bool:
    return bounds_of(shift.period)[1] <= timezone.now()


def may_correct(user: User, base: Base) -> bool:
    """Whether the person may write hours that are past: they are a record then, and no plan."""
    return may(user, Permission.CONFIGURE_BASE, base)


def _told(what: str, shift: Shift) -> dict[str, str]:
    """Return what the driver's phone is told: new, changed or gone, and from when until when it is, or was."""
    start, end = bounds_of(shift.period)
    return {"what": what, "from": start.isoformat(), "until": end.isoformat()}
