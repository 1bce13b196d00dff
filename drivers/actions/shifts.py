"""Writing single shifts: by hand, moved, or changed and removed out of the pattern that made them."""

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drivers.actions.planning import planning
from drivers.models import Shift
from echauffeur.accounts.models import User
from echauffeur.common.refusals import Refusal, Stale
from fleet.commitments import WayOut

GONE = gettext_lazy("Somebody else just removed this shift. Go back to the plan: it shows what holds now.")


def save_shift(*, shift: Shift, by: User, way_out: WayOut | None = None) -> Shift:
    """Write a new or changed shift; one of a pattern no longer follows it from now on.

    One that goes to another driver leaves the pattern, which makes no other for that day. Raises Refusal when it
    overlaps another shift of the driver, or of the vehicle; Conflict; Stale when it is gone.
    """
    was = Shift.objects.filter(pk=shift.pk).first() if shift.pk else None
    if shift.pk and was is None:
        raise Stale(GONE)
    drivers = {shift.driver_id, was.driver_id} if was else {shift.driver_id}
    told = {shift.driver_id: _told("change" if was and was.driver_id == shift.driver_id else "add", shift)}
    if was and was.driver_id != shift.driver_id:
        told[was.driver_id] = _told("remove", was)
    with planning(drivers, "shifts", by=by, way_out=way_out, vehicles=[shift.vehicle_id], told=told):
        row = _held(shift) if was else None
        if row:
            shift.pattern, shift.on = row.pattern, row.on
            if row.driver_id != shift.driver_id:
                leave_pattern(row)
                shift.pattern, shift.on = None, None
        shift.by_hand = True
        shift.save()
    return shift


def remove_shift(*, row: Shift, by: User, way_out: WayOut | None = None) -> None:
    """Remove a shift that is not over. Its pattern, if it has one, makes no other for that day. Raises Refusal."""
    with planning([row.driver_id], "shifts", by=by, way_out=way_out, told={row.driver_id: _told("remove", row)}):
        shift = _held(row)
        if shift.period.upper <= timezone.now():
            raise Refusal(_("This shift is over: it stays, so that the record of who was on duty stays true."))
        leave_pattern(shift)
        shift.delete()


def _held(shift: Shift) -> Shift:
    """Return the shift as it stands now; its driver is held. Raises Stale when it is gone."""
    row = Shift.objects.select_related("pattern").filter(pk=shift.pk).first()
    if row is None:
        raise Stale(GONE)
    return row


def leave_pattern(shift: Shift) -> None:
    """Have the shift's pattern, if it has one, make no other for that day. The driver is held."""
    pattern = shift.pattern
    if pattern and shift.on and shift.on not in pattern.skipped:
        pattern.skipped = sorted([*pattern.skipped, shift.on])
        pattern.save(update_fields=["skipped"])


def _told(what: str, shift: Shift) -> dict[str, str]:
    """Return what the driver's phone is told: new, changed or gone, and from when until when it is, or was."""
    period = shift.period
    if isinstance(period, tuple):
        period = DateTimeTZRange(*period)
    return {"what": what, "from": period.lower.isoformat(), "until": period.upper.isoformat()}
