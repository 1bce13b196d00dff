"""A base's places as files."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from echauffeur.bases.forms import PlaceForm
from echauffeur.bases.models import BY_NAME, Place
from echauffeur.exchange.columns import Column
from echauffeur.exchange.kinds.kind import Kind


class Places(Kind):
    key = "places"
    label = gettext_lazy("Places")
    form_class = PlaceForm
    columns = [
        Column("name", gettext_lazy("name"), ("label",)),
        Column("aliases", gettext_lazy("aliases")),
        Column("kind", gettext_lazy("kind")),
        Column("latitude", gettext_lazy("latitude"), ("lat", "location.coordinates.1")),
        Column("longitude", gettext_lazy("longitude"), ("lon", "lng", "location.coordinates.0")),
        Column("access_note", gettext_lazy("access note")),
        Column("arrival_radius_m", gettext_lazy("arrival radius (metres)")),
        Column("enabled", gettext_lazy("enabled")),
    ]

    def rows(self) -> QuerySet[Place]:
        return self.base.places.order_by(BY_NAME)

    def find(self, cells: dict[str, str]) -> Place | None:
        return self.base.places.filter(name__iexact=cells.get("name", "")).first()

    def new(self) -> Place:
        return Place(base=self.base)
