"""Signing in and out."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator

from echauffeur.accounts import provider
from echauffeur.accounts.actions import sessions
from echauffeur.accounts.forms.signing import SignInForm
from echauffeur.accounts.lockout import is_locked
from echauffeur.accounts.middleware import consent_not_required
from echauffeur.accounts.views.entering import enter
from echauffeur.accounts.views.provider import ID_TOKEN, LEAVING


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """The sign-in page; whoever is signed in already goes home."""

    template_name = "accounts/sign_in.html"
    form_class = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        name = settings.OIDC_NAME if provider.is_on() else ""
        return super().get_context_data(provider=name, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        return enter(self.request, form.get_user(), wanted=self.get_redirect_url())

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        status = 429 if is_locked(self.request) else 422
        return self.render_to_response(self.get_context_data(form=form), status=status)


@method_decorator(consent_not_required, name="dispatch")
class SignOut(LogoutView):
    """Ends the session (POST only), and with it the sockets of its pages."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user, id_token = request.user, request.session.get(ID_TOKEN)
        response: HttpResponse = super().post(request, *args, **kwargs)
        if user.is_authenticated:
            sessions.tell(user)
        if not id_token or not provider.is_on():
            return response
        request.session[LEAVING] = id_token
        return redirect("signed-out")
