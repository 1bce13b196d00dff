"""What somebody sends to have rows taken in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.refusals import Refusal
from echauffeur.exchange import actions
from echauffeur.exchange.kinds import Kind
from echauffeur.exchange.models import Upload
from echauffeur.exchange.tables import MOST_BYTES


class UploadForm(forms.Form):
    """A file of one kind of rows, and what it does not say itself."""

    status = 200

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or Excel (.xlsx), the headings on the first line. Nothing is written yet."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty. Its first line holds the headings, each further line one row."),
        },
    )
    campus = forms.CharField(
        label=_("Name of this base in the earlier service"),
        required=False,
        max_length=60,
        help_text=_("Only when the file holds several bases: what stands in “campus.id” for this one."),
    )
    licences_until = forms.DateField(
        label=_("Licences hold until"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_(
            "Only when the file names licences without their last day. It can be corrected for each driver later."
        ),
    )

    def __init__(self, *args: Any, base: Base, kind: type[Kind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.base, self.kind = base, kind
        for name in ("campus", "licences_until"):
            if name not in kind.options:
                del self.fields[name]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(most)d MB. Split it.") % {"most": MOST_BYTES // 1024**2}
            )
        return file

    def keep(self, by: User) -> Upload | None:
        """Keep the file and return it; None when it is no table that can be read, and the errors say why."""
        kept = None
        if self.is_valid():
            said = {name: value for name, value in self.cleaned_data.items() if name != "file" and value}
            file = self.cleaned_data["file"]
            try:
                kept = actions.upload(
                    base=self.base, kind=self.kind, name=file.name, content=file.read(), by=by, **said
                )
            except Refusal as refusal:
                self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))
        if kept is None:
            self.status = 422
        return kept
