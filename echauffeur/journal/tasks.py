"""What the worker does for the journal."""

from celery import shared_task

from echauffeur.journal import actions


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> int:
    """Tell what is left untold; beat calls it every two seconds."""
    return actions.sweep()
