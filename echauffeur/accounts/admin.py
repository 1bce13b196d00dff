"""People and their roles. Passwords go through Django's own forms; rights come from memberships alone."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from drivers.models import Driver
from echauffeur.accounts.actions import roles, second_factor
from echauffeur.accounts.actions.entry import tell_of_new_password
from echauffeur.accounts.models import Identity, Membership, User, normal_phone
from echauffeur.accounts.roles import Role
from echauffeur.common.admin import FindsRows, LabelledFormSet, ReadOnly
from echauffeur.common.commits import after_commit
from echauffeur.common.refusals import Refusal
from echauffeur.journal.admin import TellingAdmin
from echauffeur.journal.edits import Edit
from tracking.actions.positions import forget_off_duty

admin.site.unregister(Group)
# Keys and codes of the second step are nobody's to read.
admin.site.unregister(TOTPDevice)
admin.site.unregister(StaticDevice)


# What others see of a driver, or notice.
SHOWN = frozenset({"first_name", "last_name", "phone", "is_active"})
# What changes what a person may do: the own open pages hear of it at once.
RIGHTS = frozenset({"is_active", "is_superuser"})


class MembershipFormSet(LabelledFormSet):
    """A person's roles: given and withdrawn, never turned into one another."""

    def clean(self) -> None:
        """Hold, before the person is written, what the steps are about: they come after, and lock it before people."""
        super().clean()
        given = [form.instance for form in self.extra_forms if form.is_valid() and form.has_changed()]
        try:
            roles.hold(given=given, withdrawn=[form.instance for form in self.deleted_forms])
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def give_and_take(self, by: User) -> None:
        """Take the steps that were asked for, each with its entry in the journal."""
        self.save(commit=False)
        for gone in self.deleted_objects:
            roles.withdraw(user=gone.user, base=gone.base, role=Role(gone.role), by=by)
        for new in self.new_objects:
            roles.grant(user=self.instance, base=new.base, role=Role(new.role), by=by)


class PersonForm:
    """What both forms of a person share: one way to write an address and a number."""

    cleaned_data: dict[str, Any]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"]
        return normal_phone(phone) if phone else ""


class NewPersonForm(PersonForm, BaseUserCreationForm):
    class Meta:
        model = User
        fields = ["email", "first_name", "last_name", "phone", "language", "base"]


