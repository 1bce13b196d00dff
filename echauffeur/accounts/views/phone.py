"""One's own phone number, confirmed by a code that is sent there."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from echauffeur.accounts import frequency
from echauffeur.accounts.actions import phone as actions
from echauffeur.accounts.forms.entry import CodeForm, PhoneForm
from echauffeur.accounts.models import phone_in_words
from echauffeur.accounts.models.codes import Purpose
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.accounts.views import asked
from echauffeur.accounts.views.ways import show
from echauffeur.common.methods import get_or_post
from echauffeur.common.refusals import Refusal
from echauffeur.notifications.channels import can_text


@never_cache
@get_or_post
def phone(request: SignedInRequest) -> HttpResponse:
    """Take a number in, and send a code there."""
    if not can_text():
        status = 403 if request.method == "POST" else 200
        return render(request, "accounts/phone_closed.html", status=status)
    form = PhoneForm(
        request.POST if request.method == "POST" else None, initial={"phone": phone_in_words(request.user.phone)}
    )
    if not form.is_valid():
        return show(request, "accounts/phone.html", form)
    number = form.cleaned_data["phone"]
    try:
        frequency.may_ask(request, Purpose.PHONE, str(request.user.pk))
        frequency.may_text(number)
        key = actions.ask_to_confirm(user=request.user, phone=number)
    except Refusal as refusal:
        return show(request, "accounts/phone.html", form, refusal)
    asked.keep(request, Purpose.PHONE, key, number)
    return redirect("account-phone-code")


@never_cache
@get_or_post
def phone_code(request: SignedInRequest) -> HttpResponse:
    """Take the code: the number counts from then on."""
    sent = asked.asked(request, Purpose.PHONE)
    if sent is None:
        return redirect("account-phone")
    shown: dict[str, Any] = {"to": phone_in_words(sent.to), "number": sent.to}
    form = CodeForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return show(request, "accounts/phone_code.html", form, **shown)
    try:
        frequency.may_try(request, Purpose.PHONE, str(request.user.pk))
        actions.confirm(user=request.user, key=sent.key, digits=form.cleaned_data["code"])
    except Refusal as refusal:
        return show(request, "accounts/phone_code.html", form, refusal, **shown)
    asked.forget(request, Purpose.PHONE)
    messages.success(request, _("Your number %(number)s is confirmed.") % {"number": shown["to"]})
    return redirect("account")


@require_POST
def remove_phone(request: SignedInRequest) -> HttpResponse:
    """Forget the number."""
    actions.remove(user=request.user)
    messages.success(request, _("Your phone number is removed."))
    return redirect("account")
