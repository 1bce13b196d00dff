"""What the live map is asked for."""

from typing import Any

from django import forms

from dispatch.queries.live_map import Group


class MapForm(forms.Form):
    """What the live map's address asks for; nonsense in it asks for nothing. ``q``: words that the list holds."""

    q = forms.CharField(required=False, max_length=80)
    state = forms.ChoiceField(required=False, choices=Group.choices)
    crew = forms.IntegerField(required=False, min_value=1)

    def look(self) -> dict[str, Any]:
        """Return ``words``, ``group`` ("" is all) and ``driver_id`` (None: nobody is chosen)."""
        self.is_valid()
        said = self.cleaned_data
        return {"words": said.get("q", ""), "group": said.get("state", ""), "driver_id": said.get("crew")}
