"""Writing when vehicles are out of service, under the lock of each; again and again: `fleet.actions.series`."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from echauffeur.accounts.models import User
from echauffeur.accounts.queries import party_on
from echauffeur.common.refusals import Refusal, Stale
from echauffeur.journal import actions as journal
from echauffeur.journal.edits import Edit, clash_in_words, record_edits
from fleet import commitments
from fleet.actions.vehicles import lock_vehicles
from fleet.commitments import WayOut
from fleet.models import Unavailability, UnavailabilityPattern, Vehicle

GONE = gettext_lazy("Somebody else just took this back. The page of the vehicle shows what holds now.")
BACK = gettext_lazy("This vehicle is already back in service. The page shows what holds now.")
MOVED = gettext_lazy("Somebody else just wrote this for another vehicle. The plan shows what holds now.")


@contextmanager
def planning(vehicle_ids: Iterable[int], *, by: User, way_out: WayOut | None = None) -> Iterator[dict[int, Vehicle]]:
    """Hold these vehicles while their time out of service changes; then tell each of it, as a change of the vehicle.

    Raises Conflict when missions would be stranded and no way out was chosen, Refusal when the database forbids it,
    Stale when a vehicle is gone. Nothing is written then.
    """
    with transaction.atomic():
        wanted = set(vehicle_ids)
        locked = lock_vehicles(wanted)
        if len(locked) != len(wanted):
            raise Stale(_("Somebody else just removed this vehicle. Go back to the list."))
        rows = Vehicle.objects.select_related("base").filter(pk__in=locked).order_by("pk")
        vehicles = {vehicle.pk: vehicle for vehicle in rows}
        with journal.gathered(), commitments.kept(vehicles=locked, way_out=way_out, by=by):
            try:
                with transaction.atomic():
                    yield vehicles
            except IntegrityError as error:
                raise Refusal(clash_in_words(error, Unavailability, UnavailabilityPattern)) from error
            for vehicle in vehicles.values():
                told = Edit(vehicle.base, "change", vehicle.subject, ("unavailabilities",))
                record_edits([told], by=by, party=party_on(by, vehicle.base_id))


def save_unavailability(*, out: Unavailability, by: User, way_out: WayOut | None = None) -> Unavailability:
    """Write when a vehicle is out of service; one of a pattern no longer follows it. Another vehicle may get it.

    Raises Stale when it is gone, or another vehicle's by now; Conflict when it strands missions.
    """
    # As far as one sees without holding anybody.
    before = Unavailability.objects.filter(pk=out.pk).values_list("vehicle", flat=True)
    with planning({out.vehicle_id, *before}, by=by, way_out=way_out) as vehicles:
        row = held(out, vehicles) if out.pk else None
        if row:
            out.pattern, out.on = row.pattern, row.on
            if row.vehicle_id != out.vehicle_id:
                skip(row)
                out.pattern, out.on = None, None
        out.by_hand = True
        out.save()
    return out


def end_unavailability(*, out: Unavailability, by: User, now: datetime | None = None) -> None:
    """Put the vehicle back into service now. What had not begun yet is taken back as if it had never been written.

    Raises Stale when it is over, or another vehicle's by now.
    """
    now = now or timezone.now()
    with planning([out.vehicle_id], by=by) as vehicles:
        row = held(out, vehicles, gone=BACK)
        if row.period.upper and row.period.upper <= now:
            raise Stale(BACK)
        if row.period.lower >= now:
            skip(row)
            row.delete()
        else:
            row.period, row.by_hand = DateTimeTZRange(row.period.lower, now), True
            row.save(update_fields=["period", "by_hand"])


def held(out: Unavailability, vehicles: Collection[int], gone: Promise = GONE) -> Unavailability:
    """Return the row as it stands now; these vehicles are held. Raises Stale when it is gone, or is none of theirs."""
    row = Unavailability.objects.filter(pk=out.pk).first()
    if row is None:
        raise Stale(gone)
    if row.vehicle_id not in vehicles:
        raise Stale(MOVED)
    return row


def skip(out: Unavailability) -> None:
    """Have the pattern leave out this day, now and whenever it is made anew. The vehicle is held."""
    pattern = UnavailabilityPattern.objects.filter(pk=out.pattern_id).first() if out.pattern_id else None
    if pattern and out.on and out.on not in pattern.skipped:
        pattern.skipped = sorted([*pattern.skipped, out.on])
        pattern.save(update_fields=["skipped"])
