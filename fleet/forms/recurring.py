"""What comes back, as people type it: on which days, from when until when, and from when on a change holds.

Drivers' shifts and vehicles out of service are typed alike; each kind adds what is its own.
"""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from echauffeur.bases.models import Base
from echauffeur.common.recurrence import Frequency, Nth, Weekday
from fleet.way_out import AsksForWayOut

MOST_YEARS = 20
YEARS_AWAY = _("This day is years away. Choose one in the calendar.")


class DayField(forms.DateField):
    """A local day, as a calendar to choose from; none that is years away."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value and abs(value.year - timezone.now().year) > MOST_YEARS:
            raise forms.ValidationError(YEARS_AWAY)


class ClockTimeField(forms.TimeField):
    """A time of the clock, of any day."""

    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})


RECURRING_FIELDS = ["frequency", "weekdays", "nth", "month_day", "begins", "ends", "first_day", "last_day"]
RECURRING_CLASSES = {"begins": ClockTimeField, "ends": ClockTimeField, "first_day": DayField, "last_day": DayField}
RECURRING_WIDGETS = {
    "frequency": forms.RadioSelect,
    "begins": ClockTimeField.widget,
    "ends": ClockTimeField.widget,
    "first_day": DayField.widget,
    "last_day": DayField.widget,
}
RECURRING_LABELS = {"first_day": _("First day"), "last_day": _("Last day")}


def begun_of(said: dict[str, Any], base: Base) -> dict[str, Any]:
    """Return how the form of a new pattern begins: what the address says of one day, as something that comes back."""
    begun = dict(said)
    if begins := begun.pop("begins", None):
        local = base.local(begins)
        begun |= {"first_day": local.date(), "weekdays": [local.weekday()], "begins": local.time()}
    if ends := begun.pop("ends", None):
        begun["ends"] = base.local(ends).time()
    begun.setdefault("first_day", begun.get("on") or base.today())
    return begun


class RecurringForm(AsksForWayOut):
    """A row that comes back. One that is there already asks from when on the change holds (``scope``, ``since``)."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("On these weekdays"),
        choices=Weekday.choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one weekday.")},
    )
    month_by = forms.ChoiceField(
        label=_("In the month"),
        choices=[("weekday", _("On the weekdays chosen above, once each")), ("date", _("On a day of the month"))],
        initial="weekday",
        widget=forms.RadioSelect,
    )
    scope = forms.ChoiceField(
        label=_("The change holds"),
        choices=[("all", _("For all to come")), ("since", _("From a day on"))],
        initial="all",
        widget=forms.RadioSelect,
        help_text=_("What has begun, or was changed by hand, stays as it is."),
    )
    since = DayField(label=_("From this day on"), required=False)

    def __init__(self, *args: Any, base: Base, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.base = base
        self.fields["nth"].choices = Nth.choices  # type: ignore[attr-defined]
        # Where they are asked for: see `_judge_days`.
        self._require("nth", _("Say which of the month’s."))
        self._require("month_day", _("Say on which day of the month."))
        if self.instance.pk:
            self.initial["month_by"] = "date" if self.instance.month_day else "weekday"
        else:
            del self.fields["scope"], self.fields["since"]

    def _require(self, name: str, sentence: Any) -> None:
        self.fields[name].required = True
        self.fields[name].error_messages["required"] = sentence

    def clean(self) -> dict[str, Any] | None:
        said = super().clean()
        self._judge_days()
        self._judge_scope()
        return said

    def _judge_days(self) -> None:
        """Keep of the days what the frequency asks for; what is not asked for is neither kept nor judged."""
        said = self.cleaned_data
        monthly = said.get("frequency") == Frequency.MONTHLY
        by_date = monthly and said.get("month_by") == "date"
        unasked = {
            "month_by": not monthly,
            "weekdays": by_date,
            "nth": not monthly or by_date,
            "month_day": not by_date,
        }
        for name, is_unasked in unasked.items():
            if is_unasked:
                self.errors.pop(name, None)
                said[name] = [] if name == "weekdays" else None

    def _judge_scope(self) -> None:
        said = self.cleaned_data
        first, last = said.get("first_day"), said.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day is the first one or comes after it."))
        if said.get("scope") != "since":
            said["since"] = None
            return
        if not said.get("since"):
            if "since" not in self.errors:
                self.add_error("since", _("Say from which day on."))
        elif last and last < said["since"]:
            self.add_error("since", _("The pattern ends before this day. Choose an earlier one."))
        elif said["since"] < self.base.today():
            self.add_error("since", _("This day is past. Choose today or a day to come."))

    def validate_constraints(self) -> None:
        """Said at the fields, by `clean`; and the database has the last word, in the action."""

    @property
    def is_to_write(self) -> bool:
        """Whether it is new, or what was typed changes it."""
        return not self.instance.pk or bool({*self.changes} - {"scope", "since", "month_by"})
