"""People, their passwords and their roles."""

from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from echauffeur.accounts.models import Membership, User
from echauffeur.accounts.queries import may
from echauffeur.accounts.roles import Permission
from tests.factories import BaseFactory, UserFactory

pytestmark = pytest.mark.django_db


def can_sign_in(client: Client, email: str, password: str) -> bool:
    return client.post("/sign-in/", {"username": email, "password": password}).status_code == 302


def person_form(**changes: Any) -> dict[str, Any]:
    form = {
        "first_name": "Maël", "last_name": "Le Gall", "email": "Mael.LeGall@Example.org", "phone": "06 12 34 56 78",
        "language": "fr", "password1": "cormorans du goulet", "password2": "cormorans du goulet",
        "memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0",
    }  # fmt: skip
    return form | changes


def test_a_person_with_a_role_is_one_form_and_can_sign_in(administration: Client, client: Client) -> None:
    base = BaseFactory()
    role = {"memberships-0-base": base.pk, "memberships-0-role": "regulator"}
    answer = administration.post("/admin/accounts/user/add/", person_form(base=base.pk) | role)
    assert answer.status_code == 302
    mael = User.objects.get(email="mael.legall@example.org")
    assert mael.phone == "+33612345678"
    assert may(mael, Permission.REGULATE_RIDES, base)
    assert can_sign_in(client, "mael.legall@example.org", "cormorans du goulet")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"password1": "short", "password2": "short"}, "at least 12 characters"),
        ({"password2": "cormorans du goulot"}, "match"),
        ({"phone": "12"}, "is not a phone number"),
        ({"email": "ALIX@example.org"}, "already has this e-mail address"),
        ({"memberships-0-role": "regulator"}, "This field is required"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(administration: Client, changes: dict[str, str], sentence: str) -> None:
    with override("en"):
        answer = administration.post("/admin/accounts/user/add/", person_form(**changes))
        assert sentence in str(answer.context["errors"])


def test_the_same_role_twice_is_refused(administration: Client) -> None:
    base = BaseFactory()
    roles = {"memberships-TOTAL_FORMS": "2"}
    for n in "01":
        roles |= {f"memberships-{n}-base": base.pk, f"memberships-{n}-role": "regulator"}
    answer = administration.post("/admin/accounts/user/add/", person_form() | roles)
    assert answer.status_code == 200
    assert not Membership.objects.exists()


def changed_form(person: User, **changes: Any) -> dict[str, Any]:
    form = {
        "first_name": person.first_name, "last_name": person.last_name, "email": person.email, "phone": person.phone,
        "language": person.language, "is_active": "on",
        "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0",
    }  # fmt: skip
    return form | changes


def test_administrators_are_made_with_one_switch(administration: Client) -> None:
    person = UserFactory()
    address = f"/admin/accounts/user/{person.pk}/change/"
    administration.post(address, changed_form(person, is_superuser="on"))
    person.refresh_from_db()
    assert (person.is_superuser, person.is_staff) == (True, True)
    administration.post(address, changed_form(person))
    person.refresh_from_db()
    assert (person.is_superuser, person.is_staff) == (False, False)


def test_nobody_locks_themselves_out(administration: Client, administrator: User) -> None:
    form = changed_form(administrator)
    del form["is_active"]
    administration.post(f"/admin/accounts/user/{administrator.pk}/change/", form)
    administrator.refresh_from_db()
    assert (administrator.is_active, administrator.is_superuser, administrator.is_staff) == (True, True, True)


def test_the_page_shows_no_raw_rights_and_no_password(administration: Client) -> None:
    person = UserFactory()
    page = administration.get(f"/admin/accounts/user/{person.pk}/change/").content.decode()
    assert person.password not in page
    assert 'name="user_permissions"' not in page
    assert 'name="groups"' not in page


def test_a_password_is_set_on_its_own_page(administration: Client, client: Client) -> None:
    person = UserFactory()
    new = {"password1": "goélands du port", "password2": "goélands du port", "usable_password": "true"}
    assert administration.post(f"/admin/accounts/user/{person.pk}/password/", new).status_code == 302
    assert can_sign_in(client, person.email, "goélands du port")


def test_people_are_made_inactive_never_deleted(administration: Client) -> None:
    person = UserFactory()
    assert administration.post(f"/admin/accounts/user/{person.pk}/delete/", {"post": "yes"}).status_code == 403
    administration.post(
        "/admin/accounts/user/", {"action": "delete_selected", "_selected_action": [person.pk], "post": "yes"}
    )
    assert User.objects.filter(pk=person.pk).exists()


def test_the_own_password_is_changed_on_the_one_page_for_it(administration: Client) -> None:
    """Django's own page counts no tries, tells nobody and ends no session."""
    for answer in (administration.get("/admin/password_change/"), administration.post("/admin/password_change/", {})):
        assert answer["Location"] == "/account/password/"
