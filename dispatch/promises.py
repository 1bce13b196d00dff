"""What the database promises of missions, whatever writes to it, and what it says when somebody comes too late.

Missions of a driver or vehicle never overlap (exclusion constraints), and without a reason to keep it none lies on an
absence of its driver or an outage of its vehicle (triggers of the third migration, decision 12). The actions see all
this first, under locks; this is the last word.
"""

from django.db import IntegrityError, connection
from django.utils.translation import gettext as _

from echauffeur.common.refusals import Refusal

ON_ABSENCE, ON_OUTAGE = "mission_never_lies_on_an_absence", "mission_never_lies_on_an_outage"
TRIGGERS = (
    "mission_planned_on_free_time",
    "mission_moved_to_free_time",
    "absence_leaves_missions_alone",
    "outage_leaves_missions_alone",
)


def postpone() -> None:
    """Judge whether missions lie on absences or outages at the next `judge`, and not at each row."""
    _set("DEFERRED")


def judge() -> None:
    """Judge it now, and from here on at each row again. Raises Refusal when a mission does: then all is rolled back."""
    try:
        _set("IMMEDIATE")
    except IntegrityError as error:
        refusal = broken_promise(error)
        if refusal is None:
            raise
        raise refusal from error


def _set(when: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {', '.join(TRIGGERS)} {when}")


def broken_promise(error: IntegrityError) -> Refusal | None:
    """Return the refusal that says which promise would be broken; None when the error is about something else."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = str(getattr(diagnosis, "constraint_name", None) or "")
    if "never_overlap" in name and name.startswith("missions"):
        return Refusal(
            _("Driver or vehicle is already on a mission during part of that time. Choose another, or another time.")
        )
    mission = str(getattr(diagnosis, "message_detail", None) or "")
    if name == ON_ABSENCE:
        return Refusal(
            _("The driver is away during part of mission %(mission)s. Look again, and choose another driver or time.")
            % {"mission": mission},
            code=name,
        )
    if name == ON_OUTAGE:
        return Refusal(
            _(
                "The vehicle is out of service during part of mission %(mission)s. Look again, and choose another "
                "vehicle or time."
            )
            % {"mission": mission},
            code=name,
        )
    return None
