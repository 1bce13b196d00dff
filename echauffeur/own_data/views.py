"""My data: to read, to take along, to have deleted."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings.queries import coming_rides
from echauffeur.accounts.middleware import consent_not_required
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.accounts.views.home import keep_language
from echauffeur.common.headers import kept_nowhere
from echauffeur.common.limits import HOUR, Limit, take
from echauffeur.common.methods import get_or_post
from echauffeur.common.refusals import Refusal
from echauffeur.own_data.actions import delete_account
from echauffeur.own_data.forms import DeleteForm
from echauffeur.own_data.queries import file_of, sections_of

# How many rows of a kind the page shows; the file has them all.
SHOWN = 50
GUESSES = Limit("delete-account", 5, HOUR)


@consent_not_required
@require_safe
def my_data(request: SignedInRequest) -> HttpResponse:
    """Show everything that is held about the person."""
    held = sections_of(request.user)
    empty = [section.title for section in held if not section.rows]
    context = {"sections": [section for section in held if section.rows], "empty": empty, "shown": SHOWN}
    return kept_nowhere(render(request, "own_data/my_data.html", context))


@consent_not_required
@require_safe
def my_data_file(request: SignedInRequest) -> HttpResponse:
    """Give the same as a file that programs read."""
    with translation.override("en"):  # the keys' values are no words, but for what people wrote
        content = file_of(request.user, timezone.now())
    response = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = 'attachment; filename="e-chauffeur-my-data.json"'
    return kept_nowhere(response)


@consent_not_required
@get_or_post
def delete(request: SignedInRequest) -> HttpResponse:
    """Say what goes and what stays, ask once more, and delete the account."""
    form, status = DeleteForm(request.user, request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        try:
            take(GUESSES, str(request.user.pk))
            if form.is_valid():
                delete_account(by=request.user)
                return _goodbye(request)
            status = 422
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
    coming = coming_rides(request.user)
    return render(request, "own_data/delete.html", {"form": form, "coming": coming}, status=status)


def _goodbye(request: SignedInRequest) -> HttpResponse:
    """Leave, in the language that was spoken until now."""
    language = translation.get_language()
    logout(request)
    messages.success(request, _("Your account is deleted. Thank you for having travelled with us."))
    return keep_language(redirect("home"), language)
