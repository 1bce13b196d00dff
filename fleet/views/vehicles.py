"""A base's vehicles, and when they are out of service."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dispatch.queries.stranded import stranded_of_vehicle
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.bases.views import rows
from echauffeur.common.methods import get_or_post
from fleet.access import vehicle_of, vehicle_to_plan
from fleet.actions.vehicles import remove_vehicle
from fleet.forms.vehicles import VehicleForm
from fleet.models import Vehicle
from fleet.queries import patterns_of, row_of, vehicle_rows, vehicles_to_configure

SECTION = "base-vehicles"
# Of what comes back, the page shows the next weeks, not the whole horizon.
MOST_OUTAGES = 20


@require_safe
def vehicles(request: SignedInRequest, code: str) -> HttpResponse:
    """List the base's vehicles, switched off ones too, or those that go by some words."""
    base, words = rows.base_to_configure(request, code), rows.words_asked(request)
    shown = rows.page_of(request, vehicles_to_configure(base, words))
    shown.object_list = vehicle_rows(base, shown.object_list)
    return rows.show(request, base, "fleet/vehicles.html", {"section": SECTION, "words": words, "rows": shown})


@get_or_post
def vehicle_add(request: SignedInRequest, code: str) -> HttpResponse:
    """Add a vehicle."""
    base = rows.base_to_configure(request, code)
    form = VehicleForm(rows.typed(request), instance=Vehicle(base=base))
    back = reverse(SECTION, args=[code])
    return rows.edit(request, base, form, section=SECTION, back=back, title=_("Add a vehicle"))


@get_or_post
def vehicle(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Show a vehicle with its time out of service and the missions that it cannot take any more, or change it."""
    base = rows.base_to_configure(request, code)
    row, now = vehicle_to_plan(base, pk), timezone.now()
    return rows.edit(
        request,
        base,
        VehicleForm(rows.typed(request), instance=row),
        section=SECTION,
        back=reverse(SECTION, args=[code]),
        title=row.name,
        remove=reverse("base-vehicle-remove", args=[code, pk]),
        template="fleet/vehicle.html",
        more={
            "pk": pk,
            "now": now,
            "vehicle": row,
            "row": row_of(row),
            "outages": row.unavailabilities.not_over(now)[:MOST_OUTAGES],
            "patterns": patterns_of(row),
            "stranded": stranded_of_vehicle(row),
        },
    )


@get_or_post
def vehicle_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Remove a vehicle that no mission ever had."""
    base = rows.base_to_configure(request, code)
    back, stay = reverse(SECTION, args=[code]), reverse("base-vehicle", args=[code, pk])
    return rows.remove(request, base, vehicle_of(base, pk), section=SECTION, back=back, stay=stay, act=remove_vehicle)
