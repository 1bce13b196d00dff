"""When a vehicle is out of service, as people type it: once, or again and again."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.clocks import ClockField, OnTheBasesClock
from echauffeur.common.recurrence import period_on
from fleet.actions.outages import save_unavailability
from fleet.actions.series import remove_pattern, save_pattern
from fleet.forms.recurring import (
    RECURRING_CLASSES,
    RECURRING_FIELDS,
    RECURRING_LABELS,
    RECURRING_WIDGETS,
    DayField,
    RecurringForm,
)
from fleet.models import Unavailability, UnavailabilityPattern, UnavailabilityReason, Vehicle
from fleet.way_out import AsksForWayOut

PREVIEWED = 5
LOOKED_AHEAD = timedelta(days=400)
SCOPES = [("this", _("This one only")), ("following", _("This one and those that follow")), ("all", _("All to come"))]


class VehicleChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's is not generic at run time
    """A vehicle of the base. One that is switched off only where it stands already."""

    def __init__(self, queryset: Any = None, **kwargs: Any) -> None:
        said = {"label": _("Vehicle"), "empty_label": _("Choose a vehicle")} | kwargs
        super().__init__(Vehicle.objects.none() if queryset is None else queryset, **said)

    def offer(self, base: Base, also: int | None = None) -> None:
        self.queryset = Vehicle.objects.of(base).filter(Q(enabled=True) | Q(pk=also))


class BeginForm(OnTheBasesClock, forms.Form):
    """What the address of a new row says to begin with; nonsense in it, and another base's rows, say nothing."""

    vehicle = VehicleChoice(required=False)
    begins = ClockField(required=False)
    ends = ClockField(required=False)
    on = forms.DateField(required=False)
    reason = forms.ChoiceField(choices=UnavailabilityReason.choices, required=False)

    def __init__(self, data: Any, *, base: Base) -> None:
        super().__init__(data)
        self.base = base
        self.fields["vehicle"].offer(base)  # type: ignore[attr-defined]

    def said(self) -> dict[str, Any]:
        """Return what could be read, by field."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class UnavailabilityForm(OnTheBasesClock, AsksForWayOut):
    """When a vehicle is out of service, and why. One of a pattern asks for which others the new hours hold."""

    begins = ClockField(label=_("Begins"))
    ends = ClockField(label=_("Ends"), required=False, help_text=_("Leave it empty while nobody knows."))
    scope = forms.ChoiceField(
        label=_("This holds for"),
        choices=SCOPES,
        initial="this",
        widget=forms.RadioSelect,
        help_text=_("Of several, hours and reason change; what has begun, or was changed by hand, stays."),
    )
    field_order = ["vehicle", "begins", "ends", "reason", "note", "scope"]

    class Meta:
        model = Unavailability
        fields = ["vehicle", "reason", "note"]
        field_classes = {"vehicle": VehicleChoice}

    def __init__(self, *args: Any, base: Base, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.base = base
        self.fields["vehicle"].offer(base, self.instance.vehicle_id)  # type: ignore[attr-defined]
        if self.instance.period:
            self.initial |= {"begins": self.instance.period.lower, "ends": self.instance.period.upper}
        if self.instance.pattern_id is None:
            del self.fields["scope"]

    @property
    def is_of_several(self) -> bool:
        return bool(self.cleaned_data.get("scope", "this") != "this")

    def clean(self) -> dict[str, Any] | None:
        said = super().clean()
        begins, ends = self.moment("begins"), self.moment("ends")
        if begins and ends and ends <= begins:
            self.add_error("ends", _("The end comes after the beginning."))
        elif begins and "ends" not in self.errors:
            self.instance.period = DateTimeTZRange(begins, ends)
        if not self.errors and self.is_of_several:
            self._judge_several()
        return said

    def _judge_several(self) -> None:
        period = self.instance.period
        if self.base.local(period.lower).date() != self.instance.on:
            self.add_error("begins", _("This is another day. For all, change the days on which it comes back."))
        if period.upper is None or period.upper - period.lower > timedelta(days=1):
            self.add_error("ends", _("What comes back lasts a day at most. Say when it ends."))
        if "vehicle" in self.changes:
            self.add_error("vehicle", _("This is for one alone. Choose “This one only”, or leave it as it was."))

    def write(self, by: User) -> None:
        if self.is_of_several:
            self._write_pattern(by)
        elif not self.instance.pk or self.has_changed():
            save_unavailability(out=self.instance, by=by, way_out=self.way_out)

    def _write_pattern(self, by: User) -> None:
        """Give the pattern these hours, reason and note; and this one, which it would leave as it is, too."""
        row, pattern = self.instance, self.instance.pattern
        pattern.begins, pattern.ends = (self.base.local(at).time() for at in (row.period.lower, row.period.upper))
        pattern.reason, pattern.note = row.reason, row.note
        since = row.on if self.cleaned_data["scope"] == "following" else None
        also = row if row.by_hand or row.period.lower <= timezone.now() else None
        save_pattern(pattern=pattern, by=by, since=since, also=also, way_out=self.way_out)


class OutagePatternForm(RecurringForm):
    """When a vehicle is out of service again and again: the wash of every other Monday."""

    field_order = [
        "vehicle", "reason", "note", "frequency", "weekdays", "month_by", "nth", "month_day", "begins", "ends",
        "first_day", "last_day", "scope", "since",
    ]  # fmt: skip

    class Meta:
        model = UnavailabilityPattern
        fields = ["vehicle", "reason", "note", *RECURRING_FIELDS]
        field_classes = RECURRING_CLASSES | {"vehicle": VehicleChoice}
        widgets = RECURRING_WIDGETS
        labels = RECURRING_LABELS

    def __init__(self, *args: Any, base: Base, **kwargs: Any) -> None:
        super().__init__(*args, base=base, **kwargs)
        self.fields["vehicle"].offer(base)  # type: ignore[attr-defined]
        if self.instance.pk:
            del self.fields["vehicle"]

    @cached_property
    def preview(self) -> list[tuple[datetime, datetime]]:
        """From when until when the vehicle would be out of service next; nothing while the form is wrong."""
        row, now = self.instance, timezone.now()
        if (self.is_bound and not self.is_valid()) or row.begins is None or row.ends is None:
            return []
        first: date = self.base.local(now).date()
        if self.is_bound and (since := self.cleaned_data.get("since")):
            first = max(first, since)
        first = max(first, row.first_day)
        found = []
        for on in row.recurrence.days(first, first + LOOKED_AHEAD):
            period = None if on in row.skipped else period_on(self.base.zone, on, row.begins, row.ends)
            if period and period[1] > now:
                found.append(period)
            if len(found) == PREVIEWED:
                break
        return found

    def write(self, by: User) -> None:
        if self.is_to_write:
            since = self.cleaned_data.get("since")
            save_pattern(pattern=self.instance, by=by, since=since, way_out=self.way_out)


class OutagePatternRemovalForm(AsksForWayOut):
    """Asks from when on something is to come back no more: all that is to come, or from a day on."""

    since = DayField(
        label=_("From this day on"),
        required=False,
        help_text=_("Empty: all of it. What has begun, or was changed by hand, stays."),
    )

    class Meta:
        model = UnavailabilityPattern
        fields: list[str] = []

    def validate_constraints(self) -> None:
        """What goes need not be right."""

    def write(self, by: User) -> None:
        remove_pattern(row=self.instance, by=by, since=self.cleaned_data["since"])
