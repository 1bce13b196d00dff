"""The base itself: what it is, what it allows, whose holidays it keeps."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from echauffeur.bases.forms.points import PointForm
from echauffeur.bases.models import Base
from echauffeur.bases.zones import zone_choices
from echauffeur.common.phones import normal_phone, phone_in_words
from echauffeur.journal.forms import RowForm

IDENTITY = ["name", "code", "time_zone", "latitude", "longitude", "area_radius_m", "phone_customers", "phone_drivers"]
PHONES = ("phone_customers", "phone_drivers")


class ZoneField(forms.ChoiceField):
    """A time zone, chosen by the name of its land or town."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=zone_choices, **kwargs)
        self.widget.attrs |= {
            "data-search": _("A territory, a town, or UTC+4"),
            "data-search-none": _("No time zone goes by this name. Try the territory, or the nearest large town."),
        }

    def offer(self, kept: str) -> None:
        """Offer the zone that is kept too, though it may go by an older name; nothing when none is chosen."""
        if not kept or not self.valid_value(kept):
            self.choices = [(kept, kept), *zone_choices()]


class GeneralForm(PointForm):
    """What a base is. Its code stands in addresses, so that only an administrator may change it (``may_rename``)."""

    time_zone = ZoneField(
        label=_("Time zone"), help_text=_("Everything on this base is shown and read on this clock, whoever looks.")
    )

    class Meta:
        model = Base
        fields = IDENTITY
        labels = {"phone_customers": _("For customers"), "phone_drivers": _("For drivers")}
        help_texts = {
            "name": _("As people say it: Brest, La Rochelle."),
            "code": _(
                "Stands in addresses, such as /bases/la-rochelle/. Links that people kept break when it changes."
            ),
        }

    def __init__(self, *args: Any, may_rename: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in PHONES:
            self.fields[name].widget.input_type = "tel"
            self.initial[name] = phone_in_words(self.initial.get(name, ""))
            self.fields[name].widget.attrs["maxlength"] = 30
        if not may_rename:
            del self.fields["code"]
        chosen = self.data.get("time_zone", "") if self.is_bound else self.initial["time_zone"]
        zones: ZoneField = self.fields["time_zone"]  # type: ignore[assignment]
        zones.offer("" if self.is_bound and not chosen else self.instance.time_zone)

    def clean_phone_customers(self) -> str:
        return normal_phone(self.cleaned_data["phone_customers"])

    def clean_phone_drivers(self) -> str:
        return normal_phone(self.cleaned_data["phone_drivers"])


class RulesForm(RowForm):
    """What a base lets be booked, and how its travel times are estimated."""

    ADVANCED = ("mean_speed_kmh", "winding_factor")

    class Meta:
        model = Base
        fields = [
            "shortest_notice_minutes", "horizon_days", "ride_minutes", "greatest_party", "no_show_minutes",
            "auto_confirm", "motive_required", "mean_speed_kmh", "winding_factor",
        ]  # fmt: skip
        help_texts = {
            "shortest_notice_minutes": _("How long before its time a ride must be asked for."),
            "horizon_days": _("How far ahead a ride may be asked for."),
            "ride_minutes": _("How long a driver and a vehicle are taken for a ride."),
            "no_show_minutes": _("How long a driver waits before “nobody came” can be said."),
            "auto_confirm": _("Requests are confirmed at once; somebody must still give them a driver."),
            "mean_speed_kmh": _("Travel times are estimated with it. Start with 28 km/h."),
            "winding_factor": _("How much longer roads are than the straight line. Start with 1.35."),
        }

    @property
    def usual(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in self.ADVANCED]

    @property
    def advanced(self) -> list[forms.BoundField]:
        return [field for field in self if field.name in self.ADVANCED]

    @property
    def advanced_errors(self) -> bool:
        return any(field.errors for field in self.advanced)


class HolidaysForm(RowForm):
    """Whose public holidays a base keeps."""

    class Meta:
        model = Base
        fields = ["holiday_calendar", "closed_on_holidays"]
        help_texts = {
            "holiday_calendar": _("The territory's own holidays come with those of the whole country."),
            "closed_on_holidays": _("Otherwise the base keeps its usual hours on them."),
        }
