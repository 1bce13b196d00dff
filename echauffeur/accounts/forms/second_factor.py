"""Codes of the second step."""

from django import forms
from django.utils.translation import gettext_lazy as _

CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "spellcheck": "false"}


class AppCodeForm(forms.Form):
    """The code that the app shows now."""

    code = forms.CharField(
        label=_("Code of your app"), max_length=20, widget=forms.TextInput(CODE), help_text=_("Six digits.")
    )


class SetupForm(AppCodeForm):
    """The same, with the password: a browser left open must not lock its owner out."""

    password = forms.CharField(
        label=_("Your password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class SecondStepForm(forms.Form):
    """A code of the app, or one of those that were noted for the day on which the phone is lost."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(CODE),
        help_text=_("Six digits from your app, or a recovery code of ten."),
    )


class ProofForm(forms.Form):
    """Something that only the person has or knows."""

    proof = forms.CharField(
        label=_("Your password, or a code"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
        help_text=_("A code of your app, or a recovery code."),
    )
