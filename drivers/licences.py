"""What a driver may drive, and until when: licences, and the training for wheelchairs.

Only rows and days go in: nothing here asks the database (but for the licences of a driver who came without them) or a
clock. A day is the base's own. What holds until a day holds on that day, all of it, and no longer on the next.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from drivers.models import Driver, Licence

# So many days before something ends, its end is said on the pages.
SOON = 60
# Its driver is warned so many days ahead, and once more on the first day on which it no longer holds.
WARNED_AHEAD = (SOON, 7, -1)


@dataclass(frozen=True)
class Held:
    """A licence, or the training for wheelchairs, as it stands on a day. ``until``: the last day; None: no end.

    ``row`` is where it is written: the licence, or for the training the driver.
    """

    row: Licence | Driver
    until: date | None
    today: date

    @property
    def category(self) -> str:
        """The category of a licence; nothing for the training."""
        return self.row.category if isinstance(self.row, Licence) else ""

    @property
    def name(self) -> str:
        """What it is, within a sentence."""
        if self.category:
            return _("licence %(category)s") % {"category": self.category}
        return _("training for wheelchairs")

    @property
    def days_left(self) -> int | None:
        """How many days it still holds after this one: 0 on its last, negative afterwards, None without an end."""
        return None if self.until is None else (self.until - self.today).days

    @property
    def has_expired(self) -> bool:
        return self.days_left is not None and self.days_left < 0

    @property
    def is_short(self) -> bool:
        """Whether it holds, and is about to end."""
        return self.days_left is not None and 0 <= self.days_left <= SOON

    @property
    def is_urgent(self) -> bool:
        """Whether it has ended, or its driver is warned for the last time."""
        return self.stage is not None and self.stage < SOON

    @property
    def stage(self) -> int | None:
        """The closest warning that is due by now, in days ahead of the end; None before the first."""
        left = self.days_left
        return min((ahead for ahead in WARNED_AHEAD if left is not None and left <= ahead), default=None)

    @property
    def warned(self) -> tuple[date | None, int | None]:
        """The end that the driver was last warned of, and how many days ahead."""
        if isinstance(self.row, Licence):
            return self.row.warned_for, self.row.warned_ahead
        return self.row.wheelchair_warned_for, self.row.wheelchair_warned_ahead

    @property
    def is_news(self) -> bool:
        """Whether a warning is due that its driver has not had: none of this end yet, or none so close to it."""
        end, ahead = self.warned
        return self.stage is not None and (end != self.until or ahead is None or ahead > self.stage)


def holds_licence(driver: Driver, category: str, day: date) -> bool:
    """Return whether the driver may drive on that day what takes a licence of this category."""
    return any(row.category == category and holds_on(row.expires_on, day) for row in driver.licences.all())


def is_trained(driver: Driver, day: date) -> bool:
    """Return whether the driver may carry wheelchairs on that day."""
    return driver.wheelchair_trained and holds_on(driver.wheelchair_until, day)


def holds_on(until: date | None, day: date) -> bool:
    """Return whether what holds until the one day, or without an end, holds on the other."""
    return until is None or day <= until


def held_by(driver: Driver, today: date) -> list[Held]:
    """Return everything the driver holds or held: licences by category, then the training."""
    rows = sorted(driver.licences.all(), key=lambda row: row.category)
    held = [Held(row, row.expires_on, today) for row in rows]
    return [*held, Held(driver, driver.wheelchair_until, today)] if driver.wheelchair_trained else held


def to_renew(driver: Driver, today: date, ahead: int = SOON) -> list[Held]:
    """Return what has ended, or ends within so many days, what ends first before."""
    last_day = today + timedelta(days=ahead)
    ending = [held for held in held_by(driver, today) if held.until is not None and held.until <= last_day]
    return sorted(ending, key=lambda held: (held.until or today, held.category))
