"""What people type of the devices that say where a car is."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.common.lifecycle import Party
from echauffeur.journal.edits import party_of
from echauffeur.journal.forms import RowForm
from fleet.models import Vehicle
from tracking.actions.devices import add_device
from tracking.models import Device


class DeviceForm(RowForm):
    """What a device is called. For whom it speaks does not change: another one gets a device of its own."""

    class Meta:
        model = Device
        fields = ["label"]


class NewDeviceForm(RowForm):
    """A new device of one of the base's drivers or vehicles. ``token`` is there once it is saved."""

    token = ""

    class Meta:
        model = Device
        fields = ["label", "vehicle", "driver"]
        help_texts = {
            "vehicle": _("It speaks for whoever has the vehicle by a mission or a shift."),
            "driver": _("Or it is somebody's own: it speaks for them, whatever they drive."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        base = self.instance.base
        vehicles, drivers = Vehicle.objects.of(base).enabled(), Driver.objects.of(base).enabled().with_person()
        self.fields["vehicle"] = forms.ModelChoiceField(
            vehicles, required=False, label=_("Vehicle"), help_text=self.fields["vehicle"].help_text,
            empty_label=_("No vehicle"),
            error_messages={"invalid_choice": _("This vehicle is not one of this base. Choose one that is.")},
        )  # fmt: skip
        self.fields["driver"] = forms.ModelChoiceField(
            drivers, required=False, label=_("Driver"), help_text=self.fields["driver"].help_text,
            empty_label=_("No driver"),
            error_messages={"invalid_choice": _("This person does not drive on this base. Choose one of its drivers.")},
        )  # fmt: skip

    def write(self, by: User) -> None:
        self.token = add_device(device=self.instance, by=by, party=party_of(by))


class OwnDeviceForm(RowForm):
    """A driver's own new device. ``token`` is there once it is saved."""

    token = ""

    class Meta:
        model = Device
        fields = ["label"]

    def write(self, by: User) -> None:
        self.token = add_device(device=self.instance, by=by, party=Party.DRIVER)
