"""What people say when they remove something planned of drivers: how much of it is to go."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from drivers.actions.absences import remove_absence
from drivers.actions.patterns import remove_pattern
from drivers.actions.shifts import remove_shift
from drivers.models import Absence, Shift, ShiftPattern
from echauffeur.accounts.models import User
from fleet.forms.recurring import DayField
from fleet.way_out import AsksForWayOut


class RemovalForm(AsksForWayOut):
    """Asks whether an absence is to go; a shift or pattern says more."""

    class Meta:
        model = Absence
        fields: list[str] = []

    def validate_constraints(self) -> None:
        """What goes need not be right."""

    def write(self, by: User) -> None:
        remove_absence(row=self.instance, by=by, way_out=self.way_out)


class ShiftRemovalForm(RemovalForm):
    """Asks which shifts are to go: this one, or others of its pattern too."""

    scope = forms.ChoiceField(
        label=_("What is to go"),
        choices=[
            ("this", _("This shift only")),
            ("following", _("This and those that follow")),
            ("all", _("All to come, and the pattern")),
        ],
        initial="this",
        widget=forms.RadioSelect,
        help_text=_("Of several, those that have begun, or were changed by hand, stay."),
    )

    class Meta:
        model = Shift
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pattern_id is None:
            del self.fields["scope"]

    def write(self, by: User) -> None:
        row, scope = self.instance, self.cleaned_data.get("scope", "this")
        if scope == "this":
            remove_shift(row=row, by=by, way_out=self.way_out)
        else:
            since = row.on if scope == "following" else None
            remove_pattern(row=row.pattern, by=by, since=since, also=row, way_out=self.way_out)


class PatternRemovalForm(RemovalForm):
    """Asks from when on a pattern is to end: with all of its coming shifts, or from a day on."""

    since = DayField(
        label=_("From this day on"),
        required=False,
        help_text=_("Empty: all of it. Shifts that have begun, or that were changed by hand, stay."),
    )

    class Meta:
        model = ShiftPattern
        fields: list[str] = []

    def write(self, by: User) -> None:
        remove_pattern(row=self.instance, by=by, since=self.cleaned_data["since"], way_out=self.way_out)
