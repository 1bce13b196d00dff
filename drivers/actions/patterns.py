"""Writing patterns of shifts: all of one, or from a day on; what is over or running stays as it was worked."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy

from drivers.actions.generation import generate
from drivers.actions.planning import planning
from drivers.actions.shifts import held
from drivers.models import Shift, ShiftPattern
from echauffeur.accounts.models import User
from echauffeur.common.series import Made, rewrite, withdraw
from fleet.commitments import WayOut

GONE = gettext_lazy("Somebody else just removed this pattern. Go back to the plan: it shows what holds now.")


def save_pattern(
    *,
    pattern: ShiftPattern,
    by: User,
    since: date | None = None,
    also: Shift | None = None,
    way_out: WayOut | None = None,
) -> Made:
    """Write a new or changed pattern and make its coming shifts; return how many, and which days were left out.

    ``since``: the change holds from that local day on: the old pattern ends the day before, and a new one, which
    ``pattern`` is then, begins. Without, it holds for all shifts to come. Shifts that somebody changed by hand stay,
    and so do those that have begun; but for ``also``, one of them that gets its new period and breaks as they are.

    Raises Conflict, Refusal when the database forbids the pattern or the day is past, Stale when it is gone, or
    ``also`` is, or is another driver's by now.
    """
    now = timezone.now()
    with planning([pattern.driver_id], "patterns", by=by, way_out=way_out) as (driver,):
        pattern.driver = driver
        rewrite(pattern, Shift.objects.all(), driver.base, now=now, since=since, gone=GONE)
        if also:
            held(also, [driver])
            also.save(update_fields=["period", "breaks"])
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
        withdraw(row, Shift.objects.all(), driver.base, now=now, since=since, gone=GONE)
        if also:
            Shift.objects.not_over(now).filter(pk=also.pk, driver=driver).delete()
