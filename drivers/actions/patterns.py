"""Writing patterns of shifts: all of one, or from a day on; what is over or running stays as it was worked."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy

from drivers.actions.generation import Generated, generate
from drivers.actions.planning import planning
from drivers.models import Shift, ShiftPattern, ShiftQuerySet
from echauffeur.accounts.models import User
from echauffeur.common.refusals import Stale
from echauffeur.common.series import begin_anew, end_before, splits
from fleet.commitments import WayOut

ONE_DAY = timedelta(days=1)
GONE = gettext_lazy("Somebody else just removed this pattern. Go back to the plan: it shows what holds now.")


def save_pattern(
    *,
    pattern: ShiftPattern,
    by: User,
    since: date | None = None,
    also: Shift | None = None,
    way_out: WayOut | None = None,
) -> Generated:
    """Write a new or changed pattern and make its coming shifts; return how many, and which days were left out.

    ``since``: the change holds from that local day on: the old pattern ends the day before, and a new one, which
    ``pattern`` is then, begins. Without, it holds for all shifts to come. Shifts that somebody changed by hand stay,
    and so do those that have begun; but for ``also``, one of them that gets its new period and breaks as they are.

    Raises Conflict, Refusal when the database forbids the pattern or the day is past, Stale when it is gone.
    """
    now = timezone.now()
    with planning([pattern.driver_id], "patterns", by=by, way_out=way_out) as (driver,):
        pattern.driver = driver
        old = _held(pattern) if pattern.pk else None
        if old:
            pattern.skipped = old.skipped
            _coming(old, now, since).delete()
        if old and since and splits(old, since, driver.base):
            begin_anew(pattern, old, since)
        if also:
            also.save(update_fields=["period", "breaks"])
        pattern.generated_until = None
        pattern.save()
        if old and old.pk != pattern.pk:
            Shift.objects.filter(pattern=old.pk, on__gte=since).update(pattern=pattern)
        return generate([pattern], now)


def remove_pattern(
    *,
    row: ShiftPattern,
    by: User,
    since: date | None = None,
    also: Shift | None = None,
    way_out: WayOut | None = None,
) -> None:
    """Remove a pattern with its coming shifts, or, with ``since``, end it the day before and remove those from then on.

    Shifts that somebody changed by hand stay, and so do those that have begun; but ``also``, one of them, goes too
    unless it is over. Raises Conflict, Refusal, Stale.
    """
    now = timezone.now()
    with planning([row.driver_id], "patterns", by=by, way_out=way_out) as (driver,):
        pattern = _held(row)
        _coming(pattern, now, since).delete()
        if also:
            Shift.objects.not_over(now).filter(pk=also.pk).delete()
        if since and splits(pattern, since, driver.base):
            end_before(pattern, since)
        else:
            pattern.delete()


def _held(pattern: ShiftPattern) -> ShiftPattern:
    """Return the pattern as it stands now; its driver is held. Raises Stale when it is gone."""
    row = ShiftPattern.objects.filter(pk=pattern.pk).first()
    if row is None:
        raise Stale(GONE)
    return row


def _coming(pattern: ShiftPattern, now: datetime, since: date | None) -> ShiftQuerySet:
    """Return the shifts that the pattern made and that have not begun, from that local day on if there is one."""
    coming = Shift.objects.filter(pattern=pattern.pk, by_hand=False, period__startswith__gt=now)
    return coming.filter(on__gte=since) if since else coming
