"""Whoever is signed out, disabled or loses a role hears nothing after one second, on whichever page."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async as in_thread
from django.test import Client
from pytest_django import Settings

from echauffeur.accounts.actions import roles
from echauffeur.accounts.actions.sessions import end_sessions
from echauffeur.accounts.models import Membership, Session, User
from echauffeur.accounts.roles import Role
from echauffeur.common import hub as hubs
from tests import factories
from tests.accounts.inbox import code_to
from tests.admin.test_telling import form_on
from tests.life.journeys import Journey, journey_to
from tests.services import Services
from tests.sockets import HOST, Listener, close_hub, listening, looked, lost, subscribed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]

AT_ONCE, WITHOUT_REDIS = 1.0, 3.0
SIGN_IN_AGAIN, RIGHT_WITHDRAWN = 4401, 4403
Way = Callable[[User, str], None]


@pytest_asyncio.fixture(autouse=True)
async def own_hub() -> AsyncIterator[None]:
    hubs._resting_until = 0.0
    yield
    await close_hub()


def browser(key: str) -> Client:
    client = Client()
    client.cookies["sessionid"] = key
    return client


def administration() -> Client:
    client = Client()
    client.force_login(factories.UserFactory(is_superuser=True, is_staff=True))
    return client


def sign_out(person: User, key: str) -> None:
    assert browser(key).post("/sign-out/").status_code == 302


def end_this_session(person: User, key: str) -> None:
    other = Client()
    other.force_login(person)
    handle = Session.objects.get(pk=key).handle
    assert other.post(f"/account/sessions/{handle}/end/").status_code == 302


def sign_out_elsewhere(person: User, key: str) -> None:
    other = Client()
    other.force_login(person)
    assert other.post("/account/sessions/end-others/").status_code == 302


def sign_out_everywhere(person: User, key: str) -> None:
    assert browser(key).post("/account/sessions/end/").status_code == 302


def disable(person: User, key: str) -> None:
    client, address = administration(), f"/admin/accounts/user/{person.pk}/change/"
    form = form_on(client, address)
    del form["is_active"]
    assert client.post(address, form).status_code == 302


def set_a_password(person: User, key: str) -> None:
    new = {"password1": "goélands du port", "password2": "goélands du port", "usable_password": "true"}
    assert administration().post(f"/admin/accounts/user/{person.pk}/password/", new).status_code == 302


def change_the_password_elsewhere(person: User, key: str) -> None:
    other = Client()
    other.force_login(person)
    new = {"present_password": factories.PASSWORD, "password": "seven grey geese fly"}
    assert other.post("/account/password/", new).status_code == 302


def choose_a_new_password_by_code(person: User, key: str) -> None:
    other = Client()
    other.post("/forgotten-password/", {"email": person.email})
    new = {"code": code_to(person.email), "password": "seven grey geese fly"}
    assert other.post("/forgotten-password/code/", new).status_code == 302


def withdraw_on_the_person(person: User, key: str) -> None:
    client, address = administration(), f"/admin/accounts/user/{person.pk}/change/"
    form = form_on(client, address) | {"memberships-0-DELETE": "on"}
    assert client.post(address, form).status_code == 302
    assert not Membership.objects.filter(user=person).exists()


def withdraw_the_role(person: User, key: str) -> None:
    membership = Membership.objects.get(user=person)
    address = f"/admin/accounts/membership/{membership.pk}/delete/"
    assert administration().post(address, {"post": "yes"}).status_code == 302


SIGNED_OUT: list[Way] = [
    sign_out, end_this_session, sign_out_elsewhere, sign_out_everywhere, disable, set_a_password,
    change_the_password_elsewhere, choose_a_new_password_by_code,
]  # fmt: skip
DEMOTED: list[Way] = [withdraw_on_the_person, withdraw_the_role]


class Page:
    """A live page of the world: its socket, and whose it is."""

    def __init__(self, name: str, state: str = "acknowledged"):
        journey: Journey = journey_to(state)
        customer, driver, regulator = journey.customer, journey.driver.user, journey.regulator
        self.journey = journey
        self.path, self.person = {
            "tower": ("/live/base/brest/", regulator),
            "ride": (f"/live/ride/{journey.ride.code}/", customer),
            "rides": ("/live/rides/", customer),
            "driver": ("/live/driver/", driver),
        }[name]
        client = Client()
        client.force_login(self.person)
        self.key = client.cookies["sessionid"].value

    def open(self) -> Any:
        return listening(self.path, cookie=f"sessionid={self.key}", origin=f"http://{HOST.decode()}")


async def closed_after(page: Page, way: Way, *, within: float, code: int) -> None:
    """Open the page's socket, sign its person out that way, and demand that it closes, and says nothing later."""
    async with page.open() as socket:
        await looked(socket)
        await in_thread(way)(page.person, page.key)
        assert await socket.closed(within=within) == code
        await something_happens(page)
        assert await nothing_more(socket)


