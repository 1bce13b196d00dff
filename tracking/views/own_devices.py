"""A driver's own devices, on the phone."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dispatch.access import driver_to_be
from drivers.models import Driver
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.bases.views.rows import typed
from echauffeur.common.headers import kept_nowhere
from echauffeur.common.lifecycle import Party
from echauffeur.common.methods import get_or_post
from tracking.access import own_device
from tracking.actions.devices import renew_device, revoke_device
from tracking.forms import OwnDeviceForm
from tracking.models import Device
from tracking.queries import devices_of
from tracking.setups import setup_of


@get_or_post
def my_devices(request: SignedInRequest) -> HttpResponse:
    """List the driver's own devices, or add one and show this once what its app needs."""
    driver = driver_to_be(request.user)
    form = OwnDeviceForm(typed(request), instance=Device(driver=driver, base=driver.base))
    if request.method == "POST" and form.save_as(request.user):
        return _show(request, driver, _empty(driver), shown=form.instance, token=form.token)
    return _show(request, driver, form)


@require_POST
def my_device_renew(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give one of them a new key and show it, this once."""
    driver = driver_to_be(request.user)
    row = own_device(driver, pk)
    token = renew_device(device=row, by=request.user, party=Party.DRIVER)
    return _show(request, driver, _empty(driver), shown=row, token=token)


@require_POST
def my_device_revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    """End one of them: nothing more is taken from it."""
    row = own_device(driver_to_be(request.user), pk)
    revoke_device(device=row, by=request.user, party=Party.DRIVER)
    messages.success(request, _("Nothing more is taken from “%(name)s”.") % {"name": row})
    return redirect("my-devices")


def _empty(driver: Driver) -> OwnDeviceForm:
    return OwnDeviceForm(instance=Device(driver=driver, base=driver.base))


def _show(
    request: SignedInRequest, driver: Driver, form: OwnDeviceForm, *, shown: Device | None = None, token: str = ""
) -> HttpResponse:
    """Show the page; ``shown`` is the device whose token has just been made."""
    setup = setup_of(request, token) if token else None
    context = {"base": driver.base, "devices": devices_of(driver), "form": form, "shown": shown, "setup": setup}
    with timezone.override(driver.base.zone):
        return kept_nowhere(render(request, "tracking/my_devices.html", context, status=form.status))
