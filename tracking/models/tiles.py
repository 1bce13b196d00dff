"""A server whose pictures a base's maps show: none, unless an administrator said so."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from echauffeur.bases.models import Base
from echauffeur.journal.actions import Subject

# One server, named in full: it is let into the content policy as it stands here.
ORIGIN = re.compile(r"https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?(?=/)", re.ASCII)
TAKEN = re.compile(r"[A-Za-z0-9/:.,_~%{}?&=+@!$*()-]+", re.ASCII)
DEEPEST = 22


def check_template(url: str) -> None:
    """Raise ValidationError with the reason when the text is no address of tiles."""
    if not ORIGIN.match(url):
        raise ValidationError(_("It begins with https:// and the server’s name in small letters, then a slash."))
    if sorted(re.findall(r"{[^{}]*}|[{}]", url)) != ["{x}", "{y}", "{z}"]:
        raise ValidationError(_("It says {z}, {x} and {y}, each once, and has no other braces."))
    if not TAKEN.fullmatch(url):
        raise ValidationError(_("Spaces, quotation marks, semicolons and # cannot stand in it."))


class TileServer(models.Model):
    """Where the maps of a base get pictures from (tiles of 256 pixels), under and around what we draw ourselves.

    Whoever opens such a map tells that server their network address and where the map looks.
    """

    base = models.OneToOneField(Base, models.CASCADE, related_name="tile_server", verbose_name=gettext_lazy("base"))
    url = models.CharField(
        gettext_lazy("address of the tiles"),
        max_length=300,
        validators=[check_template],
        help_text=gettext_lazy("Such as https://tiles.example.org/plan/{z}/{x}/{y}.png. Every browser reads it."),
    )
    attribution = models.CharField(
        gettext_lazy("source of the map"),
        max_length=120,
        help_text=gettext_lazy(
            "As the server’s licence asks: © IGN, © OpenStreetMap contributors. It stands on the map."
        ),
    )
    max_zoom = models.PositiveSmallIntegerField(
        gettext_lazy("deepest zoom of its pictures"),
        default=18,
        validators=[MinValueValidator(1), MaxValueValidator(DEEPEST)],
        help_text=gettext_lazy("Beyond it the pictures are enlarged."),
    )

    class Meta:
        verbose_name = gettext_lazy("tile server")
        verbose_name_plural = gettext_lazy("tile servers")
        ordering = ["base__name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(url__regex=r"^https://[a-z0-9.-]+(:[0-9]{1,5})?/"),
                name="tiles_come_from_one_server",
                violation_error_message=gettext_lazy("It begins with https:// and the server’s name."),
            ),
            models.CheckConstraint(
                condition=Q(max_zoom__range=(1, DEEPEST)),
                name="tiles_have_a_zoom",
                violation_error_message=gettext_lazy("The zoom is a number from 1 to 22."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.base} · {self.origin}"

    @property
    def subject(self) -> Subject:
        return Subject("tiles", self.pk, self.base.name)

    @property
    def origin(self) -> str:
        """The server and nothing else: https://tiles.example.org."""
        found = ORIGIN.match(self.url)
        return found.group() if found else ""
