"""The accounts that are printed for people who try the demo. The simulator leaves them alone."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PASSWORD = "demo-echauffeur"  # noqa: S105  printed for everybody to use
MAIL = "demo.example"


def address_of(first_name: str, last_name: str) -> str:
    """Return the e-mail address of a made-up person: letters without accents, on a domain that cannot exist."""
    plain_letters = str.maketrans("àâäçéèêëîïôöùûüÿ", "aaaceeeeiioouuuy", " '’")
    plain = f"{first_name}.{last_name}".lower().translate(plain_letters)
    return f"{plain}@{MAIL}"


@dataclass(frozen=True)
class Account:
    """A persona to sign in as. ``opens_at`` is the path of the page that shows the persona's work."""

    label: str | Promise
    first_name: str
    last_name: str
    opens_at: str
    password: str = PASSWORD

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def email(self) -> str:
        return address_of(self.first_name, self.last_name)


CUSTOMER = Account(_("Customer of Brest"), "Camille", "Durand", "/rides/")
REGULATOR = Account(_("Regulator of Brest"), "Nolwenn", "Morvan", "/bases/brest/tower/")
DRIVER = Account(_("Driver of Brest, yours to play"), "Yann", "Le Gall", "/drive/")
MANAGER = Account(_("Base manager of Brest"), "Hervé", "Quéré", "/bases/brest/settings/")
ADMINISTRATOR = Account(_("Administrator of all bases"), "Claire", "Fontaine", "/admin/")

ACCOUNTS = [CUSTOMER, REGULATOR, DRIVER, MANAGER, ADMINISTRATOR]
