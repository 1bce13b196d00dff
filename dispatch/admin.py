"""Missions, to be looked into: they are planned in the control tower and driven on the phone, never edited here."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from dispatch.models import Mission, Stop
from echauffeur.bases.admin import OnTheBasesClock
from echauffeur.common.admin import ReadOnly


class StopInline(ReadOnly, admin.TabularInline):
    model = Stop
    fields = ["position", "kind", "ride", "label", "planned_at", "arrived_at", "done_at", "dropped_at"]


@admin.register(Mission)
class MissionAdmin(ReadOnly, OnTheBasesClock, admin.ModelAdmin):
    list_display = ["code", "base", "driver", "vehicle", "starts", "ends", "state"]
    list_filter = ["state", "base"]
    list_select_related = ["base", "driver__user", "vehicle"]
    search_fields = ["code", "driver__user__last_name", "vehicle__name", "vehicle__plate", "stops__ride__code"]
    search_help_text = _("Code of a mission or ride, driver's name, vehicle or plate")
    fields = [("code", "base", "state"), ("driver", "vehicle"), ("starts", "ends", "ended_at")]
    ordering = ["-period"]
    inlines = [StopInline]

    @admin.display(description=_("from"), ordering="period")
    def starts(self, mission: Mission) -> str:
        return f"{mission.base.local(mission.starts_at):%d/%m/%Y %H:%M}"

    @admin.display(description=_("until"))
    def ends(self, mission: Mission) -> str:
        return f"{mission.base.local(mission.ends_at):%H:%M}"
