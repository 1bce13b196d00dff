"""A named point where people get in and out."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from echauffeur.bases.forms.points import PointForm
from echauffeur.bases.models import Place


class NamesInput(forms.TextInput):
    """Names with commas between them, and room to read."""

    def format_value(self, value: Any) -> str | None:
        names = super().format_value(value)
        return ", ".join(name.strip() for name in names.split(",")) if names else names


class PlaceForm(PointForm):
    """A place of a base."""

    class Meta:
        model = Place
        fields = [
            "name", "aliases", "kind", "latitude", "longitude", "access_note", "arrival_radius_m", "enabled",
        ]  # fmt: skip
        help_texts = {
            "access_note": _("What the driver must know: “Ask at the gate”, “Behind the hangar”."),
            "arrival_radius_m": _(
                "From how near a car that stands is taken to have arrived: its driver is then asked to say so."
            ),
            "enabled": _("Nobody can choose a place that is switched off; rides to it stay readable."),
        }
        widgets = {"aliases": NamesInput}