class ChangedPersonForm(PersonForm, UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"
        labels = {"is_superuser": _("Administrator of all bases")}
        help_texts = {
            "is_superuser": _("Opens this administration, and may do everything on every base except drive."),
            "is_active": _("Switch it off when somebody leaves: what they did stays in the journal."),
        }


class MembershipInline(FindsRows, admin.TabularInline):
    model = Membership
    formset = MembershipFormSet
    extra = 1
    autocomplete_fields = ["base"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class PersonAdmin(TellingAdmin, UserAdmin):
    form = ChangedPersonForm
    add_form = NewPersonForm
    list_display = ["last_name", "first_name", "email", "base", "held", "is_active"]
    list_display_links = ["last_name", "first_name"]
    list_filter = ["memberships__role", "memberships__base", "is_active", "is_superuser"]
    list_select_related = ["base"]
    search_fields = ["last_name", "first_name", "email"]
    ordering = ["last_name", "first_name"]
    filter_horizontal = []
    autocomplete_fields = ["base"]
    readonly_fields = ["last_login", "date_joined", "second_factor_at"]
    actions = ["reset_second_factor"]
    inlines = [MembershipInline]
    fieldsets = [
        (None, {"fields": [("first_name", "last_name"), "email", "password", "phone", "language", "base"]}),
        (_("Account"), {"fields": ["is_active", "is_superuser", ("last_login", "date_joined"), "second_factor_at"]}),
    ]
    add_fieldsets = [
        (None, {"fields": [("first_name", "last_name"), "email", "phone", "language", "base"]}),
        (_("Password"), {"fields": ["password1", "password2"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("memberships__base")

    @admin.display(description=_("roles"))
    def held(self, person: User) -> str:
        everywhere = [_("Administrator of all bases")] if person.is_superuser else []
        on_bases = [f"{m.get_role_display()} ({m.base})" for m in person.memberships.all()]
        return ", ".join(map(str, [*everywhere, *on_bases]))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        fields = [*super().get_readonly_fields(request, obj)]
        # Nobody locks the last administrator out by mistake: the own rights are another administrator's to change.
        return [*fields, "is_active", "is_superuser"] if obj == request.user else fields

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Never: a person who leaves is made inactive, so that the journal keeps saying who did what."""
        return False

    def edits_made(
        self, form: forms.ModelForm, formsets: Iterable[forms.BaseInlineFormSet], *, change: bool
    ) -> list[Edit]:
        """Return what to tell of a person: rights to the own open pages, and what changed of a driver to the bases.

        Roles tell of themselves, as they are given and withdrawn.
        """
        fields, rights = SHOWN.intersection(form.changed_data), RIGHTS.intersection(form.changed_data)
        if not change:
            return []
        edits = [Edit(None, "change", form.instance.subject, tuple(sorted(rights)))] if rights else []
        if fields:
            drivers = list(Driver.objects.filter(user=form.instance).select_related("base"))
            edits += [Edit(driver.base, "change", driver.subject, tuple(sorted(fields))) for driver in drivers]
            after_commit(forget_off_duty, [driver.pk for driver in drivers])
        return edits

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001
        formset.give_and_take(request.user)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001
        if "phone" in form.changed_data:
            obj.phone_confirmed_at = None  # only its owner can confirm a number
        obj.is_staff = obj.is_superuser  # one switch on the screen, Django wants two
        super().save_model(request, obj, form, change)
        if change and not obj.is_active:
            obj.sessions.all().delete()

    @admin.action(description=_("Switch the second step off, for whoever lost the phone"))
    def reset_second_factor(self, request: HttpRequest, people: QuerySet[User]) -> None:
        reset = list(people.exclude(second_factor_at=None))
        for person in reset:
            second_factor.remove(user=person, by=cast(User, request.user))
        text = ngettext(
            "%(count)d person signs in without a second step, and is signed out now.",
            "%(count)d people sign in without a second step, and are signed out now.",
            len(reset),
        )
        self.message_user(request, text % {"count": len(reset)})

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002
        return self._told(request, self._change_password, id, form_url)

    def _change_password(self, request: HttpRequest, id: str, form_url: str) -> HttpResponse:  # noqa: A002
        response = super().user_change_password(request, id, form_url)
        if response.status_code == 302:
            person = User.objects.get(pk=id)
            self.tell(request, [Edit(None, "set_password", person.subject)])
            tell_of_new_password(person=person, but=request.session.session_key if person == request.user else None)
        return response


@admin.register(Identity)
class IdentityAdmin(ReadOnly, admin.ModelAdmin):
    """Whom a provider knows as whom: read, never written, for it lets people in."""

    list_display = ["user", "issuer", "subject", "linked_at"]
    list_select_related = ["user"]
    search_fields = ["user__last_name", "user__email", "=subject"]


@admin.register(Membership)
class MembershipAdmin(TellingAdmin):
    """Roles by themselves. What is told of them, the actions say that give and withdraw them."""

    list_display = ["user", "base", "role"]
    list_filter = ["role", "base"]
    list_select_related = ["user", "base"]
    search_fields = ["user__last_name", "user__first_name", "user__email"]
    autocomplete_fields = ["user", "base"]
    ordering = ["base", "role", "user__last_name"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def edits_of(self, verb: str, row: Membership, fields: Iterable[str] = (), before: int | None = None) -> list[Edit]:
        return []

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:  # noqa: FBT001
        role = {"user": obj.user, "base": obj.base, "role": Role(obj.role)}
        roles.grant(**role, by=request.user)  # type: ignore[arg-type]
        obj.pk = Membership.objects.get(**role).pk

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        roles.withdraw(user=obj.user, base=obj.base, role=Role(obj.role), by=request.user)  # type: ignore[arg-type]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        memberships = list(queryset.select_related("user", "base"))
        roles.hold(withdrawn=memberships)
        for membership in memberships:
            self.delete_model(request, membership)
