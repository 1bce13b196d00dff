"""The vehicles of a base as whoever plans needs them: what is due, what was read, and what is done."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dispatch.views.planning import forms as planning
from echauffeur.accounts.queries import may
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.accounts.roles import Permission
from echauffeur.bases.views import rows
from echauffeur.common.htmx import page
from echauffeur.common.methods import get_or_post
from echauffeur.journal.queries import seq_of
from fleet.access import reading_of, vehicle_to_plan
from fleet.actions.readings import remove_reading
from fleet.forms.upkeep import ReadingForm, UpkeepForm
from fleet.models import Reading
from fleet.queries import fleet_to_plan, patterns_of, readings_of, row_of, workshop_now
from fleet.views.vehicles import MOST_OUTAGES

MOST_READINGS = 100


@require_safe
def vehicles(request: SignedInRequest, code: str) -> HttpResponse:
    """List the base's vehicles in use: first those out of service, overdue, or due soon."""
    base = planning.base_to_plan(request, code)
    seq = seq_of(f"base:{base.pk}")
    with timezone.override(base.zone):
        fleet = fleet_to_plan(base)
        counts = {"due": sum(bool(row.dues) for row in fleet), "out": sum(row.out is not None for row in fleet)}
        context = {"base": base, "seq": seq, "now": timezone.now(), "rows": fleet, "counts": counts}
        return page(request, "fleet/planning/vehicles.html", context)


@require_safe
def vehicle(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Show when a vehicle is out of service, what comes back, and what is due."""
    base = planning.base_to_plan(request, code)
    row, now = vehicle_to_plan(base, pk), timezone.now()
    context = {
        "title": str(row),
        "back": reverse("planning-vehicles", args=[code]),
        "vehicle": row,
        "now": now,
        "outages": row.unavailabilities.not_over(now)[:MOST_OUTAGES],
        "patterns": patterns_of(row),
        "row": row_of(row),
    }
    return planning.show(request, base, "fleet/planning/_vehicle.html", context)


@get_or_post
def done(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Write that maintenance or inspection is done: when each is due next, and whether the vehicle is back."""
    base = planning.base_to_plan(request, code)
    vehicle = vehicle_to_plan(base, pk)
    form = UpkeepForm(
        rows.typed(request),
        instance=vehicle,
        mileage=vehicle.mileage,  # type: ignore[attr-defined]  # annotated
        out=workshop_now(vehicle),
    )
    title = _("%(name)s: maintenance or inspection done") % {"name": vehicle.name}
    back = reverse("planning-vehicles", args=[code])
    return planning.edit(
        request, base, form, title=title, back=back, template="fleet/planning/_done.html", more={"vehicle": vehicle}
    )


@get_or_post
def readings(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Show what was read of a vehicle, by whom and how far each shift went; add a reading."""
    base = planning.base_to_plan(request, code)
    vehicle = vehicle_to_plan(base, pk)
    form = ReadingForm(rows.typed(request), instance=Reading(vehicle=vehicle))
    here = reverse("planning-readings", args=[code, pk])
    return planning.edit(
        request,
        base,
        form,
        title=_("%(name)s: kilometres and energy") % {"name": vehicle.name},
        back=reverse("planning-vehicles", args=[code]),
        then=lambda: here,
        template="fleet/planning/_readings.html",
        more={
            "lines": readings_of(vehicle, MOST_READINGS),
            "may_remove": may(request.user, Permission.CONFIGURE_BASE, base),
        },
    )


@get_or_post
def reading_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Take a wrong reading out, as a manager; the journal keeps what it said."""
    base = rows.base_to_configure(request, code)
    row = reading_of(base, pk)
    stay = reverse("planning-readings", args=[code, row.vehicle_id])
    words = _("The journal keeps what it said, and who took it out.")
    return planning.remove(request, base, row, back=stay, stay=stay, act=remove_reading, words=words)
