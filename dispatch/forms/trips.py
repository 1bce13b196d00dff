"""Why somebody looks at the way of a mission that is over."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.actions import look
from dispatch.models import Mission
from dispatch.states import LookReason
from echauffeur.accounts.models import User
from echauffeur.common.refusals import Refusal
from echauffeur.journal.models import Entry


class MotiveForm(forms.Form):
    """The motive: it is written into the journal, and the driver reads it."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why do you look?"),
        choices=LookReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say why: the driver reads it.")},
    )
    words = forms.CharField(
        label=gettext_lazy("In your own words"), required=False, max_length=300, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, data: Any = None, *, mission: Mission) -> None:
        super().__init__(data)
        self.mission = mission

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("reason") == LookReason.OTHER and not cleaned.get("words"):
            self.add_error("words", _("Write what the reason is: the driver reads it."))
        return cleaned

    def take(self, by: User) -> Entry | None:
        """Write the look down, and return its entry; None when it was refused: the form's errors say why."""
        if not self.is_valid():
            return None
        said = self.cleaned_data
        try:
            return look(mission=self.mission, by=by, reason=LookReason(said["reason"]), words=said["words"])
        except Refusal as refusal:
            self.add_error(None, str(refusal))
        return None
