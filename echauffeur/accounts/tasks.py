"""What the worker does for accounts."""

from celery import shared_task

from echauffeur.accounts.actions import codes, sessions
from echauffeur.accounts.lockout import forget_tries


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def purge_sessions() -> int:
    """Remove expired sessions, and tries of passwords that count no more; beat calls it once a day."""
    return sessions.purge_sessions() + forget_tries()


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def forget_expired_codes() -> int:
    """Remove codes that hold no more, with the sign-ups that nobody confirmed; beat calls it every hour."""
    return codes.forget_expired()
