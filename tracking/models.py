"""The drawn map of a base."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from echauffeur.bases.models import Base


class Basemap(models.Model):
    """What a base's map shows beside its places, so that no page asks a tile server.

    ``features``: GeoJSON features (WGS 84, longitude first) whose property ``layer`` is area, water, green, building
    or road; roads have a ``class`` (main, street, path) and may have a ``name``.
    """

    base = models.OneToOneField(Base, models.CASCADE, related_name="basemap", verbose_name=_("base"))
    features = models.JSONField(_("features"), default=list)
    attribution = models.CharField(_("source of the map"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("base map")
        verbose_name_plural = _("base maps")

    def __str__(self) -> str:
        return str(self.base)
