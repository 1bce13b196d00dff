"""What the service writes to managers about their vehicles, in their language."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.notifications.actions import Letter
from fleet.due import Due
from fleet.models import Vehicle


def vehicles_due(news: Iterable[tuple[Vehicle, Due]], base: Base, person: User) -> Letter:
    """Tell a manager what has to be done to which vehicles."""
    news = list(news)
    with translation.override(person.language):
        count = len({vehicle.pk for vehicle, _due in news})
        lines = [_("%(vehicle)s: %(what)s.") % {"vehicle": vehicle, "what": due.obstacle} for vehicle, due in news]
        address = settings.SITE_URL + reverse("base-vehicles", args=[base.code])
        return Letter(
            "vehicles_due",
            ngettext(
                "%(base)s: a vehicle is due for the workshop",
                "%(base)s: %(n)d vehicles are due for the workshop",
                count,
            )
            % {"base": base.name, "n": count},
            "\n\n".join(
                [
                    _("Hello %(name)s,") % {"name": person.first_name},
                    _("soon nobody can be given these vehicles any more, or already now:"),
                    "\n".join(lines),
                    _("Once it is done, write the next date on the vehicle's page: %(address)s") % {"address": address},
                    "e-Chauffeur",
                ]
            ),
        )
