"""What the worker does for vehicles. Both may run as often as they like: what is done is done."""

from celery import shared_task

from fleet.actions import warnings


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def warn_of_due_dates() -> int:
    """Tell managers of what comes up. Beat calls it every hour: each base's day begins at an hour of its own."""
    return warnings.warn_everywhere()
