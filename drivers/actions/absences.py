"""Writing when drivers are away. Why is for few to read: nothing of it goes into the journal."""

from django.utils.translation import gettext as _

from drivers.actions.planning import planning
from drivers.models import Absence
from echauffeur.accounts.models import User
from echauffeur.common.refusals import Stale
from fleet.commitments import WayOut


def save_absence(*, absence: Absence, by: User, way_out: WayOut | None = None) -> Absence:
    """Write a new or changed absence. Raises Refusal when it overlaps another of the driver's, Conflict, Stale."""
    with planning([absence.driver_id], "absences", by=by, way_out=way_out):
        if absence.pk and not Absence.objects.filter(pk=absence.pk, driver=absence.driver_id).exists():
            raise Stale(_("Somebody else just removed this absence. Go back to the plan: it shows what holds now."))
        absence.save()
    return absence


def remove_absence(*, row: Absence, by: User, way_out: WayOut | None = None) -> None:
    """Remove an absence, past ones too: it was written by mistake, or the person asks for it. Missions only gain."""
    with planning([row.driver_id], "absences", by=by, way_out=way_out):
        Absence.objects.filter(pk=row.pk).delete()
