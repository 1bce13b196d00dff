"""Vehicles, what their models carry, and when they are out of service."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.fields import DateTimeRangeField
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dispatch.admin import RefusesToStrand
from echauffeur.bases.admin import OnTheBasesClock
from echauffeur.bases.models import Base
from echauffeur.common.admin import (
    Dated,
    KeepsHistory,
    LabelledFormSet,
    PeriodWidget,
    ReadOnly,
    clock_in_words,
)
from echauffeur.journal.admin import TellingAdmin
from fleet.actions.outages import skip
from fleet.actions.vehicles import lock_vehicles
from fleet.forms.handsets import HandsetForm
from fleet.models import Handset, Reading, Unavailability, UnavailabilityPattern, Vehicle, VehicleModel
from fleet.states import HandsetState


@admin.register(VehicleModel)
class VehicleModelAdmin(RefusesToStrand, KeepsHistory, TellingAdmin):
    list_display = ["name", "base", "seats", "wheelchair_places", "licence", "vehicles_count"]
    list_filter = ["licence", "base"]
    list_select_related = ["base"]
    search_fields = ["name", "base__name"]
    autocomplete_fields = ["base"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[VehicleModel]:
        models: QuerySet[VehicleModel] = super().get_queryset(request)
        return models.annotate(vehicles_count=Count("vehicles"))

    @admin.display(description=_("vehicles"), ordering="vehicles_count")
    def vehicles_count(self, model: VehicleModel) -> int:
        return int(model.vehicles_count)  # type: ignore[attr-defined]

    def bases_of(self, row: VehicleModel, before: int | None = None) -> list[Base | None]:
        """Return every base that has such a vehicle: its seats and licence decide who can take which ride.

        A model that none has yet is told on the service as a whole, or on the base whose own it is.
        """
        theirs: list[Base | None] = list(Base.objects.filter(Q(vehicles__model=row) | Q(pk=row.base_id)).distinct())
        return theirs or [None]

    def concerned(self, row: VehicleModel) -> dict[str, list[int]]:
        return {"vehicles": lock_vehicles(row.vehicles.values_list("pk", flat=True))}

    def decided_at(self, row: VehicleModel) -> str:
        return reverse("base-model", args=[row.base.code, row.pk]) if row.base else ""


class VehicleForm(forms.ModelForm):
    """A vehicle whose plate is written as on the car."""

    def clean_plate(self) -> str:
        return str(self.cleaned_data["plate"]).upper()


class UnavailabilityFormSet(LabelledFormSet):
    """Times out of service, each field with its name. A day of a pattern that is removed here is not made anew."""

    def delete_existing(self, obj: Unavailability, commit: bool = True) -> None:  # noqa: FBT001, FBT002
        if commit:
            skip(obj)
        super().delete_existing(obj, commit=commit)


class UnavailabilityInline(admin.TabularInline):
    model = Unavailability
    formset = UnavailabilityFormSet
    extra = 1
    formfield_overrides = {DateTimeRangeField: {"widget": PeriodWidget, "help_text": clock_in_words()}}


@admin.register(Vehicle)
class VehicleAdmin(RefusesToStrand, OnTheBasesClock, KeepsHistory, TellingAdmin):
    form = VehicleForm
    list_display = ["name", "base", "model", "plate", "colour", "enabled"]
    list_filter = ["base", "model", "enabled"]
    list_select_related = ["base", "model"]
    search_fields = ["name", "plate"]
    autocomplete_fields = ["base", "model"]
    inlines = [UnavailabilityInline]
    fieldsets = [
        (None, {"fields": ["base", "model", ("name", "plate", "colour"), "enabled"]}),
        (_("Due dates"), {"fields": ["inspection_until", ("maintenance_due_on", "maintenance_due_km")]}),
    ]

    def concerned(self, row: Vehicle) -> dict[str, list[int]]:
        return {"vehicles": lock_vehicles([row.pk])}

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001
        """Write the times out of service; what is changed here no longer follows its pattern."""
        for line in formset.forms:
            if line.has_changed():
                line.instance.by_hand = True
        super().save_formset(request, form, formset, change)

    def decided_at(self, row: Vehicle) -> str:
        return reverse("base-vehicle", args=[row.base.code, row.pk])


@admin.register(UnavailabilityPattern)
class UnavailabilityPatternAdmin(ReadOnly, admin.ModelAdmin):
    """What comes back is planned on the pages of its base, where one reads what a change means for missions."""

    list_display = ["vehicle", "reason", "frequency", "begins", "ends", "first_day", "last_day"]
    list_filter = ["reason", "vehicle__base"]
    list_select_related = ["vehicle"]
    search_fields = ["vehicle__name", "vehicle__plate", "note"]


@admin.register(Reading)
class ReadingAdmin(ReadOnly, Dated, admin.ModelAdmin):
    """Readings are written by who reads them; a wrong one is taken out on the vehicle's page, which says so."""

    list_display = ["vehicle", "kind", "read_at", "kilometres", "energy_percent", "by"]
    list_filter = ["kind", "vehicle__base"]
    list_select_related = ["vehicle", "by"]
    date_hierarchy = "read_at"
    search_fields = ["vehicle__name", "vehicle__plate", "by__last_name"]


@admin.register(Handset)
class HandsetAdmin(KeepsHistory, TellingAdmin):
    """What a phone is. Who holds it is said on the pages of its base, by the steps of its life."""

    form = HandsetForm
    list_display = ["serial", "model", "base", "number", "state", "holder", "lent_at"]
    list_filter = ["base", "state"]
    list_select_related = ["base", "holder"]
    search_fields = ["serial", "imei", "number", "holder__last_name", "holder__email"]
    autocomplete_fields = ["base"]
    fieldsets = [(None, {"fields": ["base", "model", ("serial", "imei"), "number", ("state", "holder", "lent_at")]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Handset | None = None) -> list[str]:
        """A phone that somebody holds stays on its base: it is taken back first."""
        return ["state", "holder", "lent_at", *(["base"] if obj and obj.state == HandsetState.LENT else [])]

    def has_delete_permission(self, request: HttpRequest, obj: Handset | None = None) -> bool:
        return obj is None or obj.state != HandsetState.LENT
