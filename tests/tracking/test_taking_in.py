"""What comes in from a phone: kept and told, or refused with its reason and then nowhere."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async as in_thread
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from drivers import phone
from drivers.models import Driver, Shift
from echauffeur.accounts.models import Membership, User
from echauffeur.common import hub as hubs
from echauffeur.common.limits import Limit
from tests import factories
from tests.services import Services
from tests.sockets import close_hub, listening
from tracking.actions import positions as actions
from tracking.actions.positions import JUMP_WITHIN, LARGEST_BATCH, Taken, take_in
from tracking.positions import Position, forget, newest

pytestmark = pytest.mark.usefixtures("empty_redis")
HERE = {"lat": 48.381, "lon": -4.494, "accuracy": 8, "heading": 90}


@pytest.fixture
def driver() -> Driver:
    return factories.DriverFactory()


@pytest.fixture
def client(driver: Driver) -> Client:
    client = Client()
    client.force_login(driver.user)
    return client


def now(**later: float) -> float:
    return (timezone.now() + timedelta(**later)).timestamp()


def at(driver: Driver, moment: datetime | None = None) -> Position:
    return Position(driver.pk, 48.381, -4.494, moment or timezone.now())


def batch(*points: object) -> dict[str, Any]:
    return {"type": "positions", "batch": "7", "points": points}


def post(client: Client, message: object) -> tuple[int, dict[str, Any]]:
    answer = client.post(reverse("positions"), message, content_type="application/json")
    return answer.status_code, answer.json()


def lives(driver: Driver) -> float:
    """Return how many seconds the driver's position is still kept."""
    return hubs.ask(lambda client: client.pttl(f"position:{driver.pk}"), default=0) / 1000


def reasons(taken: Taken) -> dict[int, str]:
    return {place: refusal.code for place, refusal in taken.refused.items()}


WRONG = [
    ({"at": now(hours=-1)}, "too_old"),
    ({"at": now(days=1)}, "future"),
    ({"accuracy": 1001}, "vague"),
    ({"lat": 91}, "impossible"),
    ({"lon": -180.5}, "impossible"),
    ({"lat": "nan"}, "impossible"),
    ({"lat": None}, "malformed"),
    ({"lat": "north"}, "malformed"),
    ({"at": 1e300}, "malformed"),
    ({"at": "now"}, "malformed"),
    ({"heading": "north"}, "malformed"),
]
NO_POSITIONS = ["", "{", "[]", "7", "null", '"lat"', "\x00"]
TAKEN = {"type": "positions_taken", "batch": "7", "refused": []}


