"""Messages in the administration: what became of them, never what would let somebody in."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from echauffeur.common.admin import Dated, ReadOnly
from echauffeur.notifications.models import Message


@admin.register(Message)
class MessageAdmin(ReadOnly, Dated, admin.ModelAdmin):
    list_display = ["made_at", "way", "kind", "to", "state", "tries", "due_at", "last_error"]
    list_display_links = ["made_at", "kind"]
    list_filter = ["state", "way", "kind"]
    list_per_page = 50
    search_fields = ["to"]
    search_help_text = _("An e-mail address or a phone number")
    date_hierarchy = "made_at"
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": [("way", "kind"), "to", "what_it_is_about", "what_it_says"]}),
        (
            _("Delivery"),
            {"fields": ["state", ("made_at", "sent_at"), ("tries", "due_at", "useful_until"), "last_error"]},
        ),
        (_("Whom it concerns"), {"fields": ["person", "base", "key"]}),
    ]
    readonly_fields = ["what_it_is_about", "what_it_says"]

    @admin.display(description=_("subject"))
    def what_it_is_about(self, message: Message) -> str:
        return _hidden(message) or message.subject

    @admin.display(description=_("text"))
    def what_it_says(self, message: Message) -> str:
        return _hidden(message) or message.body


def _hidden(message: Message) -> str:
    return str(_("Hidden: it holds a code or a link.")) if message.is_secret else ""
