"""What people plan of drivers again and again, what they remove of it, and which week they copy."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from drivers.actions.generation import Generated
from drivers.actions.patterns import save_pattern
from drivers.forms.planning import BREAK_OUTSIDE, BreaksField, DriverChoice, break_in_words
from drivers.models import ShiftPattern
from drivers.rota import Occurrence, in_order, misplaced_break, next_occurrences
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.recurrence import Frequency, Nth, Weekday
from fleet.way_out import AsksForWayOut

PREVIEWED = 5
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


class PatternForm(AsksForWayOut):
    """When a driver is on duty again and again. One that is there already asks from when on the change holds.

    ``made``: what its shifts became, when it was saved.
    """

    weekdays = forms.TypedMultipleChoiceField(
        label=_("On"), choices=Weekday.choices, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    month_by = forms.ChoiceField(
        label=_("In the month"),
        choices=[("weekday", _("On the weekdays chosen above, once each")), ("date", _("On a day of the month"))],
        initial="weekday",
        required=False,
        widget=forms.RadioSelect,
    )
    breaks = BreaksField()
    scope = forms.ChoiceField(
        label=_("The change holds"),
        choices=[("all", _("For all shifts to come")), ("since", _("From a day on"))],
        initial="all",
        widget=forms.RadioSelect,
        help_text=_("Shifts that have begun, or that were changed by hand, stay as they are."),
    )
    since = DayField(label=_("From this day on"), required=False)
    field_order = [
        "driver", "frequency", "weekdays", "month_by", "nth", "month_day", "begins", "ends", "breaks", "first_day",
        "last_day", "on_holidays", "scope", "since",
    ]  # fmt: skip

    class Meta:
        model = ShiftPattern
        fields = [
            "driver", "frequency", "weekdays", "nth", "month_day", "begins", "ends", "breaks", "first_day", "last_day",
            "on_holidays",
        ]  # fmt: skip
        field_classes = {
            "driver": DriverChoice,
            "begins": ClockTimeField,
            "ends": ClockTimeField,
            "first_day": DayField,
            "last_day": DayField,
        }
        widgets = {
            "frequency": forms.RadioSelect,
            "begins": ClockTimeField.widget,
            "ends": ClockTimeField.widget,
            "first_day": DayField.widget,
            "last_day": DayField.widget,
        }
        labels = {"first_day": _("First day"), "last_day": _("Last day")}

    def __init__(self, *args: Any, base: Base, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.base, self.made = base, Generated()
        self.fields["driver"].offer(base)  # type: ignore[attr-defined]
        self.fields["nth"].choices = Nth.choices  # type: ignore[attr-defined]
        for name in ("begins", "ends"):
            self.fields[name].localize = False
        if self.instance.pk:
            del self.fields["driver"]
            self.initial["month_by"] = "date" if self.instance.month_day else "weekday"
        else:
            del self.fields["scope"], self.fields["since"]

    def clean(self) -> dict[str, Any] | None:
        said = super().clean()
        self._judge_days()
        self._judge_breaks()
        self._judge_scope()
        return said

    def _judge_days(self) -> None:
        """Keep of the days what the frequency asks for, and say what it lacks."""
        said = self.cleaned_data
        monthly = said.get("frequency") == Frequency.MONTHLY
        if monthly and said.get("month_by") == "date":
            said["weekdays"], said["nth"] = [], None
            if said.get("month_day") is None and "month_day" not in self.errors:
                self.add_error("month_day", _("Say on which day of the month."))
            return
        self.errors.pop("month_day", None)  # what is not asked for is not judged
        said["month_day"] = None
        if not said.get("weekdays") and "weekdays" not in self.errors:
            self.add_error("weekdays", _("Choose at least one weekday."))
        if not monthly:
            said["nth"] = None
        elif said.get("nth") is None and "nth" not in self.errors:
            self.add_error("nth", _("Say which of the month’s."))

    def _judge_breaks(self) -> None:
        said = self.cleaned_data
        if {"begins", "ends", "breaks"} & set(self.errors):
            return
        if wrong := misplaced_break(said["begins"], said["ends"], said["breaks"]):
            self.add_error("breaks", BREAK_OUTSIDE % {"break": break_in_words(wrong)})
        said["breaks"] = [list(pause) for pause in in_order(said["begins"], said["breaks"])]

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

    @cached_property
    def preview(self) -> list[Occurrence]:
        """The next shifts that the pattern, as it is written here, makes; none while it is wrong."""
        if self.is_bound and not self.is_valid():
            return []
        if not self.instance.driver_id or self.instance.begins is None:
            return []
        self.instance.driver.base = self.base
        return next_occurrences(self.instance, self._shown_from(), PREVIEWED)

    def _shown_from(self) -> datetime:
        since = self.cleaned_data.get("since") if self.is_bound else None
        now = timezone.now()
        return max(now, self.base.day(since)[0]) if since else now

    def write(self, by: User) -> None:
        since = self.cleaned_data.get("since")
        if not self.instance.pk or {*self.changes} - {"scope", "since", "month_by"}:
            self.made = save_pattern(pattern=self.instance, by=by, since=since, way_out=self.way_out)
