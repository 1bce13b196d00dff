"""What the worker does for accounts."""

from celery import shared_task

from echauffeur.accounts.actions import sessions


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def purge_sessions() -> int:
    """Remove expired sessions; beat calls it once a day."""
    return sessions.purge_sessions()
