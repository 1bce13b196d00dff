"""Signing in at a provider: its word counts when all of it holds, and then for the identity, not for the address."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from echauffeur.accounts import provider
from echauffeur.accounts.models import Identity, User
from echauffeur.journal.models import Entry
from tests.accounts import fake_provider
from tests.accounts.fake_provider import CLIENT, NEXT_KEY, SECRET, FakeProvider
from tests.accounts.test_second_factor import SECOND_STEP, SETUP, code_now, sign_in, with_second_factor
from tests.factories import IdentityFactory, ManagerFactory, UserFactory

pytestmark = pytest.mark.django_db

BACK = "/sign-in/provider/back/"


@pytest.fixture(scope="module")
def server() -> Iterator[FakeProvider]:
    with fake_provider.running() as fake:
        yield fake


@pytest.fixture
def fake(server: FakeProvider, settings: Settings) -> Iterator[FakeProvider]:
    provider._made.cache_clear()
    settings.OIDC_NAME, settings.OIDC_ISSUER = "ProConnect", server.issuer
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT, SECRET
    issuer = server.issuer
    FakeProvider.__init__(server)
    server.issuer = issuer
    yield server
    server.slow.set()


def go(client: Client, fake: FakeProvider, **twisted: str) -> HttpResponse:
    """Go to the provider, sign in there and come back; return the answer to coming back."""
    away = client.get("/sign-in/provider/", headers={"accept-language": "en"})
    if away.status_code != 302:
        return away
    return client.get(BACK, fake.authorize(away["Location"]) | twisted, headers={"accept-language": "en"})


def is_signed_in(client: Client) -> bool:
    """Whether the session is somebody's, be it before they agreed to the conditions of use."""
    return "_auth_user_id" in client.session


def nothing_happened(client: Client) -> bool:
    """Whether nobody is signed in and nothing was written."""
    return not (is_signed_in(client) or User.objects.exists() or Identity.objects.exists() or Entry.objects.exists())


class TestWhenAllHolds:
    def test_a_new_person_gets_an_account(self, fake: FakeProvider, client: Client) -> None:
        assert go(client, fake)["Location"] == "/"
        user = User.objects.get()
        assert (user.email, str(user), user.language) == ("alix.morvan@example.org", "Alix Morvan", "en")
        assert not user.has_usable_password()
        assert (user.is_staff, user.is_superuser, user.memberships.count()) == (False, False, 0)
        identity = Identity.objects.get()
        assert (identity.user, identity.issuer, identity.subject) == (user, fake.issuer, "sub-1")
        assert Entry.objects.get().verb == "sign_up"
        assert is_signed_in(client)

    def test_the_same_person_comes_back_to_the_same_account_whatever_the_address(
        self, fake: FakeProvider, client: Client
    ) -> None:
        go(client, fake)
        fake.person |= {"email": "married@example.org"}
        again = Client()
        go(again, fake)
        assert User.objects.get().email == "alix.morvan@example.org"
        assert is_signed_in(again)

    def test_somebody_else_with_the_same_address_does_not(self, fake: FakeProvider, client: Client) -> None:
        go(client, fake)
        fake.person |= {"sub": "sub-2"}
        other = Client()
        assert go(other, fake)["Location"].startswith("/sign-in/?")
        assert not is_signed_in(other)

    def test_one_comes_to_the_page_that_one_wanted(self, fake: FakeProvider, client: Client) -> None:
        away = client.get("/sign-in/provider/?next=/rides/new/")
        assert client.get(BACK, fake.authorize(away["Location"]))["Location"] == "/rides/new/"

    def test_but_never_to_another_site(self, fake: FakeProvider, client: Client) -> None:
        away = client.get("/sign-in/provider/?next=https://evil.example/")
        assert client.get(BACK, fake.authorize(away["Location"]))["Location"] == "/"

    def test_the_session_has_a_new_key(self, fake: FakeProvider, client: Client) -> None:
        away = client.get("/sign-in/provider/")
        before = client.cookies["sessionid"].value
        client.get(BACK, fake.authorize(away["Location"]))
        assert client.cookies["sessionid"].value != before

    def test_userinfo_may_be_signed(self, fake: FakeProvider, client: Client) -> None:
        fake.twist = "signed userinfo"
        assert go(client, fake)["Location"] == "/"
        assert User.objects.get().last_name == "Morvan"

    def test_the_provider_may_change_its_keys(self, fake: FakeProvider, client: Client) -> None:
        go(client, fake)
        fake.key = NEXT_KEY
        again = Client()
        go(again, fake)
        assert is_signed_in(again)

    def test_what_is_asked_for_is_asked_for_and_must_be_given(
        self, fake: FakeProvider, client: Client, settings: Settings
    ) -> None:
        settings.OIDC_ACR_VALUES = ["eidas2"]
        assert parse_qs(urlsplit(client.get("/sign-in/provider/")["Location"]).query)["acr_values"] == ["eidas2"]
        assert go(client, fake).status_code == 502
        fake.claims = {"acr": "eidas2"}
        assert go(client, fake).status_code == 302


