"""What the worker does for planning."""

from celery import shared_task

from dispatch.endings import warn_everywhere


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def warn_of_endings() -> int:
    """Warn of licences that end, on bases where it is morning by now; beat calls it every hour."""
    return warn_everywhere()
