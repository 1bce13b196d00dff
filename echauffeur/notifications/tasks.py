"""What the worker does for messages. Tasks carry a row's id, read it again, and may run twice."""

from celery import shared_task

from echauffeur.notifications import actions

# A way out that neither answers nor breaks off is left to itself: the lease brings the message back.
LIMITS = {"soft_time_limit": 60, "time_limit": 90}


@shared_task(ignore_result=True, **LIMITS)  # type: ignore[untyped-decorator]
def deliver(pk: int) -> bool:
    """Send one message; asked for right after the commit that wrote it."""
    return actions.deliver(pk)


@shared_task(ignore_result=True, **LIMITS)  # type: ignore[untyped-decorator]
def sweep() -> int:
    """Send what is due; beat calls it every few seconds."""
    return actions.sweep()
