"""What a base manager types of vehicles and their models.

Each form judges one row on its own: its base is the instance's, choices are those of that base, errors stand at fields.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from echauffeur.accounts.models import User
from fleet.actions.vehicles import save_model, save_vehicle
from fleet.due import INSPECTION, MAINTENANCE, MAINTENANCE_KM
from fleet.models import Vehicle, VehicleModel
from fleet.way_out import AsksForWayOut

LIMITS = [INSPECTION, MAINTENANCE, MAINTENANCE_KM]
LIMIT_WIDGETS = {
    INSPECTION: forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    MAINTENANCE: forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    MAINTENANCE_KM: forms.NumberInput(attrs={"inputmode": "numeric", "min": 0}),
}


class ModelOfBase(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's is not generic at run time
    """A model of the whole service or of the base, with what tells one from the other."""

    def label_from_instance(self, obj: VehicleModel) -> str:
        own = _("%(name)s (this base's own)") % {"name": obj.name}
        return str(own if obj.base_id else obj.name)


class VehicleForm(AsksForWayOut):
    """One car, van or coach of a base."""

    class Meta:
        model = Vehicle
        fields = ["name", "plate", "model", "colour", *LIMITS, "enabled"]
        field_classes = {"model": ModelOfBase}
        widgets = LIMIT_WIDGETS
        help_texts = {
            "plate": _("As on the car: AB-123-CD."),
            "enabled": _("Nobody can be given a vehicle that is switched off; its past stays readable."),
        }
        error_messages = {"plate": {"unique": _("Another vehicle already has this plate.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["model"].queryset = VehicleModel.objects.usable_on(self.instance.base)  # type: ignore[attr-defined]

    def clean_plate(self) -> str:
        return str(self.cleaned_data["plate"]).upper()

    def write(self, by: User) -> None:
        save_vehicle(vehicle=self.instance, fields=self.changes, by=by, way_out=self.way_out)


class VehicleModelForm(AsksForWayOut):
    """A model of a base's own: what is missing among the service's."""

    class Meta:
        model = VehicleModel
        fields = ["name", "seats", "wheelchair_places", "licence"]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if "name" in self.changed_data and VehicleModel.objects.filter(base=None, name__iexact=name).exists():
            raise forms.ValidationError(
                _("The service already has a model of that name: vehicles can be of it. Give yours another name.")
            )
        return name

    def write(self, by: User) -> None:
        save_model(model=self.instance, fields=self.changes, by=by, way_out=self.way_out)
