"""What accounts hold of a person: who they are, their roles, their sessions."""

import json
from datetime import datetime, timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db.models import Q
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from echauffeur.accounts.actions import codes, sessions
from echauffeur.accounts.actions.roles import check_another_manager
from echauffeur.accounts.lockout import forget_tries
from echauffeur.accounts.models import OneTimeCode, User
from echauffeur.accounts.queries import sessions_of
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import Base
from echauffeur.common.lifecycle import Party
from echauffeur.common.personal import (
    Choice,
    Fading,
    Identity,
    Keeper,
    Kept,
    Section,
    Value,
    clock_of,
    in_days,
    register,
)
from echauffeur.common.refusals import Refusal
from echauffeur.journal import actions as journal

# Where the figures' past leads to. The domain can never exist (RFC 2606).
NOBODYS_ADDRESS = "deleted-{}@account.invalid"
SIGNED_IN = timedelta(seconds=settings.SESSION_COOKIE_AGE)

TRIES = tuple(
    f"axes.{table}.{field}"
    for table, more in {
        "AccessAttempt": ["get_data", "post_data"],
        "AccessFailureLog": [],
        "AccessLog": ["session_hash"],
    }.items()
    for field in ("username", "ip_address", "user_agent", "http_accept", "path_info", *more)
)
KEPT = (
    Kept(
        what=gettext_lazy("Your name, e-mail address, phone number and language"),
        why=gettext_lazy(
            "To know who asks for a car, to call you when it cannot find you, and to write in your language."
        ),
        seen_by=gettext_lazy(
            "The administrators, and the control room and managers of the bases where you ride or work."
        ),
        until=gettext_lazy("Until you delete your account."),
        columns=(
            "accounts.User.email", "accounts.User.first_name", "accounts.User.last_name", "accounts.User.phone",
            "admin.LogEntry.user", "admin.LogEntry.object_repr", "admin.LogEntry.change_message",
        ),
    ),
    Kept(
        what=gettext_lazy("Your password, as a fingerprint from which nobody can read it"),
        why=gettext_lazy("To be sure that it is you."),
        seen_by=gettext_lazy("Nobody."),
        until=gettext_lazy("Until you change it or delete your account."),
        columns=("accounts.User.password",),
    ),
    Kept(
        what=gettext_lazy("If you sign in through a provider of identities: which one, and what it calls you"),
        why=gettext_lazy("To find your account again."),
        seen_by=gettext_lazy("You, and the administrators."),
        until=gettext_lazy("Until you unlink it or delete your account."),
        columns=("accounts.Identity.user", "accounts.Identity.issuer", "accounts.Identity.subject"),
    ),
    Kept(
        what=gettext_lazy("Codes that were mailed or texted to you, as fingerprints, and what each one is to confirm"),
        why=gettext_lazy("To be sure that an address or a phone is yours."),
        seen_by=gettext_lazy("Nobody."),
        until=gettext_lazy("One day, or until you delete your account."),
        columns=(
            "accounts.OneTimeCode.person", "accounts.OneTimeCode.target", "accounts.OneTimeCode.waits",
            "accounts.OneTimeCode.digest",
        ),
    ),
    Kept(
        what=gettext_lazy("If you use a second step: the secret that you share with your app, and your recovery codes"),
        why=gettext_lazy("To be sure that it is you, even when somebody knows your password."),
        seen_by=gettext_lazy("Nobody."),
        until=gettext_lazy("Until you switch it off or delete your account."),
        columns=(
            "otp_totp.TOTPDevice.user", "otp_totp.TOTPDevice.name", "otp_totp.TOTPDevice.key",
            "otp_static.StaticDevice.user", "otp_static.StaticDevice.name", "otp_static.StaticToken.token",
        ),
    ),
    Kept(
        what=gettext_lazy("Your roles on each base: driver, regulator, base manager"),
        why=gettext_lazy("To open the pages that your work needs, and no others."),
        seen_by=gettext_lazy("The managers of that base, and the administrators."),
        until=gettext_lazy("Until the role is withdrawn, or you delete your account."),
        columns=("accounts.Membership.user", "accounts.User_groups.user", "accounts.User_user_permissions.user"),
    ),
    Kept(
        what=gettext_lazy("Your sessions: on which device, since when; and requests that you typed and did not send"),
        why=gettext_lazy("To keep you signed in, to let you end a session from afar, and to lose nothing you typed."),
        seen_by=gettext_lazy("You alone."),
        until=format_lazy(
            gettext_lazy("Until you sign out, {time} after you signed in at the latest."), time=in_days(SIGNED_IN)
        ),
        columns=("accounts.Session.user", "accounts.Session.session_data", "accounts.Session.device"),
    ),
    Kept(
        what=gettext_lazy("Wrong passwords: for which address, and from which address of the network"),
        why=gettext_lazy("So that nobody can try passwords without end."),
        seen_by=gettext_lazy("Nobody."),
        until=gettext_lazy("A quarter of an hour after the last try; they are cleared away every hour."),
        columns=TRIES,
    ),
)  # fmt: skip
HARMLESS = (
    "accounts.User.news",
    "accounts.OneTimeCode.purpose",
    "accounts.User.language", "accounts.Membership.role", "accounts.Session.session_key", "admin.LogEntry.object_id",
    "auth.Permission.name", "auth.Permission.codename", "auth.Group.name",
    "contenttypes.ContentType.app_label", "contenttypes.ContentType.model",
)  # fmt: skip


