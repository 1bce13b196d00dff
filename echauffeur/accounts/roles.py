"""Who may do what: every permission by name, and roles as lists of them that can be read aloud.

A role is held on one base and holds there alone. Whoever has an account is a customer, without any membership;
an administrator is a superuser, made and unmade in the administration by administrators.
"""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """Everything somebody may be allowed to do on a base."""

    SEE_TOWER = "see_tower"
    REGULATE_RIDES = "regulate_rides"
    BOOK_FOR_OTHERS = "book_for_others"
    SEE_POSITIONS = "see_positions"
    SEE_TRAILS = "see_trails"
    PLAN = "plan"
    SEE_ABSENCE_REASONS = "see_absence_reasons"
    DRIVE = "drive"
    CONFIGURE_BASE = "configure_base"
    MANAGE_PEOPLE = "manage_people"
    SEE_JOURNAL = "see_journal"


# What each means, as people read it on the pages where roles are given.
IN_WORDS: dict[Permission, Promise] = {
    Permission.SEE_TOWER: _("Sees the control tower: requests, drivers and vehicles"),
    Permission.REGULATE_RIDES: _("Answers requests and gives rides to drivers"),
    Permission.BOOK_FOR_OTHERS: _("Books rides for callers"),
    Permission.SEE_POSITIONS: _("Sees on the map where the cars are"),
    Permission.SEE_TRAILS: _("Looks at the way of a mission that is over, after saying why; its driver sees it"),
    Permission.PLAN: _("Plans shifts, absences and vehicles out of service"),
    Permission.SEE_ABSENCE_REASONS: _("Reads why a driver is away: leave, training, sick leave"),
    Permission.DRIVE: _("Drives: sees the own day, takes the steps of the own missions, shares the own position"),
    Permission.CONFIGURE_BASE: _("Sets the base up: places, hours, rules, vehicles"),
    Permission.MANAGE_PEOPLE: _("Gives and withdraws the roles of this base"),
    Permission.SEE_JOURNAL: _("Reads the journal of the base"),
}


class Role(TextChoices):
    """The names under which memberships are stored."""

    DRIVER = "driver", _("Driver")
    REGULATOR = "regulator", _("Regulator")
    MANAGER = "manager", _("Base manager")


class Customer:
    """Asks for rides and follows the own ones, on every base. Has no membership, and gives nobody anything."""

    name = _("Customer")
    may: frozenset[Permission] = frozenset()
    grants: frozenset[Role] = frozenset()


class Driver:
    """Drives on the base: sees the own day, takes the own missions' steps, shares the own position."""

    role = Role.DRIVER
    name = Role.DRIVER.label
    may = frozenset({Permission.DRIVE})
    grants: frozenset[Role] = frozenset()


class Regulator:
    """Steers the base: handles requests, plans and assigns drivers and vehicles, sees the live map, books for callers.

    Gives no role, not even that of a driver: who steers rides has no need to decide who may.
    """

    role = Role.REGULATOR
    name = Role.REGULATOR.label
    may = frozenset(
        {
            Permission.SEE_TOWER,
            Permission.REGULATE_RIDES,
            Permission.BOOK_FOR_OTHERS,
            Permission.SEE_POSITIONS,
            Permission.SEE_TRAILS,
            Permission.PLAN,
        }
    )
    grants: frozenset[Role] = frozenset()


class Manager:
    """Configures and plans the base, gives its roles, reads its journal, sees its tower, without handling rides."""

    role = Role.MANAGER
    name = Role.MANAGER.label
    may = frozenset(
        {
            Permission.SEE_TOWER,
            Permission.SEE_POSITIONS,
            Permission.SEE_TRAILS,
            Permission.PLAN,
            Permission.SEE_ABSENCE_REASONS,
            Permission.CONFIGURE_BASE,
            Permission.MANAGE_PEOPLE,
            Permission.SEE_JOURNAL,
        }
    )
    grants = frozenset({Role.DRIVER, Role.REGULATOR, Role.MANAGER})


class Administrator:
    """May do everything on every base except drive, and gives every role. Opens the administration."""

    name = _("Administrator of all bases")
    may = frozenset(Permission) - {Permission.DRIVE}
    grants = frozenset(Role)


ROLES = {kind.role: kind for kind in (Driver, Regulator, Manager)}


def in_words(role: Role) -> list[Promise]:
    """Return what the role lets somebody do, a sentence each, in the order of the permissions."""
    return [IN_WORDS[permission] for permission in Permission if permission in ROLES[role].may]
