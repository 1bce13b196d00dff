"""People and their roles. Passwords go through Django's own forms; rights come from memberships alone."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from drivers.models import Driver
from echauffeur.accounts.models import Membership, User, normal_phone
from echauffeur.bases.models import Base
from echauffeur.common.admin import LabelledFormSet
from echauffeur.journal.actions import Subject
from echauffeur.journal.admin import TellingAdmin
from echauffeur.journal.edits import Edit
from tracking.actions import forget_off_duty

admin.site.unregister(Group)


# What others see of a driver, or notice.
SHOWN = frozenset({"first_name", "last_name", "phone", "is_active"})


def edits_of_membership(
    verb: str, membership: Membership, fields: Iterable[str] = (), before: int | None = None
) -> list[Edit]:
    """Return what the bases are told: which role, not whose. The phone of who drives there hears of it too."""
    subject = Subject("membership", membership.pk, membership.role)
    driving = {driver.base_id: driver.stream for driver in Driver.objects.filter(user=membership.user_id)}
    return [
        Edit(base, verb, subject, tuple(fields), tuple(filter(None, [driving.get(base.pk)])))
        for base in Base.objects.filter(pk__in=[membership.base_id, before])
    ]


def edits_of_memberships(table: forms.BaseInlineFormSet) -> Iterator[Edit]:
    """Return what the bases are told of a person's table of roles that was just saved."""
    for form in filter(forms.ModelForm.has_changed, table.forms):
        was: Membership | None = form.cleaned_data["id"]
        if form in table.deleted_forms:
            yield from edits_of_membership("remove", was) if was else ()
        else:
            verb = "change" if was else "add"
            yield from edits_of_membership(verb, form.instance, form.changed_data, form.initial.get("base"))


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


class MembershipInline(admin.TabularInline):
    model = Membership
    formset = LabelledFormSet
    extra = 1
    autocomplete_fields = ["base"]


@admin.register(User)
class PersonAdmin(TellingAdmin, UserAdmin):
    form = ChangedPersonForm
    add_form = NewPersonForm
    list_display = ["last_name", "first_name", "email", "base", "roles", "is_active"]
    list_display_links = ["last_name", "first_name"]
    list_filter = ["memberships__role", "memberships__base", "is_active", "is_superuser"]
    list_select_related = ["base"]
    search_fields = ["last_name", "first_name", "email"]
    ordering = ["last_name", "first_name"]
    filter_horizontal = []
    autocomplete_fields = ["base"]
    readonly_fields = ["last_login", "date_joined"]
    inlines = [MembershipInline]
    fieldsets = [
        (None, {"fields": [("first_name", "last_name"), "email", "password", "phone", "language", "base"]}),
        (_("Account"), {"fields": ["is_active", "is_superuser", ("last_login", "date_joined")]}),
    ]
    add_fieldsets = [
        (None, {"fields": [("first_name", "last_name"), "email", "phone", "language", "base"]}),
        (_("Password"), {"fields": ["password1", "password2"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("memberships__base")

    @admin.display(description=_("roles"))
    def roles(self, person: User) -> str:
        everywhere = [_("Administrator of all bases")] if person.is_superuser else []
        held = [f"{m.get_role_display()} ({m.base})" for m in person.memberships.all()]
        return ", ".join(map(str, [*everywhere, *held]))

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
        """Return what to tell of a person: the roles, and what changed of a driver."""
        edits = [edit for table in formsets for edit in edits_of_memberships(table)]
        fields = tuple(SHOWN.intersection(form.changed_data))
        if change and fields:
            drivers = list(Driver.objects.filter(user=form.instance).select_related("base"))
            edits += [Edit(driver.base, "change", driver.subject, fields) for driver in drivers]
            transaction.on_commit(partial(forget_off_duty, [driver.pk for driver in drivers]), robust=True)
        return edits

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001
        obj.is_staff = obj.is_superuser  # one switch on the screen, Django wants two
        super().save_model(request, obj, form, change)


@admin.register(Membership)
class MembershipAdmin(TellingAdmin):
    list_display = ["user", "base", "role"]
    list_filter = ["role", "base"]
    list_select_related = ["user", "base"]
    search_fields = ["user__last_name", "user__first_name", "user__email"]
    autocomplete_fields = ["user", "base"]
    ordering = ["base", "role", "user__last_name"]

    def edits_of(self, verb: str, row: Membership, fields: Iterable[str] = (), before: int | None = None) -> list[Edit]:
        return edits_of_membership(verb, row, fields, before)