def export(person: User) -> list[Section]:
    clock = clock_of(person)

    def local(moment: datetime | None) -> datetime | None:
        return moment.astimezone(clock) if moment else None

    account: dict[str, tuple[str, Value]] = {
        "email": (_("E-mail address"), person.email),
        "first_name": (_("First name"), person.first_name),
        "last_name": (_("Last name"), person.last_name),
        "phone": (_("Phone"), person.phone),
        "phone_confirmed_at": (_("Phone confirmed"), local(person.phone_confirmed_at)),
        "language": (_("Language"), Choice(person.language, person.get_language_display())),
        "base": (_("Current base"), person.base.name if person.base else None),
        "is_administrator": (_("Administrator of all bases"), person.is_superuser),
        "has_second_step": (_("Second step when signing in"), person.second_factor_at is not None),
        "consented_at": (_("Agreed to the conditions"), local(person.consented_at)),
        "since": (_("Account since"), local(person.date_joined)),
        "last_sign_in": (_("Last sign-in"), local(person.last_login)),
    }
    fields = {key: label for key, (label, _value) in account.items()}
    roles = person.memberships.select_related("base").order_by("base", "role")
    return [
        Section("account", _("Account"), fields, [tuple(value for _label, value in account.values())], is_one=True),
        Section(
            "roles",
            _("Roles"),
            {"base": _("Base"), "role": _("Role")},
            [(role.base.name, Choice(role.role, role.get_role_display())) for role in roles],
        ),
        Section(
            "identities",
            _("Identities at a provider"),
            {"provider": _("Provider"), "name_there": _("Name there"), "linked_at": _("Linked")},
            [(one.issuer, one.subject, local(one.linked_at)) for one in person.identities.all()],
        ),
        Section(
            "sessions",
            _("Sessions"),
            {"device": _("Device"), "begun_at": _("Signed in"), "seen_at": _("Last seen")},
            [(one.device, local(one.begun_at), local(one.seen_at)) for one in sessions_of(person)],
        ),
    ]


def lock(person: User) -> None:
    """Keep the account, and the roles of the bases it manages, from every other action that changes them.

    Raises Refusal when nobody would be left to run the service, or one of those bases.
    """
    managed = Base.objects.filter(memberships__user=person, memberships__role=Role.MANAGER)
    bases = list(Base.objects.select_for_update(no_key=True).filter(pk__in=managed.values("pk")).order_by("pk"))
    together = Q(pk=person.pk) | Q(is_superuser=True) if person.is_superuser else Q(pk=person.pk)
    people = list(User.objects.select_for_update(no_key=True).filter(together).order_by("pk"))
    if any(user.erased_at for user in people if user == person):
        raise Refusal(_("This account is deleted already."))
    others = [user for user in people if user != person and user.is_superuser and user.is_active]
    if person.is_superuser and not others:
        raise Refusal(
            _("You are the last administrator: without you nobody could set up a base. Make somebody else one first.")
        )
    for base in bases:
        check_another_manager(base, person)


def erase(person: User, identity: Identity) -> None:
    """Turn the account into one that is nobody's, and have whatever the person has open look at its rights again."""
    person.sessions.all().delete()
    person.identities.all().delete()
    OneTimeCode.objects.filter(Q(person=person) | Q(target__iexact=identity.email)).delete()
    for devices in (TOTPDevice, StaticDevice):
        devices.objects.filter(user=person).delete()
    for tries in (AccessAttempt, AccessFailureLog, AccessLog):
        tries.objects.filter(username__iexact=identity.email).delete()
    _clear_log(identity)
    person.memberships.all().delete()
    person.groups.clear()
    person.user_permissions.clear()
    journal.record(base=None, verb="delete_account", subject=person.subject, by=person, party=Party.CUSTOMER)
    # Last of all: the address is a key, so that changing it waits for everybody who just writes this person's name.
    person.email, person.erased_at = NOBODYS_ADDRESS.format(person.pk), timezone.now()
    person.first_name = person.last_name = person.phone = ""
    person.language, person.base, person.last_login = "fr", None, None
    person.news = []
    person.second_factor_at = person.phone_confirmed_at = person.consented_at = None
    person.is_active = person.is_staff = person.is_superuser = False
    person.set_unusable_password()
    person.save()


def _clear_log(identity: Identity) -> None:
    """Take the person out of what Django's administration keeps of its edits."""
    for name in identity.names:
        escaped = json.dumps(name)[1:-1]
        said = Q(object_repr__icontains=name) | Q(change_message__icontains=name) | Q(change_message__icontains=escaped)
        LogEntry.objects.filter(said).update(object_repr="…", change_message="")


FADING = (
    Fading(("accounts.OneTimeCode",), timedelta(days=1), codes.forget_expired),
    Fading(("accounts.Session",), SIGNED_IN, sessions.purge_sessions),
    Fading(("axes.AccessAttempt", "axes.AccessFailureLog", "axes.AccessLog"), settings.AXES_COOLOFF_TIME, forget_tries),
)

register(Keeper("accounts", KEPT, export, erase, lock, harmless=HARMLESS, fading=FADING))
