"""Agreeing to the conditions of use, once, for whoever got the account from somebody else."""

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache

from echauffeur.accounts.actions import entry
from echauffeur.accounts.forms.entry import ConsentForm
from echauffeur.accounts.middleware import consent_not_required
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.accounts.views.ways import show
from echauffeur.common.htmx import address_of_ours
from echauffeur.common.methods import get_or_post


@consent_not_required
@never_cache
@get_or_post
def consent(request: SignedInRequest) -> HttpResponse:
    """Ask for the agreement, and go on to the page that was wanted."""
    there = address_of_ours(request, request.POST.get("next") or request.GET.get("next") or "")
    if request.user.consented_at:
        return HttpResponseRedirect(there)
    form = ConsentForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return show(request, "accounts/consent.html", form, next=there)
    entry.consent(person=request.user)
    return HttpResponseRedirect(there)
