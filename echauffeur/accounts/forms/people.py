"""What those who give the roles of a base type and choose."""

from django import forms

from echauffeur.accounts.roles import Role


class RoleForm(forms.Form):
    """Which role to give or withdraw. Whose and where, the address says; whether one may, the action."""

    role = forms.TypedChoiceField(choices=Role.choices, coerce=Role)
