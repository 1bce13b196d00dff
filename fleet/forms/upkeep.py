"""What whoever plans types of a vehicle: that its maintenance or inspection is done, and what its dashboard says."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from echauffeur.accounts.models import User
from echauffeur.accounts.queries import party_on
from echauffeur.common.clocks import ClockField, OnTheBasesClock
from echauffeur.journal.forms import RowForm
from fleet.actions.readings import Dashboard, take_reading
from fleet.actions.upkeep import finish_upkeep
from fleet.due import dues_of
from fleet.forms.vehicles import LIMIT_WIDGETS, LIMITS
from fleet.models import Reading, ReadingKind, Unavailability, Vehicle
from fleet.way_out import AsksForWayOut

# What a dashboard can show.
MOST_KILOMETRES = 9_999_999
STILL_OVER = _("This is behind us already: nobody could be given the vehicle. Write when it is due next.")


class UpkeepForm(AsksForWayOut):
    """The next dates and mileage. ``out``: what keeps the vehicle in the workshop now, if anything does."""

    back = forms.BooleanField(label=_("It is back: put it into service now"), required=False, initial=True)
    field_order = [*LIMITS, "back"]

    class Meta:
        model = Vehicle
        fields = LIMITS
        widgets = LIMIT_WIDGETS

    def __init__(self, *args: Any, mileage: int | None, out: Unavailability | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mileage, self.out = mileage, out
        if out is None:
            del self.fields["back"]

    def clean(self) -> dict[str, Any] | None:
        """Judge what was written; what nobody touched waits for its own turn, unless nothing was written at all."""
        said = super().clean()
        if not self.errors:
            written = set(LIMITS) & set(self.changed_data) or set(LIMITS)
            judged = Vehicle(**{name: self.cleaned_data[name] for name in written})
            for due in dues_of(judged, self.instance.base.today(), self.mileage):
                if due.is_over:
                    self.add_error(due.what, STILL_OVER)
        return said

    def write(self, by: User) -> None:
        fields = [name for name in self.changes if name in LIMITS]
        out = self.out if self.cleaned_data.get("back") else None
        finish_upkeep(vehicle=self.instance, fields=fields, by=by, out=out, way_out=self.way_out)


class ReadingForm(OnTheBasesClock, RowForm):
    """What the dashboard says, and when it was read. ``sure`` is asked for when the kilometres jump."""

    read_at = ClockField(label=_("Read at"))
    sure = forms.BooleanField(label=_("Yes, the kilometres are right"), required=False)
    field_order = ["read_at", "kilometres", "energy_percent", "kind", "sure"]

    class Meta:
        model = Reading
        fields = ["read_at", "kilometres", "energy_percent", "kind"]
        widgets = {
            "kilometres": forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            "energy_percent": forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        }
        help_texts = {"energy_percent": _("Tank or battery, from 0 to 100.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"read_at": timezone.now(), "kind": ReadingKind.CHECK} | self.initial
        self.initial["read_at"] = self.initial["read_at"] or timezone.now()
        self.initial["kind"] = self.initial["kind"] or ReadingKind.CHECK
        self.fields["kilometres"].validators.append(MaxValueValidator(MOST_KILOMETRES))

    @property
    def base(self) -> Any:
        return self.instance.vehicle.base

    @property
    def asks_whether_sure(self) -> bool:
        return self.is_bound and bool(self["sure"].errors or self["sure"].value())

    def write(self, by: User) -> None:
        said, vehicle = self.cleaned_data, self.instance.vehicle
        read = Dashboard(
            kind=said["kind"],
            kilometres=said["kilometres"],
            read_at=self.moment("read_at"),  # type: ignore[arg-type]  # the field is required
            energy=said["energy_percent"],
            sure=said["sure"],
        )
        self.instance = take_reading(vehicle=vehicle, read=read, by=by, party=party_on(by, vehicle.base))
