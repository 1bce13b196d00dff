"""Whether somebody is still there."""

from django.utils.translation import gettext as _

from echauffeur.accounts.models import User
from echauffeur.common.refusals import Refusal


def hold(person: User) -> None:
    """Keep the account from being deleted until the transaction ends: what names a person is written under this lock.

    It is the last lock before the streams'. Raises Refusal when the account is deleted by now.
    """
    if User.objects.select_for_update(no_key=True).get(pk=person.pk).erased_at:
        raise Refusal(_("This account was deleted a moment ago: nothing was saved."))
