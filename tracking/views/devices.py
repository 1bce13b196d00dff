"""A base's devices: which there are, for whom they speak, when they were heard, and how one is set up."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from echauffeur.accounts.requests import SignedInRequest
from echauffeur.bases.views import rows
from echauffeur.common.methods import get_or_post
from echauffeur.journal.edits import party_of
from tracking.access import device_of
from tracking.actions.devices import renew_device, revoke_device
from tracking.forms import DeviceForm, NewDeviceForm
from tracking.models import Device
from tracking.queries import devices_to_configure
from tracking.setups import setup_of

SECTION = "base-devices"


@require_safe
def devices(request: SignedInRequest, code: str) -> HttpResponse:
    """List the base's devices, or those whose name, driver or vehicle is asked for."""
    base, words = rows.base_to_configure(request, code), rows.words_asked(request)
    shown = rows.page_of(request, devices_to_configure(base, words))
    return rows.show(request, base, "tracking/devices.html", {"section": SECTION, "words": words, "rows": shown})


@get_or_post
def device_add(request: SignedInRequest, code: str) -> HttpResponse:
    """Add a device, and show this once what its app needs."""
    base = rows.base_to_configure(request, code)
    form = NewDeviceForm(rows.typed(request), instance=Device(base=base))
    if request.method == "POST" and form.save_as(request.user):
        return _set_up(request, form.instance, form.token)
    back = reverse(SECTION, args=[code])
    return rows.edit(request, base, form, section=SECTION, back=back, title=_("Add a device"))


@get_or_post
def device(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Show a device, or change what it is called."""
    base = rows.base_to_configure(request, code)
    row = device_of(base, pk)
    form, more = DeviceForm(rows.typed(request), instance=row), {"device": row, "setup": None}
    return rows.edit(request, base, form, **_frame(row), template="tracking/device.html", more=more)


@require_POST
def device_renew(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Give the device a new key and show it, this once."""
    base = rows.base_to_configure(request, code)
    row = device_of(base, pk)
    token = renew_device(device=row, by=request.user, party=party_of(request.user))
    row.revoked_at = None
    return _set_up(request, row, token)


@require_POST
def device_revoke(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """End the device's key: nothing more is taken from it."""
    base = rows.base_to_configure(request, code)
    row = device_of(base, pk)
    revoke_device(device=row, by=request.user, party=party_of(request.user))
    messages.success(request, _("Nothing more is taken from “%(name)s”.") % {"name": row})
    return redirect("base-device", code, pk)


@get_or_post
def device_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Remove a device that is not to come back."""
    base = rows.base_to_configure(request, code)
    row, back, stay = device_of(base, pk), reverse(SECTION, args=[code]), reverse("base-device", args=[code, pk])
    words = _("Nothing more is taken from it. What it told before stays as it is.")
    return rows.remove(request, base, row, section=SECTION, back=back, stay=stay, words=words)


def _set_up(request: SignedInRequest, row: Device, token: str) -> HttpResponse:
    """Show the device with what its app needs to know: the token has just been made."""
    more = {"form": DeviceForm(instance=row), "device": row, "setup": setup_of(request, token)}
    return rows.show(request, row.base, "tracking/device.html", _frame(row) | more)


def _frame(row: Device) -> dict[str, Any]:
    code = row.base.code
    return {
        "section": SECTION,
        "title": str(row),
        "back": reverse(SECTION, args=[code]),
        "remove": reverse("base-device-remove", args=[code, row.pk]),
    }
