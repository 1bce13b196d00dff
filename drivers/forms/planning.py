"""What people plan of drivers: single shifts and absences, on the base's clock. Patterns have a file of their own."""

import re
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from drivers.actions import absences, shifts
from drivers.actions.patterns import save_pattern
from drivers.models import Absence, AbsenceKind, Driver, Shift
from drivers.rota import Clocks, breaks_on, clocks_of, in_order
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.clocks import ClockField, OnTheBasesClock
from fleet.forms.outages import VehicleChoice
from fleet.forms.recurring import DayField
from fleet.models import Vehicle
from fleet.queries.availability import vehicle_times
from fleet.way_out import AsksForWayOut

VEHICLE_TAKEN = _("%(driver)s has this vehicle during part of that time. Choose another one.")
END_FIRST = _("The end comes after the beginning.")
BREAK_OUTSIDE = _("The break %(break)s does not lie within the shift, or overlaps another one. Change it.")
LONGEST = timedelta(days=7)
ONE_BREAK = re.compile(r"(\d{1,2})\s*[:hH.]?\s*(\d{2})?\s*[-–—]\s*(\d{1,2})\s*[:hH.]?\s*(\d{2})?")
MOST_BREAKS_LENGTH = 200
NO_HOUR = 99


def break_in_words(pause: Clocks) -> str:
    return f"{pause[0]:%H:%M}-{pause[1]:%H:%M}"


