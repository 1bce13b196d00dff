"""After a tunnel: forty minutes of positions come at once, whole and in order, whoever sends them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from drivers.models import Driver, Shift
from echauffeur.common.limits import Limit, take
from tests import factories
from tracking import trails
from tracking.actions.positions import LARGEST_BATCH, take_in
from tracking.positions import Position, newest
from tracking.views import incoming

pytestmark = pytest.mark.django_db
TUNNEL = 2400  # seconds, and points


@pytest.fixture
def driver(empty_redis: None) -> Driver:
    moment = timezone.now()
    driver = factories.DriverFactory()
    Shift.objects.update(period=(moment - timedelta(hours=2), moment + timedelta(hours=2)))
    return driver


@pytest.fixture
def way(driver: Driver) -> list[Position]:
    """A point a second at 50 km/h, oldest first; in whole seconds, as devices say it."""
    out = timezone.now().replace(microsecond=0)
    return [
        Position(driver.pk, round(48.381 + second * 0.000125, 6), -4.494, out - timedelta(seconds=TUNNEL - second))
        for second in range(1, TUNNEL + 1)
    ]


def trail() -> list[tuple[float, float]]:
    """Return what waits to be written, in the order in which it was taken in: seconds since 1970, latitude."""
    rows: list[tuple[float, float]] = []
    for batch in trails.set_aside() or []:
        at = 0
        for _ in range(batch.number):
            _, _, _, _, moment, _, latitude, _, _ = trails._ROW.unpack_from(batch.rows, at)
            rows.append(((moment + trails._SINCE_2000) / 1e6, latitude))
            at += trails._ROW.size
            for _ in ("accuracy", "heading"):
                at += 4 if batch.rows[at : at + 4] == trails._NULL else trails._SMALL.size
    return rows


def driven(way: list[Position]) -> list[tuple[float, float]]:
    return [(position.at.timestamp(), position.latitude) for position in way]


def test_in_one_batch_in_any_order(driver: Driver, way: list[Position]) -> None:
    taken = take_in(driver=driver, positions=way[::-1])
    assert (taken.kept, taken.refused) == (way, {})
    assert trail() == driven(way)
    assert newest([driver.pk])[driver.pk].wire == way[-1].wire, "the map gets the newest"


def test_from_the_drivers_page(driver: Driver, way: list[Position]) -> None:
    phone = Client()
    phone.force_login(driver.user)
    for start in range(0, TUNNEL, LARGEST_BATCH):
        points = [
            {"lat": position.latitude, "lon": position.longitude, "at": position.at.timestamp()}
            for position in way[start : start + LARGEST_BATCH]
        ]
        answer = phone.post("/drive/positions/", {"batch": str(start), "points": points}, "application/json")
        assert answer.json() == {"type": "positions_taken", "batch": str(start), "refused": []}
    assert trail() == driven(way)
    assert newest([driver.pk])[driver.pk].wire == way[-1].wire


def send_one_by_one(driver: Driver, way: list[Position]) -> set[int]:
    """Send the way as Traccar Client does, and return what was answered."""
    token, device = "t" * 26, Client()
    factories.DeviceFactory(driver=driver, token=token)
    return {
        device.get(
            "/devices/osmand/",
            {"id": token, "lat": at.latitude, "lon": at.longitude, "timestamp": int(at.at.timestamp())},
        ).status_code
        for at in way
    }


def test_from_a_device_that_sends_one_by_one(driver: Driver, way: list[Position]) -> None:
    assert send_one_by_one(driver, way[:120]) == {200}
    assert trail() == driven(way[:120])


def test_a_whole_tunnel_is_within_what_one_device_may_send(driver: Driver) -> None:
    for _ in range(TUNNEL):
        take(incoming.SENDS, "its key")


def test_a_narrower_limit_would_not_let_it_through(
    driver: Driver, way: list[Position], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "SENDS", Limit("device", 50, 600))
    assert send_one_by_one(driver, way[:60]) == {200, 429}
    assert trail() == driven(way[:50])
