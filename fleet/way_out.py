"""How a form asks what becomes of planned missions that its change would strand (`fleet.commitments`)."""

from typing import Any, Literal, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from echauffeur.common.refusals import Refusal
from echauffeur.journal.forms import RowForm
from fleet.commitments import SAY_WHY, Conflict, WayOut

# How long a reason may be: the column's limit.
REASON_LENGTH = 200


class WayOutForm(forms.Form):
    """The button that was pressed below a conflict, the reason beside it, and the codes of the rides that it showed."""

    way_out = forms.ChoiceField(choices=[("release", ""), ("keep", "")], required=False)
    way_out_reason = forms.CharField(
        label=_("Because"),
        max_length=REASON_LENGTH,
        error_messages={"required": SAY_WHY},
        help_text=_("It stands in the journal and in the ride’s history."),
    )
    way_out_seen = forms.CharField(required=False)

    use_required_attribute = False  # needed for one of the two buttons alone

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("way_out") != "keep":
            self.errors.pop("way_out_reason", None)
        return said

    @property
    def chosen(self) -> WayOut | None:
        """The way out that was chosen; None when none was, or what came with it makes no sense."""
        if not self.is_bound or not self.is_valid() or not self.cleaned_data["way_out"]:
            return None
        said = self.cleaned_data
        seen = frozenset(said["way_out_seen"].split()) if "way_out_seen" in self.data else None
        return WayOut(cast(Literal["release", "keep"], said["way_out"]), said.get("way_out_reason", ""), seen)


class AsksForWayOut(RowForm):
    """A row whose change may strand missions: its action takes ``way_out=self.way_out``.

    When it raised Conflict, ``conflict`` holds it and `templates/dispatch/_conflict.html` shows it inside the form,
    instead of the summary of errors.
    """

    conflict: Conflict | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ways = WayOutForm(self.data if self.is_bound else None)

    @property
    def way_out(self) -> WayOut | None:
        return self.ways.chosen

    def refused(self, refusal: Refusal) -> None:
        if isinstance(refusal, Conflict):
            self.conflict = refusal
        super().refused(refusal)

    @property
    def seen(self) -> str:
        """The codes of the rides that the conflict shows, for the button to bring along."""
        return " ".join(one.ride for one in self.conflict.broken) if self.conflict else ""
