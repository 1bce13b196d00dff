"""A kind of transport that a base offers."""

from django.utils.translation import gettext_lazy as _

from echauffeur.bases.models import Category
from echauffeur.journal.forms import RowForm


class CategoryForm(RowForm):
    """A category of transport. Its order is set on the list."""

    class Meta:
        model = Category
        fields = ["name", "description", "enabled"]
        help_texts = {
            "name": _("What customers choose from, such as “Liaison” or “Medical appointment”."),
            "description": _("One line that helps them choose."),
            "enabled": _("Nobody can choose a category that is switched off; rides of it stay readable."),
        }
