"""When a vehicle is out of service, as people type it."""

from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext_lazy as _

from echauffeur.accounts.models import User
from echauffeur.common.clocks import ClockField, OnTheBasesClock
from fleet.actions.outages import save_unavailability
from fleet.models import Unavailability
from fleet.way_out import AsksForWayOut


class UnavailabilityForm(OnTheBasesClock, AsksForWayOut):
    """When a vehicle is out of service, and why."""

    begins = ClockField(label=_("Begins"))
    ends = ClockField(label=_("Ends"), required=False, help_text=_("Leave it empty while nobody knows."))
    field_order = ["begins", "ends", "reason", "note"]

    class Meta:
        model = Unavailability
        fields = ["reason", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.period:
            self.initial |= {"begins": self.instance.period.lower, "ends": self.instance.period.upper}

    @property
    def base(self) -> Any:
        return self.instance.vehicle.base

    def clean(self) -> dict[str, Any] | None:
        said = super().clean()
        begins, ends = self.moment("begins"), self.moment("ends")
        if begins and ends and ends <= begins:
            self.add_error("ends", _("The end comes after the beginning."))
        elif begins:
            self.instance.period = DateTimeTZRange(begins, ends)
        return said

    def write(self, by: User) -> None:
        if self.has_changed():
            save_unavailability(out=self.instance, by=by, way_out=self.way_out)