NOW = time.time
WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "wrong nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "wrong issuer": {"iss": "https://other.example"},
    "no issuer": {"iss": None},
    "wrong audience": {"aud": "another"},
    "wrong audience, though asked for by us": {"aud": "another", "azp": CLIENT},
    "several audiences and another party": {"aud": [CLIENT, "another"], "azp": "another"},
    "several audiences and no party": {"aud": [CLIENT, "another"]},
    "no audience": {"aud": None},
    "expired": {"exp": int(NOW()) - 3600},
    "never ends": {"exp": None},
    "ends at no time": {"exp": "tomorrow"},
    "issued in the future": {"iat": int(NOW()) + 7200, "exp": int(NOW()) + 9000},
    "issued long ago": {"iat": int(NOW()) - 86_400},
    "issued at no time": {"iat": None},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that is no text": {"sub": 17},
    "a subject without end": {"sub": "x" * 5000},
    "a wrong hash of the access token": {"at_hash": "AAAA"},
    "methods that are no list": {"amr": "mfa"},
}
PARTS, FAULTS = ("discovery", "token", "jwks", "userinfo"), ("500", "redirects", "rubbish", "list", "huge")
TWISTS = [
    "bad signature", "alg none", "alg HS256 with the public key", "unknown kid", "no id token", "userinfo of another",
    "signed userinfo for another", "signed userinfo by another", "discovery of another", "token elsewhere",
    *(f"{part} {fault}" for part in PARTS for fault in FAULTS),
]  # fmt: skip


