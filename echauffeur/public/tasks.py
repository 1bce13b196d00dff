"""What the worker does for what people write."""

from celery import shared_task

from echauffeur.public import actions


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def forget_old() -> int:
    """Remove old messages; beat calls it once a day."""
    return actions.forget_old()
