"""Devices: what they may say, in the words of the apps that people use, and what of it is taken."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dispatch import actions as dispatch
from dispatch.models import Mission
from drivers.models import Driver, Shift
from echauffeur.common import hub as hubs
from echauffeur.common.limits import Limit
from echauffeur.journal.models import Entry
from fleet.models import Vehicle
from tests import factories
from tests.life.journeys import journey_to
from tests.services import Services
from tracking.actions.positions import REASONS
from tracking.models import Device
from tracking.models.devices import Refused, digest_of, new_token
from tracking.positions import newest
from tracking.views import incoming

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_redis")]
OSMAND, OWNTRACKS = "/devices/osmand/", "/devices/owntracks/"
TAKEN = {"taken": 1, "refused": []}


@pytest.fixture
def driver() -> Driver:
    return factories.DriverFactory()


@pytest.fixture
def token() -> str:
    return new_token()


@pytest.fixture
def device(driver: Driver, token: str) -> Device:
    return factories.DeviceFactory(driver=driver, token=token)


@pytest.fixture
def sender() -> Client:
    """No session, no cookie, no form's secret: a device."""
    return Client(enforce_csrf_checks=True)


def seconds(**ago: float) -> float:
    return (timezone.now() - timedelta(**ago)).timestamp()


def here(token: str, **more: object) -> dict[str, Any]:
    return {"id": token, "lat": 48.381, "lon": -4.494, "timestamp": int(seconds()), "accuracy": 8} | more


def basic(token: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"device:{token}".encode()).decode()}


def location(**more: object) -> dict[str, Any]:
    said = {"_type": "location", "lat": 48.381, "lon": -4.494, "tst": int(seconds()), "acc": 8, "tid": "yl"}
    return said | {"vel": 47, "cog": 270, "batt": 81} | more


def traccar(token: str, *ago: float) -> dict[str, Any]:
    """Return what Traccar Client 9 sends, for positions of so many seconds ago."""
    locations = [
        {
            "timestamp": datetime.fromtimestamp(seconds(seconds=each), UTC).isoformat().replace("+00:00", "Z"),
            "coords": {
                "latitude": 48.381, "longitude": -4.494, "accuracy": 4.7, "speed": 13.1, "heading": 270.4,
                "altitude": 61.2,
            },
            "is_moving": True, "odometer": 1204, "event": "motionchange", "extras": {},
            "battery": {"level": 0.81, "is_charging": False}, "activity": {"type": "in_vehicle"},
        }
        for each in ago
    ]  # fmt: skip
    return {"location": locations if len(ago) > 1 else locations[0], "device_id": token}


