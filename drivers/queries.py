"""Who drives, and who is on duty."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from drivers.models import Driver, DriverQuerySet, Licence, Shift
from echauffeur.accounts.models import User
from echauffeur.accounts.queries import Person
from echauffeur.bases.models import Base

# So long before a licence expires, the base manager should know.
EXPIRES_SOON = timedelta(days=60)


def running_shift(driver: Driver, moment: datetime) -> Shift | None:
    """Return the shift that runs at that moment, if one does."""
    return driver.shifts.running(moment).first()


def driving_of(user: Person) -> list[Driver]:
    """Return the person's enabled driving profiles; more than one when they drive on several bases."""
    if not user.is_authenticated:
        return []
    return list(Driver.objects.enabled().filter(user=user).select_related("base", "user"))


@dataclass(frozen=True)
class HeldLicence:
    """A licence as it stands on the base's own day: whether it has expired, or is about to."""

    licence: Licence
    today: date

    @property
    def has_expired(self) -> bool:
        return self.licence.expires_on < self.today

    @property
    def is_short(self) -> bool:
        return not self.has_expired and self.licence.expires_on <= self.today + EXPIRES_SOON


@dataclass(frozen=True)
class DriverRow:
    """A driver in the manager's list. ``on_duty_until`` is None off duty."""

    driver: Driver
    licences: list[HeldLicence]
    on_duty_until: datetime | None


def drivers_to_configure(base: Base, words: str = "") -> DriverQuerySet:
    """Return the base's drivers by name, switched off ones too; with words, those whose name or address holds each."""
    drivers = Driver.objects.of(base).with_person().with_right().with_duty_now(timezone.now())
    drivers = drivers.prefetch_related("licences")
    for word in words.split():
        drivers = drivers.filter(
            Q(user__last_name__unaccent__icontains=word)
            | Q(user__first_name__unaccent__icontains=word)
            | Q(user__email__icontains=word)
        )
    return drivers


def driver_rows(base: Base, drivers: Iterable[Driver]) -> list[DriverRow]:
    """Return these drivers as the list shows them; they come from `drivers_to_configure`."""
    today = base.today()
    return [
        DriverRow(
            driver,
            [HeldLicence(licence, today) for licence in driver.licences.all()],
            driver.on_duty_until,  # type: ignore[attr-defined]
        )
        for driver in drivers
    ]


def people_to_hire(base: Base) -> list[User]:
    """Return the people who hold a role on the base and have no driving profile there, by name."""
    people = User.objects.filter(is_active=True, memberships__base=base).exclude(driving__base=base)
    return list(people.order_by("last_name", "first_name").distinct())
