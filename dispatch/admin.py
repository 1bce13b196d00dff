"""Missions, to be looked into: they are planned in the control tower and driven on the phone, never edited here."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from dispatch.models import Mission, Stop
from echauffeur.bases.admin import OnTheBasesClock
from echauffeur.common.admin import ReadOnly
from echauffeur.common.refusals import Refusal
from fleet.commitments import Conflict, Look


class StopInline(ReadOnly, admin.TabularInline):
    model = Stop
    fields = [
        "position",
        "kind",
        "ride",
        "label",
        "planned_at",
        "seems_there_since",
        "arrived_at",
        "done_at",
        "dropped_at",
    ]


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


class RefusesToStrand:
    """Mixin for rows that missions need: a change that strands some is refused, with the rides, and where to decide."""

    def concerned(self, row: Any) -> dict[str, list[int]]:
        """Lock the ``drivers`` or ``vehicles`` that a change of the row concerns, and return their ids."""
        raise NotImplementedError

    def decided_at(self, row: Any) -> str:
        """Return the address of the page where a change of the row asks what becomes of the rides, if there is one."""
        return ""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)  # type: ignore[misc]
        except Refusal as refusal:
            # Nothing is written. The same again, with the reason as an error of the form, which keeps what was typed.
            request.refusal = refusal  # type: ignore[attr-defined]
            return super().changeform_view(request, *args, **kwargs)  # type: ignore[misc]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        form = super().get_form(request, obj, change=change, **kwargs)  # type: ignore[misc]
        refusal = getattr(request, "refusal", None)
        return _refused(form, self._text_of(refusal, obj)) if refusal else form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        request.look = Look(**self.concerned(obj) if change else {})  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)  # type: ignore[misc]

    def save_related(
        self,
        request: HttpRequest,
        form: forms.ModelForm,
        formsets: Iterable[forms.BaseInlineFormSet],
        change: bool,  # noqa: FBT001
    ) -> None:
        super().save_related(request, form, formsets, change)  # type: ignore[misc]
        request.look.settle(way_out=None, by=request.user)  # type: ignore[attr-defined]

    def _text_of(self, conflict: Refusal, row: Any) -> SafeString | str:
        if not isinstance(conflict, Conflict):
            return str(conflict)
        lines = ((reverse("tower", args=[one.base]), one.ride, str(one)) for one in conflict.broken)
        links = format_html_join(mark_safe("<br>"), '<a href="{0}?ride={1}">{1}</a>: {2}', lines)
        text = _(
            "Not saved: these planned rides could not be driven then. Give them to somebody else in the control tower"
        )
        address = self.decided_at(row)
        page = _("or make the change on the page of the base, which asks what becomes of them")
        elsewhere = format_html(', <a href="{}">{}</a>', address, page) if address else ""
        return format_html("{}{}.<br>{}", text, elsewhere, links)


def _refused(form: type[forms.ModelForm], text: SafeString | str) -> type[forms.ModelForm]:
    """Return the form with this error, whatever is typed."""

    class Refused(form):  # type: ignore[misc, valid-type]
        def clean(self) -> Any:
            said = super().clean()
            self.add_error(None, text)
            return said

    return Refused
