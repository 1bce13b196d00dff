"""Missions, to be looked into: they are planned in the control tower and driven on the phone, never edited here."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from dispatch.models import Mission, Stop
from dispatch.queries.stranded import Stranded
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


class SaysWhatIsStranded:
    """Mixin for rows that missions need: a change says which planned rides nobody can drive now, and links them."""

    def stranded(self, row: Any) -> list[Stranded]:
        """Return what cannot be driven any more as the row stands now."""
        raise NotImplementedError

    def save_related(
        self,
        request: HttpRequest,
        form: forms.ModelForm,
        formsets: Iterable[forms.BaseInlineFormSet],
        change: bool,  # noqa: FBT001
    ) -> None:
        super().save_related(request, form, formsets, change)  # type: ignore[misc]
        if rows := self.stranded(form.instance):
            lines = (
                (reverse("tower", args=[one.mission.base.code]), one.ride.code, ", ".join(one.reasons)) for one in rows
            )
            links = format_html_join(mark_safe("<br>"), '<a href="{0}?ride={1}">{1}</a>: {2}', lines)
            text = _("These planned rides cannot be driven like this; the regulator decides what becomes of them:")
            messages.warning(request, format_html("{}<br>{}", text, links))
