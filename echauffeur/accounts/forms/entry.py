"""What people type on their way in: a sign-up, a code, a new password, a number."""

import re
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from echauffeur.accounts.addresses import address_to_sign_up, domains
from echauffeur.accounts.models import User, normal_phone, phone_in_words, takes_texts
from echauffeur.accounts.models.codes import CODE_DIGITS
from echauffeur.accounts.passwords import LONGEST
from echauffeur.bases.models import Base

_show, _hide = gettext_lazy("Show the password"), gettext_lazy("Hide the password")


class PasswordField(forms.CharField):
    """A password that is chosen now. Whoever knows the person checks it against them too."""

    def __init__(self, **more: Any):
        attrs = {"autocomplete": "new-password", "data-show-password": _show, "data-hide-password": _hide}
        super().__init__(
            strip=False,
            max_length=LONGEST,
            widget=forms.PasswordInput(attrs=attrs),
            help_text=gettext_lazy(
                "At least 12 characters: four words make a good one. Not your name, nothing common."
            ),
            **more,
        )

    def validate(self, value: str) -> None:
        super().validate(value)
        validate_password(value)


class CodeField(forms.CharField):
    """Six digits, with whatever spaces and dashes somebody puts between them."""

    def __init__(self, **more: Any):
        attrs = {"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        super().__init__(label=gettext_lazy("Code"), max_length=30, widget=forms.TextInput(attrs=attrs), **more)

    def clean(self, value: Any) -> str:
        digits = re.sub(r"[\s.-]", "", super().clean(value))
        if not re.fullmatch(f"[0-9]{{{CODE_DIGITS}}}", digits):
            raise ValidationError(_("The code has %(count)d digits."), params={"count": CODE_DIGITS}, code="digits")
        return digits


class SignUpForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for mypy only
    """Who somebody is, and that they agree. The answer is the same whether or not the address has an account."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    base = forms.ModelChoiceField(
        Base.objects.all(),
        label=gettext_lazy("Base"),
        to_field_name="code",
        empty_label=gettext_lazy("Choose your base"),
        help_text=gettext_lazy("Its pages open first. You can book on other bases too."),
    )
    password = PasswordField(label=gettext_lazy("Password"))
    consent = forms.BooleanField(
        label=gettext_lazy("I agree to the conditions of use"),
        error_messages={"required": gettext_lazy("Without your agreement there can be no account.")},
    )
    field_order = ["email", "first_name", "last_name", "base", "password", "consent"]

    class Meta:
        model = User
        fields = ["first_name", "last_name"]
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        ends = ", ".join(f"@{domain}" for domain in domains())
        self.fields["email"].help_text = _("It ends in %(domains)s.") % {"domains": ends}

    def clean_email(self) -> str:
        return address_to_sign_up(self.cleaned_data["email"])

    def clean(self) -> dict[str, Any]:
        """Compare the password with what else was typed."""
        typed = self.cleaned_data
        if password := typed.get("password"):
            own = {name: typed.get(name, "") for name in ("email", "first_name", "last_name")}
            try:
                validate_password(password, User(**own))
            except ValidationError as error:
                self.add_error("password", error)
        return typed

    def _post_clean(self) -> None:
        """Leave the model's own checks of the whole row to the action: there is no row yet, and nothing to compare."""


class AddressForm(forms.Form):
    """Where to mail a code to."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class CodeForm(forms.Form):
    """A code that was sent."""

    code = CodeField()


class NewPasswordForm(CodeForm):
    """A code, and the password that it allows to choose."""

    password = PasswordField(label=gettext_lazy("New password"))


class ChangePasswordForm(forms.Form):
    """Another password, for whoever still knows the old one."""

    present_password = forms.CharField(
        label=gettext_lazy("Present password"),
        strip=False,
        max_length=LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = PasswordField(label=gettext_lazy("New password"))


class PhoneForm(forms.Form):
    """One's own number, to which a code is sent."""

    phone = forms.CharField(
        label=gettext_lazy("Phone number"),
        max_length=30,
        help_text=gettext_lazy("A mobile phone that takes text messages, such as 06 12 34 56 78 or +687 75 12 34."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    def clean_phone(self) -> str:
        number = normal_phone(self.cleaned_data["phone"])
        if not takes_texts(number):
            raise ValidationError(
                _("No text message reaches %(number)s. Write the number of a mobile phone."),
                params={"number": phone_in_words(number)},
                code="no_mobile",
            )
        return number


class ConsentForm(forms.Form):
    """That one agrees to the conditions."""

    consent = forms.BooleanField(
        label=gettext_lazy("I agree to the conditions of use"),
        error_messages={"required": gettext_lazy("Without your agreement you cannot use the service.")},
    )
