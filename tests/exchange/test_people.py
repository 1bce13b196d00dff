"""People as files: roles obey the rights of whoever sends them, and nobody is told who else has an account."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from drivers.models import Driver, Licence
from echauffeur.accounts.models import Membership, User
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import Base
from echauffeur.journal.models import Entry
from tests.exchange.conftest import fates, reasons, send, take_in
from tests.factories import BaseFactory, DriverFactory, MembershipFactory, RegulatorFactory, UserFactory

pytestmark = pytest.mark.django_db

EARLIER = (
    "email;firstname;lastname;phone.original;phone.canonical;roles.0.role;roles.0.campuses.0.id;roles.0.campuses.0.name;"
    "roles.1.role;roles.1.campuses.0.id;licences\n"
    "yann@example.org;Yann;Le Gall;06 06 06 06 06;+33606060606;ROLE_DRIVER;BSL;Brest;;;B,D1\n"
    "nolwenn@example.org;Nolwenn;Morvan;;;ROLE_REGULATOR;BSL;Brest;ROLE_DRIVER;BSL;B\n"
    "paul@example.org;Paul;Loin;;;ROLE_DRIVER;TLN;Toulon;;;\n"
)
LINE = "email;first_name;last_name;roles\n{};Ada;Byron;{}\n"


def roles_of(email: str) -> set[str]:
    return set(Membership.objects.filter(user__email=email).values_list("role", flat=True))


class TestTheEarlierService:
    def test_its_people_move_over(self, client: Client, base: Base) -> None:
        shown = send(client, EARLIER, "people", campus="BSL", licences_until="2027-03-31")
        assert [verb for _n, _name, verb in fates(shown)] == ["add", "add", "left_out"], reasons(shown)
        assert not User.objects.filter(email="yann@example.org").exists()
        take_in(client, shown)
        yann = User.objects.get(email="yann@example.org")
        assert (yann.first_name, yann.phone, yann.base) == ("Yann", "+33606060606", base)
        assert not yann.has_usable_password()
        assert roles_of("nolwenn@example.org") == {"driver", "regulator"}
        assert not User.objects.filter(email="paul@example.org").exists()
        held = Licence.objects.filter(driver__user=yann).values_list("category", "expires_on")
        assert set(held) == {("B", date(2027, 3, 31)), ("D1", date(2027, 3, 31))}

    def test_sent_again_changes_nothing(self, client: Client, base: Base) -> None:
        said = {"campus": "BSL", "licences_until": "2027-03-31"}
        take_in(client, send(client, EARLIER, "people", **said))
        again = send(client, EARLIER, "people", **said)
        assert [verb for _n, _name, verb in fates(again)] == ["same", "same", "left_out"]

    def test_licences_without_their_last_day_are_asked_for(self, client: Client, base: Base) -> None:
        shown = send(client, EARLIER, "people", campus="BSL")
        assert "Until when does licence B hold?" in reasons(shown)


class TestRoles:
    @pytest.mark.parametrize("role", ["ROLE_SUPERADMIN", "administrator", "superuser"])
    def test_nobody_becomes_an_administrator(self, client: Client, base: Base, role: str) -> None:
        shown = send(client, LINE.format("ada@example.org", role), "people")
        assert fates(shown) == [(2, "ada@example.org", "refused")]
        take_in(client, shown)
        assert not User.objects.filter(email="ada@example.org").exists()
        assert not User.objects.filter(is_superuser=True).exists()

    def test_one_that_is_not_the_senders_to_give_is_refused(
        self, client: Client, base: Base, manager: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whatever a role grants is all that its file gives: here managers, for once, give nothing but drivers."""
        monkeypatch.setattr("echauffeur.accounts.roles.Manager.grants", frozenset({Role.DRIVER}))
        shown = send(client, LINE.format("ada@example.org", "manager"), "people")
        assert "is not yours to give" in reasons(shown)
        take_in(client, shown)
        assert not roles_of("ada@example.org")
        take_in(client, send(client, LINE.format("ada@example.org", "driver"), "people"))
        assert roles_of("ada@example.org") == {"driver"}

    def test_a_regulator_sends_no_file(self, base: Base) -> None:
        client = Client()
        client.force_login(RegulatorFactory(base=base))
        for method in (client.get, client.post):
            assert method(reverse("base-import-kind", args=["brest", "people"])).status_code == 404

    def test_a_manager_whose_role_went_meanwhile_writes_nothing(
        self, client: Client, base: Base, manager: User
    ) -> None:
        shown = send(client, LINE.format("ada@example.org", "manager"), "people")
        Membership.objects.filter(user=manager).delete()
        assert client.post(shown.request["PATH_INFO"], {"seen": shown.context["plan"].digest}).status_code == 404
        assert not User.objects.filter(email="ada@example.org").exists()

    def test_a_file_withdraws_none(self, client: Client, base: Base) -> None:
        person = MembershipFactory(user__email="ada@example.org", base=base, role=Role.REGULATOR).user
        take_in(client, send(client, LINE.format(person.email, "driver"), "people"))
        assert roles_of(person.email) == {"driver", "regulator"}

    def test_the_words_of_the_screens_are_understood(self, client: Client, base: Base) -> None:
        take_in(client, send(client, LINE.format("ada@example.org", "Régulateur, Conducteur"), "people"))
        assert roles_of("ada@example.org") == {"driver", "regulator"}

    def test_each_role_has_its_step(self, client: Client, base: Base, manager: User) -> None:
        take_in(client, send(client, LINE.format("ada@example.org", "driver"), "people"))
        step = Entry.objects.get(verb="grant")
        assert (step.by, step.base, step.code) == (manager, base, "driver")


