"""A base's drivers, with their licences, and links to what is planned of them."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dispatch.queries.stranded import stranded_of_driver
from drivers.access import driver_of
from drivers.actions.crew import remove_driver
from drivers.forms.crew import DriverForm, LicenceTable
from drivers.licences import to_renew
from drivers.models import Driver
from drivers.plans import plan_of
from drivers.queries import driver_rows, drivers_to_configure, people_to_hire
from echauffeur.accounts.queries import may
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.accounts.roles import Permission
from echauffeur.bases.views import rows
from echauffeur.common.methods import get_or_post
from fleet.queries import handset_held_by
from tracking.actions.positions import forget_off_duty

SECTION = "base-drivers"


@require_safe
def drivers(request: SignedInRequest, code: str) -> HttpResponse:
    """List the base's drivers, switched off ones too, or those who go by some words."""
    base, words = rows.base_to_configure(request, code), rows.words_asked(request)
    shown = rows.page_of(request, drivers_to_configure(base, words))
    shown.object_list = driver_rows(base, shown.object_list)
    return rows.show(request, base, "drivers/drivers.html", {"section": SECTION, "words": words, "rows": shown})


@get_or_post
def driver_add(request: SignedInRequest, code: str) -> HttpResponse:
    """Make a person with an account a driver of the base."""
    base = rows.base_to_configure(request, code)
    form = _form(request, Driver(base=base))
    back, title = reverse(SECTION, args=[code]), _("Add a driver")
    more = {"people": people_to_hire(base), "driver": None}
    return rows.edit(
        request, base, form, section=SECTION, back=back, title=title, template="drivers/driver.html", more=more
    )


@get_or_post
def driver(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Show a driver with licences, coming shifts and the missions they cannot drive any more, or change them."""
    base = rows.base_to_configure(request, code)
    row = driver_of(base, pk)
    back, stay = reverse(SECTION, args=[code]), reverse("base-driver", args=[code, pk])

    def then() -> str:
        forget_off_duty([row.pk])
        still_holds_a_phone = not row.enabled and handset_held_by(row.user, base) is not None
        return stay if still_holds_a_phone else back

    return rows.edit(
        request,
        base,
        _form(request, row),
        section=SECTION,
        back=back,
        title=str(row),
        remove=reverse("base-driver-remove", args=[code, pk]),
        then=then,
        template="drivers/driver.html",
        more=_known_of(row) | {"shows_reason": may(request.user, Permission.SEE_ABSENCE_REASONS, base)},
    )


@get_or_post
def driver_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Remove the profile of somebody who never drove."""
    base = rows.base_to_configure(request, code)
    row, back, stay = driver_of(base, pk), reverse(SECTION, args=[code]), reverse("base-driver", args=[code, pk])
    response = rows.remove(request, base, row, section=SECTION, back=back, stay=stay, act=remove_driver)
    if request.method == "POST":
        forget_off_duty([pk])
    return response


def _known_of(row: Driver) -> dict[str, Any]:
    """Return what the page says of the driver above the form."""
    return {
        "driver": row,
        "plan": plan_of(row),
        "handset": handset_held_by(row.user, row.base),
        "endings": to_renew(row, row.base.today()),
        "stranded": stranded_of_driver(row),
    }


def _form(request: SignedInRequest, row: Driver) -> DriverForm:
    """Return the form of a driver with the table of licences."""
    typed = rows.typed(request)
    tables: list[Any] = [LicenceTable(typed, instance=row, prefix="licences")]
    return DriverForm(typed, instance=row, tables=tables)
