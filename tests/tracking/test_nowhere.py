"""Where somebody was off duty, or without wanting to be seen, is nowhere: in no table, not in Redis, in no log."""

import base64
import logging
from collections.abc import Callable
from urllib.request import urlopen

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from drivers.models import Driver
from echauffeur.common.logs import WithoutQuery
from tests import factories
from tests.browser.site import Site
from tests.own_data.scan import keys_with, tables_with
from tests.services import Services
from tracking.actions.trails import write_waiting
from tracking.models import Device

LATITUDE, LONGITUDE = 48.397153, -4.517391
TOKEN = "canary" + "a" * 20
# Wherever it is kept, it may be kept less exactly.
WORDS = ["48.3971", "4.5173", "canary"]
Send = Callable[[Client], object]


@pytest.fixture
def device(transactional_db: None, empty_redis: None) -> Device:
    return factories.DeviceFactory(token=TOKEN)


@pytest.fixture
def client(device: Device) -> Client:
    """The driver's browser, which does for a device too."""
    assert device.driver
    client = Client()
    client.force_login(device.driver.user)
    return client


def seconds() -> int:
    return int(timezone.now().timestamp())


def osmand() -> dict[str, object]:
    return {"id": TOKEN, "lat": LATITUDE, "lon": LONGITUDE, "timestamp": seconds()}


def traccar() -> dict[str, object]:
    coords = {"latitude": LATITUDE, "longitude": LONGITUDE}
    return {"device_id": TOKEN, "location": {"timestamp": timezone.now().isoformat(), "coords": coords}}


def owntracks() -> dict[str, object]:
    return {"_type": "location", "lat": LATITUDE, "lon": LONGITUDE, "tst": seconds()}


def phone() -> dict[str, object]:
    return {"batch": "1", "points": [{"lat": LATITUDE, "lon": LONGITUDE, "at": seconds()}]}


JSON = "application/json"
BASIC = {"Authorization": "Basic " + base64.b64encode(f"device:{TOKEN}".encode()).decode()}
WAYS: dict[str, Send] = {
    "address": lambda client: client.get("/devices/osmand/", osmand()),
    "form": lambda client: client.post("/devices/osmand/", osmand()),
    "Traccar": lambda client: client.post("/devices/osmand/", traccar(), content_type=JSON),
    "OwnTracks": lambda client: client.post("/devices/owntracks/", owntracks(), content_type=JSON, headers=BASIC),
    "phone": lambda client: client.post("/drive/positions/", phone(), content_type=JSON),
}


def off_shift(device: Device) -> None:
    assert device.driver
    device.driver.shifts.all().delete()


def not_sharing(device: Device) -> None:
    Driver.objects.update(sharing=False)


def switched_off(device: Device) -> None:
    Driver.objects.update(enabled=False)


@pytest.mark.parametrize("why", [off_shift, not_sharing, switched_off])
@pytest.mark.parametrize("send", WAYS.values(), ids=WAYS)
def test_what_is_refused_is_nowhere(
    client: Client, device: Device, send: Send, why: Callable[[Device], None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    why(device)
    send(client)
    assert keys_with(WORDS) == set()
    assert write_waiting() == 0, "what waits for its table is no text that a search could find"
    assert tables_with(WORDS) == set()
    assert [word for word in WORDS if word in caplog.text] == []


@pytest.mark.parametrize("send", WAYS.values(), ids=WAYS)
def test_the_search_finds_what_is_taken(client: Client, device: Device, send: Send) -> None:
    assert device.driver
    send(client)
    assert keys_with(WORDS) == {f"position:{device.driver.pk}"}
    assert write_waiting() == 1
    assert [table for table in tables_with(WORDS) if "trail" in table]


def test_an_error_says_nothing_of_it(
    client: Client, device: Device, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What Django tells administrators of an error may hold the whole request: no handler is left to send it."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("tracking.views.incoming.hear", lambda **_: 1 / 0)
    client.raise_request_exception = False
    assert client.get("/devices/osmand/", osmand()).status_code == 500
    assert "ZeroDivisionError" in caplog.text
    assert [word for word in WORDS if word in caplog.text] == []
    assert logging.getLogger("django").handlers == []


def test_the_access_log_says_the_address_and_no_more(services: Services, device: Device) -> None:
    off_shift(device)
    with Site(services, connection.settings_dict["NAME"], log_level="info") as site:
        said = f"id={TOKEN}&lat={LATITUDE}&lon={LONGITUDE}&timestamp={seconds()}"
        urlopen(f"{site.url}/devices/osmand/?{said}", timeout=5).close()
    log = site.log.read_text()
    assert '"GET /devices/osmand/ HTTP/1.1" 200' in log
    assert [word for word in WORDS if word in log] == []


def test_without_the_filter_it_would() -> None:
    said = ("127.0.0.1:1", "GET", f"/devices/osmand/?lat={LATITUDE}", "1.1", 200)
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, '%s - "%s %s HTTP/%s" %d', said, None)
    assert str(LATITUDE) in record.getMessage()
    assert WithoutQuery().filter(record)
    assert record.getMessage() == '127.0.0.1:1 - "GET /devices/osmand/ HTTP/1.1" 200'
