"""Ending sessions. The sockets of their pages close within a second: they look again as soon as they are told."""

from django.db import transaction
from django.utils import timezone

from echauffeur.accounts.models import Session, User
from echauffeur.common import hub
from echauffeur.common.commits import after_commit
from echauffeur.common.lifecycle import Party
from echauffeur.journal import actions as journal


def tell(user: User) -> None:
    """Have this person's open sockets look at their rights again, once the transaction has committed.

    What is a step in the journal is told by it. One session that ends is no step: should Redis be away, the sockets
    find out by themselves with their next beat.
    """
    notice = (f"{hub.PERSON}{user.pk}", {"type": "rights"})
    after_commit(hub.publish, [notice])


def end_session(*, session: Session) -> None:
    """End one session of one's own."""
    user = session.user
    session.delete()
    if user is not None:
        tell(user)


@transaction.atomic
def end_sessions(*, user: User, by: User, party: Party = Party.CUSTOMER, but: str | None = None) -> int:
    """Sign the person out everywhere, but in the session of the key ``but``; return how many sessions ended."""
    ended, _ = user.sessions.exclude(pk=but).delete()
    journal.record(base=None, verb="end_sessions", subject=user.subject, by=by, party=party, data={"sessions": ended})
    return ended


def purge_sessions() -> int:
    """Remove what has expired: nobody can use it, and nobody needs to know of it. Return how many."""
    removed, _ = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return removed
