"""The second step: taking it, setting it up, and leaving it."""

from collections.abc import Callable
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from echauffeur.accounts.actions import second_factor
from echauffeur.accounts.forms.second_factor import AppCodeForm, ProofForm, SecondStepForm, SetupForm
from echauffeur.accounts.models import User
from echauffeur.accounts.qr import drawing_of
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.accounts.views.entering import enter, finish, halfway, sign_in
from echauffeur.common.methods import get_or_post
from echauffeur.common.refusals import Refusal

Taken = Callable[..., HttpResponse]
# So long after signing in, that alone proves who is there.
FRESH = timedelta(minutes=10)
# The key that this browser was shown.
BEGUN = "second_factor_begun"


@login_not_required
@never_cache
@sensitive_post_parameters()
@get_or_post
def second_step(request: HttpRequest) -> HttpResponse:
    """Take the code of somebody whose password was right."""
    if (known := halfway(request)) is None or not known[0].second_factor_at:
        return _begin_again(request)
    user, wanted = known

    def taken(code: str) -> HttpResponse:
        second_factor.check(user=user, digits=code)
        return finish(request, user, wanted)

    return _ask(request, "accounts/second_step.html", SecondStepForm, taken)


@login_not_required
@never_cache
@sensitive_post_parameters()
@get_or_post
def setup_first(request: HttpRequest) -> HttpResponse:
    """Lead somebody who may not sign in without a second step to set it up; then they are in."""
    if (known := halfway(request)) is None or known[0].second_factor_at:
        return _begin_again(request)
    user, wanted = known

    def taken(code: str) -> HttpResponse:
        codes = _confirm(request, user, code)
        sign_in(request, user)
        return _show_codes(request, codes, wanted)

    return _ask_for_setup(request, user, taken, AppCodeForm, is_required=True)


@never_cache
@sensitive_post_parameters()
@get_or_post
def setup(request: SignedInRequest) -> HttpResponse:
    """Set the second step up for oneself, with the password; who has none needs to have signed in just now."""
    user = request.user
    if user.second_factor_at:
        return redirect("account")
    has_password = user.has_usable_password()
    if not has_password and not _just_signed_in(request):
        messages.info(request, _("Sign out and in again first, then set the second step up: it takes a fresh proof."))
        return redirect("account")

    def taken(code: str, password: str | None = None) -> HttpResponse:
        codes = _confirm(request, user, code, password)
        update_session_auth_hash(request, user)
        return _show_codes(request, codes)

    return _ask_for_setup(request, user, taken, SetupForm if has_password else AppCodeForm)


@never_cache
@sensitive_post_parameters()
@get_or_post
def renew_codes(request: SignedInRequest) -> HttpResponse:
    """Make new recovery codes for whoever proves to be the person."""
    user = request.user
    if not user.second_factor_at:
        return redirect("account")

    def taken(proof: str) -> HttpResponse:
        second_factor.prove(user=user, proof=proof)
        return _show_codes(request, second_factor.renew_codes(user=user))

    return _ask(request, "accounts/recovery_codes_renew.html", ProofForm, taken)


@never_cache
@sensitive_post_parameters()
@get_or_post
def remove(request: SignedInRequest) -> HttpResponse:
    """Switch the second step off for whoever proves to be the person; who must have one sets up another at once."""
    user = request.user
    if not user.second_factor_at:
        return redirect("account")

    def taken(proof: str) -> HttpResponse:
        second_factor.prove(user=user, proof=proof)
        second_factor.remove(user=user, by=user)
        if user.lacks_second_factor:
            logout(request)
            return enter(request, user)
        update_session_auth_hash(request, user)
        messages.success(request, _("The second step is switched off."))
        return redirect("account")

    return _ask(request, "accounts/second_factor_remove.html", ProofForm, taken)


def _just_signed_in(request: SignedInRequest) -> bool:
    begun_at = request.user.sessions.values_list("begun_at", flat=True).get(pk=request.session.session_key)
    return timezone.now() - begun_at < FRESH


def _ask_for_setup(
    request: HttpRequest, user: User, taken: Taken, form_class: type[AppCodeForm], *, is_required: bool = False
) -> HttpResponse:
    device = second_factor.begin(user=user, begun=request.session.get(BEGUN))
    request.session[BEGUN] = device.pk
    key = device.config_url.partition("secret=")[2].partition("&")[0]
    context = {
        "qr": drawing_of(device.config_url),
        "key": " ".join(key[i : i + 4] for i in range(0, len(key), 4)),
        "is_required": is_required,
        "person": user,
    }
    return _ask(request, "accounts/second_factor_setup.html", form_class, taken, context)


def _confirm(request: HttpRequest, user: User, code: str, password: str | None = None) -> list[str]:
    codes = second_factor.confirm(user=user, begun=request.session.get(BEGUN), digits=code, password=password)
    del request.session[BEGUN]
    return codes


@sensitive_variables()
def _ask(
    request: HttpRequest,
    template: str,
    form_class: type[forms.Form],
    taken: Taken,
    context: dict[str, object] | None = None,
) -> HttpResponse:
    """Ask for the form's fields, and give them to ``taken``; say what is wrong with them."""
    form = form_class(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        try:
            return taken(**form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else next(iter(form.fields)), str(refusal))
            status = refusal.status
    elif form.is_bound:
        status = 422
    return render(request, template, {"form": form, **(context or {})}, status=status)


def _show_codes(request: HttpRequest, codes: list[str], wanted: str = "") -> HttpResponse:
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "wanted": wanted})


def _begin_again(request: HttpRequest) -> HttpResponse:
    """Send to the beginning whoever came here without, or took too long."""
    if not request.user.is_authenticated and request.method == "POST":
        messages.info(request, _("That took too long. Please sign in again."))
    return redirect("home" if request.user.is_authenticated else "sign-in")
