"""What the worker does for import and export."""

from celery import shared_task

from echauffeur.exchange import actions


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def forget_old_uploads() -> int:
    """Throw away files that nobody took in; beat calls it every hour."""
    return actions.forget_old_uploads()
