"""The calendar of a base: a week of who is on duty."""

from datetime import timedelta

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dispatch.views.planning.forms import base_to_plan
from drivers.models import Shift
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.common.htmx import page
from echauffeur.journal.queries import seq_of


@require_safe
def planning(request: SignedInRequest, code: str) -> HttpResponse:
    """Show who is on duty this week, on the base's clock."""
    base = base_to_plan(request, code)
    seq, monday = seq_of(f"base:{base.pk}"), base.today() - timedelta(days=base.today().weekday())
    start, end = base.day(monday)[0], base.day(monday + timedelta(days=6))[1]
    shifts = Shift.objects.of(base).overlapping(start, end).select_related("driver__user").order_by("period")
    with timezone.override(base.zone):
        context = {"base": base, "seq": seq, "now": timezone.now(), "shifts": shifts}
        return page(request, "dispatch/planning/planning.html", context)
