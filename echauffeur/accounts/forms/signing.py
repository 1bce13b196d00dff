"""Signing in."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from echauffeur.accounts.lockout import is_locked


class SignInForm(AuthenticationForm):
    """E-mail address and password. The answer is the same whether or not the address is known."""

    username = forms.EmailField(
        label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    error_messages = {
        "invalid_login": _("This address and password do not go together. Check both, or ask your base manager."),
        "inactive": _("This address and password do not go together. Check both, or ask your base manager."),
        "locked": _(
            "Too many tries for this address from here. Wait a quarter of an hour before you try again, or have a new"
            " password mailed."
        ),
    }

    def get_invalid_login_error(self) -> ValidationError:
        if self.request is not None and is_locked(self.request):
            return ValidationError(self.error_messages["locked"], code="locked")
        return super().get_invalid_login_error()
