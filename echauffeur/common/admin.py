"""What several apps' administration pages share."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
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
