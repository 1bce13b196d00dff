"""The journal to read: nobody adds to it, changes it or takes from it here."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from dispatch.queries.history import sentence_of
from echauffeur.journal.models import Entry


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):
    list_display = ["at", "base", "seq", "code", "what", "by", "party"]
    list_per_page = 50
    list_display_links = ["at", "code"]
    list_filter = ["base", "subject", "party", "verb"]
    list_select_related = ["base", "by"]
    date_hierarchy = "at"
    search_fields = ["=code", "by__last_name", "by__email"]
    search_help_text = _("The code of a ride or mission, or who took the step")
    ordering = ["-at", "-pk"]
    show_full_result_count = False
    fieldsets = [
        (
            None,
            {"fields": [("base", "seq"), ("subject", "code"), "verb", ("from_state", "to_state"), "reason", "words"]},
        ),
        (_("Who and when"), {"fields": [("by", "party"), "at", "claimed_at"]}),
        (_("Details"), {"classes": ["collapse"], "fields": ["data", "streams", "announced_at", "tap"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Entry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Entry | None = None) -> bool:
        return False

    @admin.display(description=_("step"), ordering="verb")
    def what(self, entry: Entry) -> str:
        return sentence_of(entry)
