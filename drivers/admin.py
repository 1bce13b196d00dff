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
from drivers.actions.shifts import leave_pattern
from drivers.forms.crew import ShiftRows
from drivers.models import Absence, CalendarFeed, Driver, Licence, Shift, ShiftPattern
from echauffeur.accounts.actions.roles import grant
from echauffeur.accounts.roles import Role
from echauffeur.bases.admin import OnTheBasesClock
from echauffeur.common.admin import KeepsHistory, LabelledFormSet, PeriodWidget, ReadOnly, clock_in_words
from echauffeur.common.commits import after_commit
from echauffeur.common.series import days_in_words
from echauffeur.journal.admin import TellingAdmin
from echauffeur.journal.edits import Edit
from tracking.actions.positions import forget_off_duty


class LicenceInline(admin.TabularInline):
    model = Licence
    formset = LabelledFormSet
    extra = 1


class ShiftFormSet(LabelledFormSet, ShiftRows):
    """Shifts that do not overlap, each field with its name. What is changed or removed here is so by hand."""

    def save_existing(self, form: Any, obj: Shift, commit: bool = True) -> Shift:  # noqa: FBT001, FBT002
        obj.by_hand = True
        saved: Shift = super().save_existing(form, obj, commit=commit)
        return saved

    def delete_existing(self, obj: Shift, commit: bool = True) -> None:  # noqa: FBT001, FBT002
        if commit:
            leave_pattern(obj)
        super().delete_existing(obj, commit=commit)


class ShiftInline(admin.TabularInline):
    """The shifts from now on: months of past ones would bury them."""

    model = Shift
    formset = ShiftFormSet
    fields = ["period"]
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

    def concerned(self, row: Driver) -> dict[str, list[int]]:
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


class PlannedAdmin(ReadOnly, admin.ModelAdmin):
    """What is planned of drivers, to be looked into: it is written on the pages of the planning."""

    list_select_related = ["driver__user", "driver__base"]
    search_fields = ["driver__user__last_name", "driver__user__first_name", "driver__user__email"]
    search_help_text = _("Driver’s name or address")

    @admin.display(description=_("base"))
    def base(self, row: Any) -> str:
        return str(row.driver.base)

    @admin.display(description=_("from"))
    def starts(self, row: Any) -> str:
        return f"{row.driver.base.local(row.period.lower):%d/%m/%Y %H:%M}"

    @admin.display(description=_("until"))
    def finishes(self, row: Any) -> str:
        return f"{row.driver.base.local(row.period.upper):%d/%m/%Y %H:%M}" if row.period.upper else "…"


@admin.register(ShiftPattern)
class ShiftPatternAdmin(PlannedAdmin):
    list_display = ["driver", "base", "days", "begins", "ends", "first_day", "last_day", "generated_until"]
    list_filter = ["driver__base", "frequency", "on_holidays"]
    fields = [
        "driver", ("frequency", "weekdays"), ("nth", "month_day"), ("begins", "ends"), "breaks",
        ("first_day", "last_day"), "on_holidays", "skipped", "generated_until",
    ]  # fmt: skip

    @admin.display(description=_("days"))
    def days(self, row: ShiftPattern) -> str:
        return days_in_words(row)


@admin.register(Absence)
class AbsenceAdmin(PlannedAdmin):
    """Why is for administrators to read, who alone come here, and base managers."""

    list_display = ["driver", "base", "starts", "finishes", "kind", "note"]
    list_filter = ["driver__base", "kind"]
    fields = ["driver", ("starts", "finishes"), "kind", "note"]


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnly, TellingAdmin):
    """Whose calendar follows their shifts. Removing one ends its address; which that is, nobody can read here."""

    list_display = ["driver", "base", "made_at", "read_at"]
    list_filter = ["driver__base"]
    list_select_related = ["driver__user", "driver__base"]
    search_fields = ["driver__user__last_name", "driver__user__first_name", "driver__user__email"]
    fields = ["driver", "made_at", "read_at"]
    ordering = ["-made_at"]

    def has_delete_permission(self, request: HttpRequest, obj: CalendarFeed | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    @admin.display(description=_("base"), ordering="driver__base")
    def base(self, feed: CalendarFeed) -> str:
        return str(feed.driver.base)

    def edits_of(
        self, verb: str, row: CalendarFeed, fields: Iterable[str] = (), before: int | None = None
    ) -> list[Edit]:
        return [Edit(row.driver.base, "change", row.driver.subject, ("feed",))]
