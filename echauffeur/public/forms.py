"""The contact form."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from echauffeur.public.models import ContactMessage


class ContactForm(forms.Form):
    """Subject, message and an address to answer to. ``website`` is a trap: only programs see it and fill it in."""

    subject = forms.CharField(label=_("Subject"), max_length=120)
    words = forms.CharField(
        label=_("Your message"),
        max_length=4000,
        help_text=_("For a ride under way, call the control room: it answers at once."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    reply_to = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("Such as name@example.fr. The answer goes there."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    @property
    def is_trapped(self) -> bool:
        return bool(self.cleaned_data.get("website"))

    def clean_subject(self) -> str:
        """A subject is one line: what follows a line break must not become a header of the mail."""
        return " ".join(str(self.cleaned_data["subject"]).split())


class AnswerForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for mypy only
    class Meta:
        model = ContactMessage
        fields = ["answer"]
        widgets = {"answer": forms.Textarea(attrs={"rows": 8})}
        help_texts = {"answer": _("It is mailed as you write it, and the message counts as answered.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "answer" in self.fields:
            self.fields["answer"].required = True
