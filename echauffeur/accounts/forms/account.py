"""What people change about themselves."""

from django import forms
from django.utils.translation import gettext_lazy as _

from echauffeur.accounts.models import User
from echauffeur.bases.models import Base


class NameForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for mypy only
    """How colleagues and drivers call somebody."""

    saves = True
    prefix = "name"

    class Meta:
        model = User
        fields = ["first_name", "last_name"]
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
        }


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for mypy only
    """In which language, and on which base, the pages open."""

    saves = True
    prefix = "preferences"
    base = forms.ModelChoiceField(
        Base.objects.all(),
        label=_("Current base"),
        required=False,
        empty_label=_("None yet"),
    )

    class Meta:
        model = User
        fields = ["language", "base"]
