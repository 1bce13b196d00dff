"""The second step: nobody counts as signed in before it, each code holds once, and who must have one has one."""

import threading
from base64 import b32decode
from datetime import timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings

from echauffeur.accounts.actions import roles, second_factor
from echauffeur.accounts.models import Session, User
from echauffeur.accounts.roles import Role
from echauffeur.common.refusals import Refusal
from echauffeur.journal.models import Entry
from tests.factories import PASSWORD, BaseFactory, ManagerFactory, UserFactory

pytestmark = pytest.mark.django_db

SECOND_STEP, SETUP = "/sign-in/second-step/", "/sign-in/second-step/setup/"


def code_now(user: User, *, steps: int = 0, confirmed: bool = True) -> str:
    """Return what the person's app shows now, or so many steps of 30 seconds later."""
    device = TOTPDevice.objects.get(user=user, confirmed=confirmed)
    return f"{totp(device.bin_key, t0=-30 * steps):06}"


def typed(code: str, password: str = PASSWORD) -> dict[str, str]:
    """Return what whoever is signed in types to set the second step up."""
    return {"code": code, "password": password}


def with_second_factor(user: User) -> list[str]:
    """Set the second step up as an hour ago, and return the recovery codes."""
    begun = second_factor.begin(user=user).pk
    with time_machine.travel(timezone.now() - timedelta(hours=1)):
        return second_factor.confirm(user=user, begun=begun, digits=code_now(user, confirmed=False))


@pytest.fixture
def camille() -> User:
    return UserFactory(email="camille@example.org")


def sign_in(client: Client, user: User, **more: str) -> HttpResponse:
    return client.post("/sign-in/", {"username": user.email, "password": PASSWORD} | more)


def is_signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


