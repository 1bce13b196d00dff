"""The people of a base: its managers' pages."""

from typing import Any

import pytest
from django.test import Client

from echauffeur.accounts.models import Membership, User
from echauffeur.accounts.roles import IN_WORDS, ROLES, Role
from echauffeur.bases.models import Base
from echauffeur.journal.models import Entry
from tests.factories import BaseFactory, ManagerFactory, MembershipFactory, RegulatorFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def base() -> Base:
    return BaseFactory(code="brest")


@pytest.fixture
def toulon() -> Base:
    return BaseFactory(code="toulon")


@pytest.fixture
def manager(base: Base) -> User:
    return ManagerFactory(base=base, first_name="Hervé", last_name="Quéré")


@pytest.fixture
def client(manager: User) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def names(client: Client, **asked: str) -> set[str]:
    return {str(person) for person in client.get("/bases/brest/people/", asked).context["rows"]}


class TestList:
    def test_holds_who_works_here_and_whose_base_it_is_and_nobody_else(
        self, client: Client, base: Base, toulon: Base
    ) -> None:
        MembershipFactory(user=UserFactory(base=toulon, last_name="Works"), base=base)
        UserFactory(base=base, last_name="Rides")
        UserFactory(base=base, last_name="Gone", is_active=False)
        RegulatorFactory(base=toulon, last_name="Elsewhere")
        UserFactory(base=None, last_name="Nowhere")
        assert names(client) == {"Hervé Quéré", "Camille Works", "Camille Rides"}

    def test_by_role_and_by_words(self, client: Client, base: Base, toulon: Base) -> None:
        both = RegulatorFactory(base=base, first_name="Maël", last_name="Évrard", email="m.evrard@example.org")
        MembershipFactory(user=both, base=base, role=Role.DRIVER)
        MembershipFactory(user=UserFactory(base=base, last_name="Manages elsewhere"), base=toulon, role=Role.MANAGER)
        assert names(client, role="regulator") == names(client, role="driver") == {"Maël Évrard"}
        assert names(client, role="manager") == {"Hervé Quéré"}
        assert names(client, role="customer") == {"Camille Manages elsewhere"}
        for words in ("evrard", "Maël", "mael evrard", "Évrard ma", "m.evrard@"):
            assert names(client, q=words) == {"Maël Évrard"}, words
        assert names(client, q="%") == names(client, q="\x00 zz") == set()
        assert len(names(client, role="bogus", page="999")) == 3

    def test_shows_no_role_of_another_base(self, client: Client, base: Base, toulon: Base) -> None:
        person = UserFactory(base=base)
        MembershipFactory(user=person, base=toulon, role=Role.MANAGER)
        assert [row.roles_here for row in client.get("/bases/brest/people/", {"role": "customer"}).context["rows"]] == [
            []
        ]
        page = client.get(f"/bases/brest/people/{person.pk}/").content.decode()
        assert "Toulon" not in page

    def test_asks_as_few_questions_for_many_as_for_few(
        self, client: Client, base: Base, django_assert_max_num_queries: Any
    ) -> None:
        RegulatorFactory.create_batch(40, base=base)
        with django_assert_max_num_queries(9):
            client.get("/bases/brest/people/")


