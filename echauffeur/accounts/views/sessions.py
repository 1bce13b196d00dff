"""Where one is signed in, and ending that."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from echauffeur.accounts.access import session_to_end
from echauffeur.accounts.actions import sessions
from echauffeur.accounts.requests import SignedInRequest


@require_POST
def end_one(request: SignedInRequest, handle: UUID) -> HttpResponse:
    """End one of one's own sessions, be it this one."""
    session = session_to_end(request.user, handle)
    is_this = session.pk == request.session.session_key
    sessions.end_session(session=session)
    if is_this:
        return _signed_out(request)
    messages.success(request, _("That session is ended: whoever had it open is signed out."))
    return redirect("account")


@require_POST
def end_elsewhere(request: SignedInRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    ended = sessions.end_sessions(user=request.user, by=request.user, but=request.session.session_key)
    text = ngettext("%(count)d other session is ended.", "%(count)d other sessions are ended.", ended)
    messages.success(request, text % {"count": ended})
    return redirect("account")


@require_POST
def end_everywhere(request: SignedInRequest) -> HttpResponse:
    """Sign out everywhere, here too."""
    sessions.end_sessions(user=request.user, by=request.user)
    return _signed_out(request)


def _signed_out(request: SignedInRequest) -> HttpResponse:
    logout(request)
    return redirect("sign-in")
