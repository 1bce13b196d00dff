"""Who drives, and who is on duty."""

from datetime import datetime

from drivers.models import Driver, Shift
from echauffeur.accounts.queries import Person


def running_shift(driver: Driver, moment: datetime) -> Shift | None:
    """Return the shift that runs at that moment, if one does."""
    return driver.shifts.running(moment).first()


def driving_of(user: Person) -> list[Driver]:
    """Return the person's enabled driving profiles; more than one when they drive on several bases."""
    if not user.is_authenticated:
        return []
    return list(Driver.objects.enabled().filter(user=user).select_related("base", "user"))
