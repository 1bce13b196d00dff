"""Signing up: who one is, then the code that was mailed. Nothing tells whether an address had an account."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from echauffeur.accounts import frequency
from echauffeur.accounts.actions import entry
from echauffeur.accounts.addresses import domains
from echauffeur.accounts.forms.entry import CodeForm, SignUpForm
from echauffeur.accounts.models.codes import Purpose
from echauffeur.accounts.views import asked
from echauffeur.accounts.views.entering import sign_in
from echauffeur.accounts.views.ways import show, way_in
from echauffeur.common.refusals import Refusal


@way_in
def sign_up(request: HttpRequest) -> HttpResponse:
    """Take a sign-up in, and mail a code."""
    if not domains():
        return render(request, "accounts/sign_up_closed.html", status=403 if request.method == "POST" else 200)
    form = SignUpForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return show(request, "accounts/sign_up.html", form)
    typed = {name: form.cleaned_data[name] for name in ("email", "first_name", "last_name", "base", "password")}
    try:
        frequency.may_ask(request, Purpose.SIGN_UP, typed["email"])
        key = entry.ask_to_sign_up(**typed, language=translation.get_language() or "fr")
    except Refusal as refusal:
        return show(request, "accounts/sign_up.html", form, refusal)
    asked.keep(request, Purpose.SIGN_UP, key, typed["email"])
    return redirect("sign-up-code")


@way_in
def sign_up_code(request: HttpRequest) -> HttpResponse:
    """Take the code, open the account and sign in."""
    sent = asked.asked(request, Purpose.SIGN_UP)
    if sent is None:
        return redirect("sign-up")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return show(request, "accounts/sign_up_code.html", form, to=sent.to)
    try:
        frequency.may_try(request, Purpose.SIGN_UP, sent.to)
        person = entry.sign_up(key=sent.key, digits=form.cleaned_data["code"])
    except Refusal as refusal:
        return show(request, "accounts/sign_up_code.html", form, refusal, to=sent.to)
    asked.forget(request, Purpose.SIGN_UP)
    sign_in(request, person)
    messages.success(request, _("Welcome, %(name)s. Your account is open.") % {"name": person.first_name})
    return redirect("home")


@way_in
def sign_up_again(request: HttpRequest) -> HttpResponse:
    """Mail another code for the same sign-up."""
    sent = asked.asked(request, Purpose.SIGN_UP)
    if sent is None or request.method != "POST":
        return redirect("sign-up-code")
    try:
        frequency.may_ask(request, Purpose.SIGN_UP, sent.to)
        key = entry.send_sign_up_code_again(key=sent.key)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        asked.keep(request, Purpose.SIGN_UP, key, sent.to)
        messages.success(request, _("A new code is on its way. The one before holds no more."))
    return redirect("sign-up-code")
