"""What those who give the roles of a base type and choose."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from echauffeur.accounts.actions.people import Added, add_person
from echauffeur.accounts.models import User, normal_phone
from echauffeur.accounts.queries import grants_of
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import Base
from echauffeur.common.refusals import Refusal


class RoleForm(forms.Form):
    """Which role to give or withdraw. Whose and where, the address says; whether one may, the action."""

    role = forms.TypedChoiceField(choices=Role.choices, coerce=Role)


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for mypy only
    """Somebody to add to a base, as one line: who, and with which role. ``status`` is the answer's when refused."""

    status = 200
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("The exact address. Who has an account with it gets the role; anybody else is invited by mail."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.TypedChoiceField(label=_("Role"), coerce=Role)
    field_order = ["email", "role", "first_name", "last_name", "phone", "language"]

    class Meta:
        model = User
        fields = ["first_name", "last_name", "phone", "language"]
        # Somebody else's: the browser's own person is the wrong one.
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "off"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "off"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        }

    def __init__(self, *args: Any, base: Base, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.served, self.by = base, by
        mine = grants_of(by, base)
        self.fields["role"].choices = [("", _("Choose a role")), *((r.value, r.label) for r in Role if r in mine)]  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"]
        return normal_phone(phone) if phone else ""

    def add(self) -> Added | None:
        """Add the person and return what came of it; None when that was refused, with the reasons in the errors."""
        if self.is_valid():
            try:
                said = self.cleaned_data | {"role": self.cleaned_data["role"] or None}
                return add_person(base=self.served, by=self.by, **said)
            except Refusal as refusal:
                self.add_error(None, str(refusal))
        self.status = 422
        return None
