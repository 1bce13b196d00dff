"""What the worker does for vehicles. Both may run as often as they like: what is done is done."""

import logging

from celery import shared_task

from echauffeur.bases.models import Base
from fleet.actions import warnings
from fleet.actions.series import make_ahead

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def warn_of_due_dates() -> int:
    """Tell managers of what comes up. Beat calls it every hour: each base's day begins at an hour of its own."""
    return warnings.warn_everywhere()


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def plan_outages_ahead() -> int:
    """Make what patterns bring into each base's horizon, and return how many. Beat calls it every hour as well.

    What goes wrong on one base keeps no other from its plan.
    """
    made = 0
    for base in Base.objects.order_by("pk"):
        try:
            made += make_ahead(base)
        except Exception:
            logger.exception("outages of %s were not planned ahead", base.code)
    return made
