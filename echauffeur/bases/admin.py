"""Setting a base up: its clock, its rules, its hours and its places."""

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Count, DateField, FloatField, QuerySet, TimeField
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from drivers.models import Driver
from echauffeur.accounts.models import Membership, normal_phone
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import Base, Category, OpeningException, OpeningHours, Place
from echauffeur.common.admin import KeepsHistory, LabelledFormSet
from echauffeur.journal.admin import TellingAdmin
from echauffeur.journal.edits import Edit
from fleet.models import Vehicle


class OnTheBasesClock:
    """Mixin for rows of a base: their page shows and reads times on that base's clock, whoever looks."""

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        row = self.get_object(request, object_id) if object_id else None  # type: ignore[attr-defined]
        with timezone.override(row.base.zone if row else self._zone_asked_for(request)):
            response: HttpResponseBase = super().changeform_view(request, object_id, *args, **kwargs)  # type: ignore[misc]
            return response.render() if isinstance(response, TemplateResponse) else response

    def _zone_asked_for(self, request: HttpRequest) -> tzinfo:
        """Return the zone of the base that a new row is to belong to; while none is chosen, the person's own."""
        asked = request.POST.get("base") or request.GET.get("base") or ""
        base = Base.objects.filter(pk=asked).first() if asked.isdecimal() else None
        return base.zone if base else timezone.get_current_timezone()


class BaseForm(forms.ModelForm):
    """A base whose phone numbers can be dialled from anywhere."""

    def clean_phone_customers(self) -> str:
        return normal_phone(self.cleaned_data["phone_customers"])

    def clean_phone_drivers(self) -> str:
        return normal_phone(self.cleaned_data["phone_drivers"])


CLOCKS: Mapping[Any, Mapping[str, Any]] = {
    TimeField: {"widget": forms.TimeInput(format="%H:%M", attrs={"type": "time"})}
}


class OpeningHoursInline(admin.TabularInline):
    model = OpeningHours
    formset = LabelledFormSet
    extra = 5
    formfield_overrides = CLOCKS


class OpeningExceptionInline(admin.TabularInline):
    model = OpeningException
    formset = LabelledFormSet
    extra = 2
    fields = ["label", "first_day", "last_day", "opens", "closes"]
    formfield_overrides = {
        **CLOCKS,
        CharField: {"widget": forms.TextInput(attrs={"size": 24})},
        DateField: {"widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})},
    }


class CategoryInline(admin.TabularInline):
    model = Category
    formset = LabelledFormSet
    extra = 2
    fields = ["name", "description", "order", "enabled"]
    formfield_overrides = {CharField: {"widget": forms.TextInput(attrs={"size": 32})}}


class PlaceInline(admin.TabularInline):
    model = Place
    formset = LabelledFormSet
    extra = 3
    fields = ["name", "aliases", "kind", "latitude", "longitude", "enabled"]
    show_change_link = True
    # Django's own are so wide that the table leaves the screen.
    formfield_overrides = {
        CharField: {"widget": forms.TextInput(attrs={"size": 24})},
        ArrayField: {"widget": forms.TextInput(attrs={"size": 24})},
        FloatField: {"widget": forms.TextInput(attrs={"size": 9, "inputmode": "decimal"})},
    }


@admin.register(Base)
class BaseAdmin(KeepsHistory, TellingAdmin):
    form = BaseForm
    list_display = ["name", "code", "clock", "phone_customers", "places_in_service", "auto_confirm"]
    search_fields = ["name", "code"]
    list_filter = ["auto_confirm", "time_zone"]
    prepopulated_fields = {"code": ["name"]}
    inlines = [OpeningHoursInline, OpeningExceptionInline, CategoryInline, PlaceInline]
    readonly_fields = ["readiness"]
    fieldsets = [
        (None, {"fields": ["name", "code", "readiness"]}),
        (_("Clock and area"), {"fields": ["time_zone", ("latitude", "longitude", "area_radius_m")]}),
        (_("Phones of the control room"), {"fields": ["phone_customers", "phone_drivers"]}),
        (
            _("Booking rules"),
            {
                "fields": [
                    ("shortest_notice_minutes", "horizon_days"),
                    ("ride_minutes", "no_show_minutes"),
                    "greatest_party",
                    ("auto_confirm", "motive_required"),
                ]
            },
        ),
        (_("Public holidays"), {"fields": [("holiday_calendar", "closed_on_holidays")]}),
        (_("Travel times"), {"fields": [("mean_speed_kmh", "winding_factor")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Base]:
        bases: QuerySet[Base] = super().get_queryset(request)
        return bases.annotate(places_count=Count("places"))

    def edits_of(self, verb: str, row: Base, fields: Iterable[str] = (), before: int | None = None) -> list[Edit]:
        """Return what to tell of the base: its beginning to the service alone, so that one made by mistake can go."""
        return [Edit(row if verb == "change" else None, verb, row.subject, tuple(fields))]

    @admin.display(description=_("places"), ordering="places_count")
    def places_in_service(self, base: Any) -> int:
        return int(base.places_count)

    @admin.display(description=_("clock"), ordering="time_zone")
    def clock(self, base: Base) -> str:
        return f"{base.local(timezone.now()):%H:%M} ({base.time_zone})"

    @admin.display(description=_("in place"))
    def readiness(self, base: Base) -> SafeString | Promise:
        """Return what the base has so far, each with the page that adds the next one."""
        if not base.pk:
            return _("Save the base first: then vehicles, people and drivers are added from here.")
        regulators = Membership.objects.filter(base=base, role=Role.REGULATOR)
        rows = [
            (_("Places"), base.places.enabled().count(), "admin:bases_place_add"),
            (_("Vehicles"), Vehicle.objects.of(base).enabled().count(), "admin:fleet_vehicle_add"),
            (_("Regulators"), regulators.count(), "admin:accounts_membership_add"),
            (_("Drivers"), Driver.objects.of(base).enabled().count(), "admin:drivers_driver_add"),
        ]
        lines = (("✓" if n else "✗", label, n, reverse(url), base.pk, _("Add")) for label, n, url in rows)
        return format_html_join(mark_safe("<br>"), '{} {}: {} · <a href="{}?base={}">{}</a>', lines)


@admin.register(Place)
class PlaceAdmin(KeepsHistory, TellingAdmin):
    list_display = ["name", "base", "kind", "other_names", "enabled"]
    list_filter = ["base", "kind", "enabled"]
    list_select_related = ["base"]
    list_editable = ["enabled"]
    search_fields = ["name", "aliases", "base__name"]
    autocomplete_fields = ["base"]
    fieldsets = [
        (None, {"fields": ["base", "name", "aliases", "kind", "enabled"]}),
        (_("Where"), {"fields": [("latitude", "longitude"), "access_note", "arrival_radius_m"]}),
    ]

    @admin.display(description=_("aliases"))
    def other_names(self, place: Place) -> str:
        return ", ".join(place.aliases)
