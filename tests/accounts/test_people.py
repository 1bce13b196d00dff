"""The people of a base: its managers' pages."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from echauffeur.accounts.actions import roles
from echauffeur.accounts.actions.people import add_person
from echauffeur.accounts.actions.roles import NotYoursToGive
from echauffeur.accounts.forms.people import PersonForm
from echauffeur.accounts.models import Membership, User
from echauffeur.accounts.roles import IN_WORDS, ROLES, Role
from echauffeur.bases.models import Base
from echauffeur.journal.models import Entry
from echauffeur.notifications.models import Message
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
        assert User.objects.values().get(pk=person.pk) | {"news": []} == before
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


class TestAdding:
    """By exact address alone; the answer says no more than a manager must know."""

    FORM = {
        "email": "Loic.Morvan@Example.org", "role": "regulator", "first_name": "Loïc", "last_name": "Morvan",
        "phone": "06 12 34 56 78", "language": "fr",
    }  # fmt: skip
    NEW = "/bases/brest/people/new/"

    def add(self, client: Client, **changes: str) -> Any:
        return client.post(self.NEW, self.FORM | changes, follow=True)

    def test_an_unknown_address_is_invited(self, client: Client, base: Base, manager: User) -> None:
        answer = self.add(client)
        assert "Loïc Morvan is invited by mail to loic.morvan@example.org" in answer.content.decode()
        person = User.objects.get(email="loic.morvan@example.org")
        assert (person.phone, person.base, person.language) == ("+33612345678", base, "fr")
        assert (person.has_usable_password(), person.is_superuser, person.consented_at) == (False, False, None)
        assert Membership.objects.get(user=person).role == Role.REGULATOR
        (letter,) = Message.objects.all()
        assert (letter.kind, letter.to, letter.base) == ("invitation", person.email, base)
        assert [(e.subject, e.verb, e.by) for e in Entry.objects.of(base).order_by("seq")] == [
            ("person", "invite", manager),
            ("membership", "grant", manager),
        ]
        assert person.news == [], "the invitation tells of it"

    def test_an_account_that_exists_gets_the_role_and_keeps_the_rest(self, client: Client, toulon: Base) -> None:
        person = UserFactory(email="loic.morvan@example.org", base=toulon, language="en")
        before = User.objects.values().get(pk=person.pk)
        answer = self.add(client, first_name="Somebody", last_name="Else", phone="06 99 99 99 99")
        assert f"had an account already: {person} is now: Regulator." in answer.content.decode()
        after = User.objects.values().get(pk=person.pk)
        assert {name for name in after if after[name] != before[name]} == {"news"}
        (letter,) = Message.objects.all()
        assert (letter.kind, letter.to) == ("role_given", person.email)
        assert "Hervé Quéré gave you a role on Brest: Regulator." in letter.body
        again = self.add(client)
        assert "already had this role" in again.content.decode()
        assert Message.objects.count() == Entry.objects.count() == 1

    @pytest.mark.parametrize(
        "changes",
        [{"role": "administrator"}, {"role": ""}, {"email": "nobody"}, {"first_name": ""}, {"phone": "12"},
         {"email": "a\x00@example.org"}, {"language": "xx"}],
    )  # fmt: skip
    def test_what_is_wrong_is_said_before_anything_is_looked_up(self, client: Client, changes: dict[str, str]) -> None:
        known = UserFactory(email="loic.morvan@example.org", base=None)
        answers = []
        for email in (known.email, "nobody.knows@example.org"):
            answer = client.post(self.NEW, self.FORM | {"email": email} | changes)
            assert answer.status_code == 422
            answers.append(str(answer.context["form"].errors))
        assert answers[0] == answers[1]
        assert not Entry.objects.exists()
        assert User.objects.count() == 2

    def test_an_account_that_is_switched_off_gets_nothing(self, client: Client) -> None:
        UserFactory(email="loic.morvan@example.org", is_active=False, base=None)
        answer = self.add(client)
        assert answer.status_code == 422
        assert "takes no role" in answer.content.decode()
        assert not Membership.objects.filter(role=Role.REGULATOR).exists()

    def test_a_line_of_a_file_obeys_the_importers_own_rights(self, base: Base, toulon: Base, manager: User) -> None:
        regulator = RegulatorFactory(base=base)
        for by, where in ((regulator, base), (manager, toulon), (UserFactory(), base)):
            form = PersonForm(self.FORM | {"role": "manager"}, base=where, by=by)
            assert form.add() is None
            assert form.status == 422
            for role in (Role.MANAGER, None):
                with pytest.raises(NotYoursToGive):
                    add_person(email="x@example.org", base=where, role=role, by=by, first_name="X", last_name="Y")
        assert not User.objects.filter(email__in=["x@example.org", "loic.morvan@example.org"]).exists()
        assert PersonForm(self.FORM, base=base, by=manager).add().is_new
        added = add_person(email="x@example.org", base=base, role=None, by=manager, first_name="X", last_name="Y")
        assert (added.is_new, added.is_given) == (True, False)


class TestNews:
    """Who got or lost a role reads it on the next page, once, and in a mail."""

    def test_is_told_on_the_next_page_once(self, base: Base, manager: User) -> None:
        person, client = UserFactory(base=base), Client()
        client.force_login(person)
        roles.grant(user=person, base=base, role=Role.DRIVER, by=manager)
        roles.withdraw(user=person, base=base, role=Role.DRIVER, by=manager)
        page = client.get("/rides/").content.decode()
        assert "Hervé Quéré gave you a role on Brest: Driver." in page
        assert "Hervé Quéré withdrew your role on Brest: Driver." in page
        assert "Hervé Quéré" not in client.get("/rides/").content.decode()
        assert [m.kind for m in Message.objects.order_by("pk")] == ["role_given", "role_withdrawn"]

    def test_in_the_persons_own_language(self, base: Base, manager: User) -> None:
        person = UserFactory(base=base, language="fr")
        roles.grant(user=person, base=base, role=Role.DRIVER, by=manager)
        assert "Conducteur" in Message.objects.get().body

    def test_nobody_is_told_what_they_did_themselves(self, base: Base, manager: User) -> None:
        roles.grant(user=manager, base=base, role=Role.DRIVER, by=manager)
        manager.refresh_from_db()
        assert manager.news == []
        assert not Message.objects.exists()

    def test_who_has_none_is_asked_no_question_for_it(self, client: Client) -> None:
        client.get("/account/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/account/")
        assert not [query for query in queries if "journal_entry" in query["sql"]]

    def test_who_had_no_base_is_on_the_one_of_the_role(self, base: Base, manager: User) -> None:
        person = UserFactory(base=None)
        roles.grant(user=person, base=base, role=Role.DRIVER, by=manager)
        person.refresh_from_db()
        assert person.base == base
