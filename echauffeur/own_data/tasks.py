"""What the worker does for what is kept."""

from celery import shared_task

from echauffeur.own_data import actions


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def purge() -> None:
    """Remove what has had its time; beat calls it every hour."""
    actions.purge()