class TestAccounts:
    def test_of_others_keep_what_their_owner_wrote(self, client: Client, base: Base) -> None:
        person = UserFactory(email="ada@example.org", first_name="Augusta", phone="+33612345678", base=base)
        take_in(client, send(client, LINE.format("ada@example.org", "driver"), "people"))
        person.refresh_from_db()
        assert (person.first_name, person.phone) == ("Augusta", "+33612345678")

    @pytest.mark.parametrize("lines", ["{};Ada;Byron;driver", "{};;;driver", "{};Ada;Byron;", "{};Ada;Byron;pilot"])
    def test_a_plan_tells_nobody_who_has_an_account_elsewhere(self, client: Client, base: Base, lines: str) -> None:
        UserFactory(email="known@example.org", base=BaseFactory(code="toulon"))
        told = []
        for email in ("known@example.org", "nobody@example.org"):
            shown = send(client, f"email;first_name;last_name;roles\n{lines.format(email)}\n", "people")
            (fate,) = shown.context["plan"].fates
            told.append((fate.verb, fate.changes, fate.reasons))
        assert told[0] == told[1]

    def test_a_drivers_licence_is_prolonged(self, client: Client, base: Base) -> None:
        driver = DriverFactory(base=base, licence__expires_on=date(2026, 12, 31))
        lines = f"email;licences;wheelchair_trained\n{driver.user.email};B 31/12/2031;oui\n"
        take_in(client, send(client, lines, "people"))
        driver.refresh_from_db()
        assert driver.wheelchair_trained
        assert driver.licences.get().expires_on == date(2031, 12, 31)

    def test_the_training_goes_out_and_in_with_its_last_day(self, client: Client, base: Base) -> None:
        driver = DriverFactory(base=base, wheelchair_trained=True, wheelchair_until=date(2031, 5, 1))
        sent = client.get(reverse("base-export", args=["brest", "people"])).content.decode()
        assert ";1;2031-05-01" in sent
        assert {verb for _n, _name, verb in fates(send(client, sent, "people"))} == {"same"}
        take_in(client, send(client, sent.replace("2031-05-01", "01/05/2033"), "people"))
        driver.refresh_from_db()
        assert driver.wheelchair_until == date(2033, 5, 1)
        take_in(client, send(client, f"email;wheelchair_trained\n{driver.user.email};non\n", "people"))
        driver.refresh_from_db()
        assert (driver.wheelchair_trained, driver.wheelchair_until) == (False, None)

    def test_a_last_day_needs_the_training(self, client: Client, base: Base) -> None:
        driver = DriverFactory(base=base)
        shown = send(client, f"email;wheelchair_until\n{driver.user.email};2031-01-01\n", "people")
        assert "is not trained: say which is so" in reasons(shown)

    def test_customers_are_not_exported(self, client: Client, base: Base) -> None:
        UserFactory(email="customer@example.org", base=base)
        RegulatorFactory(email="foreign@example.org", base=BaseFactory(code="toulon"))
        DriverFactory(base=base, user__email="driver@example.org")
        sent = client.get(reverse("base-export", args=["brest", "people"])).content.decode()
        assert "driver@example.org" in sent
        assert "customer@example.org" not in sent
        assert "foreign@example.org" not in sent

    def test_a_licence_needs_a_driver(self, client: Client, base: Base) -> None:
        shown = send(client, "email;first_name;last_name;licences\nada@example.org;Ada;Byron;B 2031-01-01\n", "people")
        assert "Licences are a driver's" in reasons(shown)
        assert not Driver.objects.exists()