class BreaksField(forms.CharField):
    """Breaks as people write them, ``12:00-13:00, 16:00-16:15``, as pairs of clock times in the order written."""

    default_error_messages = {
        "break": _("“%(text)s” is no break. Write it like 12:00-13:00, with a comma between two of them."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Breaks"),
            required=False,
            max_length=MOST_BREAKS_LENGTH,
            help_text=_("12:00-13:00, 16:00-16:15. Nobody can give a mission to the driver then."),
            widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "12:00-13:00"}),
            **kwargs,
        )

    def to_python(self, value: Any) -> Any:
        parts = re.split(r"[,;]", str(super().to_python(value)))
        return [self._break(part.strip()) for part in parts if part.strip()]

    def _break(self, text: str) -> Clocks:
        found = ONE_BREAK.fullmatch(text)
        hour, minute, until, after = (int(part or 0) for part in found.groups()) if found else (NO_HOUR, 0, 0, 0)
        try:
            return time(hour, minute), time(until, after)
        except ValueError as error:
            message = self.error_messages["break"]
            raise forms.ValidationError(message, code="break", params={"text": text[:30]}) from error

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else ", ".join(map(break_in_words, value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != [tuple(pause) for pause in initial or []])
        except forms.ValidationError:
            return True

    def validate(self, value: Any) -> None:
        """An empty list is fine."""

    def run_validators(self, value: Any) -> None:
        """Of the text, not of what was read from it."""


class DriverChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's is not generic at run time
    """A driver of the base. Somebody switched off only where they stand already."""

    def __init__(self, queryset: Any = None, **kwargs: Any) -> None:
        said: dict[str, Any] = {"label": _("Driver"), "empty_label": _("Choose a driver")} | kwargs
        super().__init__(Driver.objects.none() if queryset is None else queryset, **said)

    def offer(self, base: Base, also: int | None = None) -> None:
        rows = Driver.objects.of(base).with_person()
        self.queryset = rows.filter(Q(enabled=True, user__is_active=True) | Q(pk=also))


class VehicleOrNone(VehicleChoice):
    """A vehicle of the base that is not switched off, or none."""

    def __init__(self, queryset: Any = None, **kwargs: Any) -> None:
        known: dict[str, Any] = {"empty_label": _("None in particular"), "required": False}
        super().__init__(queryset, **(known | kwargs))


class BeginForm(OnTheBasesClock, forms.Form):
    """What the address of a new row says to begin with; nonsense in it, and another base's rows, say nothing."""

    driver = DriverChoice(required=False)
    vehicle = VehicleOrNone()
    begins = ClockField(required=False)
    ends = ClockField(required=False)
    on = DayField(required=False)

    def __init__(self, data: Any, *, base: Base) -> None:
        super().__init__(data)
        self.base = base
        for name in ("driver", "vehicle"):
            self.fields[name].offer(base)  # type: ignore[attr-defined]

    def said(self) -> dict[str, Any]:
        """Return what could be read, by field."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class Spanning(OnTheBasesClock, AsksForWayOut):
    """A row of a driver that begins and, perhaps, ends."""

    LONGEST: timedelta | None = None

    def __init__(self, *args: Any, base: Base, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.base = base
        if self.instance.period:
            self.initial |= {"begins": self.instance.period.lower, "ends": self.instance.period.upper}
        if "driver" in self.fields:
            self.fields["driver"].offer(base, self.instance.driver_id)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        said = super().clean()
        begins, ends = self.moment("begins"), self.moment("ends")
        if begins and ends and ends <= begins:
            self.add_error("ends", END_FIRST)
        elif begins and ends and self.LONGEST and ends - begins > self.LONGEST:
            self.add_error("ends", _("A shift lasts a week at most. Choose an earlier end."))
        elif begins and "ends" not in self.errors:
            self.instance.period = self.cleaned_data["period"] = DateTimeTZRange(begins, ends)
        return said

    def others(self, **of: Any) -> QuerySet[Any]:
        """Return the other rows of that kind that overlap this one."""
        rows: QuerySet[Any] = type(self.instance)._default_manager.filter(**of)  # noqa: SLF001
        return rows.filter(period__overlap=self.cleaned_data["period"]).exclude(pk=self.instance.pk)

    def validate_constraints(self) -> None:
        """Said at the fields, by `clean`; and the database has the last word, in the action."""


class ShiftForm(Spanning):
    """From when until when a driver is on duty, with breaks and, if it is said, a vehicle.

    One of a pattern asks for which of its shifts the new hours hold. ``made``: what became of the pattern then.
    """

    LONGEST = LONGEST
    begins = ClockField(label=_("Begins"))
    ends = ClockField(label=_("Ends"))
    breaks = BreaksField()
    scope = forms.ChoiceField(
        label=_("This holds for"),
        choices=[
            ("this", _("This shift only")),
            ("following", _("This and those that follow")),
            ("all", _("All of the pattern")),
        ],
        initial="this",
        widget=forms.RadioSelect,
        help_text=_("Of all shifts, hours and breaks change; those that have begun, or were changed by hand, stay."),
    )
    field_order = ["driver", "begins", "ends", "breaks", "vehicle", "scope"]

    class Meta:
        model = Shift
        fields = ["driver", "vehicle"]
        field_classes = {"driver": DriverChoice, "vehicle": VehicleOrNone}

    def __init__(self, *args: Any, base: Base, **kwargs: Any) -> None:
        super().__init__(*args, base=base, **kwargs)
        self.was_of = {self.instance.driver_id} if self.instance.pk else set()
        self.made: Any = None
        self.fields["vehicle"].offer(base, self.instance.vehicle_id)  # type: ignore[attr-defined]
        self.initial["breaks"] = [clocks_of(base.zone, (one.lower, one.upper)) for one in self.instance.breaks]
        self.is_over = bool(self.instance.pk) and shifts.is_over(self.instance)
        if self.instance.pattern_id is None or self.is_over:
            del self.fields["scope"]

    @property
    def is_of_all(self) -> bool:
        return bool(self.cleaned_data.get("scope", "this") != "this")

    def clean(self) -> dict[str, Any] | None:
        said = super().clean()
        if not self.errors:
            self._judge_breaks()
            self._judge_scope()
        if not self.errors and not self.is_of_all:
            self._judge_overlaps()
        return said

    def _judge_breaks(self) -> None:
        period = self.cleaned_data["period"]
        if not {"begins", "ends", "breaks"} & set(self.changed_data):
            return
        local = self.base.local(period.lower)
        written = in_order(local.time(), self.cleaned_data["breaks"])
        within, free_from = (period.lower, period.upper), period.lower
        breaks = []
        for pause in written:
            found = breaks_on(self.base.zone, local.date(), local.time(), [pause], within)
            if not found or found[0][0] < free_from:
                self.add_error("breaks", BREAK_OUTSIDE % {"break": break_in_words(pause)})
                return
            free_from = found[0][1]
            breaks += found
        self.instance.breaks = [DateTimeTZRange(*pause) for pause in breaks]

    def _judge_scope(self) -> None:
        if not self.is_of_all:
            return
        if self.base.local(self.cleaned_data["period"].lower).date() != self.instance.on:
            self.add_error("begins", _("This is another day. For all shifts, change the weekdays of their pattern."))
        if self.cleaned_data["period"].upper - self.cleaned_data["period"].lower > timedelta(days=1):
            self.add_error("ends", _("The shifts of a pattern last a day at most."))
        for name in {"driver", "vehicle"} & set(self.changes):
            self.add_error(name, _("This is for one shift. Choose “This shift only”, or leave it as it was."))

    def _judge_overlaps(self) -> None:
        said = self.cleaned_data
        if self.others(driver=said["driver"]).exists():
            self.add_error("begins", _("This driver is already on duty during part of that time."))
        if said["vehicle"] and (holder := self._holder_of(said["vehicle"], said["period"])):
            self.add_error("vehicle", VEHICLE_TAKEN % {"driver": holder})

    def _holder_of(self, vehicle: Vehicle, period: DateTimeTZRange) -> str:
        """Return who else comes for the vehicle then, by the plan; nothing when nobody does."""
        (time,) = vehicle_times(self.base, period.lower, period.upper, only=[vehicle.pk])
        others = (one for one in time.given if one.shift != self.instance.pk)
        return next((one.name for one in others if not one.is_void(period.lower, period.upper)), "")

    def write(self, by: User) -> None:
        if self.is_of_all:
            self._write_pattern(by)
        elif not self.instance.pk or self.has_changed():
            shifts.save_shift(shift=self.instance, by=by, way_out=self.way_out)

    def _write_pattern(self, by: User) -> None:
        """Give the pattern these hours and breaks; and this shift, which it would leave as it is, too."""
        row, pattern = self.instance, self.instance.pattern
        begins, ends = clocks_of(self.base.zone, (row.period.lower, row.period.upper))
        breaks = [clocks_of(self.base.zone, (one.lower, one.upper)) for one in row.breaks]
        pattern.begins, pattern.ends, pattern.breaks = begins, ends, [list(pause) for pause in breaks]
        since = row.on if self.cleaned_data["scope"] == "following" else None
        also = row if row.by_hand or row.period.lower <= timezone.now() else None
        self.made = save_pattern(pattern=pattern, by=by, since=since, also=also, way_out=self.way_out)


class AbsenceForm(Spanning):
    """When a driver is away. Why, only those type and read who may (``shows_reason``).

    What is written of one person never becomes another's: one that is there already keeps its driver.
    """

    begins = ClockField(label=_("Away from"))
    ends = ClockField(label=_("Until"), required=False, help_text=_("Leave it empty while nobody knows."))
    field_order = ["driver", "begins", "ends", "kind", "note"]

    class Meta:
        model = Absence
        fields = ["driver", "kind", "note"]
        field_classes = {"driver": DriverChoice}
        help_texts = {
            "kind": _("For managers alone: the control room and colleagues read that the driver is away, never why."),
            "note": _("Nothing of the illness: it is nobody’s business."),
        }

    def __init__(self, *args: Any, shows_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not shows_reason:
            for name in ("kind", "note"):
                del self.fields[name]
            self.instance.kind = self.instance.kind or AbsenceKind.OTHER
        elif not self.instance.pk:
            self.initial["kind"] = AbsenceKind.LEAVE
        if self.instance.pk:
            del self.fields["driver"]

    def clean(self) -> dict[str, Any] | None:
        said = super().clean()
        driver = self.cleaned_data.get("driver") or self.instance.driver_id
        if not self.errors and self.others(driver=driver).exists():
            self.add_error("begins", _("This driver is already away during part of that time."))
        return said

    def write(self, by: User) -> None:
        if not self.instance.pk or self.has_changed():
            absences.save_absence(absence=self.instance, by=by, way_out=self.way_out)


def moved(shift: Shift, base: Base, begins: datetime | None, ends: datetime | None) -> list[Clocks]:
    """Return the breaks of a shift that gets another time: moved as a whole they move along, stretched they stay."""

    def shown(moment: datetime) -> datetime:
        return base.local(moment).replace(tzinfo=None)

    along = shown(begins) - shown(shift.period.lower) if begins else timedelta()
    if not ends or shown(ends) - shown(shift.period.upper) != along:
        along = timedelta()
    return [((shown(one.lower) + along).time(), (shown(one.upper) + along).time()) for one in shift.breaks]
