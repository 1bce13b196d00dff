"""What has to be done to a vehicle by some day or mileage: what presses, and what keeps it from being given to anybody.

A date holds until the end of its day: on that day the vehicle is used, from the day after it is refused. A mileage is
reached when the last reading says it, and the vehicle is refused from then on. Nothing here asks the database.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from fleet.models import Vehicle

# So long before, and so many kilometres before, the base's managers should know.
WARN_BEFORE = timedelta(days=30)
WARN_BEFORE_KM = 1_000

# Below this share of a full tank or battery the vehicle should be filled before it is sent far.
LOW_ENERGY_PERCENT = 15

INSPECTION, MAINTENANCE, MAINTENANCE_KM = "inspection_until", "maintenance_due_on", "maintenance_due_km"
Limit = date | int


@dataclass(frozen=True)
class Due:
    """One limit of a vehicle as it stands on some day: ``what`` is the vehicle's field that holds it.

    ``is_over``: the vehicle is refused. ``is_soon``: it is not yet, and will be within the time or kilometres to warn.
    """

    what: str
    limit: Limit
    is_over: bool
    is_soon: bool
    mileage: int | None = None

    @property
    def key(self) -> str:
        """What a warning of this very limit is remembered by."""
        return f"{self.what}:{self.limit}"

    @property
    def presses(self) -> bool:
        return self.is_over or self.is_soon

    @property
    def obstacle(self) -> str:
        """What is the matter, as one reason among several."""
        if isinstance(self.limit, date):
            return _in_words(self.what, is_over=self.is_over) % {"date": date_format(self.limit, "SHORT_DATE_FORMAT")}
        said = {"due": kilometres_in_words(self.limit), "now": kilometres_in_words(self.mileage or 0)}
        return _("maintenance due at %(due)s, %(now)s read") % said

    @property
    def label(self) -> str:
        """What is due, in a word, where there is no room for the sentence."""
        return _("Inspection") if self.what == INSPECTION else _("Maintenance")

    @property
    def sentence(self) -> str:
        return capfirst(self.obstacle)


def dues_of(vehicle: "Vehicle", on: date, mileage: int | None) -> list[Due]:
    """Return how the vehicle's limits stand on that day of its base, with the mileage last read (None: never read)."""
    dates = ((INSPECTION, vehicle.inspection_until), (MAINTENANCE, vehicle.maintenance_due_on))
    found = [Due(what, day, day < on, on <= day <= on + WARN_BEFORE) for what, day in dates if day]
    limit = vehicle.maintenance_due_km
    if limit is not None:
        now = mileage or 0
        is_over = mileage is not None and now >= limit
        is_soon = mileage is not None and limit - WARN_BEFORE_KM <= now < limit
        found.append(Due(MAINTENANCE_KM, limit, is_over, is_soon, mileage))
    return found


def pressing(vehicle: "Vehicle", on: date, mileage: int | None) -> list[Due]:
    """Return the limits that are over or soon will be; the ones that are over first."""
    found = [due for due in dues_of(vehicle, on, mileage) if due.presses]
    return sorted(found, key=lambda due: not due.is_over)


def obstacles(vehicle: "Vehicle", on: date, mileage: int | None) -> list[str]:
    """Return every reason why nobody can be given the vehicle for something that ends on that day of its base."""
    return [due.obstacle for due in dues_of(vehicle, on, mileage) if due.is_over]


def is_low(energy: int | None) -> bool:
    """Whether so much energy, in percent, is too little to go far; unknown is not."""
    return energy is not None and energy < LOW_ENERGY_PERCENT


def kilometres_in_words(kilometres: int) -> str:
    """Return a mileage as people read it: 29,300 km."""
    return _("%(n)s km") % {"n": number_format(kilometres, use_l10n=True, force_grouping=True)}


def _in_words(what: str, *, is_over: bool) -> str:
    if what == INSPECTION:
        return (
            _("technical inspection held until %(date)s") if is_over else _("technical inspection holds until %(date)s")
        )
    return _("maintenance was due by %(date)s") if is_over else _("maintenance is due by %(date)s")
