"""People, and what they are entitled to on each base."""

from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Prefetch, Q, prefetch_related_objects
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from echauffeur.accounts.roles import ROLES, Permission, Role
from echauffeur.bases.models import Base
from echauffeur.common.models import choices_constraint
from echauffeur.common.phones import phone_in_words
from echauffeur.journal.actions import Subject


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account. Everybody may ask for a ride; more comes from memberships."""

    email = models.EmailField(
        _("e-mail address"),
        max_length=254,
        unique=True,
        error_messages={"unique": _("Somebody already has this e-mail address.")},
    )
    first_name = models.CharField(_("first name"), max_length=60)
    last_name = models.CharField(_("last name"), max_length=60)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    phone_confirmed_at = models.DateTimeField(_("phone confirmed"), null=True, blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=[("fr", "Français"), ("en", "English")], default="fr"
    )
    base = models.ForeignKey(
        Base,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("current base"),
        help_text=_("The base whose pages open first."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the administration"), default=False)
    second_factor_at = models.DateTimeField(_("second step since"), null=True, blank=True, editable=False)
    consented_at = models.DateTimeField(_("agreed to the conditions"), null=True, blank=True)
    date_joined = models.DateTimeField(_("since"), default=timezone.now)
    erased_at = models.DateTimeField(_("deleted at"), null=True, blank=True, editable=False)
    news = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        editable=False,
        help_text=_("Steps in the journal that the next page of this person is to tell."),
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["last_name", "first_name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")),
                name="user_email_is_lower_case",
                violation_error_message=_("Write the e-mail address in lower case."),
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None)
                | Q(first_name="", last_name="", phone="", is_active=False, is_staff=False, is_superuser=False),
                name="user_erased_is_nobody",
                violation_error_message=_("This account was deleted by its person: it can never be used again."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    @property
    def subject(self) -> Subject:
        """What the journal says the person is. Its stream is the one that the person's open sockets heed."""
        return Subject("person", self.pk, "")

    def held(self) -> "list[Membership]":
        """Return the roles held, by the base's name, asked for once per request."""
        by_base = Membership.objects.select_related("base").order_by("base")
        prefetch_related_objects([self], Prefetch("memberships", by_base))
        return list(self.memberships.all())

    @property
    def second_factor_required(self) -> bool:
        """Whether what this person may do takes more than a password."""
        required = settings.SECOND_FACTOR_REQUIRED_FOR
        if not required:
            return False
        return (self.is_superuser and "administrator" in required) or any(m.role in required for m in self.held())

    @property
    def lacks_second_factor(self) -> bool:
        """Whether this person may not sign in by password before having set up a second step."""
        return not self.second_factor_at and self.second_factor_required

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what every session is bound to: it ends when the password, or anything of the second step, changes.

        So whoever is given a role that requires a second step, and has none, has to sign in anew, and cannot without.
        """
        since = self.second_factor_at.isoformat() if self.second_factor_at else ""
        bound = [self.password, since, "lacks" if self.lacks_second_factor else ""]
        key_salt = "echauffeur.accounts.models.User.get_session_auth_hash"
        return salted_hmac(key_salt, "|".join(bound), secret=secret, algorithm="sha256").hexdigest()

    @property
    def spoken_phone(self) -> str:
        return phone_in_words(self.phone)

    def get_full_name(self) -> str:
        if self.erased_at:
            return gettext("Deleted account")
        return f"{self.first_name} {self.last_name}".strip() or self.email

    @property
    def listed_name(self) -> str:
        """The name as lists give it, which are in the order of surnames: Le Gall Yann."""
        if self.erased_at:
            return self.get_full_name()
        return f"{self.last_name} {self.first_name}".strip() or self.email

    @cached_property
    def every_base(self) -> list[Base]:
        """All bases, asked for once per request: an administrator goes anywhere."""
        return list(Base.objects.all())

    def get_short_name(self) -> str:
        return self.first_name or self.get_full_name()


class Membership(models.Model):
    """A person's role on one base."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("person"))
    base = models.ForeignKey(Base, models.CASCADE, related_name="memberships", verbose_name=_("base"))
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "base", "role"],
                name="membership_once",
                violation_error_message=_("This person already has that role on that base."),
            ),
            choices_constraint("role", Role, "membership_role_exists"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.base}"

    @property
    def subject(self) -> Subject:
        return Subject("membership", self.pk, self.role)

    @property
    def may(self) -> frozenset[Permission]:
        return ROLES[Role(self.role)].may
