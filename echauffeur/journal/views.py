"""The journal of a base, for its managers: read, never written."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from dispatch.queries.journal import KINDS, journal_of
from echauffeur.accounts.access import base_where
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.accounts.roles import Permission
from echauffeur.bases.views import rows
from echauffeur.journal.forms import JournalForm


@require_safe
def base_journal(request: SignedInRequest, code: str) -> HttpResponse:
    """Show what happened on the base, the newest first: of one kind, of one day, or older than a given step."""
    base = base_where(request.user, Permission.SEE_JOURNAL, code)
    asked = JournalForm(request.GET, kinds=KINDS).asked()
    context = {
        "section": "base-journal",
        "journal": journal_of(base, **asked),
        "kinds": KINDS.items(),
    } | asked
    return rows.show(request, base, "journal/journal.html", context)
