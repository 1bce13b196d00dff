"""What is asked of a password beside Django's own checks."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LEAST_DIFFERENT = 5
# Longer than anybody types; hashing what is longer would cost us, not them.
LONGEST = 200


class VariedPasswordValidator:
    """A few characters over and over are long, and still the first thing that a program tries."""

    def validate(self, password: str, user: object = None) -> None:
        if len(set(password)) < LEAST_DIFFERENT:
            raise ValidationError(self.get_help_text(), code="password_too_uniform")

    def get_help_text(self) -> str:
        return _("Use at least %(count)d different characters.") % {"count": LEAST_DIFFERENT}
