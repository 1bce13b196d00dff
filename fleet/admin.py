"""Vehicles, what their models carry, and when they are out of service."""

from django import forms
from django.contrib import admin
from django.contrib.postgres.fields import DateTimeRangeField
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from echauffeur.bases.admin import OnTheBasesClock
from echauffeur.bases.models import Base
from echauffeur.common.admin import KeepsHistory, LabelledFormSet, PeriodWidget, clock_in_words
from echauffeur.journal.admin import TellingAdmin
from fleet.models import Unavailability, Vehicle, VehicleModel


@admin.register(VehicleModel)
class VehicleModelAdmin(KeepsHistory, TellingAdmin):
    list_display = ["name", "seats", "wheelchair_places", "licence", "vehicles_count"]
    list_filter = ["licence"]
    search_fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[VehicleModel]:
        models: QuerySet[VehicleModel] = super().get_queryset(request)
        return models.annotate(vehicles_count=Count("vehicles"))

    @admin.display(description=_("vehicles"), ordering="vehicles_count")
    def vehicles_count(self, model: VehicleModel) -> int:
        return int(model.vehicles_count)  # type: ignore[attr-defined]

    def bases_of(self, row: VehicleModel, before: int | None = None) -> QuerySet[Base]:
        """Return every base that has such a vehicle: its seats and licence decide who can take which ride."""
        return Base.objects.filter(vehicles__model=row).distinct()


class VehicleForm(forms.ModelForm):
    """A vehicle whose plate is written as on the car."""

    def clean_plate(self) -> str:
        return str(self.cleaned_data["plate"]).upper()


class UnavailabilityInline(admin.TabularInline):
    model = Unavailability
    formset = LabelledFormSet
    extra = 1
    formfield_overrides = {DateTimeRangeField: {"widget": PeriodWidget, "help_text": clock_in_words()}}


@admin.register(Vehicle)
class VehicleAdmin(OnTheBasesClock, KeepsHistory, TellingAdmin):
    form = VehicleForm
    list_display = ["name", "base", "model", "plate", "colour", "enabled"]
    list_filter = ["base", "model", "enabled"]
    list_select_related = ["base", "model"]
    search_fields = ["name", "plate"]
    autocomplete_fields = ["base", "model"]
    inlines = [UnavailabilityInline]
    fieldsets = [(None, {"fields": ["base", "model", ("name", "plate", "colour"), "enabled"]})]
