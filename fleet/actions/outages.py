"""Writing when vehicles are out of service, under the vehicle's lock."""

from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext as _

from echauffeur.accounts.models import User
from echauffeur.accounts.queries import party_on
from echauffeur.common.refusals import Stale
from echauffeur.journal import actions as journal
from echauffeur.journal.edits import Edit, record_edits
from fleet import commitments
from fleet.actions.vehicles import lock_vehicles
from fleet.commitments import WayOut
from fleet.models import Unavailability, Vehicle


@transaction.atomic
def save_unavailability(*, out: Unavailability, by: User, way_out: WayOut | None = None) -> Unavailability:
    """Write when a vehicle is out of service; it is told as a change of the vehicle.

    Raises Stale when it is gone, Conflict when it strands missions.
    """
    locked = lock_vehicles([out.vehicle_id])
    if out.pk and not Unavailability.objects.filter(pk=out.pk).exists():
        raise Stale(_("Somebody else just took this back. The page of the vehicle shows what holds now."))
    with journal.gathered(), commitments.kept(vehicles=locked, way_out=way_out, by=by):
        out.save()
        _tell_of(out.vehicle, by)
    return out


@transaction.atomic
def end_unavailability(*, out: Unavailability, by: User, now: datetime | None = None) -> None:
    """Put the vehicle back into service now. What had not begun yet is taken back as if it had never been written."""
    now = now or timezone.now()
    lock_vehicles([out.vehicle_id])
    row = Unavailability.objects.filter(pk=out.pk).first()
    if row is None or (row.period.upper and row.period.upper <= now):
        raise Stale(_("This vehicle is already back in service. The page shows what holds now."))
    if row.period.lower >= now:
        row.delete()
    else:
        row.period = DateTimeTZRange(row.period.lower, now)
        row.save(update_fields=["period"])
    _tell_of(out.vehicle, by)


def _tell_of(vehicle: Vehicle, by: User) -> None:
    told = Edit(vehicle.base, "change", vehicle.subject, ("unavailabilities",))
    record_edits([told], by=by, party=party_on(by, vehicle.base_id))
