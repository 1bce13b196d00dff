"""Writing when drivers are away. Why is for few to read: nothing of it goes into the journal."""

from django.utils.translation import gettext as _

from drivers.actions.planning import planning
from drivers.models import Absence, Shift
from echauffeur.accounts.models import User
from echauffeur.common.refusals import Stale
from fleet.commitments import WayOut


def save_absence(*, absence: Absence, by: User, way_out: WayOut | None = None) -> Absence:
    """Write a new or changed absence. Raises Refusal when it overlaps another of the driver's, Conflict, Stale."""
    with planning([absence.driver_id], "absences", by=by, way_out=way_out, vehicles=_vehicles_of(absence)):
        if absence.pk and not Absence.objects.filter(pk=absence.pk, driver=absence.driver_id).exists():
            raise Stale(_("Somebody else just removed this absence. Go back to the plan: it shows what holds now."))
        absence.save()
    return absence


def remove_absence(*, row: Absence, by: User, way_out: WayOut | None = None) -> None:
    """Remove an absence, past ones too: it was written by mistake, or the person asks for it.

    Raises Conflict when somebody else was given the driver's vehicle meanwhile.
    """
    with planning([row.driver_id], "absences", by=by, way_out=way_out, vehicles=_vehicles_of(row)):
        Absence.objects.filter(pk=row.pk).delete()


def _vehicles_of(absence: Absence) -> set[int | None]:
    """Return the vehicles of the driver's shifts to come: they are free while the driver is away, and only then."""
    return set(Shift.objects.not_over().filter(driver=absence.driver_id).values_list("vehicle", flat=True))