class TestOsmand:
    def test_in_the_address_in_a_form_and_in_the_body(
        self, sender: Client, driver: Driver, device: Device, token: str
    ) -> None:
        for answer in (sender.get(OSMAND, here(token)), sender.post(OSMAND, here(token))):
            assert (answer.status_code, answer.json()) == (200, TAKEN)
        assert sender.post(f"{OSMAND}?id={token}&lat=48.381&lon=-4.494").json() == TAKEN
        kept = newest([driver.pk])[driver.pk]
        assert (kept.latitude, kept.longitude) == (48.381, -4.494)

    @pytest.mark.parametrize(
        "said",
        [
            lambda at: int(at.timestamp()),
            lambda at: int(at.timestamp() * 1000),
            lambda at: at.isoformat(),
            lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            lambda at: at.strftime("%Y-%m-%d %H:%M:%S"),
        ],
        ids=["seconds", "milliseconds", "ISO", "ISO in UTC", "without a zone"],
    )
    def test_the_time_in_every_way_to_say_it(
        self, sender: Client, driver: Driver, device: Device, token: str, said: Any
    ) -> None:
        at = (timezone.now() - timedelta(minutes=3)).replace(microsecond=0)
        assert sender.get(OSMAND, here(token, timestamp=said(at))).json() == TAKEN
        assert newest([driver.pk])[driver.pk].at == at

    @pytest.mark.parametrize(("said", "heading"), [("271.6", 272), ("359.8", 0), ("-1", None), ("", None)])
    def test_the_heading(self, sender: Client, device: Device, token: str, said: str, heading: int | None) -> None:
        assert device.driver
        for name in ("bearing", "heading"):
            assert sender.get(OSMAND, here(token, **{name: said})).json() == TAKEN
            assert newest([device.driver.pk])[device.driver.pk].heading == heading

    def test_traccar_clients_json(self, sender: Client, driver: Driver, device: Device, token: str) -> None:
        answer = sender.post(OSMAND, traccar(token, 2), content_type="application/json")
        assert answer.json() == TAKEN
        assert newest([driver.pk])[driver.pk].heading == 270

    def test_or_a_list_of_them(self, sender: Client, device: Device, token: str) -> None:
        answer = sender.post(OSMAND, traccar(token, 3, 4000, 2), content_type="application/json").json()
        assert (answer["taken"], [each["code"] for each in answer["refused"]]) == (2, ["too_old"])

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"lat": "91"}, "impossible"),
            ({"lat": "nan"}, "impossible"),
            ({"accuracy": "4000"}, "vague"),
            ({"timestamp": int(seconds(hours=2))}, "too_old"),
            ({"timestamp": int(seconds(hours=-2))}, "future"),
            ({"lat": ""}, "malformed"),
            ({"lat": "north"}, "malformed"),
            ({"timestamp": "yesterday"}, "malformed"),
            ({"timestamp": "nan"}, "malformed"),
            ({"timestamp": "1e300"}, "malformed"),
            ({"bearing": "inf"}, "malformed"),
        ],
    )
    def test_what_is_refused_for_good_is_answered_with_a_success(
        self, sender: Client, device: Device, token: str, wrong: dict[str, Any], code: str
    ) -> None:
        """Traccar Client sends a position again until it succeeds, before it sends the next."""
        answer = sender.get(OSMAND, here(token, **wrong))
        assert answer.status_code == 200
        [refused] = answer.json()["refused"]
        assert refused["code"] == code
        assert refused["message"]
        assert device.driver
        assert newest([device.driver.pk]) == {}
        device.refresh_from_db()
        assert (device.refused_code, device.refused_at is not None) == (code, True)

    @pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"location": 7}', '{"location": {"coords": []}}'])
    def test_json_that_is_none(self, sender: Client, device: Device, token: str, body: str) -> None:
        said = json.loads(body) | {"device_id": token} if body.startswith('{"') else body
        answer = sender.post(OSMAND, said, content_type="application/json")
        assert answer.status_code == (200 if body.startswith('{"') else 404)


class TestOwntracks:
    def test_a_location_is_taken(self, sender: Client, driver: Driver, device: Device, token: str) -> None:
        answer = sender.post(OWNTRACKS, location(), content_type="application/json", headers=basic(token))
        assert (answer.status_code, answer.json()) == (200, [])
        assert newest([driver.pk])[driver.pk].heading == 270

    def test_the_key_in_a_header(self, sender: Client, driver: Driver, device: Device, token: str) -> None:
        sender.post(OWNTRACKS, location(), content_type="application/json", headers={"X-Device-Token": token})
        assert driver.pk in newest([driver.pk])

    def test_whatever_else_it_tells_is_left_unread(
        self, sender: Client, driver: Driver, device: Device, token: str
    ) -> None:
        for said in ({"_type": "waypoint", "lat": 1, "lon": 2}, {"_type": "lwt"}, {"_type": "encrypted"}, {}, ""):
            answer = sender.post(OWNTRACKS, said, content_type="application/json", headers=basic(token))
            assert (answer.status_code, answer.json()) == (200, [])
        assert newest([driver.pk]) == {}

    def test_a_refusal_is_a_message_that_it_passes_over(self, sender: Client, device: Device, token: str) -> None:
        said = location(tst=int(seconds(hours=3)))
        answer = sender.post(OWNTRACKS, said, content_type="application/json", headers=basic(token))
        assert answer.status_code == 200
        assert [(each["_type"], each["code"]) for each in answer.json()] == [("refusal", "too_old")]

    @pytest.mark.parametrize("said", ["", "Basic", "Basic ?", "Basic eA==", "Bearer x"])
    def test_without_its_key_it_is_nobody(self, sender: Client, device: Device, said: str) -> None:
        answer = sender.post(OWNTRACKS, location(), content_type="application/json", headers={"Authorization": said})
        assert answer.status_code == 404


