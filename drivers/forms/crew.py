"""What a driver switches, and what a base manager types of drivers and their licences."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from drivers.actions import crew as actions
from drivers.models import Driver, Licence, Shift
from echauffeur.accounts.models import User
from echauffeur.accounts.people import people_of
from echauffeur.journal.forms import TapForm
from fleet.way_out import AsksForWayOut

NOT_HERE = _("Nobody of this base has this address. Check it, or add the person first, under People.")
SWITCHED_OFF = _("This account is switched off: an administrator can switch it on again.")
DRIVES_ALREADY = _("This person already drives on that base.")
ON_DUTY_ALREADY = _("This driver is already on duty during part of that time.")
UNTRAINED = _("Tick that the driver is trained for wheelchairs, or leave the day empty.")
BREAK_OUTSIDE = _("A break of this shift would lie outside. Change it on the planning’s page of the shift.")
HELD_TWICE = _("This category stands here twice. Keep one line.")


class SharingForm(TapForm):
    """The switch of the shared position."""

    sharing = forms.ChoiceField(choices=[("on", _("On")), ("off", _("Off"))])


class DriverForm(AsksForWayOut):
    """A person's driving profile on a base. A new one is somebody's whose exact e-mail address one knows.

    ``tables``: that of licences, which is saved with it; without, those that are there stay.
    """

    email = forms.EmailField(
        label=_("E-mail address of the person"),
        help_text=_("Exactly as in their account. They get the role of a driver on this base."),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "list": "people"}),
    )
    field_order = ["email"]

    class Meta:
        model = Driver
        fields = ["wheelchair_trained", "wheelchair_until", "enabled"]
        widgets = {"wheelchair_until": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}
        help_texts = {"enabled": _("Nobody can give rides to a driver who is switched off; their past stays readable.")}

    def __init__(self, *args: Any, tables: Iterable["Table"] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tables = list(tables)
        if self.instance.pk:
            del self.fields["email"]

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        # Of people elsewhere nothing is told, not even whether there is an account: nothing comes of asking.
        person = people_of(self.instance.base).filter(email=email).first()
        if person is None:
            raise forms.ValidationError(NOT_HERE)
        if not person.is_active:
            raise forms.ValidationError(SWITCHED_OFF)
        if Driver.objects.of(self.instance.base).filter(user=person).exists():
            raise forms.ValidationError(DRIVES_ALREADY)
        self.instance.user = person
        return email

    def clean(self) -> dict[str, Any] | None:
        said = super().clean()
        if self.cleaned_data.get("wheelchair_until") and not self.cleaned_data.get("wheelchair_trained"):
            self.add_error("wheelchair_until", UNTRAINED)
        return said

    @property
    def is_wrong(self) -> bool:
        """Whether what was sent cannot be saved, here or in a table."""
        return self.is_bound and not self.is_valid()

    def is_valid(self) -> bool:
        return all([super().is_valid(), *(table.is_valid() for table in self.tables)])

    def write(self, by: User) -> None:
        saved = [row for table in self.tables for row in table.save(commit=False)]
        gone = [row for table in self.tables for row in table.deleted_objects]
        own = ["user" if field == "email" else field for field in self.changes]
        fields = [*own, *(str(table.prefix) for table in self.tables if table.has_changed())]
        actions.save_driver(driver=self.instance, fields=fields, by=by, saved=saved, gone=gone, way_out=self.way_out)


class Table(forms.BaseInlineFormSet):  # type: ignore[type-arg]  # Django's is not generic at run time
    """A driver's rows, each on a line of its own with some empty ones below."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:  # type: ignore[type-arg]
        super().add_fields(form, index)
        form.fields["id"].error_messages["invalid_choice"] = _("Somebody else just changed this. Reload the page.")
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Remove")

    @property
    def kept(self) -> list[forms.ModelForm]:  # type: ignore[type-arg]
        """The lines that hold something and are to stay."""
        filled = (form for form in self.forms if form.has_changed() or form.instance.pk)
        return [form for form in filled if not getattr(form, "cleaned_data", {}).get("DELETE")]


class LicenceForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's is not generic at run time
    """A category, and the last day on which it holds."""

    class Meta:
        model = Licence
        fields = ["category", "expires_on"]
        widgets = {"expires_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}


class LicenceRows(Table):
    """Licences of different categories."""

    def clean(self) -> None:
        super().clean()
        held: set[str] = set()
        for form in self.kept:
            category = form.cleaned_data.get("category")
            if category in held:
                form.add_error("category", HELD_TWICE)
            held.add(str(category))

    def validate_unique(self) -> None:
        """Said at the line (`clean`), not above the table."""


class ShiftRows(Table):
    """Shifts that do not overlap. Django leaves out constraints that name the parent, and would fail on saving."""

    def clean(self) -> None:
        super().clean()
        taken = [shift.period for shift in self._shifts_not_shown()]
        for form in self.kept:
            period = getattr(form, "cleaned_data", {}).get("period")
            if form.errors or not period:
                continue
            if any(pause.lower < period.lower or period.upper < pause.upper for pause in form.instance.breaks):
                form.add_error("period", BREAK_OUTSIDE)
            if any(period.lower < other.upper and other.lower < period.upper for other in taken):
                form.add_error("period", ON_DUTY_ALREADY)
            taken.append(period)

    def _shifts_not_shown(self) -> QuerySet[Shift]:
        """Return the driver's shifts that stand on no line: past ones, and those that somebody else just added."""
        shown = [form.instance.pk for form in self.forms if form.instance.pk]
        return Shift.objects.filter(driver=self.instance.pk).exclude(pk__in=shown)


LicenceTable = forms.inlineformset_factory(Driver, Licence, LicenceForm, LicenceRows, extra=2, can_delete_extra=False)
