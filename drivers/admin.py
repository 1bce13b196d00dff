"""Drivers: a person who may drive on a base, with licences and shifts."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.postgres.fields import DateTimeRangeField
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dispatch.admin import RefusesToStrand
from drivers.actions.crew import lock_driver
from drivers.forms.crew import ShiftRows
from drivers.models import Driver, Licence, Shift
from echauffeur.accounts.actions.roles import grant
from echauffeur.accounts.roles import Role
from echauffeur.bases.admin import OnTheBasesClock
from echauffeur.common.admin import KeepsHistory, LabelledFormSet, PeriodWidget, clock_in_words
from echauffeur.common.commits import after_commit
from echauffeur.journal.admin import TellingAdmin
from echauffeur.journal.edits import Edit
from tracking.actions import forget_off_duty


class LicenceInline(admin.TabularInline):
    model = Licence
    formset = LabelledFormSet
    extra = 1


class ShiftFormSet(LabelledFormSet, ShiftRows):
    """Shifts that do not overlap, each field with its name."""


class ShiftInline(admin.TabularInline):
    """The shifts from now on: months of past ones would bury them."""

    model = Shift
    formset = ShiftFormSet
    extra = 2
    formfield_overrides = {DateTimeRangeField: {"widget": PeriodWidget, "help_text": clock_in_words()}}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shift]:
        return super().get_queryset(request).filter(period__endswith__gt=timezone.now())


@admin.register(Driver)
class DriverAdmin(RefusesToStrand, OnTheBasesClock, KeepsHistory, TellingAdmin):
    list_display = ["user", "base", "categories", "wheelchair_trained", "wheelchair_until", "enabled"]
    list_filter = ["base", "enabled", "wheelchair_trained", "licences__category"]
    list_select_related = ["user", "base"]
    search_fields = ["user__last_name", "user__first_name", "user__email"]
    autocomplete_fields = ["user", "base"]
    inlines = [LicenceInline, ShiftInline]
    fieldsets = [
        (None, {"fields": ["base", "user", ("wheelchair_trained", "wheelchair_until"), "sharing", "enabled"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Driver]:
        return super().get_queryset(request).prefetch_related("licences")

    @admin.display(description=_("licences"))
    def categories(self, driver: Driver) -> str:
        return ", ".join(licence.category for licence in driver.licences.all())

    def held(self, row: Driver) -> dict[str, list[int]]:
        return {"drivers": [lock_driver(row).pk]}

    def decided_at(self, row: Driver) -> str:
        return reverse("base-driver", args=[row.base.code, row.pk])

    def tell(self, request: HttpRequest, edits: Iterable[Edit]) -> None:
        edits = list(edits)
        super().tell(request, edits)
        drivers = [edit.subject.id for edit in edits]
        after_commit(forget_off_duty, drivers)

    def save_model(self, request: HttpRequest, obj: Driver, form: Any, change: bool) -> None:  # noqa: FBT001
        super().save_model(request, obj, form, change)
        if not change:
            # Without the role the profile opens nothing, and that is easily forgotten.
            grant(user=obj.user, base=obj.base, role=Role.DRIVER, by=request.user)  # type: ignore[arg-type]
