"""Signing in and out."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.utils.decorators import method_decorator

from echauffeur.accounts.forms.signing import SignInForm


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """The sign-in page; whoever is signed in already goes home."""

    template_name = "accounts/sign_in.html"
    form_class = SignInForm
    redirect_authenticated_user = True


class SignOut(LogoutView):
    """Ends the session (POST only)."""
