"""The sections of a base's settings, in the order in which a new base is set up."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from drivers.models import Driver
from echauffeur.bases.models import Base
from echauffeur.journal.queries import seq_of
from fleet.models import Handset, Vehicle, VehicleModel
from tracking.models import Device


def seq_of_base(base: Base) -> int:
    """Return how many steps the base's journal tells."""
    return seq_of(f"base:{base.pk}")


@dataclass(frozen=True)
class Section:
    """One kind of thing to set up. ``key`` is also the name of its page's address.

    ``count`` says how many the base has that people can use now; none yet is shown as still to do, unless a base can
    do without (``needed``).
    """

    key: str
    label: Promise
    icon: str
    what: Promise
    count: Callable[[Base], int]
    in_words: Callable[[int], str]
    needed: bool = True

    def url(self, base: Base) -> str:
        return reverse(self.key, args=[base.code])


def _one(_base: Base) -> int:
    return 1


def _said(_n: int) -> str:
    return ""


SECTIONS = [
    Section(
        "base-general", _("General"), "home", _("Name, clock, centre and area, the control room’s phones."), _one, _said
    ),
    Section(
        "base-hours",
        _("Opening hours"),
        "clock",
        _("When rides may start, weekday by weekday."),
        lambda base: base.opening_hours.values("weekday").distinct().order_by().count(),
        lambda n: (
            ngettext("open on %(n)d weekday", "open on %(n)d weekdays", n) % {"n": n} if n else gettext("day and night")
        ),
        needed=False,
    ),
    Section(
        "base-exceptions",
        _("Exceptions and holidays"),
        "calendar",
        _("Days that differ from the week."),
        lambda base: base.opening_exceptions.filter(last_day__gte=base.today()).count(),
        lambda n: (
            ngettext("%(n)d exception to come", "%(n)d exceptions to come", n) % {"n": n}
            if n
            else gettext("none to come")
        ),
        needed=False,
    ),
    Section("base-rules", _("Booking rules"), "rules", _("Notice, party, waiting time, confirmation."), _one, _said),
    Section(
        "base-categories",
        _("Categories of transport"),
        "category",
        _("What kinds of rides there are."),
        lambda base: base.categories.enabled().count(),
        lambda n: (
            ngettext("%(n)d category", "%(n)d categories", n) % {"n": n} if n else gettext("none: nobody is asked")
        ),
        needed=False,
    ),
    Section(
        "base-places",
        _("Places"),
        "pin",
        _("Where people get in and out."),
        lambda base: base.places.enabled().count(),
        lambda n: ngettext("%(n)d place in service", "%(n)d places in service", n) % {"n": n},
    ),
    Section(
        "base-models",
        _("Vehicle models"),
        "bus",
        _("What vehicles carry, and the licence they need."),
        lambda base: VehicleModel.objects.usable_on(base).count(),
        lambda n: ngettext("%(n)d model to choose from", "%(n)d models to choose from", n) % {"n": n},
    ),
    Section(
        "base-vehicles",
        _("Vehicles"),
        "car",
        _("The fleet, and when each is out of service."),
        lambda base: Vehicle.objects.of(base).enabled().count(),
        lambda n: ngettext("%(n)d vehicle in the fleet", "%(n)d vehicles in the fleet", n) % {"n": n},
    ),
    Section(
        "base-people",
        _("People"),
        "passengers",
        _("Who drives, who steers, who sets the base up."),
        lambda base: base.memberships.filter(user__is_active=True).values("user").distinct().count(),
        lambda n: ngettext("%(n)d person with a role", "%(n)d people with a role", n) % {"n": n},
    ),
    Section(
        "base-drivers",
        _("Drivers"),
        "user",
        _("Who drives, with which licence, and when on duty."),
        lambda base: Driver.objects.of(base).enabled().count(),
        lambda n: ngettext("%(n)d driver", "%(n)d drivers", n) % {"n": n},
    ),
    Section(
        "base-handsets",
        _("Service phones"),
        "phone",
        _("The phones lent to drivers: who holds which."),
        lambda base: Handset.objects.of(base).in_use().count(),
        lambda n: ngettext("%(n)d phone in use", "%(n)d phones in use", n) % {"n": n},
        needed=False,
    ),
    Section(
        "base-devices",
        _("Position devices"),
        "locate",
        _("Telephones and boxes that say where a car is."),
        lambda base: Device.objects.of(base).in_force().count(),
        lambda n: ngettext("%(n)d device", "%(n)d devices", n) % {"n": n},
        needed=False,
    ),
    Section(
        "base-import",
        _("Import and export"),
        "exchange",
        _("Bring in what you keep in a spreadsheet, take out what is here."),
        lambda _base: 0,
        lambda _n: gettext("CSV and Excel"),
        needed=False,
    ),
    Section(
        "base-journal",
        _("Journal"),
        "history",
        _("Who did what, when and why."),
        seq_of_base,
        lambda n: ngettext("%(n)d step", "%(n)d steps", n) % {"n": n},
        needed=False,
    ),
]
