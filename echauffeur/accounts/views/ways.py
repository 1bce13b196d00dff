"""What the ways into an account share."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from echauffeur.common.methods import get_or_post
from echauffeur.common.refusals import Refusal

View = Callable[[HttpRequest], HttpResponse]


def way_in(view: View) -> View:
    """Make it a page for people who are not signed in, of which nobody on the way keeps a copy; others go home."""

    @login_not_required
    @never_cache
    @sensitive_post_parameters()
    @get_or_post
    @wraps(view)
    def entered(request: HttpRequest) -> HttpResponse:
        return redirect("home") if request.user.is_authenticated else view(request)

    return entered


def show(
    request: HttpRequest, template: str, form: forms.BaseForm, refusal: Refusal | None = None, **context: Any
) -> HttpResponse:
    """Show the form with what is wrong with it, a refusal of the action's too."""
    if refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    status = refusal.status if refusal else 422 if form.is_bound and form.errors else 200
    return render(request, template, {"form": form} | context, status=status)
