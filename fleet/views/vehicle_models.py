"""The models that a base's vehicles are of: the service's to read, its own to change."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dispatch.queries.stranded import stranded_of_model
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.bases.views import rows
from echauffeur.common.methods import get_or_post
from fleet.access import model_of
from fleet.actions.vehicles import remove_model
from fleet.forms.vehicles import VehicleModelForm
from fleet.models import VehicleModel
from fleet.queries import models_to_configure

SECTION = "base-models"


@require_safe
def models(request: SignedInRequest, code: str) -> HttpResponse:
    """List the models of the whole service and the base's own."""
    base, words = rows.base_to_configure(request, code), rows.words_asked(request)
    shown = rows.page_of(request, models_to_configure(base, words))
    return rows.show(request, base, "fleet/models.html", {"section": SECTION, "words": words, "rows": shown})


@get_or_post
def model_add(request: SignedInRequest, code: str) -> HttpResponse:
    """Add a model of the base's own."""
    base = rows.base_to_configure(request, code)
    form = VehicleModelForm(rows.typed(request), instance=VehicleModel(base=base))
    back = reverse(SECTION, args=[code])
    return rows.edit(request, base, form, section=SECTION, back=back, title=_("Add a model"))


@get_or_post
def model(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Change a model of the base's own, and say which missions its vehicles cannot take any more."""
    base = rows.base_to_configure(request, code)
    row = model_of(base, pk)
    return rows.edit(
        request,
        base,
        VehicleModelForm(rows.typed(request), instance=row),
        section=SECTION,
        back=reverse(SECTION, args=[code]),
        title=row.name,
        remove=reverse("base-model-remove", args=[code, pk]),
        template="fleet/model.html",
        more={"stranded": stranded_of_model(row, base)},
    )


@get_or_post
def model_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Remove a model of the base's own that no vehicle is of."""
    base = rows.base_to_configure(request, code)
    back, stay = reverse(SECTION, args=[code]), reverse("base-model", args=[code, pk])
    return rows.remove(request, base, model_of(base, pk), section=SECTION, back=back, stay=stay, act=remove_model)
