"""What the service writes to drivers and managers about planning, in their language."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dispatch.queries.stranded import Stranded
from drivers.licences import Held
from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.notifications.actions import Letter


def own_end(driver: Driver, ends: Iterable[Held]) -> Letter:
    """Tell a driver what of theirs ends, or has ended."""
    ends = list(ends)
    with translation.override(driver.user.language):
        says_one = _end_in_words(ends[0], mine=True)
        return Letter(
            "licence_ends",
            says_one
            if len(ends) == 1
            else _("%(n)d of your licences and trainings end, or have ended") % {"n": len(ends)},
            "\n\n".join(
                [
                    _("Hello %(name)s,") % {"name": driver.user.first_name},
                    "\n".join(f"- {_end_in_words(held, mine=True)}." for held in ends),
                    _("After its last day nobody can give you missions on %(base)s that take it.")
                    % {"base": driver.base},
                    _("You have renewed it? Tell a manager of the base the new day: nothing else is to do."),
                    "e-Chauffeur",
                ]
            ),
        )


def ends_of_drivers(
    manager: User, *, base: Base, news: dict[Driver, list[Held]], concerned: dict[Driver, list[Stranded]]
) -> Letter:
    """Tell a manager what of whom ends, and which planned missions nobody can drive like that.

    ``concerned``: the missions of each driver, with the reasons in the manager's language.
    """
    with translation.override(manager.language):
        count = sum(map(len, news.values()))
        return Letter(
            "licences_end",
            ngettext(
                "%(base)s: %(n)d licence or training of a driver ends",
                "%(base)s: %(n)d licences and trainings of drivers end",
                count,
            )
            % {"base": base, "n": count},
            "\n\n".join(
                [
                    _("Hello %(name)s,") % {"name": manager.first_name},
                    *(_of_driver(base, driver, ends, concerned[driver]) for driver, ends in news.items()),
                    _("Write the new day on the driver’s page once something is renewed: nothing else is to do."),
                    "e-Chauffeur",
                ]
            ),
        )


def _of_driver(base: Base, driver: Driver, ends: list[Held], concerned: list[Stranded]) -> str:
    address = reverse("base-driver", args=[base.code, driver.pk])
    lines = [f"{driver}: {', '.join(_end_in_words(held) for held in ends)}", f"{settings.SITE_URL}{address}"]
    if concerned:
        lines.append(_("Planned missions that cannot be driven like this; the regulator gives them to somebody else:"))
        lines += [
            f"- {one.mission.code}, {_moment(base, one)}, {one.ride.code}: {', '.join(one.reasons)}"
            for one in concerned
        ]
    return "\n".join(lines)


def _end_in_words(held: Held, *, mine: bool = False) -> str:
    """Return the end in a sentence without its full stop. ``mine``: said to whom it belongs."""
    said = {"category": held.category, "day": _day(held.until), "left": held.days_left}
    if held.category and mine:
        said_of = _("Your licence %(category)s ended on %(day)s"), _("Your licence %(category)s ends on %(day)s")
    elif held.category:
        said_of = _("licence %(category)s ended on %(day)s"), _("licence %(category)s ends on %(day)s")
    elif mine:
        said_of = (
            _("Your training for wheelchairs ended on %(day)s"),
            _("Your training for wheelchairs ends on %(day)s"),
        )
    else:
        said_of = _("training for wheelchairs ended on %(day)s"), _("training for wheelchairs ends on %(day)s")
    return said_of[0 if held.has_expired else 1] % said


def _day(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""


def _moment(base: Base, one: Stranded) -> str:
    return date_format(base.local(one.mission.starts_at), "SHORT_DATETIME_FORMAT")