class TestSettingItUp:
    @pytest.fixture
    def client(self, camille: User) -> Client:
        client = Client()
        sign_in(client, camille)
        return client

    def test_counts_only_after_a_code_was_typed(self, client: Client, camille: User) -> None:
        page = BeautifulSoup(client.get("/account/second-factor/").content, "html.parser")
        assert page.select_one("svg.qr path")
        camille.refresh_from_db()
        assert camille.second_factor_at is None
        assert sign_in(Client(), camille)["Location"] == "/", "nothing is asked yet"

    def test_the_key_stays_the_same_until_then(self, client: Client) -> None:
        keys = [
            BeautifulSoup(client.get("/account/second-factor/").content, "html.parser").select_one(".setup__text").text
            for _ in range(2)
        ]
        assert keys[0] == keys[1]
        device = TOTPDevice.objects.get()
        assert keys[0].replace(" ", "") in device.config_url

    def test_whoever_looked_on_elsewhere_has_not_seen_the_key(self, client: Client, camille: User) -> None:
        """Somebody who knows the password opens the page first, and waits until its owner confirms the key."""
        spy = Client()
        sign_in(spy, camille)
        seen = BeautifulSoup(spy.get("/account/second-factor/").content, "html.parser").select_one(".setup__text").text
        page = BeautifulSoup(client.get("/account/second-factor/").content, "html.parser")
        key = page.select_one(".setup__text").text
        assert key != seen
        code = f"{totp(b32decode(key.replace(' ', ''))):06}"
        assert client.post("/account/second-factor/", typed(code)).status_code == 200
        device = TOTPDevice.objects.get()
        assert (device.confirmed, key.replace(" ", "") in device.config_url) == (True, True)

    def test_shows_ten_recovery_codes_once_and_stores_none(self, client: Client, camille: User) -> None:
        client.get("/account/second-factor/")
        answer = client.post("/account/second-factor/", typed(code_now(camille, confirmed=False)))
        codes = [item.text for item in BeautifulSoup(answer.content, "html.parser").select(".recovery-codes li")]
        assert len(set(codes)) == 10
        assert "no-store" in answer["Cache-Control"]
        stored = set(StaticToken.objects.values_list("token", flat=True))
        assert not stored & {code.replace(" ", "") for code in codes}
        assert codes[0] not in client.get("/account/").content.decode()
        assert Entry.objects.get().verb == "add_second_factor"

    def test_signs_out_everywhere_else(self, client: Client, camille: User) -> None:
        other = Client()
        sign_in(other, camille)
        client.get("/account/second-factor/")
        client.post("/account/second-factor/", typed(code_now(camille, confirmed=False)))
        assert (is_signed_in(client), is_signed_in(other)) == (True, False)

    @pytest.mark.parametrize("code", ["", "000000", "abcdef", "1234567890123456789012345", "١٢٣٤٥٦", "12 34\0"])
    def test_a_wrong_code_is_said_at_its_field(self, client: Client, camille: User, code: str) -> None:
        client.get("/account/second-factor/")
        answer = client.post("/account/second-factor/", typed(code))
        assert answer.status_code == 422
        assert answer.context["form"].errors["code"]
        camille.refresh_from_db()
        assert camille.second_factor_at is None

    @pytest.mark.parametrize("password", ["", "another one"])
    def test_an_open_browser_alone_sets_nothing_up(self, client: Client, camille: User, password: str) -> None:
        client.get("/account/second-factor/")
        answer = client.post("/account/second-factor/", typed(code_now(camille, confirmed=False), password))
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == ["password"]
        camille.refresh_from_db()
        assert camille.second_factor_at is None

    def test_the_password_is_guessed_no_longer_than_a_code(self, client: Client, camille: User) -> None:
        client.get("/account/second-factor/")
        code = code_now(camille, confirmed=False)
        tries = [client.post("/account/second-factor/", typed(code, f"guess {n}")).status_code for n in range(6)]
        assert tries == [422] * 5 + [429]

    def test_who_has_no_password_has_just_signed_in(self, client: Client, camille: User) -> None:
        camille.set_unusable_password()
        camille.save()
        client.force_login(camille)
        client.get("/account/second-factor/")
        later = timezone.now() + timedelta(minutes=11)
        code = {"code": code_now(camille, confirmed=False)}
        with time_machine.travel(later):
            assert client.post("/account/second-factor/", code)["Location"] == "/account/"
            assert "Sign out and in again first" in client.get("/account/").content.decode()
        camille.refresh_from_db()
        assert camille.second_factor_at is None
        assert client.post("/account/second-factor/", code).status_code == 200
        camille.refresh_from_db()
        assert camille.second_factor_at


