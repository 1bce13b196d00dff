"""What the worker does for drivers."""

import logging

from celery import shared_task

from drivers.actions.generation import generate_ahead
from echauffeur.bases.models import Base

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def plan_shifts_ahead() -> int:
    """Make the shifts of patterns that each base's own today brings into its horizon; return how many.

    Beat calls it every hour, because midnight comes to each base at its own; where nothing is left to do it is one
    query. What goes wrong on one base keeps no other from its shifts.
    """
    made = 0
    for base in Base.objects.order_by("pk"):
        try:
            made += generate_ahead(base)
        except Exception:
            logger.exception("shifts of %s were not planned ahead", base.code)
    return made