class TestWhenSomethingDoesNotHold:
    def refused(self, client: Client, answer: HttpResponse, status: int) -> None:
        assert answer.status_code == status
        assert "You are not signed in" in answer.content.decode()
        assert nothing_happened(client)

    @pytest.mark.parametrize("what", WRONG_CLAIMS)
    def test_a_claim(self, fake: FakeProvider, client: Client, what: str) -> None:
        fake.claims = WRONG_CLAIMS[what]
        self.refused(client, go(client, fake), 502)

    @pytest.mark.parametrize("twist", TWISTS)
    def test_an_answer(self, fake: FakeProvider, client: Client, twist: str) -> None:
        fake.twist = twist
        self.refused(client, go(client, fake), 502)

    @pytest.mark.parametrize("part", ["discovery", "token", "userinfo"])
    def test_an_answer_that_never_comes(
        self, fake: FakeProvider, client: Client, part: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(provider, "READ_SECONDS", 0.3)
        fake.twist = f"{part} hangs"
        began = time.monotonic()
        self.refused(client, go(client, fake), 502)
        assert time.monotonic() - began < 5

    def test_a_provider_that_is_not_there(self, fake: FakeProvider, client: Client, settings: Settings) -> None:
        settings.OIDC_ISSUER = "http://127.0.0.1:1"
        self.refused(client, client.get("/sign-in/provider/", headers={"accept-language": "en"}), 502)

    def test_an_address_to_which_our_secret_would_go(self, fake: FakeProvider, client: Client) -> None:
        fake.twist = "token elsewhere"
        self.refused(client, client.get("/sign-in/provider/", headers={"accept-language": "en"}), 502)

    @pytest.mark.parametrize("state", ["another", ""])
    def test_the_state(self, fake: FakeProvider, client: Client, state: str) -> None:
        self.refused(client, go(client, fake, state=state), 400)

    def test_an_answer_without_a_question(self, fake: FakeProvider, client: Client) -> None:
        victim = Client()
        away = client.get("/sign-in/provider/")
        brought = fake.authorize(away["Location"])
        self.refused(victim, victim.get(BACK, brought, headers={"accept-language": "en"}), 400)

    @pytest.mark.parametrize("query", [{}, {"code": "x"}, {"state": "x"}, {"code": "\0", "state": "\0"}])
    def test_an_incomplete_answer(self, fake: FakeProvider, client: Client, query: dict[str, str]) -> None:
        self.refused(client, client.get(BACK, query, headers={"accept-language": "en"}), 400)

    @pytest.mark.parametrize("error", ["access_denied", "server_error", "<script>alert(1)</script>"])
    def test_an_error(self, fake: FakeProvider, client: Client, error: str) -> None:
        answer = client.get(BACK, {"error": error, "error_description": error}, headers={"accept-language": "en"})
        self.refused(client, answer, 422)
        assert error not in str(answer.context["refusal"])
        assert "<script>alert" not in answer.content.decode()

    def test_a_code_twice(self, fake: FakeProvider, client: Client) -> None:
        away = client.get("/sign-in/provider/")
        brought = fake.authorize(away["Location"])
        client.get(BACK, brought)
        client.post("/sign-out/")
        assert client.get(BACK, brought).status_code == 400
        assert not is_signed_in(client)

    def test_a_code_of_somebody_else_s_sign_in(self, fake: FakeProvider, client: Client) -> None:
        """Stolen on its way, it is worth nothing in another browser: the verifier is missing."""
        stolen = fake.authorize(Client().get("/sign-in/provider/")["Location"])["code"]
        self.refused(client, go(client, fake, code=stolen), 502)

    @pytest.mark.parametrize(
        "changes",
        [
            {"email": None}, {"email": ""}, {"email": "no address"}, {"email": ["a@example.org"]},
            {"email_verified": False}, {"email_verified": None}, {"email_verified": "yes"},
        ],
    )  # fmt: skip
    def test_an_address_that_is_not_vouched_for(
        self, fake: FakeProvider, client: Client, changes: dict[str, Any]
    ) -> None:
        fake.person |= changes
        self.refused(client, go(client, fake), 403)

    def test_nobody_learns_of_an_account_by_an_address_of_their_own_making(self, fake: FakeProvider) -> None:
        UserFactory(email="known@example.org")
        texts = set()
        for email in ("known@example.org", "unknown@example.org"):
            fake.person |= {"email": email, "email_verified": False}
            answer = go(Client(), fake)
            texts.add((answer.status_code, answer.context["refusal"].message))
        assert len(texts) == 1

    @pytest.mark.parametrize("name", [{"given_name": 3}, {"given_name": "x" * 500}, {"given_name": "\0\ud800"}, {}])
    def test_odd_names_are_no_error(self, fake: FakeProvider, client: Client, name: dict[str, Any]) -> None:
        fake.person = {key: value for key, value in fake.person.items() if "name" not in key} | name
        assert go(client, fake).status_code == 302


class TestAnAddressThatHasAnAccount:
    @pytest.fixture
    def alix(self) -> User:
        return UserFactory(email="alix.morvan@example.org")

    def test_is_linked_by_its_owner_alone(self, fake: FakeProvider, client: Client, alix: User) -> None:
        to_proof = go(client, fake)["Location"]
        assert to_proof == "/sign-in/?next=%2Faccount%2Fidentities%2Flink%2F"
        assert not is_signed_in(client)
        assert sign_in(client, alix, next="/account/identities/link/")["Location"] == "/account/identities/link/"
        assert not Identity.objects.exists(), "signing in alone links nothing"
        assert "ProConnect" in client.get("/account/identities/link/").content.decode()
        client.post("/account/identities/link/")
        assert Identity.objects.get().user == alix
        assert Entry.objects.get().verb == "link_identity"
        again = Client()
        go(again, fake)
        assert is_signed_in(again)

    def test_is_linked_to_nobody_else(self, fake: FakeProvider, client: Client, alix: User) -> None:
        go(client, fake)
        sign_in(client, UserFactory())
        assert client.post("/account/identities/link/")["Location"] == "/account/"
        assert not Identity.objects.exists()

    def test_is_linked_within_ten_minutes(self, fake: FakeProvider, client: Client, alix: User) -> None:
        go(client, fake)
        sign_in(client, alix)
        with time_machine.travel(timezone.now() + timedelta(minutes=11)):
            client.post("/account/identities/link/")
        assert not Identity.objects.exists()

    def test_is_not_linked_when_the_identity_found_another_owner(
        self, fake: FakeProvider, client: Client, alix: User
    ) -> None:
        go(client, fake)
        sign_in(client, alix)
        IdentityFactory(issuer=fake.issuer, subject="sub-1")
        client.post("/account/identities/link/")
        assert Identity.objects.get().user != alix

    def test_takes_the_second_step_first(self, fake: FakeProvider, client: Client, alix: User) -> None:
        with_second_factor(alix)
        go(client, fake)
        assert sign_in(client, alix, next="/account/identities/link/")["Location"] == SECOND_STEP
        assert client.post("/account/identities/link/")["Location"].startswith("/sign-in/")
        client.post(SECOND_STEP, {"code": code_now(alix)})
        client.post("/account/identities/link/")
        assert Identity.objects.get().user == alix


def test_whoever_is_disabled_stays_out(fake: FakeProvider, client: Client) -> None:
    IdentityFactory(issuer=fake.issuer, subject="sub-1", user=UserFactory(is_active=False))
    assert go(client, fake).status_code == 403
    assert not is_signed_in(client)


def test_the_same_subject_of_another_provider_is_somebody_else(fake: FakeProvider, client: Client) -> None:
    other = IdentityFactory(issuer="https://other.example", subject="sub-1")
    go(client, fake)
    assert Identity.objects.get(issuer=fake.issuer).user != other.user


class TestSecondStep:
    """Ours is asked for where it is required and the provider has not shown one."""

    @pytest.fixture
    def manager(self, fake: FakeProvider) -> User:
        user = ManagerFactory()
        IdentityFactory(issuer=fake.issuer, subject="sub-1", user=user)
        return user

    @pytest.fixture
    def required(self, settings: Settings) -> None:
        settings.SECOND_FACTOR_REQUIRED_FOR, settings.OIDC_STRONG_ACR = ["manager"], ["eidas2"]

    @pytest.mark.parametrize("claims", [{"amr": ["pwd", "mfa"]}, {"acr": "eidas2"}])
    def test_is_the_provider_s_where_it_shows_one(
        self, fake: FakeProvider, client: Client, manager: User, required: None, claims: dict[str, Any]
    ) -> None:
        fake.claims = claims
        assert go(client, fake)["Location"] == "/"

    @pytest.mark.parametrize("claims", [{}, {"amr": ["pwd"]}, {"acr": "eidas1"}, {"amr": ["otp"]}])
    def test_is_ours_where_it_shows_none(
        self, fake: FakeProvider, client: Client, manager: User, required: None, claims: dict[str, Any]
    ) -> None:
        fake.claims = claims
        assert go(client, fake)["Location"] == SETUP
        assert not is_signed_in(client)
        with_second_factor(manager)
        assert go(Client(), fake)["Location"] == SECOND_STEP

    def test_is_not_asked_where_it_is_not_required(self, fake: FakeProvider, client: Client, manager: User) -> None:
        with_second_factor(manager)
        assert go(client, fake)["Location"] == "/"


class TestSigningOut:
    def test_goes_on_to_the_provider(self, fake: FakeProvider, client: Client) -> None:
        go(client, fake)
        assert client.post("/sign-out/")["Location"] == "/sign-out/done/"
        assert not is_signed_in(client)
        assert "/sign-out/provider/" in client.get("/sign-out/done/").content.decode()
        address = client.get("/sign-out/provider/")["Location"]
        asked = parse_qs(urlsplit(address).query)
        assert address.startswith(f"{fake.issuer}/end?")
        assert asked["post_logout_redirect_uri"] == ["http://testserver/sign-in/"]
        assert asked["id_token_hint"][0].count(".") == 2

    @pytest.mark.parametrize("twist", ["no way out", "discovery 500"])
    def test_ends_here_when_the_provider_offers_nothing(self, fake: FakeProvider, client: Client, twist: str) -> None:
        go(client, fake)
        client.post("/sign-out/")
        provider._made.cache_clear()
        fake.twist = twist
        assert client.get("/sign-out/provider/")["Location"] == "/sign-in/"

    def test_is_ours_alone_for_whoever_came_by_password(self, fake: FakeProvider, client: Client) -> None:
        sign_in(client, UserFactory())
        assert client.post("/sign-out/")["Location"] == "/sign-in/"


class TestUnlinking:
    def test_takes_another_way_in(self, fake: FakeProvider, client: Client) -> None:
        go(client, fake)
        user, identity = User.objects.get(), Identity.objects.get()
        User.objects.update(consented_at=timezone.now())
        client.post(f"/account/identities/{identity.pk}/unlink/")
        assert Identity.objects.exists(), "it is the only way in"
        user.set_password("a new long password")
        user.save(update_fields=["password"])
        client.force_login(user)
        client.post(f"/account/identities/{identity.pk}/unlink/")
        assert not Identity.objects.exists()

    def test_of_others_is_not_possible(self, client: Client) -> None:
        identity = IdentityFactory()
        client.force_login(UserFactory())
        assert client.post(f"/account/identities/{identity.pk}/unlink/").status_code == 404


def test_the_sign_in_page_offers_it_only_when_there_is_one(fake: FakeProvider, settings: Settings) -> None:
    assert "Sign in with ProConnect" in Client().get("/sign-in/", headers={"accept-language": "en"}).content.decode()
    settings.OIDC_ISSUER = ""
    assert "ProConnect" not in Client().get("/sign-in/").content.decode()
    assert Client().get("/sign-in/provider/").status_code == 404


def test_the_administration_shows_identities_and_changes_none(client: Client) -> None:
    identity = IdentityFactory()
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    assert client.get("/admin/accounts/identity/").status_code == 200
    assert client.get("/admin/accounts/identity/add/").status_code == 403
    assert client.post(f"/admin/accounts/identity/{identity.pk}/change/", {"subject": "x"}).status_code == 403
    assert client.post(f"/admin/accounts/identity/{identity.pk}/delete/", {"post": "yes"}).status_code == 403
