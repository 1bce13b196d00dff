"""The calendar of a base: who is on duty and which vehicle is out of service, over a week or a day."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dispatch.forms.planning import PlanForm
from dispatch.queries.frame import Frame
from dispatch.queries.planning import planning_of
from dispatch.views.planning.forms import base_to_plan
from echauffeur.accounts.queries import may
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.accounts.roles import Permission
from echauffeur.bases.models import Base
from echauffeur.common.htmx import page

# Where the session keeps how somebody looked at the calendar last.
LOOKED = "planning"


@require_safe
def planning(request: SignedInRequest, code: str) -> HttpResponse:
    """Show the week or day that the address asks for, by drivers or by vehicles, on the base's clock."""
    base = base_to_plan(request, code)
    look = PlanForm(request.GET).asked(request.session.get(LOOKED, {}))
    _remember(request, look)
    frame = Frame(base, look["view"], look["on"] or base.today(), timezone.now())
    reasons = may(request.user, Permission.SEE_ABSENCE_REASONS, base)
    with timezone.override(base.zone):
        seen = planning_of(frame, by=look["by"], words=look["q"], tells_reasons=reasons)
        context = {"base": base, "planning": seen, "frame": frame, "links": _links(base, frame, look)}
        return page(request, "dispatch/planning/planning.html", context)


def _remember(request: SignedInRequest, look: dict[str, Any]) -> None:
    """Keep how the calendar is looked at, for the next time; which day it was is no habit."""
    habit = {name: look[name] for name in ("view", "by")}
    if request.session.get(LOOKED) != habit:
        request.session[LOOKED] = habit


def _links(base: Base, frame: Frame, look: dict[str, Any]) -> dict[str, str]:
    """Return where the calendar's own switches lead: the same, but for what each of them changes."""
    address = reverse("planning", args=[base.code])
    now = {"view": look["view"], "by": look["by"], "on": f"{frame.on:%Y-%m-%d}", "q": look["q"]}

    def to(**change: str) -> str:
        return f"{address}?{urlencode({name: value for name, value in (now | change).items() if value})}"

    return {
        "here": address,
        "before": to(on=f"{frame.before:%Y-%m-%d}"),
        "after": to(on=f"{frame.after:%Y-%m-%d}"),
        "today": to(on=""),
        "week": to(view="week"),
        "day": to(view="day"),
        "drivers": to(by="drivers", q=""),
        "vehicles": to(by="vehicles", q=""),
        "everybody": to(q=""),
        "one_day": to(view="day", on=""),
    }