class TestSigningIn:
    def test_takes_two_steps(self, client: Client, camille: User) -> None:
        with_second_factor(camille)
        assert sign_in(client, camille, next="/rides/new/")["Location"] == SECOND_STEP
        assert not is_signed_in(client)
        halfway = client.cookies["sessionid"].value
        assert client.get(SECOND_STEP).status_code == 200
        assert client.post(SECOND_STEP, {"code": code_now(camille)})["Location"] == "/rides/new/"
        assert is_signed_in(client)
        assert client.cookies["sessionid"].value != halfway, "the session has a new key"
        assert not Session.objects.filter(pk=halfway).exists()

    def test_halfway_in_nothing_opens(self, client: Client, camille: User) -> None:
        with_second_factor(camille)
        sign_in(client, camille)
        for path in ("/account/", "/rides/", "/admin/", "/account/second-factor/"):
            assert client.get(path)["Location"].startswith("/sign-in/")
        assert Session.objects.get(pk=client.cookies["sessionid"].value).user is None
        assert User.objects.get(pk=camille.pk).last_login is None

    def test_a_recovery_code_lets_in_once(self, camille: User) -> None:
        codes = with_second_factor(camille)
        for expected in (True, False):
            client = Client()
            sign_in(client, camille)
            client.post(SECOND_STEP, {"code": codes[0]})
            assert is_signed_in(client) is expected
        assert second_factor.codes_left(camille) == 9

    def test_a_code_of_the_app_lets_in_once(self, camille: User) -> None:
        with_second_factor(camille)
        code = code_now(camille)
        for expected in (True, False):
            client = Client()
            sign_in(client, camille)
            client.post(SECOND_STEP, {"code": code})
            assert is_signed_in(client) is expected

    @pytest.mark.parametrize(("steps", "holds"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
    def test_a_clock_may_be_one_step_off(self, client: Client, camille: User, steps: int, holds: bool) -> None:
        with_second_factor(camille)
        with time_machine.travel(timezone.now().replace(second=15), tick=False):
            sign_in(client, camille)
            client.post(SECOND_STEP, {"code": code_now(camille, steps=steps)})
            assert is_signed_in(client) is holds

    def test_the_first_step_holds_for_five_minutes(self, client: Client, camille: User) -> None:
        with_second_factor(camille)
        sign_in(client, camille)
        with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=1)):
            assert client.post(SECOND_STEP, {"code": code_now(camille)})["Location"] == "/sign-in/"
            assert not is_signed_in(client)

    @pytest.mark.parametrize("change", ["password", "disabled"])
    def test_the_first_step_holds_no_more_when_the_account_changes(
        self, client: Client, camille: User, change: str
    ) -> None:
        with_second_factor(camille)
        sign_in(client, camille)
        if change == "password":
            camille.set_password("another long password")
        camille.is_active = change != "disabled"
        camille.save()
        assert client.post(SECOND_STEP, {"code": code_now(camille)})["Location"] == "/sign-in/"
        assert not is_signed_in(client)

    def test_guessing_ends_after_five_tries_and_the_right_code_waits_too(self, client: Client, camille: User) -> None:
        with_second_factor(camille)
        sign_in(client, camille)
        codes = [client.post(SECOND_STEP, {"code": f"{n:06}"}).status_code for n in range(6)]
        assert codes == [422] * 5 + [429]
        assert client.post(SECOND_STEP, {"code": code_now(camille)}).status_code == 429
        assert not is_signed_in(client)

    def test_a_code_of_somebody_else_lets_nobody_in(self, client: Client, camille: User) -> None:
        with_second_factor(camille)
        other = UserFactory()
        codes = with_second_factor(other)
        sign_in(client, camille)
        for code in (codes[0], code_now(other)):
            client.post(SECOND_STEP, {"code": code})
        assert not is_signed_in(client)


class TestLeavingIt:
    @pytest.fixture
    def client(self, camille: User) -> Client:
        with_second_factor(camille)
        client = Client()
        sign_in(client, camille)
        client.post(SECOND_STEP, {"code": code_now(camille)})
        return client

    @pytest.mark.parametrize("by", ["password", "code"])
    def test_takes_a_proof(self, client: Client, camille: User, by: str) -> None:
        proof = PASSWORD if by == "password" else code_now(camille, steps=1)
        assert client.post("/account/second-factor/remove/", {"proof": proof})["Location"] == "/account/"
        camille.refresh_from_db()
        assert camille.second_factor_at is None
        assert not TOTPDevice.objects.exists()
        assert is_signed_in(client)

    @pytest.mark.parametrize("proof", ["", "wrong", "000000"])
    def test_does_not_happen_without(self, client: Client, camille: User, proof: str) -> None:
        assert client.post("/account/second-factor/remove/", {"proof": proof}).status_code == 422
        camille.refresh_from_db()
        assert camille.second_factor_at

    def test_who_must_have_one_is_led_to_another(self, client: Client, camille: User, settings: Settings) -> None:
        roles.grant(user=camille, base=camille.base, role=Role.MANAGER, by=UserFactory(is_superuser=True))
        settings.SECOND_FACTOR_REQUIRED_FOR = ["manager"]
        assert client.post("/account/second-factor/remove/", {"proof": PASSWORD})["Location"] == SETUP
        assert not is_signed_in(client)

    def test_new_recovery_codes_take_the_place_of_the_old(self, client: Client, camille: User) -> None:
        before = set(StaticToken.objects.values_list("token", flat=True))
        answer = client.post("/account/second-factor/codes/", {"proof": PASSWORD})
        assert len(answer.context["codes"]) == 10
        assert not before & set(StaticToken.objects.values_list("token", flat=True))


