"""What stands against taking a driver or a vehicle, in words; the kind says what may be done about it."""

from typing import Self

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Against(TextChoices):
    """The kinds of reasons against a driver or a vehicle, as a history names them."""

    LEFT = "left", _("no longer drives")
    OFF_DUTY = "off_duty", _("not on duty")
    BREAK = "break", _("on a break")
    AWAY = "away", _("away")
    LICENCE = "licence", _("licence")
    TRAINING = "training", _("wheelchair training")
    RETIRED = "retired", _("no longer in the fleet")
    OUT_OF_SERVICE = "out_of_service", _("out of service")
    OVERDUE = "overdue", _("inspection or maintenance overdue")
    GIVEN = "given", _("with another driver")
    TOO_SMALL = "too_small", _("too small")
    BUSY = "busy", _("on another mission")


# What a regulator may plan over, and says why: people come in on a free day, and a workshop gives a car back earlier.
# A licence, an inspection, a seat and a second mission at the same time are not theirs to wave through.
OVERRULABLE = frozenset(
    {Against.OFF_DUTY, Against.BREAK, Against.AWAY, Against.OUT_OF_SERVICE, Against.GIVEN},
)


OF_THE_VEHICLE = frozenset({Against.RETIRED, Against.OUT_OF_SERVICE, Against.OVERDUE, Against.TOO_SMALL, Against.GIVEN})


class Obstacle(str):
    """One reason in the person's words, and its kind."""

    __slots__ = ("kind",)
    kind: Against

    def __new__(cls, kind: Against, words: str) -> Self:
        obstacle = super().__new__(cls, words)
        obstacle.kind = kind
        return obstacle

    @property
    def is_overrulable(self) -> bool:
        return self.kind in OVERRULABLE

    @property
    def is_of_vehicle(self) -> bool:
        """Whether it is the vehicle that stands in the way, and not its driver."""
        return self.kind in OF_THE_VEHICLE
