"""A new password: by a mailed code for whoever forgot it or never had one, by the old one for whoever knows it."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from echauffeur.accounts import frequency
from echauffeur.accounts.actions import entry
from echauffeur.accounts.forms.entry import AddressForm, ChangePasswordForm, NewPasswordForm
from echauffeur.accounts.models.codes import Purpose
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.accounts.views import asked
from echauffeur.accounts.views.ways import show, way_in
from echauffeur.common.methods import get_or_post
from echauffeur.common.refusals import Refusal


@way_in
def forgotten_password(request: HttpRequest) -> HttpResponse:
    """Mail a code to the address, if somebody has an account with it. The answer is the same when nobody has."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return show(request, "accounts/forgotten_password.html", form)
    email = form.cleaned_data["email"]
    try:
        frequency.may_ask(request, Purpose.NEW_PASSWORD, email)
        key = entry.ask_for_new_password(email=email)
    except Refusal as refusal:
        return show(request, "accounts/forgotten_password.html", form, refusal)
    if asked.asked(request, Purpose.NEW_PASSWORD):
        messages.success(request, _("A new code is on its way. The one before holds no more."))
    asked.keep(request, Purpose.NEW_PASSWORD, key, email)
    return redirect("new-password")


@way_in
def new_password(request: HttpRequest) -> HttpResponse:
    """Take the code and the password that it allows to choose."""
    sent = asked.asked(request, Purpose.NEW_PASSWORD)
    if sent is None:
        return redirect("forgotten-password")
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return show(request, "accounts/new_password.html", form, to=sent.to)
    try:
        frequency.may_try(request, Purpose.NEW_PASSWORD, sent.to)
        entry.choose_new_password(
            key=sent.key, digits=form.cleaned_data["code"], password=form.cleaned_data["password"]
        )
    except Refusal as refusal:
        return show(request, "accounts/new_password.html", form, refusal, to=sent.to)
    asked.forget(request, Purpose.NEW_PASSWORD)
    messages.success(request, _("Your new password holds. Sign in with it."))
    return redirect("sign-in")


@never_cache
@sensitive_post_parameters()
@get_or_post
def change_password(request: SignedInRequest) -> HttpResponse:
    """Change one's own password, and stay signed in here."""
    form = ChangePasswordForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return show(request, "accounts/change_password.html", form)
    try:
        frequency.may_try_old_password(request.user.pk)
        entry.change_own_password(person=request.user, session=request.session.session_key, **form.cleaned_data)
    except Refusal as refusal:
        return show(request, "accounts/change_password.html", form, refusal)
    update_session_auth_hash(request, request.user)
    messages.success(request, _("Your password is changed. You are signed out everywhere else."))
    return redirect("account")
