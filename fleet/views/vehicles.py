"""A base's vehicles, and when they are out of service."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dispatch.queries.stranded import stranded_of_vehicle
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.bases.views import rows
from echauffeur.common.refusals import Refusal
from fleet.access import unavailability_of, vehicle_of
from fleet.actions.outages import end_unavailability
from fleet.actions.vehicles import remove_vehicle
from fleet.forms.outages import UnavailabilityForm
from fleet.forms.vehicles import VehicleForm
from fleet.models import Unavailability, Vehicle
from fleet.queries import vehicle_rows, vehicles_to_configure

SECTION = "base-vehicles"
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


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
    row, now = vehicle_of(base, pk), timezone.now()
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
            "outages": row.unavailabilities.not_over(now),
            "stranded": stranded_of_vehicle(row),
        },
    )


@get_or_post
def vehicle_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Remove a vehicle that no mission ever had."""
    base = rows.base_to_configure(request, code)
    back, stay = reverse(SECTION, args=[code]), reverse("base-vehicle", args=[code, pk])
    return rows.remove(request, base, vehicle_of(base, pk), section=SECTION, back=back, stay=stay, act=remove_vehicle)


@get_or_post
def unavailability_add(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Take a vehicle out of service for a time."""
    base = rows.base_to_configure(request, code)
    row = vehicle_of(base, pk)
    form = UnavailabilityForm(rows.typed(request), instance=Unavailability(vehicle=row))
    back, title = reverse("base-vehicle", args=[code, pk]), _("%(name)s: out of service") % {"name": row.name}
    return rows.edit(request, base, form, section=SECTION, back=back, title=title, template="fleet/unavailability.html")


@get_or_post
def unavailability(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Change when or why a vehicle is out of service."""
    base = rows.base_to_configure(request, code)
    out = unavailability_of(base, pk)
    form = UnavailabilityForm(rows.typed(request), instance=out)
    back, title = reverse("base-vehicle", args=[code, out.vehicle_id]), _("%(name)s: out of service")
    title %= {"name": out.vehicle.name}
    return rows.edit(request, base, form, section=SECTION, back=back, title=title, template="fleet/unavailability.html")


@require_POST
def unavailability_end(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Put a vehicle back into service now, or take back what had not begun yet."""
    base = rows.base_to_configure(request, code)
    out = unavailability_of(base, pk)
    try:
        end_unavailability(out=out, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(name)s” is saved.") % {"name": out.vehicle})
    return redirect("base-vehicle", code, out.vehicle_id)
