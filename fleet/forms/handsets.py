"""What a base manager types of service phones."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from echauffeur.accounts.models import User, normal_phone
from echauffeur.journal.forms import RowForm
from fleet.models import Handset
from fleet.queries import holders_of


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
