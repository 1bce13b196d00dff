"""Who drives, and who is on duty."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from drivers.licences import Held, held_by
from drivers.models import Driver, DriverQuerySet, Shift
from echauffeur.accounts.models import User
from echauffeur.accounts.queries import Person
from echauffeur.bases.models import Base
from fleet.models import ReadingKind

# Who comes early reads the dashboard before the shift begins, who comes back late after it has ended.
READ_AHEAD, READ_AFTER = timedelta(hours=2), timedelta(hours=4)


def running_shift(driver: Driver, moment: datetime) -> Shift | None:
    """Return the shift that runs at that moment, if one does."""
    return driver.shifts.running(moment).first()


def shift_of_reading(driver: Driver, kind: str, moment: datetime) -> Shift | None:
    """Return the shift for which the dashboard is read at that moment: the one that runs.

    Off duty, at the start the one that begins next and soon, at the end the one that ended last and not long ago.
    """
    if running := running_shift(driver, moment):
        return running
    if kind == ReadingKind.START:
        soon = driver.shifts.filter(period__startswith__gt=moment, period__startswith__lte=moment + READ_AHEAD)
        return soon.order_by("period").first()
    late = driver.shifts.filter(period__endswith__lte=moment, period__endswith__gt=moment - READ_AFTER)
    return late.order_by("-period").first()


def driving_of(user: Person) -> list[Driver]:
    """Return the person's enabled driving profiles; more than one when they drive on several bases."""
    if not user.is_authenticated:
        return []
    return list(Driver.objects.enabled().filter(user=user).select_related("base", "user"))


@dataclass(frozen=True)
class DriverRow:
    """A driver in the manager's list. ``training``: that for wheelchairs, if any; ``on_duty_until`` None off duty."""

    driver: Driver
    licences: list[Held]
    training: Held | None
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
    rows = []
    for driver in drivers:
        held = held_by(driver, today)
        training = next((one for one in held if not one.category), None)
        licences = [one for one in held if one.category]
        rows.append(DriverRow(driver, licences, training, driver.on_duty_until))  # type: ignore[attr-defined]
    return rows


def people_to_hire(base: Base) -> list[User]:
    """Return the people who hold a role on the base and have no driving profile there, by name."""
    people = User.objects.filter(is_active=True, memberships__base=base).exclude(driving__base=base)
    return list(people.order_by("last_name", "first_name").distinct())