@pytest.mark.django_db
class TestOverHttp:
    def test_is_taken_and_kept_as_the_newest(self, client: Client, driver: Driver) -> None:
        assert post(client, batch(HERE | {"at": now()})) == (200, TAKEN)
        kept = newest([driver.pk])[driver.pk]
        assert (kept.latitude, kept.longitude, kept.heading) == (48.381, -4.494, 90)

    @pytest.mark.parametrize(("wrong", "reason"), WRONG)
    def test_what_cannot_be_is_refused_and_nowhere(
        self, client: Client, driver: Driver, wrong: dict[str, Any], reason: str
    ) -> None:
        status, answer = post(client, batch(HERE | {"at": now()} | wrong))
        assert (status, answer["type"]) == (200, "positions_taken")
        assert [(each["reason"], each["places"]) for each in answer["refused"]] == [(reason, [0])]
        assert answer["refused"][0]["message"].endswith(".")
        assert newest([driver.pk]) == {}

    @pytest.mark.parametrize("body", NO_POSITIONS)
    def test_what_is_no_message_is_refused(self, client: Client, body: str) -> None:
        status, answer = post(client, body)
        assert (status, answer["reason"]) == (422, "malformed")
        assert answer["message"] == "This message holds no positions."

    @pytest.mark.parametrize("body", NO_POSITIONS)
    def test_what_is_no_position_is_left_out(self, client: Client, driver: Driver, body: object) -> None:
        _, answer = post(client, batch(body, HERE | {"at": now()}, body))
        assert [(each["reason"], each["places"]) for each in answer["refused"]] == [("malformed", [0, 2])]
        assert driver.pk in newest([driver.pk])

    def test_of_a_batch_each_is_answered_by_its_place(self, client: Client) -> None:
        points = [
            HERE | {"at": now()} | wrong for wrong in ({}, {"lat": "x"}, {"lat": 91}, {"at": now(days=-1)}, {"lat": 92})
        ]
        _, answer = post(client, batch(*points))
        assert {each["reason"]: each["places"] for each in answer["refused"]} == {
            "malformed": [1], "impossible": [2, 4], "too_old": [3],
        }  # fmt: skip

    def test_five_hundred_at_once_and_no_more(self, client: Client, driver: Driver) -> None:
        points = [HERE | {"at": now(seconds=-ago)} for ago in range(LARGEST_BATCH + 1)]
        status, answer = post(client, batch(*points))
        assert (status, answer["reason"]) == (422, "too_many")
        assert answer["message"] == "These are too many positions at once: 500 at most."
        assert newest([driver.pk]) == {}
        assert post(client, batch(*points[1:])) == (200, TAKEN)

    def test_off_duty_is_refused_in_words(self, client: Client, driver: Driver) -> None:
        driver.shifts.all().delete()
        _, answer = post(client, batch(HERE | {"at": now()}))
        assert answer["refused"][0]["reason"] == "off_shift"
        assert answer["refused"][0]["message"] == "You are not on duty: your position is not taken."
        assert newest([driver.pk]) == {}

    def test_switched_off_is_refused_in_words(self, client: Client, driver: Driver) -> None:
        Driver.objects.update(sharing=False)
        _, answer = post(client, batch(HERE | {"at": now()}))
        assert answer["refused"][0]["reason"] == "sharing_off"
        assert answer["refused"][0]["message"].startswith("Position sharing is off.")
        assert newest([driver.pk]) == {}

    def test_somebody_who_drives_nowhere_has_no_such_page(self) -> None:
        stranger = Client()
        stranger.force_login(factories.RegulatorFactory())
        assert stranger.post(reverse("positions"), batch(HERE), content_type="application/json").status_code == 404

    def test_a_forged_request_is_refused(self, driver: Driver) -> None:
        careful = Client(enforce_csrf_checks=True)
        careful.force_login(driver.user)
        answer = careful.post(reverse("positions"), batch(HERE | {"at": now()}), content_type="application/json")
        assert answer.status_code == 403
        assert newest([driver.pk]) == {}

    def test_a_phone_that_sends_too_much_is_heard_later(
        self, client: Client, driver: Driver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(phone, "SENDS", Limit("positions", 2, 60))
        answers = [post(client, batch(HERE | {"at": now(seconds=-ago)}))[1]["type"] for ago in (9, 6, 3)]
        assert answers == ["positions_taken", "positions_taken", "positions_later"]

    def test_without_redis_it_says_later(self, client: Client, services: Services) -> None:
        with services.without_valkey():
            status, answer = post(client, batch(HERE | {"at": now()}))
        assert (status, answer) == (200, {"type": "positions_later", "batch": "7"})


@pytest.mark.django_db
class TestForgetting:
    def test_switching_off_forgets_at_once(self, client: Client, driver: Driver) -> None:
        post(client, batch(HERE | {"at": now()}))
        client.post(reverse("share-position"), {"sharing": "off"})
        assert newest([driver.pk]) == {}

    def test_a_position_is_kept_for_ten_minutes(self, driver: Driver) -> None:
        take_in(driver=driver, positions=[at(driver)])
        assert 595 < lives(driver) <= 600

    def test_from_when_it_was_taken_not_from_when_it_came_in(self, driver: Driver) -> None:
        take_in(driver=driver, positions=[at(driver, timezone.now() - timedelta(minutes=7))])
        assert 170 < lives(driver) <= 180

    def test_but_not_beyond_the_end_of_the_shift(self, driver: Driver) -> None:
        ends = timezone.now() + timedelta(seconds=90)
        Shift.objects.update(period=(timezone.now() - timedelta(hours=1), ends))
        take_in(driver=driver, positions=[at(driver)])
        assert 85 < lives(driver) <= 90

    def test_switching_off_while_one_comes_in_leaves_none(
        self, driver: Driver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keep = actions.keep_and_tell

        def switched_off_just_before(*args: Any, **kwargs: Any) -> bool:
            Driver.objects.update(sharing=False)
            forget(driver.pk)
            return keep(*args, **kwargs)

        monkeypatch.setattr(actions, "keep_and_tell", switched_off_just_before)
        assert reasons(take_in(driver=driver, positions=[at(driver)])) == {0: "sharing_off"}
        assert newest([driver.pk]) == {}

    def test_one_that_was_overtaken_does_not_come_back(self, driver: Driver) -> None:
        moment = timezone.now()
        take_in(driver=driver, positions=[at(driver, moment)])
        take_in(driver=driver, positions=[at(driver, moment - timedelta(seconds=30))])
        assert newest([driver.pk])[driver.pk].at == moment.replace(microsecond=0)


@pytest.mark.django_db
class TestABatch:
    def test_is_judged_point_by_point_and_kept_oldest_first(self, driver: Driver) -> None:
        moment = timezone.now()
        times = [moment, moment - timedelta(minutes=30), moment - timedelta(minutes=70), moment + timedelta(minutes=2)]
        taken = take_in(driver=driver, positions=[at(driver, each) for each in times])
        assert [position.at for position in taken.kept] == [times[1], times[0]]
        assert reasons(taken) == {2: "too_old", 3: "future"}
        with translation.override("en"):
            assert str(taken.refused[2]) == "This position is an hour old or older: it is no longer taken."

    def test_each_point_by_the_shift_at_its_own_time(self, driver: Driver) -> None:
        moment = timezone.now()
        minutes = [timedelta(minutes=ago) for ago in (50, 40, 20, 5)]
        Shift.objects.update(period=(moment - timedelta(minutes=45), moment - timedelta(minutes=30)))
        factories.ShiftFactory(driver=driver, period=(moment - timedelta(minutes=10), moment + timedelta(hours=1)))
        taken = take_in(driver=driver, positions=[at(driver, moment - ago) for ago in minutes])
        assert reasons(taken) == {0: "off_shift", 2: "off_shift"}

    def test_what_ended_with_its_shift_is_kept_but_shown_to_nobody(self, driver: Driver) -> None:
        moment = timezone.now()
        Shift.objects.update(period=(moment - timedelta(hours=1), moment - timedelta(minutes=2)))
        taken = take_in(driver=driver, positions=[at(driver, moment - timedelta(minutes=5))])
        assert len(taken.kept) == 1
        assert newest([driver.pk]) == {}

    @pytest.mark.parametrize(
        ("seconds", "degrees", "fate"),
        [
            (1, 0.001, {}),  # 111 m: a standing phone's fixes wander
            (1, 0.002, {1: "jump"}),  # 222 m in a second
            (30, 0.015, {}),  # 200 km/h
            (30, 0.03, {1: "jump"}),  # 400 km/h
            (JUMP_WITHIN.total_seconds() + 1, 1, {}),  # the first was wrong: it holds nobody up for long
        ],
    )
    def test_no_car_jumps(self, driver: Driver, seconds: float, degrees: float, fate: dict[int, str]) -> None:
        first = at(driver, timezone.now() - timedelta(seconds=seconds))
        second = replace(first, at=first.at + timedelta(seconds=seconds), latitude=first.latitude + degrees)
        assert reasons(take_in(driver=driver, positions=[first, second])) == fate

    def test_nor_between_two_batches(self, driver: Driver) -> None:
        moment = timezone.now()
        take_in(driver=driver, positions=[at(driver, moment - timedelta(seconds=3))])
        there = replace(at(driver, moment), latitude=49.0)
        assert reasons(take_in(driver=driver, positions=[there])) == {0: "jump"}

    @pytest.mark.parametrize("change", ["account", "profile", "role"])
    def test_whoever_no_longer_drives_is_refused_whole(self, driver: Driver, change: str) -> None:
        if change == "account":
            User.objects.update(is_active=False)
        elif change == "profile":
            Driver.objects.update(enabled=False)
        else:
            Membership.objects.all().delete()
        assert reasons(take_in(driver=driver, positions=[at(driver)] * 2)) == {0: "disabled", 1: "disabled"}
        assert newest([driver.pk]) == {}

    def test_the_same_may_come_again(self, driver: Driver) -> None:
        moment = timezone.now()
        batch = [at(driver, moment - timedelta(seconds=ago)) for ago in (2, 1, 0)]
        first = take_in(driver=driver, positions=batch)
        assert take_in(driver=driver, positions=batch) == first

    def test_nothing_is_nothing(self, driver: Driver) -> None:
        assert take_in(driver=driver, positions=[]) == Taken()


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
class TestOnTheSocket:
    @pytest_asyncio.fixture(autouse=True)
    async def own_hub(self) -> AsyncIterator[None]:
        yield
        await close_hub()

    async def test_is_taken_and_answered(self, driver: Driver) -> None:
        async with listening("/live/driver/", driver.user) as phone:
            await phone.say(batch(HERE | {"at": now()}))
            assert await phone.hear("positions_taken") == TAKEN
        assert driver.pk in newest([driver.pk])

    async def test_every_wrong_one_is_answered_and_the_socket_stays(self, driver: Driver) -> None:
        async with listening("/live/driver/", driver.user) as phone:
            for wrong, reason in WRONG:
                await phone.say(batch(HERE | {"at": now()} | wrong))
                assert (await phone.hear("positions_taken"))["refused"][0]["reason"] == reason
            for text in NO_POSITIONS:
                await phone.communicator.send_input({"type": "websocket.receive", "text": text})
                assert (await phone.hear("positions_refused"))["reason"] == "malformed"
            await phone.say(batch(HERE | {"at": now()}))
            await phone.hear("positions_taken")

    async def test_refuses_in_the_drivers_language(self) -> None:
        driver = await in_thread(factories.DriverFactory)(user__language="fr", shift=None)
        async with listening("/live/driver/", driver.user) as phone:
            await phone.say(batch(HERE | {"at": now()}))
            [refused] = (await phone.hear("positions_taken"))["refused"]
            assert refused["message"].startswith("Vous n")
