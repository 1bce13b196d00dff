"""What the planning's calendar is asked for."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

VIEWS, BY = ("week", "day"), ("drivers", "vehicles")


class PlanForm(forms.Form):
    """What the calendar's address asks for; nonsense in it asks for nothing. ``q``: words that names hold."""

    view = forms.ChoiceField(required=False, choices=[(view, view) for view in VIEWS])
    by = forms.ChoiceField(required=False, choices=[(by, by) for by in BY])
    on = forms.DateField(
        required=False, validators=[MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 1, 1))]
    )
    q = forms.CharField(required=False, max_length=80)

    def asked(self, remembered: dict[str, str]) -> dict[str, Any]:
        """Return ``view``, ``by``, ``on`` (None: today) and ``q``; what is not said, as it was looked at last."""
        self.is_valid()
        said = self.cleaned_data
        view, by = (said.get(name) or remembered.get(name) for name in ("view", "by"))
        return {
            "view": view if view in VIEWS else VIEWS[0],
            "by": by if by in BY else BY[0],
            "on": said.get("on"),
            "q": said.get("q", ""),
        }
