"""A base's service phones: which there are, who holds which, and since when."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from dispatch.queries.history import line_of
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.bases.views import rows
from echauffeur.common.methods import get_or_post
from echauffeur.common.refusals import Refusal
from echauffeur.journal.edits import party_of
from echauffeur.journal.models import Entry
from fleet.access import handset_of
from fleet.actions import handsets as actions
from fleet.forms.handsets import HandsetForm, LendForm
from fleet.models import Handset
from fleet.queries import handsets_to_configure, holders_of
from fleet.states import HANDSET

SECTION = "base-handsets"
STEPS_SHOWN = 20
# What the button of each step says, and what is asked before the ones that are easily regretted.
BUTTONS = {
    "take_back": (gettext_lazy("Take back"), ""),
    "repair": (gettext_lazy("Works again"), ""),
    "find": (gettext_lazy("Found again"), ""),
    "report_broken": (gettext_lazy("Report broken"), ""),
    "report_lost": (gettext_lazy("Report lost"), gettext_lazy("Report this phone as lost? Nobody holds it then.")),
    "retire": (gettext_lazy("Retire"), gettext_lazy("Retire this phone? It cannot come back into service.")),
}


@require_safe
def handsets(request: SignedInRequest, code: str) -> HttpResponse:
    """List the base's phones, or those whose number, IMEI, serial number, model or holder is asked for."""
    base, words = rows.base_to_configure(request, code), rows.words_asked(request)
    shown = rows.page_of(request, handsets_to_configure(base, words))
    return rows.show(request, base, "fleet/handsets.html", {"section": SECTION, "words": words, "rows": shown})


@get_or_post
def handset_add(request: SignedInRequest, code: str) -> HttpResponse:
    """Register a phone."""
    base = rows.base_to_configure(request, code)
    form = HandsetForm(rows.typed(request), instance=Handset(base=base))
    back = reverse(SECTION, args=[code])
    return rows.edit(request, base, form, section=SECTION, back=back, title=_("Add a service phone"))


@get_or_post
def handset(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Show a phone with what may be done with it and its history, or change what it is."""
    base = rows.base_to_configure(request, code)
    row = handset_of(base, pk)
    return _edit(request, row, HandsetForm(rows.typed(request), instance=row))


@get_or_post
def handset_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Remove a phone that was registered by mistake."""
    base = rows.base_to_configure(request, code)
    row, back, stay = handset_of(base, pk), reverse(SECTION, args=[code]), reverse("base-handset", args=[code, pk])
    return rows.remove(request, base, row, section=SECTION, back=back, stay=stay, act=actions.remove_handset)


@require_POST
def handset_lend(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Lend a phone to one of the base's drivers."""
    base = rows.base_to_configure(request, code)
    row = handset_of(base, pk)
    form = LendForm(request.POST, handset=row)
    if not form.is_valid():
        return _edit(request, row, HandsetForm(instance=row), lending=form)
    return _take(request, row, lambda: actions.lend(handset=row, holder=form.cleaned_data["holder"], by=request.user))


@require_POST
def handset_step(request: SignedInRequest, code: str, pk: int, verb: str) -> HttpResponse:
    """Take any other step of a phone: take_back, report_broken, repair, report_lost, find or retire."""
    base = rows.base_to_configure(request, code)
    row = handset_of(base, pk)
    return _take(request, row, lambda: getattr(actions, verb)(handset=row, by=request.user))


def _take(request: SignedInRequest, row: Handset, act: Callable[[], Handset]) -> HttpResponse:
    """Take the step and go back to the phone's page; a refusal is said there."""
    try:
        now = act()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        said = {"name": row, "state": now.get_state_display()}
        messages.success(request, _("“%(name)s” is now: %(state)s.") % said)
    return redirect("base-handset", row.base.code, row.pk)


def _edit(
    request: SignedInRequest, row: Handset, form: HandsetForm, *, lending: LendForm | None = None
) -> HttpResponse:
    code, verbs = row.base.code, HANDSET.verbs(row.state, party_of(request.user))
    entries = Entry.objects.of(row.base).filter(subject="handset", subject_id=row.pk).select_related("by")
    steps = [(verb, reverse(f"base-handset-{verb.replace('_', '-')}", args=[code, row.pk])) for verb in verbs]
    more = {
        "handset": row,
        "can_lend": holders_of(row.base).exists(),
        "lending": (lending or LendForm(handset=row)) if "lend" in verbs else None,
        "steps": [(address, *BUTTONS[verb]) for verb, address in steps if verb != "lend"],
        "lines": [line_of(entry) for entry in entries.order_by("-seq")[:STEPS_SHOWN]],
    }
    back, remove = reverse(SECTION, args=[code]), reverse("base-handset-remove", args=[code, row.pk])
    return rows.edit(
        request,
        row.base,
        form,
        section=SECTION,
        back=back,
        title=str(row),
        remove=remove,
        template="fleet/handset.html",
        more=more,
    )
