"""What the service writes to people about their account, in their language."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from echauffeur.accounts.models import User, phone_in_words
from echauffeur.accounts.roles import Role, in_words
from echauffeur.notifications.actions import Letter

if TYPE_CHECKING:
    from echauffeur.bases.models import Base


def sign_up_code(digits: str, *, name: str, language: str, until: datetime) -> Letter:
    with translation.override(language):
        return Letter(
            "sign_up",
            _("%(digits)s is your code for e-Chauffeur") % {"digits": digits},
            _paragraphs(
                _("Hello %(name)s,") % {"name": name},
                _("your code to confirm this address is %(digits)s") % {"digits": digits},
                _("Type it on the page where you signed up. It holds for 24 hours, and for three tries."),
                _("You did not sign up? Then do nothing: without the code there is no account."),
            ),
            is_secret=True,
            useful_until=until,
        )


def account_exists(person: User) -> Letter:
    """Tell the owner of an account, instead of sending a code, that somebody signed up with the same address."""
    with translation.override(person.language):
        how = (
            _("To sign in: %(address)s") % {"address": _link("sign-in")},
            _("You forgot your password? Choose a new one: %(address)s") % {"address": _link("forgotten-password")},
        )
        closed = (_("It is closed. If you need it again, ask your base manager."),)
        return Letter(
            "account_exists",
            _("You already have an account on e-Chauffeur"),
            _paragraphs(
                _("Hello %(name)s,") % {"name": person.first_name},
                _("somebody, probably you, signed up with this address. It has an account already: nothing changed."),
                *(how if person.is_active else closed),
                _("It was not you? Then there is nothing to do."),
            ),
        )


def new_password_code(digits: str, *, person: User, until: datetime) -> Letter:
    with translation.override(person.language):
        return Letter(
            "new_password",
            _("%(digits)s is your code for a new password") % {"digits": digits},
            _paragraphs(
                _("Hello %(name)s,") % {"name": person.first_name},
                _("your code to choose a new password is %(digits)s") % {"digits": digits},
                _("Type it on the page where you asked for it. It holds for 24 hours, and for three tries."),
                _("You did not ask for it? Then do nothing: your password stays as it is. Give the code to nobody."),
            ),
            is_secret=True,
            useful_until=until,
        )


def password_changed(person: User) -> Letter:
    with translation.override(person.language):
        return Letter(
            "password_changed",
            _("Your password for e-Chauffeur was changed"),
            _paragraphs(
                _("Hello %(name)s,") % {"name": person.first_name},
                _("your password was changed just now. You are signed out wherever you were signed in before."),
                _("It was not you? Choose a new one at once: %(address)s") % {"address": _link("forgotten-password")},
            ),
        )


def phone_code(digits: str, *, language: str, until: datetime) -> Letter:
    with translation.override(language):
        return Letter(
            "phone",
            "",
            _("e-Chauffeur: %(digits)s is your code to confirm this number. Give it to nobody.") % {"digits": digits},
            is_secret=True,
            useful_until=until,
        )


def phone_changed(person: User) -> Letter:
    with translation.override(person.language):
        number = phone_in_words(person.phone)
        now = _("The drivers reach you at %(number)s from now on.") % {"number": number}
        return Letter(
            "phone_changed",
            _("Your phone number on e-Chauffeur was changed"),
            _paragraphs(
                _("Hello %(name)s,") % {"name": person.first_name},
                now if number else _("Your phone number was removed."),
                _("It was not you? Choose a new password at once: %(address)s")
                % {"address": _link("forgotten-password")},
            ),
        )


def invitation(person: User, *, base: "Base", by: User) -> Letter:
    with translation.override(person.language):
        return Letter(
            "invitation",
            _("%(who)s invites you to e-Chauffeur of %(base)s") % {"who": by, "base": base},
            _paragraphs(
                _("Hello %(name)s,") % {"name": person.first_name},
                _("%(who)s opened an account for you on e-Chauffeur, the cars of the base %(base)s.")
                % {"who": by, "base": base},
                _("To choose your password, ask for a code with this address of e-mail: %(address)s")
                % {"address": _link("forgotten-password")},
                _("Then sign in: %(address)s") % {"address": _link("sign-in")},
            ),
        )


def role_given(person: User, *, base: "Base", role: Role, by: User) -> Letter:
    with translation.override(person.language):
        said = {"role": role.label, "base": base, "who": by}
        return Letter(
            "role_given",
            _("You have a new role on %(base)s: %(role)s") % said,
            _paragraphs(
                _("Hello %(name)s,") % {"name": person.first_name},
                _("%(who)s gave you a role on %(base)s: %(role)s.") % said,
                _("It lets you do this:") + "".join(f"\n- {sentence}" for sentence in in_words(role)),
                _("To sign in: %(address)s") % {"address": _link("sign-in")},
            ),
        )


def role_withdrawn(person: User, *, base: "Base", role: Role, by: User) -> Letter:
    with translation.override(person.language):
        said = {"role": role.label, "base": base, "who": by}
        return Letter(
            "role_withdrawn",
            _("You no longer have this role on %(base)s: %(role)s") % said,
            _paragraphs(
                _("Hello %(name)s,") % {"name": person.first_name},
                _("%(who)s withdrew your role on %(base)s: %(role)s.") % said,
                _("You can still ask for rides. If this is a mistake, ask a manager of the base."),
            ),
        )


def _paragraphs(*parts: str) -> str:
    return "\n\n".join([*parts, "e-Chauffeur"])


def _link(name: str) -> str:
    return f"{settings.SITE_URL}{reverse(name)}"
