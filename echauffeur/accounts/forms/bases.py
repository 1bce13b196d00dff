"""A base that does not exist yet."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from echauffeur.accounts.actions.bases import make_base
from echauffeur.accounts.models import User
from echauffeur.bases.forms import GeneralForm


class NewBaseForm(GeneralForm):
    """What makes a base, and who sets it up from there."""

    manager = forms.EmailField(
        label=_("E-mail address of its first manager"),
        required=False,
        help_text=_("Who has an account already. Others are given the role later, on the base’s page of people."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, may_rename=True, **kwargs)
        self.fields["code"].help_text = _("Stands in addresses: brest, la-rochelle. It should not change later.")
        self.fields["code"].widget.attrs["data-slug-of"] = "id_name"

    def clean_manager(self) -> User | None:
        """Return the person of that address; nobody when none is written."""
        if not (email := self.cleaned_data["manager"]):
            return None
        person = User.objects.filter(email=email.lower()).first()
        if person is None:
            raise forms.ValidationError(
                _("Nobody has an account under this address. Leave it empty, and give the role later.")
            )
        return person

    def write(self, by: User) -> None:
        fields = [name for name in self.changes if name != "manager"]
        make_base(base=self.instance, fields=fields, manager=self.cleaned_data["manager"], by=by)
