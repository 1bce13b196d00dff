"""Whom a provider's word lets in, and linking an account to it."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from echauffeur.accounts.models import Identity, User
from echauffeur.accounts.provider import Vouched
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import Refusal
from echauffeur.journal import actions as journal


class StaysOut(Refusal):
    """The provider's word holds, and lets nobody in here."""

    status = 403
    code = "stays_out"


def recognise(*, vouched: Vouched, language: str) -> User | None:
    """Return the person whose identity this is, with a new account when nobody knows them yet.

    None: the address belongs to an account that does not know this identity. Only its owner may link the two.
    Raises StaysOut for a closed account, and for an address that the provider does not vouch for.
    """
    known = Identity.objects.filter(issuer=vouched.issuer, subject=vouched.subject).select_related("user").first()
    if known is not None:
        if not known.user.is_active:
            raise StaysOut(_("This account is closed. Ask your base manager."))
        return known.user
    if not vouched.email or not vouched.is_email_verified:
        raise StaysOut(
            _("No e-mail address came with your identity that was checked there. Have it checked, or sign in with your"
              " password.")
        )  # fmt: skip
    try:
        return _open_account(vouched, language)
    except IntegrityError:
        return None


@transaction.atomic
def _open_account(vouched: Vouched, language: str) -> User:
    """Open an account. Raises IntegrityError when the address has one, or the same person came in twice at once."""
    user = User.objects.create_user(
        vouched.email, first_name=vouched.first_name, last_name=vouched.last_name, language=language
    )
    Identity.objects.create(user=user, issuer=vouched.issuer, subject=vouched.subject)
    _record("sign_up", user)
    return user


@transaction.atomic
def link(*, user: User, issuer: str, subject: str) -> None:
    """Let this identity into the person's account from now on. Raises Refusal when it is somebody else's by now."""
    try:
        with transaction.atomic():
            identity, is_new = Identity.objects.get_or_create(issuer=issuer, subject=subject, defaults={"user": user})
    except IntegrityError:
        identity, is_new = Identity.objects.get(issuer=issuer, subject=subject), False
    if identity.user_id != user.pk:
        raise Refusal(_("This identity already belongs to another account."))
    if is_new:
        _record("link_identity", user)


@transaction.atomic
def unlink(*, user: User, identity: Identity) -> None:
    """Let this identity in no more. Raises Refusal when it is the only way into the account."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not user.has_usable_password() and user.identities.count() == 1:
        raise Refusal(_("You have no password: this is your only way in. Choose a password first."))
    identity.delete()
    _record("unlink_identity", user)


def _record(verb: str, user: User) -> None:
    journal.record(base=None, verb=verb, subject=user.subject, by=user, party=Party.CUSTOMER)