class TestKeys:
    def test_unknown_ended_and_renewed_ones_are_answered_alike(
        self, sender: Client, driver: Driver, device: Device, token: str
    ) -> None:
        factories.DeviceFactory(token="b" * 26, revoked_at=timezone.now())
        Device.objects.filter(pk=device.pk).update(digest=digest_of(new_token()))
        keys = ["", "a" * 26, "b" * 26, token, "\ud800", "x" * 5000]
        answers = {
            (answer.status_code, answer.content) for answer in (sender.get(OSMAND, here(key)) for key in keys[:4])
        }
        answers |= {(answer.status_code, answer.content) for answer in [sender.post(OSMAND, here(keys[5]))]}
        assert len(answers) == 1
        assert answers.pop()[0] == 404
        assert newest([driver.pk]) == {}

    def test_a_key_may_be_typed_in_capitals(self, sender: Client, device: Device, token: str) -> None:
        assert sender.get(OSMAND, here(f" {token.upper()}")).json() == TAKEN

    def test_guessing_from_one_place_ends(
        self, sender: Client, device: Device, token: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(incoming, "UNKNOWN_FROM_ONE_PLACE", Limit("device-unknown", 3, 3600))
        assert [sender.get(OSMAND, here("a")).status_code for _ in range(4)] == [404, 404, 404, 429]
        assert sender.get(OSMAND, here(token)).json() == TAKEN, "a device at the same place goes on"

    def test_a_device_that_sends_too_much_waits(
        self, sender: Client, driver: Driver, device: Device, token: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(incoming, "SENDS", Limit("device", 2, 600))
        answers = [sender.get(OSMAND, here(token)) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert 0 < int(answers[2]["Retry-After"]) <= 600
        other = factories.DeviceFactory(token="c" * 26, driver=driver)
        assert sender.get(OSMAND, here("c" * 26)).json() == TAKEN, f"{other} is another"

    def test_without_redis_it_is_asked_to_come_back(
        self, sender: Client, device: Device, token: str, services: Services
    ) -> None:
        with services.without_valkey():
            answer = sender.get(OSMAND, here(token))
        assert (answer.status_code, answer.json()["code"]) == (503, "later")
        assert answer["Retry-After"]


class TestForWhomItSpeaks:
    @pytest.fixture
    def zoe(self, driver: Driver) -> Vehicle:
        return factories.VehicleFactory(base=driver.base)

    @pytest.fixture
    def box(self, zoe: Vehicle, token: str) -> Device:
        return factories.DeviceFactory(driver=None, vehicle=zoe, token=token)

    def test_nobody_has_the_vehicle(self, sender: Client, box: Device, token: str) -> None:
        answer = sender.get(OSMAND, here(token), headers={"Accept-Language": "en"}).json()
        said = {"code": "off_shift", "message": "Nobody on duty has this vehicle: its position is not taken."}
        assert answer == {"taken": 0, "refused": [said]}

    def test_who_has_it_by_the_shift(
        self, sender: Client, driver: Driver, zoe: Vehicle, box: Device, token: str
    ) -> None:
        driver.shifts.update(vehicle=zoe)
        assert sender.get(OSMAND, here(token)).json() == TAKEN
        assert driver.pk in newest([driver.pk])

    def test_who_drives_it_on_a_mission_comes_first(
        self, sender: Client, driver: Driver, zoe: Vehicle, box: Device, token: str
    ) -> None:
        colleague = factories.DriverFactory(base=driver.base)
        ride = factories.RideFactory(
            base=driver.base, state="confirmed", wanted_at=timezone.now() + timedelta(minutes=4)
        )
        by = factories.RegulatorFactory(base=driver.base)
        mission = dispatch.assign(ride=ride, driver=driver, vehicle=zoe, by=by)
        mission.refresh_from_db()
        assert mission.starts_at < timezone.now() < mission.ends_at
        colleague.shifts.update(vehicle=zoe)
        assert sender.get(OSMAND, here(token, timestamp=seconds(seconds=-1))).json() == TAKEN
        assert set(newest([driver.pk, colleague.pk])) == {driver.pk}
        dispatch.unassign(ride=ride, by=by, reason="replan")
        hubs.ask(lambda client: client.flushdb(), default=None)
        assert sender.get(OSMAND, here(token, timestamp=seconds(seconds=-2))).json() == TAKEN
        assert set(newest([driver.pk, colleague.pk])) == {colleague.pk}

    def test_whoever_is_under_way_has_it_until_the_end_however_late(
        self, sender: Client, driver: Driver, box: Device, token: str
    ) -> None:
        journey = journey_to("on_board", base=driver.base)
        Device.objects.update(vehicle=journey.vehicle)
        an_hour_ago = timezone.now() - timedelta(hours=1)
        Mission.objects.update(period=(an_hour_ago, an_hour_ago + timedelta(minutes=30)))
        assert sender.get(OSMAND, here(token)).json() == TAKEN
        journey.take("complete")
        assert sender.get(OSMAND, here(token)).json()["taken"] == 0

    def test_each_position_for_who_had_it_then(
        self, sender: Client, driver: Driver, zoe: Vehicle, box: Device, token: str
    ) -> None:
        moment, colleague = timezone.now(), factories.DriverFactory(base=driver.base)
        handed_over = moment - timedelta(minutes=4)
        Shift.objects.filter(driver=driver).update(vehicle=zoe, period=(moment - timedelta(minutes=20), handed_over))
        Shift.objects.filter(driver=colleague).update(vehicle=zoe, period=(handed_over, moment + timedelta(hours=1)))
        answer = sender.post(OSMAND, traccar(token, 1, 300, 1800), content_type="application/json").json()
        assert (answer["taken"], [each["code"] for each in answer["refused"]]) == (2, ["off_shift"])
        assert set(newest([driver.pk, colleague.pk])) == {colleague.pk}, "a shift that is over shows nobody"

    @pytest.mark.parametrize("switch", ["sharing", "enabled"])
    def test_who_may_not_be_seen_is_not_seen_by_the_vehicle_either(
        self, sender: Client, driver: Driver, box: Device, token: str, switch: str
    ) -> None:
        driver.shifts.update(vehicle=box.vehicle)
        Driver.objects.update(**{switch: False})
        assert sender.get(OSMAND, here(token)).json()["taken"] == 0
        assert newest([driver.pk]) == {}


class TestNotes:
    def test_it_is_noted_when_it_was_heard_and_never_where(self, sender: Client, device: Device, token: str) -> None:
        sender.get(OSMAND, here(token))
        device.refresh_from_db()
        heard = device.last_heard_at
        assert heard is not None
        assert (device.refused_code, device.refused_at) == ("", None)
        sender.get(OSMAND, here(token))
        device.refresh_from_db()
        assert device.last_heard_at == heard, "once a minute is enough"


def test_every_reason_has_its_words_for_the_driver_and_for_the_page() -> None:
    assert {*REASONS, "malformed"} == set(Refused.values)


class TestPages:
    @pytest.fixture
    def manager(self, driver: Driver) -> Client:
        client = Client()
        client.force_login(factories.ManagerFactory(base=driver.base))
        return client

    def test_a_manager_adds_one_and_sees_its_key_once(self, manager: Client, driver: Driver, sender: Client) -> None:
        zoe = factories.VehicleFactory(base=driver.base)
        driver.shifts.update(vehicle=zoe)
        answer = manager.post(reverse("base-device-add", args=["brest"]), {"label": "Box", "vehicle": zoe.pk})
        device = Device.objects.get()
        key = answer.context["setup"].token
        assert (device.vehicle, device.digest) == (zoe, digest_of(key))
        assert len(key) == 26
        assert sender.get(OSMAND, here(key)).json() == TAKEN
        assert key not in manager.get(reverse("base-device", args=["brest", device.pk])).content.decode()
        assert Entry.objects.get(subject="device").verb == "add"
        assert key not in str(list(Entry.objects.values())) + str(list(Device.objects.values()))

    @pytest.mark.parametrize("owners", [(), ("vehicle", "driver")])
    def test_it_speaks_for_one_and_not_for_two(self, manager: Client, driver: Driver, owners: tuple[str, ...]) -> None:
        said = {"vehicle": factories.VehicleFactory(base=driver.base).pk, "driver": driver.pk}
        answer = manager.post(
            reverse("base-device-add", args=["brest"]), {"label": "Box"} | {name: said[name] for name in owners}
        )
        assert answer.status_code == 422
        assert not Device.objects.exists()

    def test_a_new_key_ends_the_earlier_one(self, manager: Client, sender: Client, device: Device, token: str) -> None:
        answer = manager.post(reverse("base-device-renew", args=["brest", device.pk]))
        assert sender.get(OSMAND, here(token)).status_code == 404
        assert sender.get(OSMAND, here(answer.context["setup"].token)).json() == TAKEN

    def test_an_ended_one_is_silent_until_it_gets_a_new_key(
        self, manager: Client, sender: Client, device: Device, token: str
    ) -> None:
        for _ in range(2):
            assert manager.post(reverse("base-device-revoke", args=["brest", device.pk])).status_code == 302
        assert sender.get(OSMAND, here(token)).status_code == 404
        answer = manager.post(reverse("base-device-renew", args=["brest", device.pk]))
        assert sender.get(OSMAND, here(answer.context["setup"].token)).json() == TAKEN
        verbs = Entry.objects.filter(subject="device").order_by("seq").values_list("verb", flat=True)
        assert list(verbs) == ["revoke", "renew"]

    def test_a_driver_has_own_ones(self, driver: Driver, sender: Client) -> None:
        phone = Client()
        phone.force_login(driver.user)
        answer = phone.post(reverse("my-devices"), {"label": "My Galaxy"})
        assert sender.get(OSMAND, here(answer.context["setup"].token)).json() == TAKEN
        again = phone.post(reverse("my-devices"), {"label": "My Galaxy"})
        assert again.status_code == 422, "reloading the page makes no second one"
        device = Device.objects.get()
        assert (device.driver, device.created_by) == (driver, driver.user)
        phone.post(reverse("my-device-revoke", args=[device.pk]))
        assert sender.get(OSMAND, here(answer.context["setup"].token)).status_code == 404
        assert phone.post(reverse("my-device-renew", args=[device.pk])).status_code == 404, "the base's manager may"

    def test_but_not_without_end(self, driver: Driver) -> None:
        factories.DeviceFactory.create_batch(10, driver=driver)
        phone = Client()
        phone.force_login(driver.user)
        answer = phone.post(reverse("my-devices"), {"label": "Eleventh"}, headers={"Accept-Language": "en"})
        assert answer.status_code == 422
        assert Device.objects.count() == 10

    def test_the_list_asks_as_often_for_ten_as_for_one(self, manager: Client, driver: Driver) -> None:
        counts = []
        for more in (1, 9):
            factories.DeviceFactory.create_batch(more, driver=driver)
            with CaptureQueriesContext(
                connection,
            ) as asked:
                manager.get(reverse("base-devices", args=["brest"]))
            counts.append(len(asked))
        assert counts[0] == counts[1]
