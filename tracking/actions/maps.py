"""Drawing a base's map."""

from typing import TYPE_CHECKING, Any

from django.db import transaction

from echauffeur.bases.models import Base
from echauffeur.common.lifecycle import Party
from echauffeur.journal import actions as journal
from tracking.models import Basemap
from tracking.packing import packed

if TYPE_CHECKING:
    from echauffeur.accounts.models import User


@transaction.atomic
def draw_map(*, base: Base, features: list[dict[str, Any]], attribution: str, by: "User | None") -> None:
    """Give the base this map in place of the one it has, and tell its open pages. ``by`` None is the command line.

    ``features``: GeoJSON, see Basemap.
    """
    base = Base.objects.select_for_update(no_key=True).get(pk=base.pk)
    Basemap.objects.update_or_create(base=base, defaults={"features": packed(features), "attribution": attribution})
    journal.record(base=base, verb="draw_map", subject=base.subject, by=by, party=Party.ADMINISTRATOR)
