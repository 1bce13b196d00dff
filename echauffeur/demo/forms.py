"""The buttons of the demo's page."""

from dataclasses import replace

from django import forms
from django.utils.translation import gettext_lazy as _

from echauffeur.demo.control import SPEEDS, Control


class ControlForm(forms.Form):
    """One button: pause, resume, a rush, or a speed."""

    do = forms.ChoiceField(
        choices=[(verb, verb) for verb in ("pause", "resume", "rush", *(f"speed-{speed}" for speed in SPEEDS))],
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Press one of the buttons of this page.")),
    )

    def applied_to(self, control: Control) -> Control:
        """Return what the simulator is to be told. Only for a valid form."""
        verb = self.cleaned_data["do"]
        if verb == "rush":
            return replace(control, rushes=control.rushes + 1, is_paused=False)
        if verb in ("pause", "resume"):
            return replace(control, is_paused=verb == "pause")
        return replace(control, speed=int(verb.removeprefix("speed-")))
