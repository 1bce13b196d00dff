"""What several apps' administration pages share."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.postgres.forms import RangeWidget
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _

EXAMPLES = 5


def is_possible_key(field: Any, text: str) -> bool:
    """Return whether this may be a row's key: a form brings anything, and the database is not asked with all of it."""
    try:
        field.clean(text, None)
    except ValidationError:
        return False
    return True


class RowSelect(AutocompleteSelect):
    """Django's search box for a row, which draws itself again after any nonsense too."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        key = self.field.target_field
        return super().optgroups(name, [text for text in value if not text or is_possible_key(key, text)], attr)


class FindsRows:
    """Mixin for pages and inline tables with ``autocomplete_fields``."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs.setdefault("widget", RowSelect(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class DatedList(ChangeList):
    """Django's list by day, to which a day that no calendar has is a question without an answer, and no error."""

    def get_filters(self, request: HttpRequest) -> Any:
        try:
            return super().get_filters(request)
        except (OverflowError, ValueError) as error:
            raise IncorrectLookupParameters(error) from error


class Dated:
    """Mixin for lists with a ``date_hierarchy``."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return DatedList


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
