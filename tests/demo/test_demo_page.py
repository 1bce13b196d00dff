"""The demo's page: who may use it, and that the simulator hears of it."""

import os
import subprocess
import sys
import time

import pytest
from django.test import Client

from echauffeur.common.hub import ask
from echauffeur.demo import control
from echauffeur.notifications.models import Message
from tests.factories import DriverFactory, ManagerFactory, RegulatorFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_told():
    ask(lambda client: client.delete(control.KEY, control.SIGN_OF_LIFE_KEY), default=None)


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_page_is_for_those_who_see_a_control_tower():
    for user in (RegulatorFactory(), ManagerFactory(), UserFactory(is_superuser=True)):
        assert client_of(user).get("/demo/").status_code == 200
    for user in (UserFactory(), DriverFactory().user):
        assert client_of(user).get("/demo/").status_code == 404
        assert client_of(user).post("/demo/", {"do": "pause"}).status_code == 404
    assert Client().get("/demo/").status_code == 302


def test_each_button_tells_the_simulator():
    client = client_of(RegulatorFactory())
    for do, told in (
        ("pause", control.Control(is_paused=True)),
        ("speed-5", control.Control(is_paused=True, speed=5)),
        ("resume", control.Control(speed=5)),
        ("rush", control.Control(speed=5, rushes=1)),
    ):
        assert client.post("/demo/", {"do": do}).headers["Location"] == "/demo/"
        assert control.read() == told


def test_a_button_that_does_not_exist_is_refused_in_words():
    page = client_of(RegulatorFactory()).post("/demo/", {"do": "speed-900"}, follow=True)
    assert "Press one of the buttons" in page.content.decode()
    assert control.read() == control.Control()


def test_page_says_when_nobody_plays():
    client = client_of(RegulatorFactory())
    assert "does not run" in client.get("/demo/").content.decode()
    control.say_alive()
    assert "does not run" not in client.get("/demo/").content.decode()


def test_without_redis_the_simulator_goes_on_as_told(services):
    client = client_of(RegulatorFactory())
    with services.without_valkey():
        assert control.read(control.Control(speed=2)) == control.Control(speed=2)
        assert "Redis is away" in client.post("/demo/", {"do": "pause"}, follow=True).content.decode()
    while not ask(lambda client: client.ping(), default=False):  # it is left alone for a second
        time.sleep(0.1)


class TestMailbox:
    """The demo's page of messages."""

    @pytest.fixture
    def message(self) -> Message:
        return Message.objects.create(
            way="mail", kind="sign_up", to="lou@demo.example", subject="Hi", body="It is 123456"
        )

    def test_shows_everybody_what_was_written(self, client: Client, message: Message):
        Message.objects.create(way="mail", kind="new_password", to="nobody@elsewhere.example", state="withheld")
        page = client.get("/demo/mail/").content.decode()
        assert "123456" in page
        assert "nobody@elsewhere.example" not in page

    def test_is_not_drawn_again_for_nothing(self, client: Client, message: Message):
        def look(seen: int) -> int:
            return client.get(f"/demo/mail/?seen={seen}", headers={"HX-Request": "true"}).status_code

        assert (look(message.pk), look(0)) == (204, 200)

    def test_exists_in_the_demo_only(self):
        code = "import django; django.setup(); from django.urls import reverse; reverse('demo-mail')"
        production = {"DJANGO_SETTINGS_MODULE": "echauffeur.settings.production", "SECRET_KEY": "x" * 50}
        answer = subprocess.run(
            [sys.executable, "-c", code], env=os.environ | production, check=False, capture_output=True, text=True
        )
        assert "NoReverseMatch" in answer.stderr
