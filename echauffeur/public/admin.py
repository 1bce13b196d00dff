"""What people wrote, in the administration: read it, answer it once."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from echauffeur.common.admin import Dated
from echauffeur.common.refusals import Refusal
from echauffeur.public.actions import answer
from echauffeur.public.forms import AnswerForm
from echauffeur.public.models import ContactMessage, ContactState


@admin.register(ContactMessage)
class ContactMessageAdmin(Dated, admin.ModelAdmin):
    form = AnswerForm
    list_display = ["written_at", "subject_line", "reply_to", "state", "answered_by"]
    list_display_links = ["written_at", "subject_line"]
    list_filter = ["state"]
    list_select_related = ["answered_by"]
    search_fields = ["subject_line", "words", "reply_to"]
    date_hierarchy = "written_at"
    fieldsets = [
        (None, {"fields": ["subject_line", "words", ("reply_to", "person"), "written_at"]}),
        (_("Answer"), {"fields": ["answer", ("state", "answered_by", "answered_at")]}),
    ]
    readonly_fields = [
        "subject_line", "words", "reply_to", "person", "written_at", "state", "answered_by", "answered_at",
    ]  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: ContactMessage | None = None) -> list[str]:
        is_answered = obj is not None and obj.state == ContactState.ANSWERED
        return [*self.readonly_fields, "answer"] if is_answered else list(self.readonly_fields)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ContactMessage | None = None) -> bool:
        """Never by hand: messages go by themselves after a year."""
        return False

    def save_model(self, request: HttpRequest, obj: ContactMessage, form: Any, change: bool) -> None:  # noqa: FBT001
        if obj.state == ContactState.ANSWERED:
            return
        try:
            answer(message=obj, words=form.cleaned_data["answer"], by=request.user)  # type: ignore[arg-type]
        except Refusal as refusal:
            messages.error(request, str(refusal))
