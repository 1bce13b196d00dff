"""What a base manager types of vehicles, their models, their time out of service, and service phones.

Each form judges one row on its own: its base is the instance's, choices are those of that base, errors stand at fields.
"""

from typing import Any

from django import forms
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext_lazy as _

from echauffeur.accounts.models import User, normal_phone
from echauffeur.common.clocks import ClockField, OnTheBasesClock
from echauffeur.journal.forms import RowForm
from fleet import actions
from fleet.models import Handset, Unavailability, Vehicle, VehicleModel
from fleet.queries import holders_of


class ModelOfBase(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's is not generic at run time
    """A model of the whole service or of the base, with what tells one from the other."""

    def label_from_instance(self, obj: VehicleModel) -> str:
        own = _("%(name)s (this base's own)") % {"name": obj.name}
        return str(own if obj.base_id else obj.name)


class VehicleForm(RowForm):
    """One car, van or coach of a base."""

    class Meta:
        model = Vehicle
        fields = ["name", "plate", "model", "colour", "enabled"]
        field_classes = {"model": ModelOfBase}
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
        actions.save_vehicle(vehicle=self.instance, fields=self.changes, by=by)


class VehicleModelForm(RowForm):
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
        actions.save_model(model=self.instance, fields=self.changes, by=by)


class UnavailabilityForm(OnTheBasesClock, RowForm):
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
            actions.save_unavailability(out=self.instance, by=by)


class HandsetForm(RowForm):
    """A service phone. Who holds it is said by steps, not here."""

    class Meta:
        model = Handset
        fields = ["model", "serial", "imei", "number"]
        help_texts = {
            "imei": _("Fifteen digits: type *#06# on the phone to see them."),
            "number": _("The number that rings on this phone, such as 06 12 34 56 78."),
        }
        widgets = {
            "imei": forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 20}),
            "number": forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.number:
            self.initial["number"] = self.instance.number_in_words
        # Judged when the spaces are gone; people copy them with it.
        self.fields["imei"] = forms.CharField(
            label=self.fields["imei"].label,
            help_text=self.fields["imei"].help_text,
            widget=self.fields["imei"].widget,
            max_length=20,
        )

    def clean_imei(self) -> str:
        imei = str(self.cleaned_data["imei"])
        return "".join(character for character in imei if character not in " -./\u00a0\u202f")

    def clean_number(self) -> str:
        number = self.cleaned_data["number"]
        return normal_phone(number) if number else ""


class LendForm(forms.Form):
    """To whom a phone is lent: one of the people who drive on its base."""

    holder = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Driver"),
        empty_label=_("Choose a driver"),
        error_messages={"invalid_choice": _("This person does not drive on this base. Choose one of its drivers.")},
    )

    def __init__(self, *args: Any, handset: Handset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"].queryset = holders_of(handset.base)  # type: ignore[attr-defined]
