"""What an administrator or a base manager types to set a base up."""

from echauffeur.bases.forms.bases import GeneralForm, HolidaysForm, RulesForm
from echauffeur.bases.forms.categories import CategoryForm
from echauffeur.bases.forms.hours import ExceptionForm
from echauffeur.bases.forms.places import PlaceForm
from echauffeur.bases.forms.week import WeekForm

__all__ = [
    "CategoryForm",
    "ExceptionForm",
    "GeneralForm",
    "HolidaysForm",
    "PlaceForm",
    "RulesForm",
    "WeekForm",
]
