"""What a driver switches."""

from django import forms
from django.utils.translation import gettext_lazy as _

from echauffeur.journal.forms import TapForm


class SharingForm(TapForm):
    """The switch of the shared position."""

    sharing = forms.ChoiceField(choices=[("on", _("On")), ("off", _("Off"))])
