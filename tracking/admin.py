"""Tile servers; and the devices that say where a car is, added on the pages of their base, where their key is shown."""

from django.contrib import admin
from django.http import HttpRequest

from echauffeur.common.admin import ReadOnly
from echauffeur.journal.admin import TellingAdmin
from tracking.models import Device, TileServer


@admin.register(Device)
class DeviceAdmin(ReadOnly, TellingAdmin):
    """For whom each speaks, and when it was heard. Removing one ends its key; which that is, nobody can read here."""

    list_display = ["label", "base", "driver", "vehicle", "last_heard_at", "refused_code", "revoked_at"]
    list_filter = ["base", "revoked_at"]
    list_select_related = ["base", "driver__user", "vehicle"]
    search_fields = ["label", "driver__user__last_name", "driver__user__first_name", "vehicle__plate"]
    fields = [
        "label", "base", "driver", "vehicle", ("created_at", "created_by"), "revoked_at", "last_heard_at",
        ("refused_code", "refused_at"),
    ]  # fmt: skip

    def has_delete_permission(self, request: HttpRequest, obj: Device | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)


@admin.register(TileServer)
class TileServerAdmin(TellingAdmin):
    """What administrators alone decide of maps: whether browsers may ask a server that is not ours."""

    list_display = ["base", "origin", "attribution", "max_zoom"]
    list_select_related = ["base"]
    search_fields = ["base__name", "url"]
    autocomplete_fields = ["base"]
