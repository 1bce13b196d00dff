"""What a driver fills in to give a mission back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.states import DeclineReason
from dispatch.models import Mission
from echauffeur.journal.forms import TapForm


class DeclineForm(TapForm):
    """Why the driver cannot do this mission."""

    reason = forms.ChoiceField(
        label=_("Why can you not do it?"),
        choices=DeclineReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say why: choose one of the reasons.")},
    )
    words = forms.CharField(
        label=_("In your own words"), required=False, max_length=300, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, data: Any = None, *, mission: Mission) -> None:
        super().__init__(data, auto_id=f"{mission.code}-%s")
        self.mission = mission

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("reason") == DeclineReason.OTHER and not cleaned.get("words"):
            self.add_error("words", _("Write what the reason is: the control room has to find another driver."))
        return cleaned
