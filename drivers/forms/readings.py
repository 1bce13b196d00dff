"""What a driver reads off the dashboard, on the phone."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from drivers.models import Driver
from echauffeur.journal.forms import TapForm
from fleet.actions.readings import Dashboard
from fleet.forms.upkeep import MOST_KILOMETRES
from fleet.models import Vehicle

WHOLE = 100


class DashboardForm(TapForm):
    """Which vehicle, its kilometres, the energy left. ``sure`` is asked for when the kilometres jump."""

    vehicle = forms.ModelChoiceField(
        Vehicle.objects.none(),
        label=_("Vehicle"),
        empty_label=_("Choose the vehicle"),
        error_messages={"invalid_choice": _("This vehicle is not one of the base's. Choose one of the list.")},
    )
    kilometres = forms.IntegerField(
        label=_("Kilometres"),
        min_value=0,
        validators=[MaxValueValidator(MOST_KILOMETRES)],
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    energy_percent = forms.IntegerField(
        label=_("Energy left (%)"),
        help_text=_("Tank or battery, from 0 to 100."),
        required=False,
        min_value=0,
        max_value=WHOLE,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    sure = forms.BooleanField(label=_("Yes, the kilometres are right"), required=False)

    def __init__(self, *args: Any, driver: Driver, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"id_{kind}_%s"
        self.kind = kind
        self.fields["vehicle"].queryset = Vehicle.objects.of(driver.base).enabled()  # type: ignore[attr-defined]

    def offer(self, vehicles: Iterable[Vehicle]) -> None:
        """Have these to choose from, which are the base's in use, without asking for them again."""
        field = self.fields["vehicle"]
        field.choices = [("", field.empty_label), *((vehicle.pk, str(vehicle)) for vehicle in vehicles)]  # type: ignore[attr-defined]

    @property
    def read(self) -> Dashboard:
        """What was read, at the time of the tap; never later than now, whatever the phone's clock says."""
        said, now = self.cleaned_data, timezone.now()
        claimed_at: datetime | None = said["claimed_at"]
        return Dashboard(
            kind=self.kind,
            kilometres=said["kilometres"],
            read_at=min(claimed_at, now) if claimed_at else now,
            energy=said["energy_percent"],
            sure=said["sure"],
        )
