"""Rides, to be looked into: they change on the pages of those whose step it is, never here."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from bookings.models import Ride
from dispatch.queries.history import line_of
from echauffeur.bases.admin import OnTheBasesClock
from echauffeur.common.admin import Dated, ReadOnly
from echauffeur.journal.queries import history


@admin.register(Ride)
class RideAdmin(ReadOnly, OnTheBasesClock, Dated, admin.ModelAdmin):
    list_display = ["code", "base", "pickup", "origin_label", "destination", "passenger_name", "state", "rating"]
    list_filter = ["state", "base", "category__name", "end_reason", "rating", "asap"]
    list_per_page = 50
    date_hierarchy = "pickup_at"
    search_fields = ["=code", "passenger_name", "customer__last_name", "customer__email"]
    search_help_text = _("Code of a ride, or name of its passenger or customer")
    ordering = ["-pickup_at"]
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": [("code", "base", "state"), ("wanted_at", "pickup_at", "asap"), "happened"]}),
        (_("Way"), {"fields": [("origin_label", "origin"), "destination", ("origin_latitude", "origin_longitude")]}),
        (
            _("Passengers"),
            {
                "fields": [
                    ("passenger_name", "phone"),
                    ("passengers", "luggage", "wheelchairs"),
                    ("category", "motive"),
                    "note",
                ]
            },
        ),
        (_("Who asked"), {"fields": [("customer", "booked_by"), "requested_at"]}),
        (_("End"), {"fields": [("ended_at", "end_reason", "end_words"), ("rating", "rating_words")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ride]:
        return super().get_queryset(request).select_related("base", "destination")

    def get_readonly_fields(self, request: HttpRequest, obj: Ride | None = None) -> list[str]:
        return ["happened"]

    @admin.display(description=_("pick-up"), ordering="pickup_at")
    def pickup(self, ride: Ride) -> str:
        return f"{ride.base.local(ride.pickup_at):%d/%m/%Y %H:%M}"

    @admin.display(description=_("journal"))
    def happened(self, ride: Ride) -> SafeString:
        steps = history("ride", ride.pk)
        lines = ((step, line_of(step)) for step in steps)
        told = (
            (
                f"{ride.base.local(step.at):%d/%m %H:%M:%S}",
                " · ".join(filter(None, (line.text, line.why, line.words))),
                step.by or "",
            )
            for step, line in lines
        )
        return format_html_join("", "<div>{} · {} <small>{}</small></div>", told)