async def something_happens(page: Page) -> None:
    journey = page.journey
    streams = [f"base:{journey.base.pk}", journey.ride.stream, f"customer:{journey.customer.pk}", journey.driver.stream]
    await in_thread(hubs.publish)([(f"stream:{stream}", {"type": "step", "seq": 999}) for stream in streams])


async def nothing_more(socket: Listener) -> bool:
    await asyncio.sleep(0.3)
    return socket.communicator.output_queue.empty()


@pytest.mark.parametrize("way", SIGNED_OUT, ids=lambda way: way.__name__)
@pytest.mark.parametrize("name", ["tower", "ride", "rides", "driver"])
async def test_whoever_is_signed_out_hears_nothing_more(name: str, way: Way) -> None:
    page = await in_thread(Page)(name)
    await closed_after(page, way, within=AT_ONCE, code=SIGN_IN_AGAIN)


@pytest.mark.parametrize("way", DEMOTED, ids=lambda way: way.__name__)
@pytest.mark.parametrize("name", ["tower", "driver"])
async def test_whoever_loses_the_role_hears_nothing_more(name: str, way: Way) -> None:
    page = await in_thread(Page)(name, "completed")
    await closed_after(page, way, within=AT_ONCE, code=RIGHT_WITHDRAWN)


@pytest.mark.parametrize("way", [*SIGNED_OUT, withdraw_the_role], ids=lambda way: way.__name__)
async def test_control_without_the_notice_the_socket_stays_open(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    page = await in_thread(Page)("tower", "completed")
    monkeypatch.setattr(hubs, "publish", lambda notices: False)
    with pytest.raises(TimeoutError):
        await closed_after(page, way, within=AT_ONCE, code=SIGN_IN_AGAIN)


@pytest.mark.parametrize("way", [sign_out, disable, withdraw_the_role], ids=lambda way: way.__name__)
async def test_while_redis_is_away_it_takes_the_process_own_beat(way: Way, services: Services) -> None:
    page = await in_thread(Page)("tower", "completed")
    async with page.open() as socket:
        hub = await subscribed()
        await socket.hear("hello")
        with services.without_valkey():
            await lost(hub)
            await in_thread(way)(page.person, page.key)
            assert await socket.closed(within=WITHOUT_REDIS) in {SIGN_IN_AGAIN, RIGHT_WITHDRAWN}


async def test_the_session_that_signs_the_others_out_stays_open() -> None:
    page = await in_thread(Page)("tower", "completed")
    async with page.open() as socket:
        await subscribed()
        await socket.hear("hello")
        await in_thread(lambda: end_sessions(user=page.person, by=page.person, but=page.key))()
        with pytest.raises(TimeoutError):
            await socket.closed(within=AT_ONCE)


async def test_whoever_is_given_a_role_that_takes_a_second_step_is_out_until_it_is_set_up(settings: Settings) -> None:
    def grant(person: User, key: str) -> None:
        administrator = factories.UserFactory(is_superuser=True)
        roles.grant(user=person, base=page.journey.base, role=Role.MANAGER, by=administrator)

    page = await in_thread(Page)("rides")
    settings.SECOND_FACTOR_REQUIRED_FOR = ["manager"]
    await closed_after(page, grant, within=AT_ONCE, code=SIGN_IN_AGAIN)
