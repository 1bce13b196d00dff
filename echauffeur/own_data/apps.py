from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class OwnDataConfig(AppConfig):
    name = "echauffeur.own_data"
    verbose_name = _("My data")

    def ready(self) -> None:
        """Have every app say what it holds about people."""
        autodiscover_modules("own_data")
