"""What a base manager types to set the base up."""

from django import forms
from django.utils.translation import gettext_lazy as _

from echauffeur.bases.models import Place
from echauffeur.journal.forms import RowForm


class PlaceForm(RowForm):
    """A named point where people get in and out."""

    class Meta:
        model = Place
        fields = [
            "name", "aliases", "kind", "latitude", "longitude", "access_note", "arrival_radius_m", "enabled",
        ]  # fmt: skip
        help_texts = {
            "latitude": _("In degrees, such as 48.3829: positive to the north."),
            "longitude": _("In degrees, such as -4.4951: negative to the west of Greenwich."),
            "access_note": _("What the driver must know: “Ask at the gate”, “Behind the hangar”."),
            "arrival_radius_m": _("From how near the car counts as arrived."),
            "enabled": _("Nobody can choose a place that is switched off; rides to it stay readable."),
        }
        widgets = {
            "aliases": forms.TextInput,
            "latitude": forms.TextInput(attrs={"inputmode": "decimal"}),
            "longitude": forms.TextInput(attrs={"inputmode": "decimal"}),
        }