class TestBeingRequired:
    @pytest.fixture(autouse=True)
    def required(self, settings: Settings) -> None:
        settings.SECOND_FACTOR_REQUIRED_FOR = ["manager", "administrator"]

    @pytest.fixture(params=["manager", "administrator"])
    def person(self, request: pytest.FixtureRequest) -> User:
        if request.param == "manager":
            return ManagerFactory()
        return UserFactory(is_superuser=True, is_staff=True)

    def test_leads_to_setting_it_up_and_to_nothing_else(self, client: Client, person: User) -> None:
        assert sign_in(client, person)["Location"] == SETUP
        for path in ("/account/", "/rides/", "/admin/", "/bases/brest/tower/", SECOND_STEP):
            assert client.get(path)["Location"].startswith("/sign-in/")
        assert client.get(SETUP).status_code == 200

    def test_ends_with_being_signed_in(self, client: Client, person: User) -> None:
        sign_in(client, person, next="/rides/")
        client.get(SETUP)
        answer = client.post(SETUP, {"code": code_now(person, confirmed=False)})
        assert len(answer.context["codes"]) == 10
        assert 'href="/rides/"' in answer.content.decode()
        assert is_signed_in(client)

    def test_asks_nothing_of_others(self, client: Client, camille: User) -> None:
        assert sign_in(client, camille)["Location"] == "/"

    def test_signs_out_whoever_becomes_a_manager_without_one(self, client: Client, camille: User) -> None:
        sign_in(client, camille)
        roles.grant(user=camille, base=BaseFactory(), role=Role.MANAGER, by=UserFactory(is_superuser=True))
        assert not is_signed_in(client)
        assert sign_in(client, camille)["Location"] == SETUP

    def test_signs_nobody_out_who_has_one(self, client: Client, camille: User) -> None:
        with_second_factor(camille)
        sign_in(client, camille)
        client.post(SECOND_STEP, {"code": code_now(camille)})
        roles.grant(user=camille, base=BaseFactory(), role=Role.MANAGER, by=UserFactory(is_superuser=True))
        assert is_signed_in(client)


def test_an_administrator_resets_what_was_lost(client: Client, camille: User) -> None:
    with_second_factor(camille)
    administrator = UserFactory(is_superuser=True, is_staff=True)
    client.force_login(administrator)
    form = {"action": "reset_second_factor", "_selected_action": [camille.pk]}
    assert client.post("/admin/accounts/user/", form).status_code == 302
    assert sign_in(Client(), camille)["Location"] == "/"
    entry = Entry.objects.get(verb="reset_second_factor")
    assert (entry.by, entry.subject_id, entry.base) == (administrator, camille.pk, None)


def test_the_administration_shows_no_key(client: Client, camille: User) -> None:
    with_second_factor(camille)
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    assert client.get("/admin/otp_totp/totpdevice/").status_code == 404
    assert client.get("/admin/otp_static/staticdevice/").status_code == 404
    page = client.get(f"/admin/accounts/user/{camille.pk}/change/").content.decode()
    assert TOTPDevice.objects.get().key not in page


@pytest.mark.django_db(transaction=True)
def test_of_two_who_send_the_same_code_at_once_one_is_let_in() -> None:
    user = UserFactory()
    with_second_factor(user)
    code, together, results = code_now(user), threading.Barrier(2), []

    def try_it() -> None:
        together.wait()
        try:
            second_factor.check(user=user, digits=code)
            results.append(True)
        except Refusal:
            results.append(False)
        finally:
            connection.close()

    threads = [threading.Thread(target=try_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, True]
