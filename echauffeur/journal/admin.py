"""The administration and the journal: what is edited there is told like every step; the journal itself is only read."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from dispatch.queries.history import sentence_of
from echauffeur.bases.models import Base
from echauffeur.common.admin import Dated, FindsRows, ReadOnly
from echauffeur.common.lifecycle import Party
from echauffeur.journal.actions import Subject
from echauffeur.journal.edits import Edit, record_edits
from echauffeur.journal.models import Entry


class TellingAdmin(FindsRows, admin.ModelAdmin):
    """Rows that open pages show: whoever follows a base that an edit concerns hears of it at once."""

    def subject_of(self, row: Any) -> Subject:
        """Return what the journal says the row is, under the name that people call it by."""
        subject: Subject = row.subject
        return subject

    def bases_of(self, row: Any, before: int | None = None) -> Iterable[Base | None]:
        """Return the bases that an edit of the row concerns. ``before``: the key of the one it hung on before."""
        return Base.objects.filter(pk__in=[row.base_id, before])

    def edits_of(self, verb: str, row: Any, fields: Iterable[str] = (), before: int | None = None) -> list[Edit]:
        """Return what to tell of the row, one edit for each base."""
        subject = self.subject_of(row)
        return [Edit(base, verb, subject, tuple(fields)) for base in self.bases_of(row, before)]

    def edits_made(
        self, form: forms.ModelForm, formsets: Iterable[forms.BaseInlineFormSet], *, change: bool
    ) -> list[Edit]:
        """Return what to tell of a form that was just saved with its tables; nothing when it changed nothing."""
        fields = [*form.changed_data, *(str(formset.prefix) for formset in formsets if formset.has_changed())]
        if change and not fields:
            return []
        return self.edits_of("change" if change else "add", form.instance, fields, form.initial.get("base"))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._told(request, super().changeform_view, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._told(request, super().changelist_view, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._told(request, super().delete_view, *args, **kwargs)

    def save_related(
        self,
        request: HttpRequest,
        form: forms.ModelForm,
        formsets: Iterable[forms.BaseInlineFormSet],
        change: bool,  # noqa: FBT001
    ) -> None:
        super().save_related(request, form, formsets, change)
        self.tell(request, self.edits_made(form, formsets, change=change))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        edits = self.edits_of("remove", obj)  # once gone, the row has lost its key
        super().delete_model(request, obj)
        self.tell(request, edits)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        edits = [edit for row in queryset for edit in self.edits_of("remove", row)]
        super().delete_queryset(request, queryset)
        self.tell(request, edits)

    def tell(self, request: HttpRequest, edits: Iterable[Edit]) -> None:
        """Have these edits told when everything else is written."""
        request.edits.extend(edits)  # type: ignore[attr-defined]

    def _told(self, request: HttpRequest, view: Callable[..., HttpResponseBase], *args: Any, **kwargs: Any) -> Any:
        try:
            return self._told_once(request, view, *args, **kwargs)
        except IntegrityError:
            # Somebody else's save came between our checks and our writing: now the checks see it, and say so.
            return self._told_once(request, view, *args, **kwargs)

    @transaction.atomic
    def _told_once(self, request: HttpRequest, view: Callable[..., HttpResponseBase], *args: Any, **kwargs: Any) -> Any:
        edits: list[Edit] = []
        request.edits = edits  # type: ignore[attr-defined]
        response = view(request, *args, **kwargs)
        record_edits(edits, by=request.user, party=Party.ADMINISTRATOR)  # type: ignore[arg-type]
        return response


@admin.register(Entry)
class EntryAdmin(ReadOnly, Dated, admin.ModelAdmin):
    list_display = ["at", "base", "seq", "code", "what", "by", "party"]
    list_per_page = 50
    list_display_links = ["at", "code"]
    list_filter = ["base", "subject", "party", "verb"]
    list_select_related = ["base", "by"]
    date_hierarchy = "at"
    search_fields = ["=code", "by__last_name", "by__email"]
    search_help_text = _("The code of a ride or mission, the name of a vehicle or place, or who took the step")
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

    @admin.display(description=_("step"), ordering="verb")
    def what(self, entry: Entry) -> str:
        return sentence_of(entry)
