"""What several apps' administration pages share."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.postgres.forms import RangeWidget
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _

EXAMPLES = 5


class KeepsHistory:
    """Mixin for rows that may have a past: what forbids a deletion is said first, with a few of perhaps thousands."""

    def get_deleted_objects(self, objs: Iterable[Any], request: HttpRequest) -> tuple[Any, ...]:
        rows, counts, perms_needed, protected = super().get_deleted_objects(objs, request)  # type: ignore[misc]
        if len(protected) > EXAMPLES:
            more = _("and %(count)d more") % {"count": len(protected) - EXAMPLES}
            protected = [*protected[:EXAMPLES], more]
        return rows, counts, set() if protected else perms_needed, protected


class ReadOnly:
    """Mixin for rows that only actions write."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LabelledFormSet(forms.BaseInlineFormSet):
    """Names every field to screen readers: Django's tables only have the column's head."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():
            field.widget.attrs.setdefault("aria-label", field.label or "")


class PeriodWidget(RangeWidget):
    """From and until, with the browser's own pickers of day and time."""

    def __init__(self) -> None:
        super().__init__(forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}))


def _clock_in_words() -> str:
    return _("From and until, on the clock of %(zone)s") % {"zone": timezone.get_current_timezone_name()}


clock_in_words = lazy(_clock_in_words, str)
