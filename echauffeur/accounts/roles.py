"""Who may do what: every permission by name, and roles as lists of them that can be read aloud."""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """Everything somebody may be allowed to do on a base."""

    SEE_TOWER = "see_tower"
    REGULATE_RIDES = "regulate_rides"
    BOOK_FOR_OTHERS = "book_for_others"
    SEE_POSITIONS = "see_positions"
    DRIVE = "drive"
    CONFIGURE_BASE = "configure_base"


class Role(TextChoices):
    """The names under which memberships are stored."""

    DRIVER = "driver", _("Driver")
    REGULATOR = "regulator", _("Regulator")
    MANAGER = "manager", _("Base manager")


class Driver:
    """Drives on the base: sees the own day, takes the own missions' steps, shares the own position."""

    role = Role.DRIVER
    may = frozenset({Permission.DRIVE})


class Regulator:
    """Steers the base: handles requests, assigns drivers and vehicles, sees the live map, books for callers."""

    role = Role.REGULATOR
    may = frozenset(
        {
            Permission.SEE_TOWER,
            Permission.REGULATE_RIDES,
            Permission.BOOK_FOR_OTHERS,
            Permission.SEE_POSITIONS,
        }
    )


class Manager:
    """Configures the base and sees its control tower, without handling rides."""

    role = Role.MANAGER
    may = frozenset({Permission.SEE_TOWER, Permission.SEE_POSITIONS, Permission.CONFIGURE_BASE})


ROLES = {kind.role: kind for kind in (Driver, Regulator, Manager)}
