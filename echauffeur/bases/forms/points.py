"""A point of the earth, typed, pasted, or picked on the map."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from echauffeur.journal.forms import RowForm

# What maps give to copy: "48.3829, -4.4951".
DECIMAL = r"[-+]?\d+\.\d+"
PAIR = re.compile(rf"\s*({DECIMAL})\s*°?\s*[,;\s]\s*({DECIMAL})\s*°?\s*")


class DegreesField(forms.FloatField):
    """WGS 84 degrees with a decimal point or comma, with or without the sign of degrees."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    default_error_messages = {"invalid": _("Write degrees as a number, such as 48.3829.")}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.strip().rstrip("°").rstrip().replace(",", ".")
        return super().to_python(value)


class PointForm(RowForm):
    """A row with a latitude and a longitude. Both may be pasted into the first field at once."""

    latitude = DegreesField(
        label=_("Latitude"),
        min_value=-90,
        max_value=90,
        help_text=_("Such as 48.3829; a pair from a map may be pasted."),
    )
    longitude = DegreesField(
        label=_("Longitude"),
        min_value=-180,
        max_value=180,
        help_text=_("Such as -4.4951: negative west of Greenwich."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.data.get("longitude") and (pair := PAIR.fullmatch(self.data.get("latitude", ""))):
            latitude, longitude = pair.groups()
            self.data = {**dict(self.data.items()), "latitude": latitude, "longitude": longitude}
