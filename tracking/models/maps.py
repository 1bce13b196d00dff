"""The drawn map of a base."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from echauffeur.bases.models import Base


class Basemap(models.Model):
    """What a base's map shows beside its places, so that no page asks a tile server.

    ``features``: GeoJSON features (WGS 84, longitude first) by their property ``layer``:

    - ground: area (the base's own outline), town, wood, green, military, water, building;
    - lines: stream (``class`` river, brook), fence, road (``class`` main, street, lane, path, rail, runway, taxiway;
      may have a ``name``);
    - points: barrier (``class`` gate, bollard), locality (``class`` town, village; has a ``name``).

    A feature is one shape, or all shapes of its layer and class; its lines may be packed (`tracking.packing`).
    ``drawn_at`` tells an open page that its map is old.
    """

    base = models.OneToOneField(Base, models.CASCADE, related_name="basemap", verbose_name=_("base"))
    features = models.JSONField(_("features"), default=list)
    attribution = models.CharField(_("source of the map"), max_length=120, blank=True)
    drawn_at = models.DateTimeField(_("drawn at"), auto_now=True)

    class Meta:
        verbose_name = _("base map")
        verbose_name_plural = _("base maps")

    def __str__(self) -> str:
        return str(self.base)
