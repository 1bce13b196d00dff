"""Where drivers on duty drove: kept for some days, read with a motive only."""

from datetime import datetime

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from drivers.models import Driver
from echauffeur.common.models import LatitudeField, LongitudeField


class TrailPointQuerySet(models.QuerySet["TrailPoint"]):
    def between(self, start: datetime, end: datetime) -> "TrailPointQuerySet":
        """Keep the points of that time, both ends included, in order."""
        return self.filter(at__gte=start, at__lte=end).order_by("at")


class TrailPoint(models.Model):
    """One position that was taken in. Degrees WGS 84, accuracy in metres, heading in degrees from north; no speed.

    A partition for each day (UTC), made and dropped by `tracking/actions/trails.py`. The key serves whoever asks for
    one driver from A to B, and a point that comes twice is one. No foreign key in the database: looking up the driver
    of each point would double what it costs, and the writer has looked already.
    """

    pk = models.CompositePrimaryKey("driver_id", "at")
    driver = models.ForeignKey(
        Driver, models.CASCADE, db_constraint=False, db_index=False, related_name="trail", verbose_name=_("driver")
    )
    at = models.DateTimeField(_("at"))
    latitude = LatitudeField(_("latitude"))
    longitude = LongitudeField(_("longitude"))
    accuracy = models.PositiveSmallIntegerField(_("accuracy"), null=True)
    heading = models.PositiveSmallIntegerField(_("heading"), null=True)

    objects = TrailPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("point of a trail")
        verbose_name_plural = _("points of trails")
        indexes = [BrinIndex(fields=["at"], name="trail_by_time")]

    def __str__(self) -> str:
        return f"{self.driver_id} @ {self.at:%Y-%m-%d %H:%M:%S}"