class TestPerson:
    @pytest.fixture
    def person(self, base: Base) -> User:
        return UserFactory(base=base, last_name="Le Gall")

    def test_the_page_says_what_each_role_lets_them_do(self, client: Client, person: User) -> None:
        page = client.get(f"/bases/brest/people/{person.pk}/").content.decode()
        for role, kind in ROLES.items():
            assert f'id="role-{role}"' in page
            assert all(str(IN_WORDS[permission]) in page for permission in kind.may)

    def test_a_role_is_given_and_withdrawn(self, client: Client, person: User, manager: User) -> None:
        address = f"/bases/brest/people/{person.pk}/"
        answer = client.post(f"{address}give/", {"role": "regulator"}, follow=True)
        assert answer.redirect_chain == [(address, 302)]
        assert "Camille Le Gall is now: Regulator." in answer.content.decode()
        assert "by Hervé Quéré" in answer.content.decode()
        assert Membership.objects.filter(user=person, role=Role.REGULATOR, base=manager.base).exists()
        again = client.post(f"{address}give/", {"role": "regulator"}, follow=True).content.decode()
        assert "already had this role" in again
        client.post(f"{address}withdraw/", {"role": "regulator"})
        assert (
            "did not have this role"
            in client.post(f"{address}withdraw/", {"role": "regulator"}, follow=True).content.decode()
        )
        assert [entry.verb for entry in Entry.objects.order_by("seq")] == ["grant", "withdraw"]

    def test_forged_fields_change_nothing_else(self, client: Client, person: User, toulon: Base) -> None:
        before = User.objects.values().get(pk=person.pk)
        forged = {
            "role": "driver", "base": toulon.pk, "code": "toulon", "user": toulon.pk, "by": person.pk,
            "is_superuser": "on", "email": "mine@example.org", "password": "x", "is_active": "", "is_staff": "on",
            "phone": "+33699999999",
        }  # fmt: skip
        client.post(f"/bases/brest/people/{person.pk}/give/", forged)
        assert User.objects.values().get(pk=person.pk) == before
        assert {(m.user, m.base.code, m.role) for m in Membership.objects.exclude(role="manager")} == {
            (person, "brest", "driver")
        }

    @pytest.mark.parametrize("role", ["", "administrator", "superuser", "customer", "regulator\x00", "é"])
    def test_no_other_role_is_given(self, client: Client, person: User, role: str) -> None:
        for step in ("give", "withdraw"):
            answer = client.post(f"/bases/brest/people/{person.pk}/{step}/", {"role": role})
            assert answer.status_code == 422
        assert not Entry.objects.exists()

    def test_people_of_another_base_are_missing_people(self, client: Client, base: Base, toulon: Base) -> None:
        foreign = RegulatorFactory(base=toulon)
        for pk in (foreign.pk, 0, 987_654_321):
            assert client.get(f"/bases/brest/people/{pk}/").status_code == 404
            for step in ("give", "withdraw"):
                for code in ("brest", "toulon"):
                    answer = client.post(f"/bases/{code}/people/{pk}/{step}/", {"role": "regulator"})
                    assert answer.status_code == 404
        assert Membership.objects.filter(user=foreign).count() == 1

    def test_the_last_manager_stays_and_is_told_why(self, client: Client, manager: User) -> None:
        answer = client.post(f"/bases/brest/people/{manager.pk}/withdraw/", {"role": "manager"})
        assert answer.status_code == 422
        assert "You are the last manager of Brest" in answer.content.decode()
        assert Membership.objects.filter(user=manager).exists()

    def test_who_gives_up_the_own_role_goes_home(self, client: Client, manager: User, base: Base) -> None:
        ManagerFactory(base=base)
        answer = client.post(f"/bases/brest/people/{manager.pk}/withdraw/", {"role": "manager"})
        assert (answer.status_code, answer["Location"]) == (302, "/")
        assert client.get("/bases/brest/people/").status_code == 404

    def test_who_leaves_the_base_with_the_role_leaves_the_list(self, client: Client, base: Base, toulon: Base) -> None:
        visitor = MembershipFactory(user=UserFactory(base=toulon), base=base).user
        answer = client.post(f"/bases/brest/people/{visitor.pk}/withdraw/", {"role": "regulator"})
        assert answer["Location"] == "/bases/brest/people/"

    def test_the_phone_of_a_customer_is_not_the_managers_business(self, client: Client, person: User) -> None:
        assert "06 12 34 56 78" not in client.get(f"/bases/brest/people/{person.pk}/").content.decode()
        MembershipFactory(user=person)
        assert "06 12 34 56 78" in client.get(f"/bases/brest/people/{person.pk}/").content.decode()
