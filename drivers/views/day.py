"""The driver's phone: my day, one button for the next step, and the position one shares."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dispatch import actions as dispatch
from dispatch.access import driver_to_be, mission_to_drive, ride_to_drive
from dispatch.forms.steps import DeclineForm
from dispatch.queries.dashboard import dashboard_of
from dispatch.queries.day import Day, Work, day_of
from drivers.actions import crew as drivers
from drivers.forms.crew import SharingForm
from drivers.forms.readings import DashboardForm
from drivers.licences import to_renew
from drivers.models import Driver
from drivers.phone import hear_positions
from echauffeur.accounts.models import phone_in_words
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.common.headers import asks_position
from echauffeur.common.htmx import page, wants_fragment
from echauffeur.common.personal import in_days
from echauffeur.common.refusals import Refusal
from echauffeur.journal.actions import Tap
from echauffeur.journal.forms import TapForm
from echauffeur.journal.queries import seq_of
from fleet.models import Vehicle
from fleet.queries import handset_held_by
from tracking.positions import forget
from tracking.trails import KEPT as TRAILS_KEPT

RIDE_STEPS = {
    "depart": dispatch.depart,
    "arrive": dispatch.arrive,
    "board": dispatch.board,
    "complete": dispatch.complete,
    "no_show": dispatch.no_show,
}
# Whoever sets out so long before the mission begins is asked whether it was the thumb.
EARLY = timedelta(hours=1)
POSITIONS_STATUS = {"positions_taken": 200, "positions_later": 200, "positions_refused": 422}


@require_safe
def my_day(request: SignedInRequest) -> HttpResponse:
    """Show the driver's day: the next stop and its one button, what comes later, what is over."""
    return day_page(request, driver_to_be(request.user))


def acknowledge(request: SignedInRequest, code: str) -> HttpResponse:
    """Say that the driver knows of the mission."""
    mission = mission_to_drive(request.user, code)
    form = TapForm(request.POST)
    return _take(request, form, lambda tap: dispatch.acknowledge(mission=mission, by=request.user, tap=tap))


def decline(request: SignedInRequest, code: str) -> HttpResponse:
    """Give the mission back, with a reason."""
    mission = mission_to_drive(request.user, code)
    form = DeclineForm(request.POST, mission=mission)

    def act(tap: Tap | None) -> None:
        said = form.cleaned_data
        dispatch.decline(mission=mission, by=request.user, reason=said["reason"], words=said["words"], tap=tap)

    return _take(request, form, act)


def ride_step(request: SignedInRequest, code: str, verb: str) -> HttpResponse:
    """Take one step of a ride: depart, arrive, board, complete, or no_show."""
    ride = ride_to_drive(request.user, code)
    form = TapForm(request.POST)
    return _take(request, form, lambda tap: RIDE_STEPS[verb](ride=ride, by=request.user, tap=tap))


def share_position(request: SignedInRequest) -> HttpResponse:
    """Switch the sharing of the position on or off; off forgets the last one at once."""
    driver = driver_to_be(request.user)
    form = SharingForm(request.POST)

    def act(tap: Tap | None) -> None:
        sharing = form.cleaned_data["sharing"] == "on"
        if not drivers.share_position(driver=driver, sharing=sharing, by=request.user, tap=tap).sharing:
            forget(driver.pk)

    return _take(request, form, act)


@require_POST
def positions(request: SignedInRequest) -> JsonResponse:
    """Take positions in when the phone's socket is down: JSON in, the socket's answer out."""
    answer = hear_positions(request.user, request.body)
    return JsonResponse(answer, status=POSITIONS_STATUS[answer["type"]])


def _take(request: SignedInRequest, form: TapForm, act: Callable[[Tap | None], object]) -> HttpResponse:
    """Do what the button says and show the day as it is then; a refusal shows it too, with the sentence."""
    if request.method != "POST":
        return redirect("my-day")
    driver = driver_to_be(request.user)
    if not form.is_valid():
        return _refused(request, driver, Refusal(_first_error(form)), form)
    try:
        act(form.tap_on(request.path))
    except Refusal as refusal:
        return _refused(request, driver, refusal, form)
    return day_page(request, driver) if wants_fragment(request) else redirect("my-day")


def _first_error(form: TapForm) -> str:
    return str(next(iter(form.errors.values()))[0])


def _refused(request: SignedInRequest, driver: Driver, refusal: Refusal, form: TapForm) -> HttpResponse:
    messages.error(request, str(refusal))
    kept = form if isinstance(form, DeclineForm) else None
    return day_page(request, driver, kept=kept, status=refusal.status)


@asks_position
def day_page(
    request: SignedInRequest,
    driver: Driver,
    *,
    kept: DeclineForm | None = None,
    readings: dict[str, DashboardForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the day. ``kept``, ``readings``: what was filled in to decline a mission, or read, when it was refused."""
    seq = seq_of(driver.stream)
    driver.refresh_from_db(fields=["sharing"])
    day = day_of(driver, timezone.now())
    context = {
        "seq": seq,
        "day": day,
        "base": driver.base,
        "handset": handset_held_by(driver.user, driver.base),
        "endings": to_renew(driver, driver.base.today()),
        "next": _shown(day.next, kept) if day.next else None,
        "later": [_shown(work, kept) for work in day.later],
        "dashboard": _dashboard(driver, day, readings or {}),
        "trails_kept_for": in_days(TRAILS_KEPT),
    }
    with timezone.override(driver.base.zone):
        return page(request, "drivers/my_day.html", context, status=status)


def _dashboard(driver: Driver, day: Day, kept: dict[str, DashboardForm]) -> dict[str, Any] | None:
    """Return the card of the dashboard with its two forms, as far as somebody would read it now."""
    card = dashboard_of(driver, day, day.now)
    if card is None and not kept:
        return None
    proposed = {"vehicle": card.vehicle.pk if card and card.vehicle else None}
    forms = {
        kind: kept.get(kind) or DashboardForm(driver=driver, kind=kind, initial=proposed) for kind in ("start", "end")
    }
    vehicles = list(Vehicle.objects.of(driver.base).enabled())
    for form in forms.values():
        form.offer(vehicles)
    return {"card": card, "is_due": card is not None and card.is_due, **forms}


def _shown(work: Work, kept: DeclineForm | None) -> dict[str, Any]:
    """Return what the page shows of a mission: its next stop and ride, the steps ahead, and the form to decline it."""
    stop = work.stop
    ride = stop.ride if stop else None
    return {
        "mission": work.mission,
        "stop": stop,
        "ride": ride,
        "phone": phone_in_words(ride.phone) if ride else "",
        "then": work.stops[1:],
        "steps": work.steps,
        "is_new": work.is_new,
        "seems_there": work.seems_there,
        "decline": kept if kept and kept.mission == work.mission else DeclineForm(mission=work.mission),
        "no_show_from": dispatch.no_show_allowed_at(ride) if ride and work.is_waiting else None,
        "is_early": work.mission.starts_at - timezone.now() > EARLY,
    }
